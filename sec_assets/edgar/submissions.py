"""A company's submissions file and its older pages as the tables `filings_index` and `companies`.

The file is columnar JSON; it becomes a frame without a loop over filings. Which clock the acceptance times show is
`acceptance.py`, which filings are wanted is `selection.py`. A page that cannot be read is named, what was read is kept.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from sec_assets.edgar.acceptance import with_acceptance
from sec_assets.edgar.urls import submissions_page_url, submissions_url
from sec_assets.errors import InputError, MalformedError
from sec_assets.identifiers import normalize_cik
from sec_assets.tables import COMPANIES, FILINGS_INDEX

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


def load_filings(client: "EdgarClient", cik: str, *, refresh: bool = False) -> LoadedFilings:
    """Fetch and read all filings of a company, recent and older pages.

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
    fetched = client.get(submissions_url(key), expect="json", refresh=refresh)
    name = f"CIK{key}.json"
    body = _object(fetched.body, name)
    if _cik_of(body, name) != key:
        raise MalformedError(f"{name} describes company {body.get('cik')!r}, not {key}")
    filings = body.get("filings")
    if not isinstance(filings, Mapping) or not isinstance(filings.get("recent"), Mapping):
        raise MalformedError(f"{name}: filings.recent is missing")
    frame, problems = parse_page(filings["recent"], key, name, fetched.fetched_at)
    frames = [frame]
    for page in _pages(filings.get("files"), name):
        try:
            frame, found = _load_page(client, key, page)
        except InputError as error:
            problems.append(f"older page {page.get('name')!r} is missing from the index: {error}")
            continue
        frames.append(frame)
        problems += found
    return LoadedFilings(_index(frames), parse_company(body, key), tuple(problems))


def _load_page(client: "EdgarClient", cik: str, page: Mapping[str, Any]) -> tuple[pl.DataFrame, list[str]]:
    name = str(page.get("name"))
    url = submissions_page_url(name)
    if not name.startswith(f"CIK{cik}-"):
        raise MalformedError(f"it belongs to another company than {cik}")
    fetched = client.get(url, expect="json")
    frame, problems = parse_page(_object(fetched.body, name), cik, name, fetched.fetched_at)
    announced = page.get("filingCount")
    if isinstance(announced, int) and announced > frame.height:
        problems.append(f"{name} holds {frame.height} of {announced} filings announced for it")
    return frame, problems


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


def parse_page(columns: Mapping[str, Any], cik: str, page: str, fetched_at: datetime) -> tuple[pl.DataFrame, list[str]]:
    """Turn one columnar page into rows of `filings_index` plus `page`, acceptance not yet judged.

    Returns the usable rows, and one sentence for every row dropped because its accession number, form or filing date
    cannot be used, or whose report date cannot be read and is null.

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
    series = [
        pl.Series(_COLUMNS[name], values, dtype=pl.Int64 if name in _NUMBERS else pl.String, strict=False)
        for name, values in present.items()
    ]
    frame = _typed(pl.DataFrame(series)).with_columns(
        pl.lit(cik).alias("cik"), pl.lit(page).alias("page"), pl.lit(fetched_at).alias("fetched_at")
    )
    return _usable(frame, page)


def _typed(frame: pl.DataFrame) -> pl.DataFrame:
    absent = [pl.lit(None, dtype=pl.String).alias(name) for name in _COLUMNS.values() if name not in frame.columns]
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    return (
        frame.with_columns(pl.col(name).replace("", None) for name in texts)
        .with_columns(absent)
        .with_columns(
            pl.col("filing_date").str.to_date("%Y-%m-%d", strict=False),
            pl.col("report_date").alias("_report_raw"),
            pl.col("report_date").str.to_date("%Y-%m-%d", strict=False),
            pl.col("size").cast(pl.Int64),
            pl.col("is_xbrl", "is_inline_xbrl").cast(pl.Int64).cast(pl.Boolean),
        )
    )


def _usable(frame: pl.DataFrame, page: str) -> tuple[pl.DataFrame, list[str]]:
    good = (
        pl.col("accession_number").str.contains(_ACCESSION).fill_null(value=False)
        & pl.col("form").is_not_null()
        & pl.col("filing_date").is_not_null()
    )
    bad = frame.filter(~good)
    undated = frame.filter(good & pl.col("report_date").is_null() & pl.col("_report_raw").is_not_null())
    problems = [
        f"{page}: filing {row['accession_number']!r} (form {row['form']!r}) has no usable number, form or filing date"
        for row in bad.iter_rows(named=True)
    ]
    problems += [
        f"{page}: filing {row['accession_number']}: report date {row['_report_raw']!r} is not a date"
        for row in undated.iter_rows(named=True)
    ]
    return frame.filter(good).drop("_report_raw"), problems


def _index(frames: list[pl.DataFrame]) -> pl.DataFrame:
    """Join the pages (a filing on two pages counts once, the newer page wins) and judge the acceptance times."""
    joined = pl.concat(frames).unique("accession_number", keep="first", maintain_order=True)
    return FILINGS_INDEX.conform(with_acceptance(joined).drop("page"))


def parse_company(body: Mapping[str, Any], cik: str) -> pl.DataFrame:
    """Return the company's own row (table `companies`) from its submissions file."""

    def text(name: str) -> str | None:
        value = body.get(name)
        return value.strip() or None if isinstance(value, str) else None

    former = body.get("formerNames")
    row: dict[str, object] = {
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
    return COMPANIES.frame([row])


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
