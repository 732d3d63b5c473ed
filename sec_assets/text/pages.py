"""Page furniture: page numbers, running headers and footers around page breaks.

A page break arrives here as a form feed (rules, page-break styles and `<PAGE>` become one). A line is removed only
beside a break, and only when it is a page number, or when the same short line stands beside at least three breaks;
headings of items and text elsewhere are never touched. Blank lines are squeezed to one.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

BREAK = "\f"
_PAGE_NUMBER = re.compile(
    r"(?:page\s{0,3})?[-–—(\[]?\s?(?:[A-Z]{1,2}-\s?)?(?:\d{1,3}|[ivxl]{1,7})\s?[-–—)\]]?(?:\s{1,3}(?:of|/)\s{1,3}\d{1,3})?",
    re.IGNORECASE,
)
_CONTENTS_LINK = re.compile(r"(?:back to )?(?:table of contents|index(?: to financial statements)?)", re.IGNORECASE)
_EDGE_NUMBER = re.compile(r"^\W{0,3}\d{1,3}\b\W{0,3}|\W{0,3}\b\d{1,3}\W{0,3}$")
_HEADING = re.compile(r"\W{0,8}(?:items?|part)\s", re.IGNORECASE)
_REACH = 2
_LONGEST = 160
_REPEATS = 3


def drop_page_furniture(text: str) -> str:
    """Return `text` without form feeds, page numbers, running headers and footers, and with single blank lines."""
    # Not rstrip() alone: a form feed is white space too.
    lines = list(_squeeze(line.rstrip(" \t\r") for line in text.replace(BREAK, f"\n{BREAK}\n").split("\n")))
    beside = _beside_breaks(lines)
    counts = Counter(_without_number(lines[i]) for i in beside)
    dropped = {i for i in beside if _is_furniture(lines[i].strip(), counts)}
    kept = (line for i, line in enumerate(lines) if line != BREAK and i not in dropped)
    return "\n".join(_squeeze(kept)).strip("\n")


def _beside_breaks(lines: list[str]) -> set[int]:
    found: set[int] = set()
    for i, line in enumerate(lines):
        if line == BREAK:
            found.update(_walk(lines, i, -1))
            found.update(_walk(lines, i, 1))
    return found


def _walk(lines: list[str], start: int, step: int) -> Iterator[int]:
    """Yield up to `_REACH` lines with text next to a break; blank lines come singly here."""
    seen = 0
    for i in range(start + step, start + step * (2 * _REACH + 2), step):
        if not 0 <= i < len(lines) or seen == _REACH:
            return
        if lines[i] and lines[i] != BREAK:
            seen += 1
            yield i


def _is_furniture(line: str, counts: Counter[str]) -> bool:
    if len(line) > _LONGEST or _HEADING.match(line):
        return False
    if _PAGE_NUMBER.fullmatch(line):
        return True
    return counts[_without_number(line)] >= _REPEATS and (
        not _looks_tabular(line) or bool(_CONTENTS_LINK.fullmatch(line))
    )


def _without_number(line: str) -> str:
    """A running line without its page number, so that `Form 10-Q | 21` and `Form 10-Q | 22` count as one."""
    return _EDGE_NUMBER.sub("", line.strip())


def _looks_tabular(line: str) -> bool:
    """A repeated `Total` or `$ in millions` row of a table that goes over a page must stay."""
    return "\t" in line or not any(c.isalpha() for c in line)


def _squeeze(lines: Iterable[str]) -> Iterator[str]:
    blank = True
    for line in lines:
        if line:
            if line != BREAK:
                blank = False
            yield line
        elif not blank:
            blank = True
            yield ""
