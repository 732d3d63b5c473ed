"""What is wrong, grouped by reason, with the command that mends it. Reads only; the command line is `cli_stats`."""

import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import polars as pl

from sec_assets.monitor import Usage
from sec_assets.stats.coverage import Scan
from sec_assets.tables import ARTIFACTS, FILINGS_INDEX
from sec_assets.xbrl.walk import IS_COMPILED

Level = Literal["ok", "look", "bad"]
_BACKFILLED = {FILINGS_INDEX.name, ARTIFACTS.name}
_GROUPS = 12
_SCARCE_BYTES, _LOW_BYTES = 1_000_000_000, 5_000_000_000
_STALE_SECONDS = 3600.0
_SPECIFIC = (
    (r"https?://\S+", "URL"),
    (r"\d{10}-\d{2}-\d{6}(/\S+)?", "DOCUMENT"),
    (r"\b\d{10}\b", "CIK"),
    (r"/\S+\.parquet", "FILE"),
    (r"\d+", "N"),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: how bad it is, what it is, an example, and the command or step that mends it."""

    level: Level
    area: str
    what: str
    example: str = ""
    remedy: str = ""


def groups(status: pl.DataFrame) -> pl.DataFrame:
    """Group the companies that are not ok by asset and reason, numbers and names in the reason left out.

    Returns:
        asset, state, reason (String), companies (UInt32), example (one error in full), first and last CIK; most companies first.
    """
    bad = status.filter(pl.col("state").is_in(["failed", "partial"]))
    reason = pl.col("error").fill_null("no reason on record")
    for pattern, name in _SPECIFIC:
        reason = reason.str.replace_all(pattern, name)
    return (
        bad.with_columns(reason=reason.str.slice(0, 160))
        .sort("cik")
        .group_by("asset", "state", "reason")
        .agg(
            pl.len().alias("companies"), pl.col("error").first().alias("example"), pl.col("cik").first().alias("first"),
            pl.col("cik").last().alias("last"),
        )
        .sort("companies", "asset", "reason", descending=[True, False, False])
    )  # fmt: skip


def retry_command(asset: str, first: str, last: str) -> str:
    """Return what makes the companies from `first` to `last` again."""
    if asset in _BACKFILLED:
        return "sec-assets backfill --retry-failed"
    chosen = f"--partition {first}" if first == last else f"--partition-range {first}...{last}"
    return f"dagster asset materialize -m sec_assets.definitions --select 'key:\"{asset}\"+' {chosen}"


def failures(status: pl.DataFrame) -> Iterator[Finding]:
    """Yield a finding per group of failures, the largest first."""
    found = groups(status)
    for row in found.head(_GROUPS).iter_rows(named=True):
        companies = f"{row['companies']:,} {'company' if row['companies'] == 1 else 'companies'}"
        level: Level = "bad" if row["state"] == "failed" else "look"
        remedy = retry_command(row["asset"], row["first"], row["last"])
        yield Finding(level, row["asset"], f"{companies} {row['state']}", f"{row['first']}: {row['example']}", remedy)
    if found.height > _GROUPS:
        yield Finding("look", "failures", f"and {found.height - _GROUPS} more groups in the table status")
    if found.is_empty():
        yield Finding("ok", "failures", "no company failed")


def missing(universe: Sequence[str], status: pl.DataFrame) -> Finding:
    """Tell how many companies of the universe were never asked for."""
    known = status.filter(pl.col("asset") == FILINGS_INDEX.name)["cik"]
    never = sorted(set(universe).difference(known))
    if not never:
        return Finding("ok", "coverage", f"all {len(universe):,} companies of the universe were asked for")
    what = f"{len(never):,} of {len(universe):,} companies of the universe were never asked for"
    return Finding("look", "coverage", what, ", ".join(never[:3]), "sec-assets backfill")


def damaged(name: str, scanned: Scan) -> Iterator[Finding]:
    """Yield a finding if partitions of a table cannot be read."""
    if scanned.damaged:
        paths, ciks = scanned.damaged, sorted(path.stem for path in scanned.damaged)
        chosen = f"--partition {ciks[0]}" if len(ciks) == 1 else f"--partition-range {ciks[0]}...{ciks[-1]}"
        remedy = f"dagster asset materialize -m sec_assets.definitions --select {name} {chosen}"
        yield Finding("bad", name, f"{len(paths):,} damaged files", str(paths[0]), remedy)


def budget(used: Usage | None) -> Finding:
    """Tell whether EDGAR refuses us."""
    if used is None:
        return Finding("ok", "budget", "nothing has been asked yet")
    level: Level = {"OK": "ok", "WARN": "look", "VIOLATION": "bad"}[used.status]  # pyright: ignore[reportAssignmentType]
    waits = f"; until {used.banned_until}" if used.banned_until else ""
    remedy = "wait; then lower SEC_REQUESTS_PER_SECOND if it comes again" if used.banned_until else ""
    return Finding(level, "budget", (used.reason or "within its limits") + waits, remedy=remedy)


def disk(folder: Path) -> Finding:
    """Tell how much room is left where the data lie."""
    place = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(place).free
    what = f"{free / 1e9:,.1f} GB free in {place}"
    if free >= _LOW_BYTES:
        return Finding("ok", "disk", what)
    return Finding(
        "bad" if free < _SCARCE_BYTES else "look", "disk", what, remedy="free space, or move SEC_ASSETS_DATA"
    )


def walk() -> Finding:
    """Tell whether XBRL is read by the compiled walk."""
    if IS_COMPILED:
        return Finding("ok", "XBRL", "read by the compiled walk")
    return Finding("ok", "XBRL", "read in Python; with a C compiler at `make setup` in three fifths of the time")


def temporaries(folders: Sequence[Path]) -> Finding:
    """Tell whether killed writers left files behind."""
    limit = time.time() - _STALE_SECONDS
    stale = [file for folder in folders for file in folder.rglob(".tmp-*") if file.stat().st_mtime < limit]
    if not stale:
        return Finding("ok", "left-overs", "no stale temporary files")
    size = sum(file.stat().st_size for file in stale)
    what = f"{len(stale):,} stale temporary {'file' if len(stale) == 1 else 'files'}, {size / 1e6:,.1f} MB"
    return Finding("look", "left-overs", what, str(stale[0]), "sec-assets init")
