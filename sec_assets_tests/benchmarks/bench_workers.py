"""One worker against two for what is fanned out, and what the model of `growth.py` says of more: `make bench-workers`.

Each step is run once over an invented universe, without Dagster; its own CPU seconds are measured, and those of the workers.
The fanned steps are timed with one process and with two, taking turns, processes warm. Seconds on the wall mean something on a
quiet machine only: the load is printed.
"""

import os
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table as Board

from sec_assets.edgar.client import EdgarClient
from sec_assets.edgar.effort import Effort
from sec_assets.edgar.tickers import load_tickers
from sec_assets.execution.fanout import FanOut
from sec_assets.market.load import PriceDesk
from sec_assets.market.sources import open_sources
from sec_assets.pipeline.analysis import signal_companies
from sec_assets.pipeline.documents import collect_companies
from sec_assets.pipeline.filings import index_companies
from sec_assets.pipeline.market import price_companies, technical_companies
from sec_assets.pipeline.news import news_companies, open_feeds
from sec_assets.pipeline.outcome import Outcome, Store
from sec_assets.pipeline.statements import standardize_companies
from sec_assets.sample.mirror import settings_of, write_mirror
from sec_assets.sample.models import FIRST_CIK
from sec_assets.settings import Settings, load_settings
from sec_assets.storage.documents import DocumentStore
from sec_assets.storage.lake import Lake
from sec_assets.tables import (
    ARTIFACTS,
    FILINGS_INDEX,
    FINANCIALS,
    NEWS,
    PRICES,
    SIGNALS,
    TECHNICALS,
    TICKER_MAP,
    Table,
)
from sec_assets_tests.benchmarks.fanned import FANNED, costed, of_all
from sec_assets_tests.campaigns.growth import Step, longest_chain, predicted

WORKERS = (1, 2, 4, 8, 16, 32, 64)
TURNS = 3
TODAY = date(2026, 4, 1)
AFTER = {
    "artifacts": ("filings_index",), "xbrl_facts": ("artifacts",), "financials": ("xbrl_facts",),
    "filing_text": ("artifacts",), "technicals": ("prices",), "news": ("artifacts",), "sentiment": ("filing_text", "news"),
    "signals": ("financials", "technicals", "sentiment"),
}  # fmt: skip


class Bench:
    """A universe of companies, and what its steps cost."""

    def __init__(self, folder: Path, count: int) -> None:
        write_mirror(folder / "universe", count)
        given = {**settings_of(folder / "universe"), "SEC_ASSETS_DATA": str(folder / "data")}
        self._settings: Settings = load_settings(given)
        self.store = Store(Lake(self._settings.lake), DocumentStore(self._settings.documents))
        self.ciks = [f"{FIRST_CIK + place:010d}" for place in range(count)]
        self.steps: dict[str, Step] = {}

    def measure(self) -> None:
        """Run every step once, in the order of the assets."""
        store, ciks = self.store, self.ciks
        with EdgarClient(self._settings) as client:
            store.lake.write(TICKER_MAP, load_tickers(client).frame)
            self._own(FILINGS_INDEX, index_companies(client, store, ciks, workers=8, refresh=False))
            self._own(ARTIFACTS, collect_companies(client, store, self._settings, ciks, Effort(8)))
        with open_sources(self._settings) as sources:
            self._own(PRICES, price_companies(store, PriceDesk(sources, TODAY), ciks))
        self._own(TECHNICALS, technical_companies(store, ciks))
        with open_feeds(self._settings) as feeds:
            self._own(NEWS, news_companies(store, feeds, ciks, with_releases=True, now=datetime.now(UTC)))
        for name in FANNED:
            self._fan(name)
        self._own(FINANCIALS, standardize_companies(store, ciks))
        self._own(SIGNALS, signal_companies(store, ciks))

    def _own(self, table: Table, outcomes: Iterable[Outcome]) -> None:
        before = time.process_time()
        for outcome in outcomes:
            if outcome.frame is not None:
                self.store.lake.write_partitions(table, outcome.frame, outcome.ciks)
        self.steps[table.name] = Step(time.process_time() - before, 0.0, AFTER.get(table.name, ()))

    def _fan(self, name: str) -> None:
        before = time.process_time()
        with FanOut(processes=1) as engine:
            done = list(engine.map(partial(costed, self.store, FANNED[name]), self.ciks))
        own = time.process_time() - before
        self.steps[name] = Step(own, sum(one.value or 0.0 for one in done), AFTER[name])

    def race(self) -> dict[int, list[float]]:
        """Return the seconds the fanned work of all companies takes on one process and on two, taking turns."""
        seconds: dict[int, list[float]] = {1: [], 2: []}
        with FanOut(processes=1) as one, FanOut(processes=2) as two:
            engines = {1: one, 2: two}
            for engine in engines.values():
                list(engine.map(partial(of_all, self.store), self.ciks[:8]))  # warm: imports, words
            for _ in range(TURNS):
                for width, engine in engines.items():
                    began = time.perf_counter()
                    list(engine.map(partial(of_all, self.store), self.ciks))
                    seconds[width].append(time.perf_counter() - began)
        return seconds


def print_model(steps: dict[str, Step], count: int, seconds: Mapping[int, Sequence[float]], console: Console) -> None:
    """Print costs by step, the race, and the prediction."""
    costs = Board("step", "CPU s of its own", "CPU s fanned out")
    for name, step in steps.items():
        costs.add_row(name, f"{step.own:.2f}", f"{step.fanned:.2f}" if step.fanned else "")
    console.print(costs)
    ratio = min(seconds[1]) / min(seconds[2])
    runs = "; ".join(f"{width}: " + ", ".join(f"{one:.1f}" for one in found) for width, found in seconds.items())
    console.print(f"fanned work, one process against two: {ratio:.2f} × ({runs} s)")
    board = Board("workers", "s per 1,000 companies", "times one worker", "at most, by the longest chain")
    one = predicted(steps, 1)
    for workers in WORKERS:
        at = predicted(steps, workers)
        chain = longest_chain(steps, workers)
        board.add_row(str(workers), f"{at / count * 1000:.0f}", f"{one / at:.1f}", f"{one / chain:.1f}")
    console.print(board)


def main(count: int) -> None:
    """Measure and print."""
    console = Console(width=120)
    console.print(f"{count} companies, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="workers-") as folder:
        bench = Bench(Path(folder), count)
        bench.measure()
        print_model(bench.steps, count, bench.race(), console)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
