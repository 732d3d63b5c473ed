"""Ctrl-C on a real terminal, once and twice, while EDGAR does not answer; and what Dagster's records say afterwards."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from sec_assets_tests.backfill.terminal import CTRL_C, on_terminal
from sec_assets_tests.campaigns.site import Site
from sec_assets_tests.edgar.http_server import FakeEdgar, Handler, fake_edgar
from sec_assets_tests.integration.home import Home, tree

pytestmark = pytest.mark.executor
SITE = Site(companies=2, filings=4, document_bytes=2000)
PATIENCE = 120.0


class StuckEdgar:
    """Answers everything but XBRL instances and exhibits, which hang until `answer` is set; `asked` once it hangs."""

    def __init__(self) -> None:
        self.answer, self.asked = threading.Event(), threading.Event()

    def __call__(self, handler: Handler, count: int) -> None:
        if handler.path.endswith((".xml", "ex99-1.htm")):
            self.asked.set()
            self.answer.wait(60)
        answer = SITE.answer(handler.path)
        handler.reply(answer.status, answer.body, None, Content_Type=answer.content_type)


@pytest.fixture
def stuck() -> StuckEdgar:
    return StuckEdgar()


@pytest.fixture
def edgar(stuck: StuckEdgar) -> Iterator[FakeEdgar]:
    with fake_edgar(stuck) as server:
        yield server
        stuck.answer.set()


@pytest.fixture
def home(tmp_path: Path, edgar: FakeEdgar) -> Home:
    settings = {
        "SEC_ASSETS_SOURCE": "live",
        "SEC_USER_AGENT": "Tests tests@example.com",
        "SEC_ASSETS_EDGAR_BASE": edgar.base,
        "SEC_ASSETS_UNIVERSE": f"ciks:{','.join(SITE.ciks())}",
    }
    return Home(tmp_path / "data", settings)


def runs(home: Home) -> Counter[str]:
    with home.instance() as instance:
        return Counter(run.status.value for run in instance.get_runs() if run.job_name == "backfill")


def recorded(home: Home) -> set[str]:
    return set(home.frame("artifacts").filter(status="stored")["path"])


def stored(home: Home) -> set[str]:
    return {name for name in tree(home.data / "documents") if "/Archives/" in name}


def test_ctrl_c_finishes_what_is_under_way_and_the_run_is_canceled(home: Home, stuck: StuckEdgar) -> None:
    with on_terminal(home, "sec-assets", "backfill", "--max-concurrent-downloads", "3") as terminal:
        terminal.wait_for("╭─ backfill", PATIENCE)
        terminal.wait_until(stuck.asked.is_set, PATIENCE)
        terminal.press(CTRL_C)
        terminal.wait_for("stopping: documents under way are finished", 30)
        stuck.answer.set()
        assert terminal.wait(60) == 130, terminal.shown[-3000:]
    assert "2 companies are left; go on with: sec-assets backfill" in terminal.shown
    assert runs(home) == {"SUCCESS": 1, "CANCELED": 1}
    assert recorded(home) == stored(home) != set()


def test_a_second_ctrl_c_ends_it_at_once_and_the_books_are_closed(home: Home, stuck: StuckEdgar) -> None:
    with on_terminal(home, "sec-assets", "backfill", "--max-concurrent-downloads", "3") as terminal:
        terminal.wait_for("╭─ backfill", PATIENCE)
        terminal.wait_until(stuck.asked.is_set, PATIENCE)
        terminal.press(CTRL_C)
        terminal.wait_for("stopping: documents under way are finished", 30)
        terminal.press(CTRL_C)
        began = time.monotonic()
        assert terminal.wait(60) == 130, terminal.shown[-3000:]
        took = time.monotonic() - began
    assert took < 10, "documents under way were waited for"
    assert not stuck.answer.is_set()
    assert "2 companies are left; go on with: sec-assets backfill" in terminal.shown
    assert terminal.raw.rfind(b"\x1b[?25h") > terminal.raw.rfind(b"\x1b[?25l"), "the cursor is hidden"
    assert runs(home) == {"SUCCESS": 1, "CANCELED": 1}
