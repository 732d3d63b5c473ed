"""How much of each exchange and form is there, counted by scans over the lake. What failed and why is `diagnosis`."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import polars as pl

from sec_assets.errors import CorruptError
from sec_assets.storage.lake import Lake
from sec_assets.storage.places import Place, for_each
from sec_assets.tables import ARTIFACTS, FILINGS_INDEX, TICKER_MAP, Table

NO_EXCHANGE = "none given"
UNLISTED = "no ticker"


@dataclass(frozen=True, slots=True)
class Scan:
    """The partitions of a table that can be read, as one lazy frame, and those that cannot."""

    rows: pl.LazyFrame
    damaged: tuple[Place, ...]


def scan(lake: Lake, table: Table) -> Scan:
    """Scan all partitions of a table; only the footers are read here, or from an object store the columns counted below."""
    paths = [lake.path(table, cik) for cik in lake.ciks(table)]
    files = [path for path in paths if isinstance(path, Path)]
    return _scan(table, files) if len(files) == len(paths) else _fetch(lake, table)


_COUNTED = ("cik", "accession_number", "form", "status", "bytes")


def _fetch(lake: Lake, table: Table) -> Scan:
    ciks = lake.ciks(table)
    frames = list(for_each(lake.root, partial(_columns_of, lake, table), ciks))
    damaged = [lake.path(table, cik) for cik, frame in zip(ciks, frames, strict=True) if frame is None]
    return Scan(pl.concat([frame for frame in frames if frame is not None] or [table.frame()]).lazy(), tuple(damaged))


def _columns_of(lake: Lake, table: Table, cik: str) -> pl.DataFrame | None:
    try:
        return lake.read(table, cik=cik).select(name for name in _COUNTED if name in table.schema)
    except CorruptError:
        return None


def _scan(table: Table, files: list[Path]) -> Scan:
    good: list[Path] = []
    damaged: list[Path] = []
    for path in files:
        try:
            fits = dict(pl.read_parquet_schema(path)).keys() >= table.schema.keys()
        except (pl.exceptions.PolarsError, OSError):
            fits = False
        (good if fits else damaged).append(path)
    rows = pl.scan_parquet(good, glob=False, hive_partitioning=False) if good else table.frame().lazy()
    return Scan(rows, tuple(damaged))


def by_exchange(lake: Lake, status: pl.DataFrame, index: pl.LazyFrame, documents: pl.LazyFrame) -> pl.DataFrame:
    """Count companies, filings and documents per exchange of the company's first ticker.

    Args:
        lake: where the ticker map lies.
        status: newest rows of table `status`.
        index: table `filings_index`.
        documents: table `artifacts`.

    Returns:
        exchange (String), listed, with_index, with_documents, failed (companies), never_asked (companies), filings, stored,
        missing (documents); all counts are whole numbers.
    """
    tickers = lake.read(TICKER_MAP).sort("is_primary", descending=True, maintain_order=True).unique("cik", keep="first")
    exchange = pl.col("exchange").fill_null(NO_EXCHANGE)
    listed = tickers.select("cik", exchange.alias("exchange"), pl.lit(value=True).alias("listed"))
    edgar = pl.col("asset").is_in([FILINGS_INDEX.name, ARTIFACTS.name])
    judged = (
        status.filter(edgar).group_by("cik").agg(pl.col("state").is_in(["failed", "partial"]).any().alias("failed"))
    )
    filings = index.group_by("cik").agg(pl.len().alias("filings")).collect()
    stored = pl.col("status") == "stored"
    held = documents.group_by("cik").agg(stored.sum().alias("stored"), (~stored).sum().alias("missing")).collect()
    companies = listed.join(judged, on="cik", how="full", coalesce=True)
    for part in (filings, held):
        companies = companies.join(part, on="cik", how="full", coalesce=True)
    return (
        companies.with_columns(pl.col("exchange").fill_null(UNLISTED))
        .group_by("exchange")
        .agg(
            pl.col("listed").sum(),
            (pl.col("filings") > 0).sum().alias("with_index"),
            (pl.col("stored") > 0).sum().alias("with_documents"),
            pl.col("failed").sum(),
            (pl.col("failed").is_null() & pl.col("filings").is_null()).sum().alias("never_asked"),
            pl.col("filings", "stored", "missing").sum(),
        )
        .cast(dict.fromkeys(_COUNTS, pl.Int64))
        .sort("listed", "exchange", descending=[True, False])
    )


_COUNTS = ("listed", "with_index", "with_documents", "failed", "never_asked", "filings", "stored", "missing")


def by_form(index: pl.LazyFrame, documents: pl.LazyFrame, forms: tuple[str, ...]) -> pl.DataFrame:
    """Count filings and documents of the chosen forms.

    Returns:
        form (String), filings known, begun (filings with documents on record), stored, absent, failed (documents), bytes
        (of stored documents); all counts are whole numbers.
    """
    known = index.filter(pl.col("form").is_in(list(forms))).group_by("form").agg(pl.len().alias("filings")).collect()
    state = pl.col("status")
    held = (
        documents.group_by("form")
        .agg(
            pl.col("accession_number").n_unique().alias("begun"),
            *[(state == name).sum().alias(name) for name in ("stored", "absent", "failed")],
            pl.col("bytes").sum(),
        )
        .collect()
    )
    counted = known.join(held, on="form", how="full", coalesce=True)
    return counted.with_columns(pl.exclude("form").fill_null(0).cast(pl.Int64)).sort(
        "filings", "form", descending=[True, False]
    )
