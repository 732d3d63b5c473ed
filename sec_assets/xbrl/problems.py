"""What could not be read: kept with document, line and reason, told once per cause.

A document whose namespace declarations are gone has hundreds of facts that cannot be read and one cause; a person
wants the cause. Errors are raised where they are found (`names.py`, `contexts.py`, …) and end here, as rows of the table
`xbrl_problems` and as sentences.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import polars as pl

from sec_assets.tables import XBRL_PROBLEMS
from sec_assets.xbrl.documents import InstanceDocument
from sec_assets.xbrl.names import UNDECLARED

CAUSES_PER_DOCUMENT = 100
"""Causes told one by one; the facts left out for others are given as a count."""

_LONGEST_REASON = 1000
_LONGEST_SUBJECT = 200
_PREFIXES_NAMED = 8


class Problem(NamedTuple):
    """A fact that could not be read, or a whole document: then there is no subject."""

    subject: str | None
    line: int | None
    reason: str


class Cause(NamedTuple):
    """A reason with the first thing it concerned and the number of facts left out for it."""

    document: InstanceDocument
    position: int
    first: Problem
    facts: int | None

    def sentence(self) -> str:
        """Return the cause in words: the first fact, its line, the reason, and how many more there are."""
        subject, line, reason = self.first
        head = "" if subject is None else f"{subject} (line {line}): "
        more = f"; and {self.facts - 1:,} more facts for the same reason" if self.facts and self.facts > 1 else ""
        return f"{head}{reason}{more}"


def causes(document: InstanceDocument, problems: Iterable[Problem], first_position: int = 0) -> Iterator[Cause]:
    """Yield the problems of one document's facts by cause, in the order of their first facts."""
    groups: dict[str, list[Problem]] = {}
    for problem in problems:
        key = UNDECLARED if UNDECLARED in problem.reason else problem.reason
        groups.setdefault(key, []).append(problem)
    known = list(groups.items())
    for position, (key, members) in enumerate(known[:CAUSES_PER_DOCUMENT], first_position):
        reason = _undeclared(members) if key == UNDECLARED else members[0].reason
        subject = (members[0].subject or "")[:_LONGEST_SUBJECT]
        yield Cause(document, position, Problem(subject, members[0].line, reason[:_LONGEST_REASON]), len(members))
    rest = [problem for _, members in known[CAUSES_PER_DOCUMENT:] for problem in members]
    if rest:
        reason = f"{len(rest):,} more facts could not be read"
        position = first_position + CAUSES_PER_DOCUMENT
        yield Cause(document, position, Problem(None, rest[0].line, reason), len(rest))


def whole(document: InstanceDocument, reason: str, line: int | None, position: int = 0) -> Cause:
    """Return the cause why nothing of a document could be read."""
    return Cause(document, position, Problem(None, line, reason[:_LONGEST_REASON]), None)


def _undeclared(members: list[Problem]) -> str:
    prefixes = dict.fromkeys(problem.reason.rpartition(f"{UNDECLARED} ")[2] for problem in members)
    named = ", ".join(list(prefixes)[:_PREFIXES_NAMED])
    return f"{UNDECLARED} {named}{', …' if len(prefixes) > _PREFIXES_NAMED else ''}"


def problems_frame(found: Iterable[Cause]) -> pl.DataFrame:
    """Return causes as rows of the table `xbrl_problems`."""
    return XBRL_PROBLEMS.frame(
        {
            "cik": cause.document.cik, "accession_number": cause.document.accession_number,
            "source": cause.document.name, "position": cause.position, "line": cause.first.line,
            "subject": cause.first.subject, "reason": cause.first.reason, "facts": cause.facts,
        }
        for cause in found
    )  # fmt: skip
