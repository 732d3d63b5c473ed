"""Runs killed half-way with SIGKILL, and the same command again: as if nothing had happened."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from sec_assets_tests.integration.conftest import FRACTURED, SOUND
from sec_assets_tests.integration.home import BEHIND_TICKER_MAP, Home, kill_group
from sec_assets_tests.integration.sameness import differences

pytestmark = [pytest.mark.executor, pytest.mark.timeout(900)]

COMMAND = (BEHIND_TICKER_MAP, "--partition-range", f"{SOUND}...{FRACTURED}")


def killed_when(home: Home, moment: Callable[[], object], *, group: bool) -> list[psutil.Process]:
    """Run the chain, kill it at the moment, and return the processes it had started.

    Args:
        home: where it runs.
        moment: becomes true when to kill.
        group: kill the whole process group at once, as a container does; else the leading process alone.
    """
    log = home.data.parent / "killed.log"
    process = home.start(*home.command(*COMMAND, config=None), log=log)
    try:
        deadline = time.monotonic() + 200
        while not moment():
            assert process.poll() is None, f"it ended before:\n{log.read_text()[-4000:]}"
            assert time.monotonic() < deadline, log.read_text()[-4000:]
            time.sleep(0.01)
        started = psutil.Process(process.pid).children(recursive=True)
        if group:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait(10)
        assert started, "it had no worker processes"
        _, alive = psutil.wait_procs(started, timeout=60)
    finally:
        kill_group(process)
    assert [left.name() for left in alive] == [], "worker processes outlive the run"
    return started


def first_file(home: Home, folder: str) -> Callable[[], object]:
    return lambda: list((home.data / "lake" / folder).glob("[0-9]*.parquet"))


def test_a_run_killed_twice_is_finished_by_the_same_command(registered: Home, built: Home, tmp_path: Path) -> None:
    home = registered.copy(tmp_path / "data")
    killed_when(home, first_file(home, "artifacts"), group=True)
    assert not first_file(home, "xbrl_facts")()
    killed_when(home, first_file(home, "xbrl_facts"), group=False)
    assert not first_file(home, "signals")(), "it was killed too late to mean anything"
    assert not (home.data / "warehouse.duckdb").exists()
    home.materialize(*COMMAND)
    assert home.run_statuses()[0] == "SUCCESS"
    assert list(differences(home, built)) == []


def test_a_run_killed_while_it_builds_the_warehouse_holds_up_nobody(built: Home, tmp_path: Path) -> None:
    home = built.copy(tmp_path / "data")
    log = tmp_path / "warehouse.log"
    old = (home.data / "warehouse.duckdb").read_bytes()
    process = home.start(*home.command("warehouse"), log=log)
    try:
        deadline = time.monotonic() + 120
        while not list(home.data.glob(".tmp-warehouse-*")):
            assert process.poll() is None, log.read_text()[-4000:]
            assert time.monotonic() < deadline
            time.sleep(0.002)
    finally:
        kill_group(process)
    assert (home.data / "warehouse.duckdb").read_bytes() == old
    home.materialize("warehouse")
    assert home.run_statuses()[0] == "SUCCESS"
    assert not list(home.data.glob(".tmp-*")), "what the killed one left is gone"
    assert list(differences(home, built)) == []


def test_ctrl_c_ends_a_run_and_its_workers(registered: Home, tmp_path: Path) -> None:
    """Ctrl-C ends the run and its workers within seconds."""
    home = registered.copy(tmp_path / "data")
    process = home.start(*home.command(*COMMAND, config=None), log=tmp_path / "interrupted.log")
    try:
        deadline = time.monotonic() + 120
        while not first_file(home, "filings_index")():
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        started = psutil.Process(process.pid).children(recursive=True)
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(90)
        except subprocess.TimeoutExpired:
            pytest.fail("Ctrl-C does not end the run:\n" + (tmp_path / "interrupted.log").read_text()[-4000:])
        assert process.returncode != 0
        assert psutil.wait_procs(started, timeout=30)[1] == []
    finally:
        kill_group(process)
