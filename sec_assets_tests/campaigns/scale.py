"""An invented universe end to end, as a user runs it: what each asset costs, and how that grows with the number of companies.

`make scale` (COMPANIES="50 100 300", SCALE_FOLDER). For every number: a mirror is written, then `dagster asset materialize` runs
all assets over all partitions on the Dask executor, one step at a time so that CPU can be told apart; then once more over the
unchanged universe, and once after 1 % of the companies filed again. Ends with status 1 if a company failed in any run.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import polars as pl
import psutil
from rich.console import Console
from rich.table import Table as Board

from sec_assets.sample.mirror import file_again, settings_of, write_mirror
from sec_assets.sample.models import FIRST_CIK
from sec_assets.storage.lake import Lake
from sec_assets.tables import TABLES, XBRL_FACTS
from sec_assets_tests.campaigns.growth import exponent
from sec_assets_tests.campaigns.meter import Meter
from sec_assets_tests.integration.home import BEHIND_TICKER_MAP, Home

MB = 1_000_000
LONGEST = 6 * 3600.0
ONE_STEP_AT_A_TIME = json.dumps(
    {"execution": {"config": {"cluster": {"local": {"n_workers": 2}}, "max_concurrent": 1}}}
)


@dataclass(frozen=True)
class Cost:
    """What a step cost."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Run:
    """One run over all partitions: costs by step, and of all together with Dagster's start and end."""

    steps: dict[str, Cost]
    whole: Cost
    peak: float
    failed: int

    def companies(self) -> Iterator[tuple[str, Cost]]:
        """Yield the steps of assets, checks apart."""
        yield from ((name, cost) for name, cost in self.steps.items() if name in TABLES or name == "warehouse")


class Universe:
    """A mirror of so many companies, and the data folder a user keeps beside it."""

    def __init__(self, folder: Path, count: int) -> None:
        self.count, self._root = count, folder / f"universe-{count}"
        self.written = write_mirror(self._root, count)
        self.home = Home(folder / f"data-{count}", {**settings_of(self._root), "SEC_ASSETS_BULK": "never"}).init()
        (self.home.data / "portfolio.csv").write_text("ticker,shares,cost_basis\nXAAAA,10,500\n")
        self.home.materialize("ticker_map")

    def file_again(self) -> int:
        """Have one company in a hundred file, at least one; return how many did, and let the cached lists grow old."""
        places = range(0, self.count, 100)
        for place in places:
            file_again(self._root, place)
        self.home = self.home.with_settings(SEC_ASSETS_SUBMISSIONS_MAX_AGE_HOURS="0")
        return len(places)

    def run(self, name: str) -> Run:
        """Materialize everything behind the tickers for all companies."""
        ends = (f"{FIRST_CIK + place:010d}" for place in (0, self.count - 1))
        command = self.home.command(BEHIND_TICKER_MAP, "--partition-range", "...".join(ends), config=ONE_STEP_AT_A_TIME)
        began = time.time()
        process = self.home.start(*command, log=self.home.data.parent / f"{name}-{self.count}.log")
        meter = Meter(psutil.Process(process.pid))
        meter.follow(lambda: process.poll() is None and time.time() - began < LONGEST)
        if process.poll() is None:
            process.terminate()
        bad = self._failed() + (process.wait(60) != 0)
        return Run(self._steps(meter), Cost(time.time() - began, meter.cpu), max(meter.peaks.values()), bad)

    def _steps(self, meter: Meter) -> dict[str, Cost]:
        with self.home.instance() as instance:
            [run] = instance.get_runs(limit=1)
            wanted = {
                dg.DagsterEventType.STEP_START,
                dg.DagsterEventType.STEP_SUCCESS,
                dg.DagsterEventType.STEP_FAILURE,
            }
            events = instance.all_logs(run.run_id, of_type=wanted)
        begun: dict[str, float] = {}
        found: dict[str, Cost] = {}
        for event in events:
            step = str(event.step_key)
            if event.get_dagster_event().event_type is dg.DagsterEventType.STEP_START:
                begun[step] = event.timestamp
            elif step in begun:
                wall, cpu = event.timestamp - begun[step], meter.cpu_between(begun[step], event.timestamp)
                found[step] = Cost(wall, cpu)
        return found

    def _failed(self) -> int:
        return sum(state in {"failed", "partial"} for state, _ in self.home.status().values())


