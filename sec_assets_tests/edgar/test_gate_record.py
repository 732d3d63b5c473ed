"""The record of permits and cache answers that lies beside the state, and who is alive."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sec_assets.edgar.client import EdgarClient
from sec_assets.edgar.transport import file_store, process
from sec_assets.edgar.transport.file_store import FileStore
from sec_assets.edgar.transport.gate import Gate
from sec_assets.edgar.transport.rules import Budget, Permit
from sec_assets.edgar.transport.store import Counts
from sec_assets.errors import AbsentError
from sec_assets.settings import Settings, load_settings
from sec_assets_tests.edgar.http_server import always, fake_edgar


def acquire(gate: Gate) -> Permit:
    while not isinstance(step := gate.step(None), Permit):
        time.sleep(0.002)
    return step


def test_every_request_is_recorded_with_host_asker_and_what_came_of_it(tmp_path: Path) -> None:
    url = "https://www.sec.gov/files/company_tickers_exchange.json"
    with fake_edgar() as edgar:
        edgar.behaviours["/www.sec.gov/files/company_tickers_exchange.json"] = always(200, b"{}")
        settings = load_settings(
            {
                "SEC_ASSETS_SOURCE": "live",
                "SEC_USER_AGENT": "Tests tests@example.com",
                "SEC_ASSETS_EDGAR_BASE": edgar.base,
                "SEC_ASSETS_DATA": str(tmp_path),
            }
        )
        _ask(settings, url)
    reading = FileStore(tmp_path / "state" / "limiter-live.sqlite").read()
    assert reading is not None
    assert [(one.host, one.priority, one.outcome) for one in reading.permits] == [
        ("www.sec.gov", "backfill", "2xx"),
        ("data.sec.gov", "backfill", "absent or bad"),
    ]
    assert all(one.who == f"{process.described()} run 77" for one in reading.permits)
    assert all(one.sent_at is not None and one.sent_at >= one.at for one in reading.permits)
    assert sum(one.hits for one in reading.counts.values()) == 1
    assert sum(one.misses for one in reading.counts.values()) == 1


def _ask(settings: Settings, url: str) -> None:
    with EdgarClient(settings, priority="backfill", label="run 77") as client:
        client.get(url)
        assert client.get(url).from_cache
        with pytest.raises(AbsentError):
            client.get("https://data.sec.gov/submissions/CIK9999999999.json")


def test_looking_at_a_budget_that_is_not_there_creates_nothing(tmp_path: Path) -> None:
    assert FileStore(tmp_path / "state" / "gate.sqlite").read() is None
    assert list(tmp_path.iterdir()) == []


def test_the_record_is_a_ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_store, "_MOST_PERMITS", 20)
    monkeypatch.setattr(file_store, "_PRUNE_SECONDS", 0.0)
    gate = Gate(tmp_path / "gate.sqlite", Budget.local())
    for _ in range(50):
        acquire(gate)
        gate.sent()
    reading = gate.store.read()
    assert reading is not None
    assert len(reading.permits) == 21
    monkeypatch.setattr(file_store, "RECORD_SECONDS", 0.0)
    acquire(gate)
    gate.store.count(Counts(hits=1))
    assert len(gate.store.read(3600.0).permits) <= 1  # pyright: ignore[reportOptionalMemberAccess]


def test_the_record_begins_anew_with_the_clock(tmp_path: Path) -> None:
    gate = Gate(tmp_path / "gate.sqlite", Budget.local())
    first = acquire(gate)
    rebooted = Gate(tmp_path / "gate.sqlite", Budget.local())
    rebooted.store._boot = "after the reboot"  # pyright: ignore[reportAttributeAccessIssue]
    second = acquire(rebooted)
    reading = rebooted.store.read()
    assert reading is not None
    assert [one.key for one in reading.permits] == [second.key]
    assert first.key != second.key


def test_a_process_is_known_to_live_to_be_dead_or_to_be_out_of_sight() -> None:
    program = "import sys\nfrom sec_assets.edgar.transport import process\nprint(process.identity(), flush=True)\nsys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        name = child.stdout.readline().decode().strip()
        assert process.is_alive(name) is True
        child.kill()
        deadline = time.monotonic() + 10
        while process.is_alive(name) and time.monotonic() < deadline:  # dead already before it is reaped
            time.sleep(0.01)
        assert process.is_alive(name) is False
    assert process.is_alive(name) is False
    assert process.is_alive(process.identity()) is True
    assert process.is_alive(process.identity().replace(f"/{os.getpid()}/", "/1/")) is False, "another process by then"
    assert process.is_alive("elsewhere/12345678/1/2/3") is None
    assert process.is_alive("") is None
