"""The shared budget with real files, threads and processes, against a real server that notes arrivals."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sec_assets.edgar.transport.gate import Gate
from sec_assets.edgar.transport.rules import Budget, Permit
from sec_assets.errors import StorageError
from sec_assets_tests.edgar.http_server import Stopwatch, stopwatch

WORKER = """
import sys, threading, time
from sec_assets.edgar.client import EdgarClient
from sec_assets.errors import SecAssetsError
from sec_assets.settings import load_settings

base, data, threads, seconds, rate = sys.argv[1], sys.argv[2], *map(float, sys.argv[3:6])
settings = load_settings({
    "SEC_ASSETS_SOURCE": "live", "SEC_USER_AGENT": "Tests tests@example.com", "SEC_ASSETS_EDGAR_BASE": base,
    "SEC_ASSETS_DATA": data, "SEC_REQUESTS_PER_SECOND": str(rate),
})
client = EdgarClient.from_settings(settings)
print("ready", flush=True)
end = time.monotonic() + seconds

def work(thread):
    number = 0
    while time.monotonic() < end:
        number += 1
        client.get(f"https://www.sec.gov/cgi-bin/{sys.argv[6]}/{thread}/{number}")

workers = [threading.Thread(target=work, args=(n,), daemon=True) for n in range(int(threads))]
[w.start() for w in workers]
[w.join() for w in workers]
"""


@contextmanager
def workers(edgar: Stopwatch, data: Path, count: int, threads: int, seconds: float) -> Iterator[list[subprocess.Popen]]:
    command = [sys.executable, "-c", WORKER, edgar.base, str(data), str(threads), str(seconds), "9"]
    running = [subprocess.Popen([*command, f"w{number}"], stdout=subprocess.PIPE) for number in range(count)]
    try:
        yield running
    finally:
        for process in running:
            process.kill()
            process.communicate()


def most_in_a_second(times: list[float]) -> int:
    ordered = sorted(times)
    return max(sum(1 for later in ordered[i:] if later < at + 1.0) for i, at in enumerate(ordered))


def test_three_processes_of_four_threads_stay_within_one_budget(tmp_path: Path) -> None:
    with stopwatch() as edgar, workers(edgar, tmp_path, 3, 4, 3.5) as running:
        for process in running:
            assert process.wait(60) == 0
    times = edgar.times()
    assert len(times) >= 24
    assert most_in_a_second(times) <= 10
    assert len({path.split("/")[3] for _, path in edgar.arrivals}) == 3, "every process got its turn"
    assert len({tuple(path.split("/")[3:5]) for _, path in edgar.arrivals}) == 12, "every thread got its turn"
    assert times[4] - times[0] > 0.3, "no burst at the start"


def test_a_killed_worker_leaves_no_deadlock_behind(tmp_path: Path) -> None:
    with stopwatch() as edgar, workers(edgar, tmp_path, 2, 4, 3.5) as (victim, survivor):
        deadline = time.monotonic() + 30
        while len(edgar.arrivals) < 8 and time.monotonic() < deadline:
            time.sleep(0.05)
        killed = time.monotonic()
        os.kill(victim.pid, signal.SIGKILL)
        assert survivor.wait(30) == 0
    later = sorted(at for at in edgar.times() if at > killed)
    assert len(later) >= 8
    assert later[0] - killed < 2.0
    assert most_in_a_second(edgar.times()) <= 10


def acquire(gate: Gate) -> Permit:
    held = None
    while True:
        step = gate.step(held)
        if isinstance(step, Permit):
            return step
        held, wait = step
        time.sleep(wait.seconds)


def test_a_killed_permit_holder_blocks_the_others_only_for_a_while(tmp_path: Path) -> None:
    budget = Budget(limit=2, window=0.05, gap=0.01, orphan=0.5)
    gate = Gate(tmp_path / "gate.sqlite", budget)
    began = time.monotonic()
    for _ in range(3):
        acquire(gate)
    assert 0.3 < time.monotonic() - began < 5.0


def test_the_window_counts_from_the_moment_of_sending(tmp_path: Path) -> None:
    gate = Gate(tmp_path / "gate.sqlite", Budget(limit=1, window=0.2, gap=0.05))
    acquire(gate)
    time.sleep(0.15)
    gate.sent()
    sent_at = time.monotonic()
    acquire(gate)
    assert time.monotonic() - sent_at >= 0.19


def test_a_pause_is_seen_by_other_processes_and_survives_a_reboot(tmp_path: Path) -> None:
    path = tmp_path / "gate.sqlite"
    one, other = Gate(path, Budget.local()), Gate(path, Budget.local())
    acquire(one)
    one.sent()
    assert one.refused(30.0) == pytest.approx(30.0)
    held, wait = other.step(None)  # pyright: ignore[reportGeneralTypeIssues]
    assert held is None
    assert wait.banned
    assert 28 < wait.seconds <= 30
    rebooted = Gate(path, Budget.local())
    rebooted.store._boot = "after the reboot"  # pyright: ignore[reportAttributeAccessIssue]
    _, wait = rebooted.step(None)  # pyright: ignore[reportGeneralTypeIssues]
    assert wait.banned
    assert 25 < wait.seconds <= 31


def test_a_deleted_state_file_is_noticed_and_the_ban_put_back(tmp_path: Path) -> None:
    path = tmp_path / "state" / "gate.sqlite"
    one, other = Gate(path, Budget.local()), Gate(path, Budget.local())
    acquire(other)
    other.sent()
    acquire(one)
    one.sent()
    one.refused(30.0)
    for file in path.parent.iterdir():
        file.unlink()
    _, wait = one.step(None)  # pyright: ignore[reportGeneralTypeIssues]
    assert wait.banned
    _, wait = other.step(None)  # pyright: ignore[reportGeneralTypeIssues]
    assert wait.banned, "both use the new file"
    assert path.is_file()


def test_threads_keep_one_budget_while_the_file_is_deleted_again_and_again(tmp_path: Path) -> None:
    path = tmp_path / "gate.sqlite"
    budget = Budget(limit=5, window=0.1, gap=0.02)
    gates = [Gate(path, budget) for _ in range(3)]
    sent: list[float] = []
    end = time.monotonic() + 2.0

    def work(gate: Gate) -> None:
        while time.monotonic() < end:
            acquire(gate)
            gate.sent()
            sent.append(time.monotonic())

    threads = [threading.Thread(target=work, args=(gate,)) for gate in gates for _ in range(2)]
    for thread in threads:
        thread.start()
    while time.monotonic() < end:
        time.sleep(0.3)
        path.unlink(missing_ok=True)
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()
    assert 10 < len(sent) <= 2.2 / 0.1 * 5


@pytest.mark.parametrize("damage", [b"this is not a database" * 400, None])
def test_an_unreadable_state_is_an_error_and_never_unlimited(tmp_path: Path, damage: bytes | None) -> None:
    path = tmp_path / "gate.sqlite"
    if damage is None:
        path.mkdir()
    else:
        path.write_bytes(damage)
    with pytest.raises(StorageError, match=r"gate\.sqlite"):
        Gate(path, Budget.local()).step(None)


def test_a_row_that_makes_no_sense_is_an_error(tmp_path: Path) -> None:
    gate = Gate(tmp_path / "gate.sqlite", Budget.local())
    acquire(gate)
    connection = gate.store._connection()  # pyright: ignore[reportAttributeAccessIssue]
    connection.execute("UPDATE gate SET body = '{\"foo\": 1}'")
    with pytest.raises(StorageError, match="nothing is sent without it"):
        gate.step(None)


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_fork_uses_a_connection_of_its_own(tmp_path: Path) -> None:
    gate = Gate(tmp_path / "gate.sqlite", Budget.local())
    acquire(gate)
    gate.sent()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            acquire(gate)
            gate.sent()
            status = 0
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0
    acquire(gate)
