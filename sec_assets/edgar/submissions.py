"""A company's submissions file and its older pages as the tables `filings_index` and `companies`.

The file is columnar JSON; it becomes a frame without a loop over filings. Which clock the acceptance times show is
`acceptance.py`, which filings are wanted is `selection.py`. A page that cannot be read is named, what was read is kept.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from sec_assets.edgar.acceptance import with_acceptance
from sec_assets.edgar.urls import submissions_page_url, submissions_url
from sec_assets.errors import InputError, MalformedError
from sec_assets.identifiers import normalize_cik
from sec_assets.tables import COMPANIES, FILINGS_INDEX, UTC_INSTANT

if TYPE_CHECKING:
    from sec_assets.edgar.client import EdgarClient

_REQUIRED = {
    "accessionNumber": "accession_number",
    "filingDate": "filing_date",
    "acceptanceDateTime": "acceptance_raw",
    "form": "form",
    "primaryDocument": "primary_document",
}
_OPTIONAL = {
    "reportDate": "report_date",
    "act": "act",
    "fileNumber": "file_number",
    "filmNumber": "film_number",
    "items": "items",
    "size": "size",
    "isXBRL": "is_xbrl",
    "isInlineXBRL": "is_inline_xbrl",
    "primaryDocDescription": "primary_document_description",
}
_COLUMNS = _REQUIRED | _OPTIONAL
_NUMBERS = {"size", "isXBRL", "isInlineXBRL"}
_ACCESSION = r"^\d{10}-\d{2}-\d{6}$"


@dataclass(frozen=True, slots=True)
class LoadedFilings:
    """What a company's submissions say.

    `index` — table `filings_index`; `company` — table `companies`, one row; `problems` — one sentence for every page or
    row that could not be used: the index is incomplete by them.
    """

    index: pl.DataFrame
    company: pl.DataFrame
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RawFilings:
    """A company's submissions as read, texts not yet looked at; see `finish_filings`.

    Attributes:
        cik: ten digits.
        company: what its recent page says of the company.
        pages: the rows of each page, or a sentence instead of a page that could not be read.
        digest: of the bytes of the pages that could be read, SHA-256 in hexadecimal.
    """

    cik: str
    company: dict[str, object]
    pages: tuple["RawPage | str", ...]
    digest: str


@dataclass(frozen=True, slots=True)
class RawPage:
    """The rows of one page: `frame` has those columns of `filings_index` that the page gives, as texts."""

    name: str
    fetched_at: datetime
    frame: pl.DataFrame
    announced: int | None = None


Source = Callable[[str], tuple[bytes, datetime]]
"""Returns the content of a submissions file, named like `CIK0000320193.json`, and when EDGAR served it."""


def fetch_filings(client: "EdgarClient", cik: str, *, refresh: bool = False) -> RawFilings:
    """Fetch and read all filings of a company, recent and older pages; `finish_filings` makes rows of them.

    An older page that is absent or unreadable is a problem and the rest is kept; an outage ends the read.

    Args:
        client: where pages are asked for.
        cik: the company.
        refresh: ask for the recent page even if a fresh copy is in the cache.

    Raises:
        AbsentError: EDGAR has no submissions file of this CIK.
        MalformedError: the file is not a submissions file, or another company's.
    """
    key = normalize_cik(cik)
    main = submissions_url(key)

    def source(name: str) -> tuple[bytes, datetime]:
        url = main if main.endswith(f"/{name}") else submissions_page_url(name)
        fetched = client.get(url, expect="json", refresh=refresh and url == main)
        return fetched.body, fetched.fetched_at

    return read_filings(source, key)


def read_filings(source: Source, cik: str) -> RawFilings:
    """Read all pages of a company, wherever they come from; see `fetch_filings` for what it raises."""
    name, digest = f"CIK{cik}.json", sha256()

    def heard(page: str) -> tuple[bytes, datetime]:
        content, fetched_at = source(page)
        digest.update(content)
        return content, fetched_at

    content, fetched_at = heard(name)
    body = _object(content, name)
    if _cik_of(body, name) != cik:
        raise MalformedError(f"{name} describes company {body.get('cik')!r}, not {cik}")
    filings = body.get("filings")
    if not isinstance(filings, Mapping) or not isinstance(filings.get("recent"), Mapping):
        raise MalformedError(f"{name}: filings.recent is missing")
    pages: list[RawPage | str] = [RawPage(name, fetched_at, read_page(filings["recent"], name))]
    for page in _pages(filings.get("files"), name):
        try:
            pages.append(_read_page(heard, cik, page))
        except InputError as error:
            pages.append(f"older page {page.get('name')!r} is missing from the index: {error}")
    return RawFilings(cik, parse_company(body, cik), tuple(pages), digest.hexdigest())


def _read_page(source: Source, cik: str, page: Mapping[str, Any]) -> RawPage:
    name = str(page.get("name"))
    submissions_page_url(name)
    if not name.startswith(f"CIK{cik}-"):
        raise MalformedError(f"it belongs to another company than {cik}")
    content, fetched_at = source(name)
    announced = page.get("filingCount")
    frame = read_page(_object(content, name), name)
    return RawPage(name, fetched_at, frame, announced if isinstance(announced, int) else None)


def finish_filings(companies: Sequence[RawFilings]) -> list[tuple[str, LoadedFilings]]:
    """Turn the pages of any number of companies into rows at once; return (cik, its filings) in the same order.

    A filing on two pages of a company counts once, the newer page wins; acceptance times are judged per company.
    """
    if not companies:
        return []
    usable, problems = _usable(_typed(_joined(companies)))
    counts = {(cik, page): count for cik, page, count in usable.group_by("cik", "page").len().iter_rows()}
    joined = usable.unique(["cik", "accession_number"], keep="first", maintain_order=True)
    index = FILINGS_INDEX.conform(with_acceptance(joined).drop("page"))
    parts = {str(key[0]): part for key, part in index.partition_by("cik", as_dict=True).items()}
    profiles = COMPANIES.frame([raw.company for raw in companies]).partition_by("cik", as_dict=True)
    empty = FILINGS_INDEX.frame()
    return [
        (
            raw.cik,
            LoadedFilings(parts.get(raw.cik, empty), profiles[(raw.cik,)], tuple(_all_problems(raw, problems, counts))),
        )
        for raw in companies
    ]


def _joined(companies: Sequence[RawFilings]) -> pl.DataFrame:
    """Return the rows of all pages with `cik`, `page` and `fetched_at`."""
    pages = [(raw.cik, page) for raw in companies for page in raw.pages if isinstance(page, RawPage)]
    origins = pl.DataFrame(
        [(cik, page.name, page.fetched_at) for cik, page in pages],
        schema={"cik": pl.String, "page": pl.String, "fetched_at": UTC_INSTANT},
        orient="row",
    )
    rows = np.repeat(np.arange(len(pages)), [page.frame.height for _, page in pages])
    return pl.concat([page.frame for _, page in pages]).hstack(origins[rows])


def _all_problems(
    raw: RawFilings, rows: Mapping[tuple[str, str], list[str]], counts: Mapping[tuple[str, str], int]
) -> Iterator[str]:
    for page in raw.pages:
        if isinstance(page, str):
            yield page
            continue
        yield from rows.get((raw.cik, page.name), [])
        count = counts.get((raw.cik, page.name), 0)
        if page.announced is not None and page.announced > count:
            yield f"{page.name} holds {count} of {page.announced} filings announced for it"


def _object(body: bytes, name: str) -> Mapping[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedError(f"{name} is not JSON ({str(error)[:120]}); it begins {body[:40]!r}") from error
    if not isinstance(data, Mapping):
        raise MalformedError(f"{name}: expected an object, found {type(data).__name__}")
    return data


def _cik_of(body: Mapping[str, Any], name: str) -> str:
    try:
        return normalize_cik(body.get("cik", ""))
    except InputError as error:
        raise MalformedError(f"{name}: {error}") from error


def _pages(files: object, name: str) -> list[Mapping[str, Any]]:
    if files is None:
        return []
    if not isinstance(files, list) or not all(isinstance(page, Mapping) for page in files):
        raise MalformedError(f"{name}: filings.files is not a list of pages")
    return files


def read_page(columns: Mapping[str, Any], page: str) -> pl.DataFrame:
    """Take the known columns of a columnar page as they are; those it lacks are null.

    Raises:
        MalformedError: a required column is missing, or the columns differ in length.
    """
    missing = [name for name in _REQUIRED if not isinstance(columns.get(name), list)]
    if missing:
        raise MalformedError(f"{page}: columns {missing} are missing")
    present = {name: columns[name] for name in _COLUMNS if isinstance(columns.get(name), list)}
    lengths = {name: len(values) for name, values in present.items()}
    if len(set(lengths.values())) > 1:
        raise MalformedError(f"{page}: columns differ in length: {lengths}")
    absent = [None] * lengths["accessionNumber"]
    return pl.DataFrame(
        [pl.Series(_COLUMNS[name], present.get(name, absent), dtype=_dtype(name), strict=False) for name in _COLUMNS]
    )


def _dtype(name: str) -> pl.DataType:
    return pl.Int64() if name in _NUMBERS else pl.String()


def _typed(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col(pl.String).replace("", None)).with_columns(
        pl.col("filing_date").str.to_date("%Y-%m-%d", strict=False),
        pl.col("report_date").alias("_report_raw"),
        pl.col("report_date").str.to_date("%Y-%m-%d", strict=False),
        pl.col("is_xbrl", "is_inline_xbrl").cast(pl.Boolean),
    )


def _usable(frame: pl.DataFrame) -> tuple[pl.DataFrame, dict[tuple[str, str], list[str]]]:
    """Return the usable rows, and per (cik, page) one sentence for each that is dropped or has no report date."""
    good = (
        pl.col("accession_number").str.contains(_ACCESSION).fill_null(value=False)
        & pl.col("form").is_not_null()
        & pl.col("filing_date").is_not_null()
    )
    problems: dict[tuple[str, str], list[str]] = {}
    for row in frame.filter(~good).iter_rows(named=True):
        problems.setdefault((row["cik"], row["page"]), []).append(
            f"{row['page']}: filing {row['accession_number']!r} (form {row['form']!r}) has no usable number, form or filing date"
        )
    undated = good & pl.col("report_date").is_null() & pl.col("_report_raw").is_not_null()
    for row in frame.filter(undated).iter_rows(named=True):
        problems.setdefault((row["cik"], row["page"]), []).append(
            f"{row['page']}: filing {row['accession_number']}: report date {row['_report_raw']!r} is not a date"
        )
    return frame.filter(good).drop("_report_raw"), problems


def parse_company(body: Mapping[str, Any], cik: str) -> dict[str, object]:
    """Return the company's own row (table `companies`) from its submissions file."""

    def text(name: str) -> str | None:
        value = body.get(name)
        return value.strip() or None if isinstance(value, str) else None

    former = body.get("formerNames")
    return {
        "cik": cik,
        "name": text("name"),
        "entity_type": text("entityType"),
        "sic": text("sic"),
        "sic_description": text("sicDescription"),
        "category": text("category"),
        "fiscal_year_end": text("fiscalYearEnd"),
        "state_of_incorporation": text("stateOfIncorporation"),
        "former_names": json.dumps(former, ensure_ascii=False) if isinstance(former, list) else None,
    }


def merge_first_seen(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Join what was known with what was read now (both table `filings_index`, any number of companies).

    Rows read now win, except that `fetched_at` stays the instant at which the filing was first seen; so a second read
    of the same changes nothing. Filings that are no longer listed stay: they were public once.
    """
    first = old.select("cik", "accession_number", pl.col("fetched_at").alias("_first"))
    kept = new.join(first, on=["cik", "accession_number"], how="left").with_columns(
        pl.coalesce("_first", "fetched_at").alias("fetched_at")
    )
    gone = old.join(new, on=["cik", "accession_number"], how="anti")
    return FILINGS_INDEX.conform(pl.concat([kept.drop("_first"), gone]))