def print_costs(universe: Universe, run: Run, console: Console) -> None:
    """Print a run step by step, with what lies on disk."""
    board = Board("asset", "wall s", "CPU s", "CPU ms/company", "rows", "rows/s of CPU", "files", "MB", "bytes/row")
    for name, cost in run.companies():
        cells = (f"{cost.wall:.1f}", f"{cost.cpu:.1f}", f"{cost.cpu / universe.count * 1000:.0f}")
        board.add_row(name, *cells, *_on_disk(universe.home.lake, name, cost))
    checks = sum(cost.cpu for name, cost in run.steps.items() if name not in dict(run.companies()))
    steps = sum(cost.cpu for cost in run.steps.values())
    board.add_row("checks and report", "", f"{checks:.1f}", f"{checks / universe.count * 1000:.0f}")
    rest = run.whole.cpu - steps
    board.add_row("between the steps", "", f"{rest:.1f}", f"{rest / universe.count * 1000:.0f}")
    board.add_row(
        "whole run", f"{run.whole.wall:.1f}", f"{run.whole.cpu:.1f}", f"{run.whole.cpu / universe.count * 1000:.0f}"
    )
    console.print(board)
    console.print(
        f"peak memory of the largest process {run.peak:.0f} MB; companies that failed, by asset: {run.failed}"
    )


def _on_disk(lake: Lake, name: str, cost: Cost) -> tuple[str, ...]:
    paths = sorted((lake.root / name).glob("[0-9]*.parquet")) if name in TABLES else []
    if not paths:
        return ()
    rows = int(pl.scan_parquet(paths, glob=False).select(pl.len()).collect().item())
    size = sum(path.stat().st_size for path in paths)
    return (
        f"{rows:,}",
        f"{rows / max(cost.cpu, 0.01):,.0f}",
        f"{len(paths):,}",
        f"{size / MB:.1f}",
        f"{size / max(rows, 1):.1f}",
    )


def print_storage(universe: Universe, console: Console) -> None:
    """Print how fast facts go into the lake, by themselves, and how fast everything goes into the warehouse."""
    lake = universe.home.lake
    ciks = lake.ciks(XBRL_FACTS)[:100]
    frame = lake.read_many(XBRL_FACTS, ciks)
    with tempfile.TemporaryDirectory(dir=universe.home.data) as folder:
        wall, cpu = time.perf_counter(), time.process_time()
        Lake(Path(folder)).write_partitions(XBRL_FACTS, frame, ciks)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    each = f"{frame.height / len(ciks):,.0f} facts a company"
    console.print(
        f"into the lake: {frame.height / wall:,.0f} facts/s, {frame.height / cpu:,.0f} a second of CPU ({each})"
    )


def measure(count: int, folder: Path, console: Console) -> dict[str, Run]:
    """Build a universe and run it three times."""
    universe = Universe(folder, count)
    size = f"{universe.written.files:,} files, {universe.written.bytes / MB:.0f} MB"
    console.rule(f"{count:,} companies ({size}); load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    runs = {"first": universe.run("first")}
    print_costs(universe, runs["first"], console)
    print_storage(universe, console)
    runs["unchanged"] = universe.run("unchanged")
    console.rule("once more, unchanged")
    print_costs(universe, runs["unchanged"], console)
    changed = universe.file_again()
    runs["changed"] = universe.run("changed")
    console.rule(f"{changed} of {count} filed again")
    print_costs(universe, runs["changed"], console)
    for name in ("unchanged", "changed"):
        share = runs[name].whole.cpu / runs["first"].whole.cpu
        console.print(
            f"{name}: {share:.1%} of the first run's CPU, {runs[name].whole.wall / runs['first'].whole.wall:.1%} of its time"
        )
    return runs


def print_growth(runs: dict[int, Run], console: Console) -> None:
    """Print by asset the exponent with which its CPU grows."""
    board = Board("asset", *(f"{count:,}" for count in runs), "exponent", title="CPU seconds by number of companies")
    for name, _ in next(iter(runs.values())).companies():
        costs = {count: max(run.steps[name].cpu, 0.01) for count, run in runs.items()}
        board.add_row(name, *(f"{cost:.1f}" for cost in costs.values()), f"{exponent(costs):.2f}")
    board.add_row(
        "peak MB",
        *(f"{run.peak:.0f}" for run in runs.values()),
        f"{exponent({n: r.peak for n, r in runs.items()}):.2f}",
    )
    console.print(board)


def main(counts: list[int]) -> int:
    """Measure every number of companies; return the exit status."""
    console = Console(width=150)
    given = os.environ.get("SCALE_FOLDER")
    with tempfile.TemporaryDirectory(prefix="scale-") as temporary:
        folder = Path(given or temporary)
        runs = {count: measure(count, folder, console) for count in counts}
    if len(counts) > 1:
        print_growth({count: run["first"] for count, run in runs.items()}, console)
    failed = sum(run.failed for all_runs in runs.values() for run in all_runs.values())
    console.print("all companies are well" if not failed else f"{failed} verdicts are not ok")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main([int(text) for text in sys.argv[1:]] or [50, 100, 300]))
