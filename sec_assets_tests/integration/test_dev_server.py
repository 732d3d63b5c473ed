"""`make dev` as its users meet it: real webserver, daemon and runs, and a real browser in front of them.

The server of this module puts five companies into a run, so that a backfill of eleven becomes several runs.
"""

import re
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Locator, Page

from sec_assets_tests.browser import chromium
from sec_assets_tests.integration.dev_server import ROOT, DevServer

pytestmark = pytest.mark.executor

HOSTILE = "<img src=x onerror=alert(1)>"
LEDGER = "0009900008"  # the company of the sample with a headline full of markup
CACHES = {".pytest_cache", ".hypothesis", ".ruff_cache", ".import_linter_cache", "__pycache__"}
START, RUN, BACKFILL, STOP = 240, 180, 360, 90  # deadlines in seconds for a busy machine, never what it should take
CHAIN = (
    "filings_index", "artifacts", "xbrl_facts", "financials", "filing_text", "prices", "technicals", "news", "sentiment",
    "signals", "warehouse", "portfolio_report",
)  # fmt: skip


@dataclass
class Tab:
    """A browser tab that remembers what it was asked to load and what went wrong in it."""

    page: Page
    shots: Path
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", self._note_message)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("dialog", self._note_dialog)

    def shoot(self, name: str, *, whole: bool = False) -> None:
        self.page.screenshot(path=self.shots / f"{name}.png", full_page=whole)

    def shows(self, text: str) -> Locator:
        found = self.page.get_by_text(text, exact=True).first
        found.wait_for(timeout=60_000)
        return found

    def _note_message(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def _note_dialog(self, dialog: Dialog) -> None:
        self.errors.append(f"dialog: {dialog.message}")
        dialog.dismiss()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevServer]:
    """The running server, its companies registered; Ctrl-C must end all of its processes."""
    data = tmp_path_factory.mktemp("dev") / "data"
    data.mkdir()
    (data / "portfolio.csv").write_text(f"ticker,shares,cost_basis\nXRSTX,250,8450\n{HOSTILE},1,1\n")
    before = set(listing())
    started = DevServer(data, SEC_ASSETS_UNIVERSE="all", SEC_ASSETS_PARTITIONS_PER_RUN="5")
    try:
        started.wait_until_ready(START)
        started.wait_for_run(started.materialize("ticker_map"), RUN)
        yield started
        started.press_ctrl_c()
    finally:
        left = started.left_after(STOP)
    assert left == []
    assert set(listing()) == before


@pytest.fixture(scope="module")
def chain(server: DevServer) -> str:
    """A run of every asset for one company, started early: its result is looked at later."""
    return server.materialize(*CHAIN, partition=LEDGER)


@pytest.fixture(scope="module")
def backfilled(server: DevServer) -> tuple[list[str], str]:
    """The companies of a backfill, and its id; started early."""
    keys = server.partitions("prices")["partitionKeys"][:11]
    return keys, server.backfill(["filings_index", "prices"], keys)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with ExitStack() as stack:
        try:
            opened = stack.enter_context(chromium())
        except FileNotFoundError as error:
            pytest.skip(str(error))
        yield opened


@pytest.fixture
def tab(browser: Browser, tmp_path: Path) -> Iterator[Tab]:
    with browser.new_context(viewport={"width": 1500, "height": 950}) as context:
        context.set_default_timeout(60_000)
        yield Tab(context.new_page(), tmp_path)


def listing() -> list[str]:
    return sorted(path.name for path in ROOT.iterdir() if path.name not in CACHES)


@pytest.mark.browser
def test_materialize_button_runs_the_asset(server: DevServer, tab: Tab) -> None:
    tab.page.goto(f"{server.url}/assets/ticker_map?view=overview")
    tab.shows("Central Index Key, ten digits with leading zeros")
    with tab.page.expect_response(
        lambda response: "launchPipelineExecution" in (response.request.post_data or "")
    ) as sent:
        tab.page.locator("button", has_text="Materialize").first.click()
    launched = next(iter(sent.value.json()["data"].values()))
    run_id = launched["run"]["id"]
    tab.page.goto(f"{server.url}/runs/{run_id}")
    server.wait_for_run(run_id, RUN)
    tab.page.locator("text=/^Success$/").first.wait_for()
    tab.shoot("run")
    tab.page.goto(f"{server.url}/assets/ticker_map?view=events")
    for shown in ("partitions_added", "preview", "Apple Inc."):
        tab.shows(shown)
    tab.shoot("materialization")
    assert tab.errors == []


