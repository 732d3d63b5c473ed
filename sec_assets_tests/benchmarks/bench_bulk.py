"""How fast the nightly archives become lake files, on archives of EDGAR's size that are made here first.

    python -m sec_assets_tests.benchmarks.bench_bulk                      # 947,319 members, 5,911 companies; makes 0.9 GB, takes its time
    python -m sec_assets_tests.benchmarks.bench_bulk --members 20000 --companies 500 --facts-companies 100

Archives are kept in the folder and used again. Every pass begins with an empty lake; the second one finds nothing changed.
"""

import argparse
import os
import resource
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table as Board

from sec_assets.edgar.bulk.batches import members_of
from sec_assets.edgar.bulk.directory import read_directory
from sec_assets.edgar.bulk.ledger import Ledger
from sec_assets.edgar.client import Stored
from sec_assets.pipeline.bulk import ArchivePass, Work, cik_of, index_batch
from sec_assets.pipeline.bulk_facts import facts_batch
from sec_assets.pipeline.outcome import Outcome, Store
from sec_assets.resources import FanOutResource
from sec_assets.sample import crowd
from sec_assets.storage.documents import DocumentStore
from sec_assets.storage.lake import Lake
from sec_assets.tables import COMPANYFACTS, FILINGS_INDEX, Table
from sec_assets_tests.memory import peak_megabytes

MB = 1e6


@dataclass(frozen=True)
class Timed:
    """Seconds on the wall, and seconds of CPU of this process and its children."""

    wall: float
    own: float
    children: float


def timed(run: Callable[[], object]) -> Timed:
    def cpu(who: int) -> float:
        usage = resource.getrusage(who)
        return usage.ru_utime + usage.ru_stime

    before = time.perf_counter(), cpu(resource.RUSAGE_SELF), cpu(resource.RUSAGE_CHILDREN)
    run()
    after = time.perf_counter(), cpu(resource.RUSAGE_SELF), cpu(resource.RUSAGE_CHILDREN)
    return Timed(*(end - start for start, end in zip(before, after, strict=True)))


def measured(work: Work, store: Store, archive: Path, at: datetime, companies: list) -> Outcome:
    """Do a batch, and note the memory of the process that did it."""
    outcome = work(store, archive, at, companies)
    return replace(outcome, notes={"peak": str(peak_megabytes())})


class Bench:
    """One archive into an empty lake, then once more."""

    def __init__(self, folder: Path, name: str, table: Table, work: Work, ciks: list[str]) -> None:
        self._path, self._table, self._work, self._ciks = folder / "www.sec.gov" / name, table, work, ciks
        shutil.rmtree(folder / "lake" / table.name, ignore_errors=True)
        ledger = folder / "state" / f"{table.name}.parquet"
        ledger.unlink(missing_ok=True)
        self._store, self._ledger = Store(Lake(folder / "lake"), DocumentStore(folder)), Ledger(ledger)
        self._rows = self._failed = 0
        self._peak = 0.0

    def run(self) -> None:
        now = datetime.now(UTC)
        stored = Stored(f"https://www.sec.gov/{self._path.name}", "", 0, "", now, downloaded=False)
        self._rows = self._failed = 0
        for outcome in ArchivePass(stored, self._store, self._ledger, self._table, self._ciks).outcomes(
            partial(measured, self._work), spread, now
        ):
            self._rows += sum(item.rows for item in outcome.written.values())
            self._failed += len(outcome.failed)
            self._peak = max(self._peak, float(outcome.notes.get("peak", 0)))

    def board(self, processes: int) -> Board:
        listed = timed(lambda: read_directory(self._path))
        directory = read_directory(self._path)
        packed = sum(m.compressed for company in members_of(directory.members, self._ciks) for m in company.members)
        first, second = timed(self.run), timed(self.run)
        board = Board(
            title=f"{self._path.name}: {directory.members.height:,} members, {self._path.stat().st_size / MB:,.0f} MB"
        )
        board.add_column("what")
        board.add_column("value", justify="right")
        core_seconds = first.children or first.own
        for what, value in (
            ("directory read", f"{listed.wall:.2f} s"),
            ("companies", f"{len(self._ciks):,} ({self._failed} failed)"),
            ("rows", f"{self._rows:,}"),
            ("zip bytes of the companies", f"{packed / MB:,.1f} MB"),
            ("first pass", f"{first.wall:.1f} s on {processes} processes"),
            ("companies per second", f"{len(self._ciks) / first.wall:,.0f}"),
            ("zip per second of wall and process", f"{packed / MB / first.wall / processes:.2f} MB/s"),
            ("zip per second of CPU (workers)", f"{packed / MB / core_seconds:.2f} MB/s"),
            ("CPU of the workers, of the parent", f"{first.children:.1f} s, {first.own:.1f} s"),
            ("second pass, nothing changed", f"{second.wall:.1f} s"),
            ("peak memory of this process", f"{peak_megabytes():.0f} MiB"),
            ("peak memory of the largest worker", f"{self._peak:.0f} MiB"),
        ):
            board.add_row(what, value)
        return board


def spread(function: Callable[[list], Outcome], batches: Iterable[list]) -> Iterator[Outcome]:
    return FanOutResource().batches(function, batches, name=cik_of)


def made(path: Path, write: Callable[[Path], None], console: Console) -> None:
    if path.is_file():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    console.print(f"making {path} …")
    part = path.with_suffix(".part")
    write(part)
    part.replace(path)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench_bulk", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("/tmp/sec_assets_bench_bulk"))
    parser.add_argument("--members", type=int, default=947_319)
    parser.add_argument("--companies", type=int, default=5_911)
    parser.add_argument("--facts-companies", type=int, default=600)
    given = parser.parse_args()
    console = Console()
    processes = os.cpu_count() or 1
    name = f"submissions_{given.members}_{given.companies}.zip"
    made(
        given.folder / "www.sec.gov" / name,
        lambda path: crowd.write_submissions(path, members=given.members, companies=given.companies),
        console,
    )
    ciks = crowd.ciks_of(given.companies, given.members)
    console.print(Bench(given.folder, name, FILINGS_INDEX, index_batch, ciks).board(processes))
    count = given.facts_companies
    name = f"companyfacts_{count}.zip"
    made(
        given.folder / "www.sec.gov" / name,
        lambda path: crowd.write_companyfacts(path, companies=count, members=10 * count),
        console,
    )
    ciks = crowd.ciks_of(count, 10 * count)
    console.print(Bench(given.folder, name, COMPANYFACTS, facts_batch, ciks).board(processes))


if __name__ == "__main__":
    main()
