"""The chosen documents of companies, brought into the store, one company after the other."""

from collections.abc import Iterator, Sequence

import polars as pl

from sec_assets.edgar.artifacts import Interrupted, collect_artifacts
from sec_assets.edgar.client import EdgarClient
from sec_assets.edgar.selection import select_filings
from sec_assets.errors import CorruptError
from sec_assets.pipeline.outcome import Outcome, Store, in_words, never_made
from sec_assets.settings import Settings
from sec_assets.tables import ARTIFACTS, FILINGS_INDEX


def collect_companies(client: EdgarClient, store: Store, settings: Settings, ciks: Sequence[str]) -> Iterator[Outcome]:
    """Yield one outcome per company: which documents lie where, and which are missing and why.

    Raises:
        OutageError: EDGAR cannot be reached, or pauses us; documents fetched so far are on record.
    """
    without_index = never_made(store.lake, FILINGS_INDEX, ciks)
    for cik in ciks:
        if cik in without_index:
            yield Outcome([cik], failed=without_index)
            continue
        try:
            index, known = store.lake.read(FILINGS_INDEX, cik=cik), store.lake.read(ARTIFACTS, cik=cik)
        except CorruptError as error:
            yield Outcome([cik], failed={cik: str(error)})
            continue
        filings = select_filings(index, settings.forms, settings.years)
        try:
            rows = collect_artifacts(client, filings, known, settings.download_workers)
        except Interrupted as interruption:
            store.lake.write(ARTIFACTS, interruption.rows, cik=cik)
            raise interruption.cause from interruption
        yield Outcome([cik], frame=rows, partial=_missing(cik, rows), notes=_note(cik, index, filings))


def _missing(cik: str, rows: pl.DataFrame) -> dict[str, str]:
    missing = rows.filter(pl.col("status") != "stored")
    if missing.is_empty():
        return {}
    reasons = [f"{row['accession_number']}/{row['name']}: {row['error']}" for row in missing.iter_rows(named=True)]
    return {cik: in_words(reasons, f"of {rows.height} documents are missing")}


def _note(cik: str, index: pl.DataFrame, filings: pl.DataFrame) -> dict[str, str]:
    if index.is_empty():
        return {cik: "filings_index holds no filings of it"}
    return {cik: f"none of its {index.height} filings is of the chosen forms"} if filings.is_empty() else {}
