"""The budget while processes are stopped and killed, clocks run back and the state file disappears: real processes,
and a real server that notes when requests arrive."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from sec_assets.edgar.transport.gate import Gate
from sec_assets.edgar.transport.rules import Budget, Permit
from sec_assets.errors import StorageError
from sec_assets_tests.edgar.fleet import fleet, longest_pause, most_in, order, shares
from sec_assets_tests.edgar.http_server import stopwatch

SHORT = {"limit": 9, "window": 1.02, "gap": 0.1135, "orphan": 0.5}  # a holder is given up after half a second


def state_of(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def wait_until_stopped(pid: int) -> None:
    deadline = time.monotonic() + 20
    while state_of(pid) != "T":
        assert time.monotonic() < deadline, "the worker never stopped itself"
        time.sleep(0.01)


@pytest.mark.parametrize("where", ["write", "connect"])
def test_a_process_stopped_before_its_request_breaks_no_limit_when_it_wakes(tmp_path: Path, where: str) -> None:
    with stopwatch() as edgar:
        sleeper = order(edgar, tmp_path, "sleeper", 4.0, threads=6, budget=SHORT, stop_at=where)
        awake = order(edgar, tmp_path, "awake", 5.0, threads=6, budget=SHORT)
        with fleet([sleeper, awake]) as (stopped, running):
            wait_until_stopped(stopped.pid)
            before = time.monotonic()
            time.sleep(2.5)  # five times as long as a permit lasts that is not confirmed
            woken = time.monotonic()
            os.kill(stopped.pid, signal.SIGCONT)
            assert running.wait(30) == 0
            assert stopped.wait(30) == 0
    times = edgar.times()
    assert most_in(times) <= 9
    assert sum(1 for at in times if before + 0.5 < at < woken) >= 10, "the others went on meanwhile"
    assert any(path.split("/")[3] == "sleeper" and at > woken for at, path in edgar.arrivals), "it went on after waking"


def test_the_permit_of_a_process_killed_before_its_request_is_given_back(tmp_path: Path) -> None:
    with stopwatch() as edgar:
        victims = [order(edgar, tmp_path, f"v{n}", 9.0, threads=2, budget=SHORT, stop_at="write") for n in range(3)]
        heir = order(edgar, tmp_path, "heir", 4.0, threads=6, budget=SHORT)
        with fleet([*victims, heir]) as processes:
            for victim in processes[:3]:
                wait_until_stopped(victim.pid)
                victim.kill()
                victim.wait(10)
            killed = time.monotonic()
            assert processes[3].wait(30) == 0
    full_rate = [at for at in edgar.times() if at > killed + 1.0]
    assert most_in(edgar.times()) <= 9
    assert most_in(full_rate) >= 8, "no permit stays lost"


def test_killing_workers_again_and_again_neither_blocks_nor_bursts(tmp_path: Path) -> None:
    with stopwatch() as edgar:
        orders = [order(edgar, tmp_path, f"w{number}", 4.0) for number in range(4)]
        with fleet(orders) as processes:
            for victim in processes[:3]:
                time.sleep(0.7)
                victim.kill()
            assert processes[3].wait(30) == 0
    assert most_in(edgar.times()) <= 10
    assert longest_pause(edgar.times()) < 3.0
    assert shares(edgar)["w3"] >= 8


def test_the_wall_clock_of_a_process_plays_no_part(tmp_path: Path) -> None:
    with stopwatch() as edgar:
        orders = [order(edgar, tmp_path, f"w{number}", 3.5, clock_runs_back=number == 0) for number in range(2)]
        with fleet(orders) as processes:
            assert [process.wait(30) for process in processes] == [0, 0]
    assert most_in(edgar.times()) <= 10
    assert longest_pause(edgar.times()) < 1.0
    assert min(shares(edgar).values()) >= 8


def test_the_state_file_may_vanish_while_four_processes_send(tmp_path: Path) -> None:
    file = tmp_path / "limiter.sqlite"
    with stopwatch() as edgar, fleet([order(edgar, tmp_path, f"w{number}", 5.0) for number in range(4)]) as processes:
        for _ in range(3):
            time.sleep(1.3)
            for part in tmp_path.glob("limiter.sqlite*"):
                part.unlink(missing_ok=True)
        assert [process.wait(30) for process in processes] == [0, 0, 0, 0]
    assert most_in(edgar.times()) <= 10
    assert len(edgar.arrivals) >= 12
    assert file.is_file()


HOLDER = """
import sqlite3, sys, time
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute('BEGIN IMMEDIATE')
print('held', flush=True)
time.sleep(60)
"""


def test_killing_the_holder_of_the_lock_frees_it(tmp_path: Path) -> None:
    path = tmp_path / "gate.sqlite"
    gate = Gate(path, Budget.local())
    gate.step(None)
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        killing = threading.Timer(0.5, holder.kill)
        began = time.monotonic()
        killing.start()
        while not isinstance(gate.step(None), Permit):
            assert time.monotonic() - began < 10.0
    assert 0.4 < time.monotonic() - began < 5.0


def test_a_stopped_holder_of_the_lock_is_an_error_that_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "gate.sqlite"
    gate = Gate(path, Budget.local())
    gate.step(None)
    monkeypatch.setattr("sec_assets.edgar.transport.file_store._LOCK_SECONDS", 0.5)
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="a process that holds it is stopped"):
            gate.step(None)
        holder.execute("ROLLBACK")
    gate.step(None)
