"""The chosen documents of companies, brought into the store; companies overlap, those without any document come first."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import polars as pl

from sec_assets.edgar.artifacts import Assignment, Interrupted, collect_artifacts
from sec_assets.edgar.client import EdgarClient
from sec_assets.edgar.effort import Effort
from sec_assets.edgar.selection import select_filings
from sec_assets.errors import CorruptError, InputError
from sec_assets.pipeline.outcome import Outcome, Store, in_words, never_made
from sec_assets.settings import Settings
from sec_assets.storage.lake import Lake
from sec_assets.storage.places import for_each, with_each
from sec_assets.tables import ARTIFACTS, FILINGS_INDEX


def collect_companies(
    client: EdgarClient, store: Store, settings: Settings, ciks: Sequence[str], effort: Effort
) -> Iterator[Outcome]:
    """Yield an outcome per company as soon as it is complete: which documents lie where, which are missing and why.

    Raises:
        OutageError: EDGAR cannot be reached, or pauses us; documents fetched so far are on record.
        StoppedError: `effort.stop` was set; likewise.
    """
    without_index = never_made(store.lake, FILINGS_INDEX, ciks)
    if without_index:
        yield Outcome(list(without_index), failed=without_index)
    work = _Work(store.lake, settings)
    chosen = [cik for cik in ciks if cik not in without_index]
    try:
        for done in collect_artifacts(client, work.assignments(without_documents_first(store.lake, chosen)), effort):
            note = work.notes.pop(done.cik, None)
            yield Outcome(
                [done.cik],
                frame=done.frame,
                partial=_missing(done.cik, done.frame),
                notes={done.cik: note} if note else {},
            )
            yield from work.unreadable()
    except Interrupted as interruption:
        for part in interruption.parts:
            store.lake.write(ARTIFACTS, part.frame, cik=part.cik)
        raise interruption.cause from interruption
    yield from work.unreadable()


def without_documents_first(lake: Lake, ciks: Sequence[str]) -> list[str]:
    """Return the companies, those without a stored document first, else in the order given."""
    held = companies_with_documents(lake, ciks)
    return sorted(ciks, key=held.__contains__)


def companies_with_documents(lake: Lake, ciks: Sequence[str]) -> set[str]:
    """Return the companies that have at least one stored document on record; a damaged partition counts as none."""
    if not isinstance(lake.root, Path):
        return {cik for cik, holds in with_each(lake.root, partial(_holds_one, lake), ciks) if holds}
    paths = [path for cik in ciks if isinstance(path := lake.path(ARTIFACTS, cik), Path) and path.is_file()]
    try:
        return _stored(paths)
    except pl.exceptions.PolarsError:
        return {cik for path in paths for cik in _stored_or_none(path)}


def _holds_one(lake: Lake, cik: str) -> bool:
    try:
        return "stored" in lake.read(ARTIFACTS, cik=cik)["status"]
    except CorruptError:
        return False


def _stored_or_none(path: Path) -> set[str]:
    try:
        return _stored([path])
    except pl.exceptions.PolarsError:
        return set()


def _stored(paths: list[Path]) -> set[str]:
    if not paths:
        return set()
    rows = pl.scan_parquet(paths, glob=False, hive_partitioning=False)
    return set(rows.filter(pl.col("status") == "stored").select(pl.col("cik").unique()).collect()["cik"])


def documents_in_place(store: Store, cik: str) -> bool:
    """Tell whether every document on record as stored lies there with its size."""
    try:
        rows = store.lake.read(ARTIFACTS, cik=cik)
        columns = zip(rows["status"], rows["url"], rows["bytes"], strict=True)
        stored = {url: size for status, url, size in columns if status == "stored"}
        sizes = for_each(store.documents.root, lambda url: store.documents.about(url)[0], stored)
        return all(size == known for size, known in zip(sizes, stored.values(), strict=True))
    except (CorruptError, InputError):
        return False


class _Work:
    """Reads what a company needs when its turn comes, and remembers what there is to say about it."""

    def __init__(self, lake: Lake, settings: Settings) -> None:
        self._lake, self._settings = lake, settings
        self.notes: dict[str, str] = {}
        self._unreadable: dict[str, str] = {}

    def assignments(self, ciks: Sequence[str]) -> Iterator[Assignment]:
        """Yield the companies whose index and known documents can be read."""
        for cik in ciks:
            try:
                index, known = self._lake.read(FILINGS_INDEX, cik=cik), self._lake.read(ARTIFACTS, cik=cik)
            except CorruptError as error:
                self._unreadable[cik] = str(error)
                continue
            filings = select_filings(index, self._settings.forms, self._settings.years)
            if index.is_empty():
                self.notes[cik] = "filings_index holds no filings of it"
            elif filings.is_empty():
                self.notes[cik] = f"none of its {index.height} filings is of the chosen forms"
            yield Assignment(cik, filings, known)

    def unreadable(self) -> Iterator[Outcome]:
        """Yield the companies met since the last call that could not be read."""
        if self._unreadable:
            failed, self._unreadable = self._unreadable, {}
            yield Outcome(list(failed), failed=failed)


def _missing(cik: str, rows: pl.DataFrame) -> dict[str, str]:
    missing = rows.filter(pl.col("status") != "stored")
    if missing.is_empty():
        return {}
    reasons = [f"{row['accession_number']}/{row['name']}: {row['error']}" for row in missing.iter_rows(named=True)]
    of = f"of {rows.height} documents"
    return {cik: in_words(reasons, f"{of} are missing", f"{of} is missing")}
