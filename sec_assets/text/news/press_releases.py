"""Press releases (EX-99 exhibits of 8-K and 6-K) as rows of table NEWS.

The one source of news with a clear right to keep it. Title is the first line that reads like a headline, past the
exhibit number, release notices, dates and contacts; summary is how the text goes on. Feeds are `feed`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from sec_assets.errors import InputError, MalformedError
from sec_assets.identifiers import normalize_accession, normalize_cik
from sec_assets.tables import NEWS
from sec_assets.text.html_text import document_text
from sec_assets.text.news.clean import SUMMARY_LENGTH, TITLE_LENGTH, plain, web_address

SOURCE = "press_release"
_TITLE_WORDS = 45
_SEARCHED_LINES = 80
_FURNITURE = re.compile(
    r"\W*(?:exhibit|ex)[\s-]*99\b.{0,60}$|\W*(?:exhibit|document)\W*$|.{0,40}\bfor (?:immediate )?release\b.{0,60}$|"
    r"\W*(?:press|news|media|earnings)\s+(?:release|information|announcement|contacts?)\b.{0,40}$|"
    r".{0,40}\bcontacts?\s?(?:information)?\s?:|\W*contacts?\W*$|"
    r"(?:investor|media|press|analyst|public)s?\s?(?:and media |/ ?media )?(?:relations|contacts?|inquiries)\b|"
    r"(?:page|page \d+ of) ?\d+$|https?://|www\.|\W*[\w.+-]+@[\w-]+\.|\W*embargo|\W*table of contents",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"(?:(?:mon|tues|wednes|thurs|fri)day,?\s+)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+\d{1,2},?\s+\d{4}\W*$",
    re.IGNORECASE,
)
_LETTERHEAD = re.compile(
    r"\b[A-Z]{2}\s+\d{5}\b|\bP\.?O\.? Box|\b(?:fax|phone|tel(?:ephone)?)\s?[:.]|\b\d{3}[-.]\d{3}[-.]\d{4}\b",
    re.IGNORECASE,
)
_ORNAMENT = re.compile(
    r"\[[^\]]{0,60}logo[^\]]{0,20}\]|\bexhibit 99(?:\.\d{1,2})?\b|\(?\b(?:nasdaq|nyse)\s?:\s?[A-Z.]{1,6}\b\)?(?=\s|$)|[-–—_=*]{3,}",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{2,}")
_SENTENCE_END = re.compile(r"(?<=[a-z0-9)”\"])[.!?](?=\s|$)")


@dataclass(frozen=True, slots=True)
class PressReleaseDocument:
    """An EX-99 exhibit as fetched: `url` is its address at EDGAR, `name` its file name."""

    cik: str
    accession_number: str
    name: str
    url: str
    body: bytes
    accepted_at: datetime
    document_type: str = "EX-99.1"


@dataclass(frozen=True, slots=True)
class ReleaseFailure:
    """An exhibit that could not be read, and why."""

    cik: str
    accession_number: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class PressReleases:
    """Rows of table NEWS, and the exhibits that gave none."""

    frame: pl.DataFrame
    failures: list[ReleaseFailure]


def press_releases(exhibits: Iterable[PressReleaseDocument]) -> PressReleases:
    """Read exhibits; `published_at` is the acceptance by EDGAR, `article_id` is accession number and file name.

    An unreadable exhibit (PDF, image only, empty) is a failure and does not concern the others.
    """
    rows: list[dict[str, object]] = []
    failures: list[ReleaseFailure] = []
    for exhibit in exhibits:
        try:
            rows.append(_row(exhibit))
        except InputError as error:
            failures.append(ReleaseFailure(exhibit.cik, exhibit.accession_number, exhibit.name, str(error)))
    return PressReleases(NEWS.frame(rows).unique(NEWS.key, keep="first", maintain_order=True), failures)


def _row(exhibit: PressReleaseDocument) -> dict[str, object]:
    accession = normalize_accession(exhibit.accession_number)
    title, summary = headline(document_text(exhibit.body, exhibit.document_type))
    if not title:
        raise MalformedError(f"{exhibit.name} of {accession}: no headline and no sentence found")
    return {
        "cik": normalize_cik(exhibit.cik),
        "article_id": f"{accession}/{exhibit.name}",
        "published_at": exhibit.accepted_at,
        "source": SOURCE,
        "title": title,
        "summary": summary or None,
        "url": web_address(exhibit.url),
        "accession_number": accession,
    }


def headline(text: str) -> tuple[str, str]:
    """Return (title, opening) of a press release; both empty when it has no line of words.

    Args:
        text: plain text with paragraphs parted by blank lines.
    """
    blocks = [_without_ornament(block) for block in re.split(r"\n[ \t]*\n", text[:100_000])]
    blocks = [block for block in blocks if block]
    index = next((i for i, block in enumerate(blocks[:_SEARCHED_LINES]) if _is_headline(block)), None)
    if index is None:
        index = next((i for i, block in enumerate(blocks) if _WORD.search(block)), None)
        if index is None:
            return "", ""
    title, rest = _shortened(blocks[index])
    following = (block for block in blocks[index + 1 :] if not _FURNITURE.match(block))
    opening = " ".join([rest, *_until_enough(following)]) if rest else " ".join(_until_enough(following))
    return plain(title, TITLE_LENGTH), plain(opening, SUMMARY_LENGTH)


def _without_ornament(block: str) -> str:
    """Drop logos, rules and the exhibit number; long blocks are prose and stay as they are."""
    line = " ".join(block.split())
    if len(line) > 200:
        return line
    return " ".join(_ORNAMENT.sub(" ", line).split()).lstrip("-–— ")


def _is_headline(block: str) -> bool:
    if (
        _FURNITURE.match(block)
        or _DATE.match(block)
        or "@" in block
        or (len(block) < 200 and _LETTERHEAD.search(block))
    ):
        return False
    return len(_WORD.findall(block[:400])) >= 4


def _shortened(block: str) -> tuple[str, str]:
    """Take the first sentence of a block that is a paragraph rather than a heading."""
    if len(block.split()) <= _TITLE_WORDS:
        return block, ""
    end = _SENTENCE_END.search(block, 20)
    return (block[: end.end()], block[end.end() :].strip()) if end else (block, "")


def _until_enough(blocks: Iterable[str]) -> list[str]:
    taken: list[str] = []
    for block in blocks:
        taken.append(block)
        if sum(map(len, taken)) > SUMMARY_LENGTH:
            break
    return taken
