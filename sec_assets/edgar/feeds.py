"""The feed of newest filings (Atom pages of `getcurrent`): what was accepted since the last look.

The feed lists a filing once per company concerned, newest first; its pages shift while they are read. It is a hint where
to look, not a record: it forgets after a day or so, and the daily index (`daily_index.py`) or the submissions files
(`submissions.py`) tell what it missed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import lxml.etree
import polars as pl

from sec_assets.edgar.urls import getcurrent_url
from sec_assets.errors import InputError, MalformedError
from sec_assets.identifiers import normalize_accession
from sec_assets.tables import UTC_INSTANT

if TYPE_CHECKING:
    from sec_assets.edgar.client import EdgarClient

PAGE = 100
"""Entries a page holds at most."""

_ATOM = "{http://www.w3.org/2005/Atom}"
_TITLE = re.compile(r"(?P<form>.+?) - (?P<company>.*) \((?P<cik>[0-9]{10})\)(?: \((?P<role>[^()]*)\))?", re.DOTALL)
_ITEM = re.compile(r"Item ([0-9][0-9A-Za-z.]*):")
_FILED = re.compile(r"Filed:</b>\s*([0-9]{4}-[0-9]{2}-[0-9]{2})")

SCHEMA = pl.Schema(
    {
        "cik": pl.String,
        "accession_number": pl.String,
        "form": pl.String,
        "company": pl.String,
        "role": pl.String,
        "filing_date": pl.Date,
        "accepted_at": UTC_INSTANT,
        "items": pl.String,
    }
)


@dataclass(frozen=True, slots=True)
class NewFilings:
    """Filings accepted since the last look.

    `frame` — newest first, unique on (cik, accession_number): cik (ten digits), accession_number, form, company (as
    conformed), role (Filer, Subject, Issuer, Reporting, …), filing_date, accepted_at (UTC), items (comma separated).
    `reached` — the walk met what was known before (or there was no mark); False means a gap the feed cannot fill.
    `problems` — one sentence for every entry that could not be read.
    """

    frame: pl.DataFrame
    reached: bool
    problems: tuple[str, ...]


def new_filings(client: "EdgarClient", since: tuple[datetime, str] | None, max_pages: int) -> NewFilings:
    """Walk the feed from the newest entry back to the mark, at most `max_pages` pages of 100 entries.

    Args:
        client: where pages are asked for.
        since: (accepted_at, accession number) of the newest filing already known; entries of the same second are given
            again except that filing itself, since their order within a second is not the order of arrival.
        max_pages: pages read at most.

    Raises:
        MalformedError: a page is not the feed. An error is never "nothing new".
    """
    pages: list[pl.DataFrame] = []
    problems: list[str] = []
    reached, ended = since is None, False
    for number in range(max_pages):
        fetched = client.get(getcurrent_url(start=number * PAGE, count=PAGE), expect="xml")
        page, found = parse_current(fetched.body)
        problems += found
        pages.append(page)
        if since is not None and not page.filter(pl.col("accepted_at") < since[0]).is_empty():
            reached = True
            break
        ended = page.height + len(found) < PAGE
        if page.is_empty() and not found:
            break
    reached = reached or (ended and _holds(pages, since))
    return NewFilings(_newer(pages, since), reached, tuple(dict.fromkeys(problems)))


def _holds(pages: Sequence[pl.DataFrame], since: tuple[datetime, str] | None) -> bool:
    """Tell whether the mark itself is among the entries: at the end of the feed nothing older need follow it."""
    return since is not None and any(since[1] in page["accession_number"] for page in pages)


def _newer(pages: Sequence[pl.DataFrame], since: tuple[datetime, str] | None) -> pl.DataFrame:
    entries = pl.concat([SCHEMA.to_frame(), *pages]).unique(["cik", "accession_number"], keep="first")
    if since is not None:
        entries = entries.filter(
            (pl.col("accepted_at") >= since[0].astimezone(UTC)) & (pl.col("accession_number") != since[1])
        )
    return entries.sort(["accepted_at", "accession_number", "cik"], descending=[True, True, False])


def parse_current(body: bytes) -> tuple[pl.DataFrame, list[str]]:
    """Read one page of the feed.

    Returns the entries in the order of the page (columns as in `NewFilings.frame`), and a sentence for each entry that
    could not be read.

    Raises:
        MalformedError: not an Atom feed, or not one of its entries can be read.
    """
    parser = lxml.etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, dtd_validation=False
    )
    try:
        root = lxml.etree.fromstring(body, parser)
    except (lxml.etree.LxmlError, ValueError) as error:
        raise MalformedError(f"not the feed of newest filings ({error}); it begins {body[:40]!r}") from error
    if root.tag != f"{_ATOM}feed":
        raise MalformedError(f"not the feed of newest filings: its root is {str(root.tag)[:40]!r}")
    rows: list[dict[str, Any]] = []
    problems: list[str] = []
    for entry in root.iterfind(f"{_ATOM}entry"):
        try:
            rows.append(_row(entry))
        except InputError as error:
            problems.append(f"an entry of the feed cannot be read: {error}")
    if problems and not rows:
        raise MalformedError(f"not one of {len(problems)} entries of the feed can be read: {problems[0]}")
    return pl.DataFrame(rows, schema=SCHEMA), problems


def _row(entry: lxml.etree._Element) -> dict[str, Any]:
    title = " ".join(entry.findtext(f"{_ATOM}title", "").split())
    summary = entry.findtext(f"{_ATOM}summary", "")
    named = _TITLE.fullmatch(title)
    filed = _FILED.search(summary)
    category = entry.find(f"{_ATOM}category")
    if named is None or filed is None:
        raise InputError(f"title {title[:120]!r} or its summary has another shape than known")
    try:
        accepted_at = datetime.fromisoformat(entry.findtext(f"{_ATOM}updated", ""))
        filing_date = date.fromisoformat(filed[1])
        if accepted_at.tzinfo is None:
            raise ValueError("the time of acceptance has no zone")
    except ValueError as error:
        raise InputError(f"{title[:120]!r}: {error}") from error
    return {
        "cik": named["cik"],
        "accession_number": normalize_accession(entry.findtext(f"{_ATOM}id", "").rpartition("=")[2]),
        "form": (category.get("term") if category is not None else None) or named["form"],
        "company": named["company"],
        "role": named["role"],
        "filing_date": filing_date,
        "accepted_at": accepted_at.astimezone(UTC),
        "items": ",".join(dict.fromkeys(_ITEM.findall(summary))) or None,
    }
