"""The world is out of order: no server, no contact address, no space, no permission, a damaged file of our own."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sec_assets.storage import warehouse
from sec_assets_tests.integration.conftest import FRACTURED, SOUND
from sec_assets_tests.integration.home import Home, tree

pytestmark = [pytest.mark.executor, pytest.mark.timeout(600)]


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port nobody listens on: bound, so that nobody else gets it."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@contextmanager
def mounted(folder: Path, megabytes: int) -> Iterator[Path]:
    """A small file system of its own in memory; needs the right to mount."""
    folder.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("mounting a file system needs root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def sentence(home: Home) -> str:
    """The reason of the only failed step."""
    [reason] = home.failures()
    return reason


def test_a_server_nobody_runs_fails_the_run_with_one_sentence(tmp_path: Path, silent_port: int) -> None:
    home = Home(
        tmp_path / "data",
        {
            "SEC_ASSETS_SOURCE": "live",
            "SEC_USER_AGENT": "Test Suite test@example.com",
            "SEC_ASSETS_EDGAR_BASE": f"http://127.0.0.1:{silent_port}",
            "SEC_ASSETS_UNIVERSE": "ciks:320193",
        },
    ).init()
    done = home.materialize("ticker_map", ok=False)
    reason = sentence(home)
    assert "www.sec.gov by way of http://127.0.0.1" in reason
    assert "could not be reached" in reason
    assert "the connection was refused" in reason
    assert "\n" not in reason
    assert reason in done.output
    assert "urllib3" not in done.output, "no frames of libraries"
    assert "test@example.com" not in done.output
    assert home.lake_bytes() == {}


def test_live_without_a_contact_address_is_refused_at_once(tmp_path: Path) -> None:
    home = Home(tmp_path / "data", {"SEC_ASSETS_SOURCE": "live"})
    done = home.run("sec-assets", "init", seconds=60)
    assert done.code == 1
    assert "SEC_USER_AGENT is not set" in done.output
    assert "Traceback" not in done.output
    home.with_settings(SEC_ASSETS_SOURCE="sample").init()
    materialized = home.run(*home.command("ticker_map"), seconds=120)
    assert materialized.code != 0
    assert "SEC_USER_AGENT is not set" in materialized.output
    assert home.run_statuses() == []


def test_sample_and_real_data_do_not_meet_in_one_folder(built: Home, evidence: Path, tmp_path: Path) -> None:
    home = built.copy(tmp_path / "data").with_settings(
        SEC_ASSETS_SOURCE="mirror", SEC_ASSETS_MIRROR=str(evidence / "edgar_mirror")
    )
    home.materialize("filings_index", "--partition", SOUND, ok=False)
    assert "must not mix" in sentence(home)
    assert home.lake_bytes() == built.lake_bytes()


def test_a_read_only_data_folder_is_one_clear_sentence(registered: Home, tmp_path: Path) -> None:
    with mounted(tmp_path / "lake", 8) as lake:
        home = registered.copy(tmp_path / "data")
        shutil.copytree(home.data / "lake", lake, dirs_exist_ok=True)
        shutil.rmtree(home.data / "lake")
        (home.data / "lake").symlink_to(lake)
        subprocess.run(["mount", "-o", "remount,ro", str(lake)], check=True)
        home.materialize("filings_index", "--partition", SOUND, ok=False)
        reason = sentence(home)
        assert "cannot write" in reason
        assert "Read-only file system" in reason
        assert home.lake_bytes() == registered.lake_bytes()


def test_a_full_disk_keeps_what_is_done_and_goes_on_later(registered: Home, built: Home, tmp_path: Path) -> None:
    with mounted(tmp_path / "documents", 1) as small:
        home = registered.copy(tmp_path / "data")
        (home.data / "documents").symlink_to(small)
        home.materialize(
            'key:"filings_index" or key:"artifacts"', "--partition-range", f"{SOUND}...{FRACTURED}", ok=False
        )
        reason = sentence(home)
        assert "No space left on device" in reason
        assert "what was finished is kept" in reason
        known = home.frame("artifacts")
        for path, size in known.filter(status="stored").select("path", "bytes").iter_rows():
            assert (small / path).stat().st_size == size, "no half file"
        assert set(tree(small)) <= set(tree(built.data / "documents"))
        assert known.filter(status="stored").height > 0
        subprocess.run(["mount", "-o", "remount,size=64m", str(small)], check=True)
        home.materialize("artifacts", "--partition-range", f"{SOUND}...{FRACTURED}")
        assert tree(small) == tree(built.data / "documents")
        assert (
            home.frame("artifacts")
            .drop("fetched_at", "attempts")
            .equals(built.frame("artifacts").drop("fetched_at", "attempts"))
        )


def test_a_file_too_large_for_the_limit_is_a_full_disk_too(built: Home, tmp_path: Path) -> None:
    home = built.copy(tmp_path / "data")
    before = (home.data / "warehouse.duckdb").read_bytes()
    limit = len(before) // 2
    done = home.run(*home.command("warehouse"), limit_bytes=limit)
    assert done.code != 0
    assert (home.data / "warehouse.duckdb").read_bytes() == before
    assert not list(home.data.glob(".tmp-*"))
    assert home.lake_bytes() == built.lake_bytes()


def test_a_damaged_file_of_the_lake_is_named_and_the_old_warehouse_stays(built: Home, tmp_path: Path) -> None:
    home = built.copy(tmp_path / "data")
    damaged = home.data / f"lake/xbrl_facts/{SOUND}.parquet"
    damaged.write_bytes(damaged.read_bytes()[:-200])
    old = (home.data / "warehouse.duckdb").read_bytes()
    home.materialize('key:"financials" or key:"warehouse"', "--partition-range", f"{SOUND}...{FRACTURED}", ok=False)
    command = f"dagster asset materialize --select xbrl_facts --partition {SOUND}"
    assert str(damaged) in sentence(home)
    assert command in sentence(home)
    state, why = home.status()["financials", SOUND]
    assert state == "failed"
    assert command in str(why)
    assert home.status()["financials", FRACTURED] == ("ok", None)
    for cik in (SOUND, FRACTURED):
        name = f"financials/{cik}.parquet"
        assert home.lake_bytes()[name] == built.lake_bytes()[name]
    assert (home.data / "warehouse.duckdb").read_bytes() == old
    assert warehouse.query(home.data / "warehouse.duckdb", "SELECT count(*) FROM financials").item() > 0
    home.materialize("xbrl_facts", "--partition", SOUND)
    assert home.lake_bytes()[f"xbrl_facts/{SOUND}.parquet"] == built.lake_bytes()[f"xbrl_facts/{SOUND}.parquet"]