def test_starting_and_running_writes_nothing_into_the_repository(
    server: DevServer, backfilled: tuple[list[str], str], chain: str
) -> None:
    names = set(listing())
    assert not names & {"history", "schedules", "storage", "logs", ".logs_queue", ".telemetry", ".nux", "mlruns"}
    assert not [name for name in names if name.startswith((".tmp_dagster_home", "dask-"))]
    assert (server.data / "dagster" / "history" / "runs.db").is_file()


@pytest.mark.browser
def test_lineage_shows_every_group_and_asset(server: DevServer, tab: Tab) -> None:
    tab.page.goto(f"{server.url}/asset-groups")
    for group in ("universe", "edgar", "market", "text", "analysis", "serving"):
        tab.shows(group)
    tab.shoot("groups")
    tab.page.goto(f"{server.url}/assets/filings_index?view=lineage")
    for asset in ("ticker_map", "filings_index", "artifacts", "signals", "warehouse"):
        tab.shows(asset)
    tab.shoot("lineage")
    assert tab.errors == []
    assert all(url.startswith((server.url, "data:", "blob:")) for url in tab.requests)


@pytest.mark.browser
def test_report_page_is_self_contained_and_shows_hostile_text_as_text(server: DevServer, chain: str, tab: Tab) -> None:
    server.wait_for_run(chain, RUN)
    address = (server.data / "reports" / "portfolio.html").as_uri()
    tab.page.goto(address)
    tab.shoot("report", whole=True)
    assert (tab.requests, tab.errors) == ([address], [])
    boxes = [chart.bounding_box() for chart in tab.page.locator("svg").all()]
    assert len(boxes) >= 3
    assert all(box and box["width"] > 200 and box["height"] > 60 for box in boxes)
    assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    text = tab.page.locator("body").inner_text()
    assert (
        'Example Ledger Software & partners: "2 < 3" & more' in text
    )  # the feed's markup is dropped, the rest escaped
    assert HOSTILE in text
    assert tab.page.locator("script, img").count() == 0


def test_backfill_becomes_several_runs_and_the_daemon_completes_it(
    server: DevServer, backfilled: tuple[list[str], str]
) -> None:
    keys, backfill_id = backfilled
    ended = server.wait_for_backfill(backfill_id, BACKFILL)
    assert ended["status"] == "COMPLETED_SUCCESS", ended
    assert [run["status"] for run in ended["runs"]] == ["SUCCESS"] * 3
    for asset in ("filings_index", "prices"):
        seen = server.partitions(asset)
        assert set(keys) <= set(seen["assetPartitionStatuses"]["materializedPartitions"])
        assert seen["assetPartitionStatuses"]["failedPartitions"] == []
        assert seen["backfillPolicy"] == {"policyType": "MULTI_RUN", "maxPartitionsPerRun": 5}
        files = {path.stem for path in (server.data / "lake" / asset).glob("*.parquet")}
        verdicts = pl.read_parquet(server.data / "lake" / "status" / asset / "*.parquet", hive_partitioning=False)
        failed = set(verdicts.filter(pl.col("state") == "failed")["cik"])
        assert set(keys) - files == failed & set(keys), "a company has its rows or a reason, never neither"
        assert len(set(keys) & files) >= 9


@pytest.mark.browser
def test_partitions_page_shows_what_is_there(
    server: DevServer, backfilled: tuple[list[str], str], chain: str, tab: Tab
) -> None:
    server.wait_for_backfill(backfilled[1], BACKFILL)
    tab.page.goto(f"{server.url}/assets/filings_index?view=partitions&partition={backfilled[0][0]}")
    tab.shows("Materialized (12)")  # the backfill's eleven and the company of the chain
    tab.shows("companies_failed")
    tab.shoot("partitions")
    tab.page.goto(f"{server.url}/assets/filings_index?view=overview")
    for column in ("accession_number", "accepted_at"):
        tab.shows(column)
    tab.page.get_by_text(re.compile(r"^Latest materialization")).first.wait_for()
    tab.shoot("overview")
    assert tab.errors == []


def test_sigterm_lets_the_run_in_progress_end_and_leaves_nothing_behind(tmp_path: Path) -> None:
    inherited = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a script's `make dev &` inherits it
    try:
        server = DevServer(tmp_path / "data", SEC_ASSETS_UNIVERSE="tickers:AAPL")
    finally:
        signal.signal(signal.SIGINT, inherited)
    try:
        server.wait_until_ready(START)
        assert server.partitions("prices")["backfillPolicy"]["maxPartitionsPerRun"] == 250
        server.wait_for_run(server.materialize("ticker_map"), RUN, wanted=("STARTED",))
        server.terminate()
    finally:
        left = server.left_after(STOP)
    assert left == []
    assert (tmp_path / "data" / "lake" / "ticker_map.parquet").is_file()
