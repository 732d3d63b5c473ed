"""What Dagster's partition pages cost at many companies: the GraphQL calls that a real browser makes, and how long they take.

    python -m sec_assets_tests.benchmarks.bench_ui 100 10000

For each number of companies a new Dagster home gets that many partitions and a run that materialized every partitioned
asset for all of them; `dagster-webserver` serves the project's own definitions, and headless Chromium opens the pages.
Two runs of figures: the first visit after the server started, and the second, with Dagster's caches of partitions filled.
"""

import json
import os
import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import dagster as dg
import requests
from playwright.sync_api import Browser, Page, Request
from rich.console import Console
from rich.table import Table as Board

from sec_assets.partitions import CIK_PARTITIONS, register_partitions
from sec_assets_tests.browser import chromium
from sec_assets_tests.integration.home import PARTITIONED, Home, kill_group

SECONDS_TO_START, SECONDS_TO_SHOW = 120.0, 120.0
QUIET_SECONDS = 1.5  # without a call; then a page counts as loaded
PAGES = {
    "asset, partitions": "/assets/filings_index?view=partitions",
    "asset, one partition": "/assets/filings_index?view=partitions&partition=0009900050",
    "asset, overview": "/assets/filings_index?view=overview",
    "catalog": "/assets",
    "asset graph": "/asset-groups/",
    "runs": "/runs",
    "backfills": "/runs?view=backfills",
}
_FIRST_CIK = 9_900_000


@dataclass(frozen=True)
class Visit:
    """The GraphQL calls of one page (name, milliseconds, bytes of the answer), and the seconds until the last was answered."""

    calls: list[tuple[str, float, int]]
    seconds: float

    def slowest(self) -> tuple[str, float, int]:
        return max(self.calls, key=lambda call: call[1], default=("", 0.0, 0))


def materialize_all(home: Home, companies: int) -> None:
    """Register the companies, and have one run materialize every partitioned asset for all of them, computing nothing."""

    @dg.multi_asset(
        name="everything",
        specs=[dg.AssetSpec(name, partitions_def=CIK_PARTITIONS) for name in PARTITIONED],
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def everything() -> Iterator[dg.MaterializeResult]:
        for name in PARTITIONED:
            yield dg.MaterializeResult(asset_key=name, metadata={"companies": companies})

    keys = [f"{_FIRST_CIK + number:010d}" for number in range(companies)]
    job = dg.Definitions(assets=[everything], jobs=[dg.define_asset_job("fill")], executor=dg.in_process_executor)
    with home.instance() as instance:
        register_partitions(instance, keys)
        done = job.resolve_job_def("fill").execute_in_process(
            instance=instance,
            tags={"dagster/asset_partition_range_start": keys[0], "dagster/asset_partition_range_end": keys[-1]},
            run_config={"loggers": {"console": {"config": {"log_level": "ERROR"}}}},
        )
    assert done.success


@contextmanager
def webserver(home: Home) -> Iterator[str]:
    """Serve the project's definitions from a home; yield the address."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = ("dagster-webserver", "-m", "sec_assets.definitions", "-h", "127.0.0.1", "-p", str(port))
    log = home.data.parent / "webserver.log"
    process = home.start(*command, log=log)
    try:
        deadline = time.monotonic() + SECONDS_TO_START
        while not _answers(url := f"http://127.0.0.1:{port}"):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the webserver did not start:\n{log.read_text()[-3000:]}")
            time.sleep(0.5)
        yield url
    finally:
        kill_group(process)


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/server_info", timeout=5).ok
    except requests.ConnectionError:
        return False


def visit(page: Page, url: str) -> Visit:
    """Open a page and wait until every call is answered and no other has followed."""
    open_calls: list[Request] = []
    answered: list[Request] = []

    def asked(request: Request) -> None:
        if urlsplit(request.url).path == "/graphql":
            open_calls.append(request)

    def done(request: Request) -> None:
        if request in open_calls:
            open_calls.remove(request)
            answered.append(request)

    page.on("request", asked)
    page.on("requestfinished", done)
    page.on("requestfailed", done)
    began = last = time.monotonic()
    page.goto(url, wait_until="load", timeout=SECONDS_TO_SHOW * 1000)
    while not answered or time.monotonic() - last < QUIET_SECONDS:
        before = len(answered)
        page.wait_for_timeout(50)
        if open_calls or len(answered) > before:
            last = time.monotonic()
        if time.monotonic() - began > SECONDS_TO_SHOW:
            raise RuntimeError(
                f"{url} still asks after {SECONDS_TO_SHOW:.0f} s: {[_name(call) for call in open_calls]}"
            )
    calls = [(_name(call), call.timing["responseEnd"], call.sizes()["responseBodySize"]) for call in answered]
    return Visit(calls, last - began)


def _name(request: Request) -> str:
    return str(json.loads(request.post_data or "{}").get("operationName"))


def visits(browser: Browser, url: str) -> Mapping[str, Visit]:
    """Open every page in a tab of its own."""
    found = {}
    for name, path in PAGES.items():
        with browser.new_context(viewport={"width": 1500, "height": 950}) as context:
            found[name] = visit(context.new_page(), url + path)
    return found


def main(counts: list[int]) -> None:
    for count in counts:
        measure(count)


def measure(count: int) -> None:
    console = Console(width=150)
    with tempfile.TemporaryDirectory(prefix="bench-ui-") as folder:
        home = Home(Path(folder) / "data").init()
        began = time.monotonic()
        materialize_all(home, count)
        console.rule(
            f"{count:,} companies, {len(PARTITIONED)} assets, stored in {time.monotonic() - began:.0f} s; load {os.getloadavg()[0]:.1f}"
        )
        with webserver(home) as url, chromium() as browser:
            first, second = visits(browser, url), visits(browser, url)
    board = Board("page", "calls", "s, first", "s, again", "slowest call again", "ms", "kB", "kB in all")
    for name, again in second.items():
        slowest, ms, size = again.slowest()
        board.add_row(name, str(len(again.calls)), f"{first[name].seconds:.1f}", f"{again.seconds:.1f}", slowest, f"{ms:.0f}",
                      f"{size / 1e3:,.0f}", f"{sum(call[2] for call in again.calls) / 1e3:,.0f}")  # fmt: skip
    console.print(board)


if __name__ == "__main__":
    main([int(text) for text in sys.argv[1:]] or [100, 10_000])
