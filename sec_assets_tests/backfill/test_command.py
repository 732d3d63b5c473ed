"""The real command in processes of its own, and what it leaves in Dagster, lake and store."""

import re
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import dagster as dg
import pytest

from sec_assets_tests.backfill.terminal import on_terminal
from sec_assets_tests.integration.home import Home, kill_group, tree

pytestmark = pytest.mark.executor
SOUND, GHOST, FRACTURED, OTHER = "0009900008", "0009900013", "0009900014", "0009900003"
ALL = (OTHER, SOUND, GHOST, FRACTURED)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "data", {"SEC_ASSETS_UNIVERSE": f"ciks:{','.join(ALL)}"})


def runs(home: Home) -> Counter[tuple[str, str]]:
    """How many runs of which job ended how."""
    with home.instance() as instance:
        return Counter((run.job_name, run.status.value) for run in instance.get_runs())


def materialized(home: Home, asset: str) -> set[str]:
    with home.instance() as instance:
        return instance.get_materialized_partitions(dg.AssetKey(asset))


def wait_for(path: Path, pattern: str, process: subprocess.Popen[bytes], seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while not list(path.rglob(pattern)):
        assert time.monotonic() < until
        assert process.poll() is None, "it ended too early"
        time.sleep(0.02)


def test_a_backfill_materializes_partitions_tells_what_failed_and_retries_just_that(home: Home) -> None:
    done = home.run("sec-assets", "backfill", "--batch-size", "2", "--progress-interval", "0.5", seconds=200)
    assert done.code == 1, done.tail()
    assert materialized(home, "filings_index") == materialized(home, "artifacts") == set(ALL)
    assert runs(home)["backfill", "SUCCESS"] == 4
    assert "2 companies failed" in done.output
    assert f"{GHOST} Example Ghost Corp (fictitious) filings_index: https://data.sec.gov/submissions/" in done.output
    assert f"{FRACTURED} Example Fracture Data Inc (fictitious) artifacts: 1 of 43 documents is missing" in done.output
    last = [line for line in done.output.splitlines() if line.startswith("elapsed")][-1]
    stored = len([name for name in tree(home.data / "documents") if "/Archives/" in name])
    assert "companies: 4 of 4" in last
    assert f"downloads: {stored} ok, 1 failed" in last
    assert "\x1b" not in done.output
    again = "sec-assets backfill --batch-size 2 --progress-interval 0.5 --retry-failed"
    assert f"try just these again: {again}" in done.output

    before = tree(home.data / "documents")
    retried = home.run(*again.split(), seconds=200)
    assert retried.code == 1
    assert "companies: 2 of 2" in retried.output
    assert "downloads: 0 ok" in retried.output
    assert tree(home.data / "documents") == before

    sound = home.with_settings(SEC_ASSETS_UNIVERSE=f"ciks:{SOUND},{OTHER}")
    assert "nothing to do: 2 of 2 companies are done and fresh" in sound.run("sec-assets", "backfill").output


def test_a_killed_backfill_is_taken_up_where_it_stopped(home: Home) -> None:
    process = home.start(
        "sec-assets",
        "backfill",
        "--batch-size",
        "4",
        "--max-concurrent-downloads",
        "2",
        "--max-concurrent-companies",
        "1",
        log=home.data.parent / "first.log",
    )
    wait_for(home.data / "lake" / "artifacts", "0*.parquet", process)
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    for _ in range(100):  # the lanes notice that their driver is gone, and hold the lock until they are
        resumed = home.run("sec-assets", "backfill", seconds=200)
        if "another backfill works on" not in resumed.output:
            break
        time.sleep(0.2)
    assert resumed.code == 1, resumed.tail()
    assert materialized(home, "filings_index") == materialized(home, "artifacts") == set(ALL)
    assert not {status for _, status in runs(home)} & {"STARTED", "STARTING", "CANCELING"}
    frame = home.frame("artifacts").filter(status="stored")
    assert frame["attempts"].max() == 1
    assert not list(home.data.rglob(".tmp-*"))


def test_ctrl_c_stops_orderly_within_seconds_and_keeps_what_is_done(home: Home) -> None:
    log = home.data.parent / "first.log"
    process = home.start("sec-assets", "backfill", "--batch-size", "4", "--max-concurrent-downloads", "1", log=log)
    wait_for(home.data / "documents", "index.json", process)
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    code = process.wait(30)
    assert code == 130, log.read_text()
    assert time.monotonic() - began < 20
    assert "companies are left; go on with: sec-assets backfill" in log.read_text()
    assert not {status for _, status in runs(home)} & {"STARTED", "STARTING", "CANCELING"}
    recorded = set(home.frame("artifacts").filter(status="stored")["path"])
    assert recorded
    assert recorded == {name for name in tree(home.data / "documents") if "/Archives/" in name}


def test_only_lists_or_only_documents_of_an_exchange_and_a_number_of_companies(home: Home) -> None:
    lists = home.run("sec-assets", "backfill", "--no-download", "--exchange", "nyse", "--limit", "2", seconds=200)
    assert lists.code == 0, lists.tail()
    chosen = materialized(home, "filings_index")
    assert len(chosen) == 2
    assert not materialized(home, "artifacts")
    documents = home.run("sec-assets", "backfill", "--download-only", "--exchange", "NYSE", "--limit", "1", seconds=200)
    assert documents.code == 0, documents.tail()
    assert len(materialized(home, "artifacts")) == 1
    assert materialized(home, "filings_index") == chosen


def test_wrong_options_and_settings_say_what_is_allowed(home: Home) -> None:
    both = home.run("sec-assets", "backfill", "--no-download", "--download-only")
    assert both.code == 2
    assert "exclude each other" in both.output
    unknown = home.run("sec-assets", "backfill", "--exchange", "[red]LSE")
    assert unknown.code == 1
    assert "exchange '[red]LSE' is unknown; known are" in unknown.output


def test_the_board_is_drawn_on_a_terminal(home: Home) -> None:
    with on_terminal(home, "sec-assets", "backfill", "--limit", "1") as terminal:
        assert terminal.wait(200) == 0
    text = terminal.shown
    assert "╭─ backfill" in text
    assert re.search(r"companies\s+1 of 1 ", text)
    assert re.search(r"downloads\s+[1-9]\d* ok, 0 failed", text)


def test_two_backfills_do_not_share_a_folder(home: Home) -> None:
    process = home.start("sec-assets", "backfill", "--no-download", log=home.data.parent / "first.log")
    try:
        wait_for(home.data / "state", "backfill-*.log", process)
        second = home.run("sec-assets", "backfill", "--no-download")
        assert second.code == 1
        assert "another backfill works on" in second.output
    finally:
        process.terminate()
        process.wait(60)
        kill_group(process)
