"""Filing documents to rows of table FILING_TEXT.

One bad document becomes a failure with its reason and does not concern its neighbours. A document whose form has no
items, or in which none were found, gives one row `document` with the whole text. Press releases are `news`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from sec_assets.errors import InputError
from sec_assets.identifiers import normalize_accession, normalize_cik
from sec_assets.tables import FILING_TEXT
from sec_assets.text.html_text import document_text
from sec_assets.text.items.catalogue import Catalogue, catalogue_of
from sec_assets.text.items.choose import choose, sections
from sec_assets.text.items.headings import find_candidates

WHOLE = "document"
_SIGNATURES = re.compile(
    r"^[^\w\n]{0,80}(?:s ?i ?g ?n ?a ?t ?u ?r ?e ?s?[^\w\n]{0,80}$|"
    r"pursuant to the requirements? of (?:section \d\S{0,9} (?:or \d\S{0,9} )?of )?the securities)",
    re.IGNORECASE | re.MULTILINE,
)
_PART_HEADING = re.compile(r"\n[^\w\n]{0,8}part\s{1,3}(?:iv|i{1,3}|[1-4])\b[^\n]{0,80}\s*\Z", re.IGNORECASE)
_KEPT_AFTER_SIGNATURES = 12_000
_TITLE_LENGTH = 300


@dataclass(frozen=True, slots=True)
class FilingDocument:
    """A filing's primary document (or its full submission) as fetched, with what the index says of it."""

    cik: str
    accession_number: str
    form: str
    name: str
    body: bytes
    filed: date | None = None
    accepted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SplitFailure:
    """A document that could not be read, and why."""

    cik: str
    accession_number: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class SplitText:
    """Rows of table FILING_TEXT, and the documents that gave none."""

    frame: pl.DataFrame
    failures: list[SplitFailure]


@dataclass(frozen=True, slots=True)
class ItemText:
    """One item of a document: code, heading as filed, text with its heading."""

    item: str
    title: str | None
    text: str


def split_filings(documents: Iterable[FilingDocument]) -> SplitText:
    """Split every document into its items.

    Returns:
        Rows of table FILING_TEXT (unique per cik, accession_number, item) and one failure per unreadable document.
    """
    rows: list[dict[str, object]] = []
    failures: list[SplitFailure] = []
    for document in documents:
        try:
            rows.extend(_rows(document))
        except InputError as error:
            failures.append(SplitFailure(document.cik, document.accession_number, document.name, str(error)))
    return SplitText(FILING_TEXT.frame(rows), failures)


def split_text(text: str, form: str) -> list[ItemText]:
    """Split plain text of a filing into its items; one entry `document` where there are none."""
    catalogue = catalogue_of(form)
    found = _found(text, catalogue) if catalogue else []
    return found or [ItemText(WHOLE, None, text)]


def _rows(document: FilingDocument) -> list[dict[str, object]]:
    cik = normalize_cik(document.cik)
    accession = normalize_accession(document.accession_number)
    text = document_text(document.body, document.form)
    return [
        {
            "cik": cik,
            "accession_number": accession,
            "item": part.item,
            "title": part.title,
            "text": part.text,
            "n_words": len(part.text.split()),
            "ordinal": ordinal,
            "document": document.name,
            "form": document.form,
            "filed": document.filed,
            "accepted_at": document.accepted_at,
        }
        for ordinal, part in enumerate(split_text(text, document.form))
    ]


def _found(text: str, catalogue: Catalogue) -> list[ItemText]:
    chosen = choose(find_candidates(text, catalogue), catalogue, text)
    if not chosen:
        return []
    end = _end_of_items(text, chosen[-1].start)
    found: dict[str, ItemText] = {}
    for heading, start, stop in sections(chosen, end):
        title = " ".join(heading.title.split())[:_TITLE_LENGTH]
        body = _PART_HEADING.sub("", text[start:stop]).strip()
        _add(found, ItemText(catalogue.items[heading.order].code, title, body))
    if len(text) - end > _KEPT_AFTER_SIGNATURES:
        home = next((code for code in catalogue.statements if code in found), list(found)[-1])
        _add(found, ItemText(home, None, text[end:].strip()))
    return list(found.values())


def _add(found: dict[str, ItemText], part: ItemText) -> None:
    """Keep `part`; a document may return to an item, and its texts belong together."""
    known = found.get(part.item)
    found[part.item] = ItemText(part.item, known.title, f"{known.text}\n\n{part.text}") if known else part


def _end_of_items(text: str, start: int) -> int:
    """Return where the last item ends: at the signatures, or with the text."""
    match = _SIGNATURES.search(text, start)
    return match.start() if match else len(text)
