"""The monitor: what it counts, how it judges, and that looking changes nothing."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sec_assets.cli import app
from sec_assets.edgar.transport.gate import Gate, open_store
from sec_assets.edgar.transport.rules import Budget, Permit, State
from sec_assets.edgar.transport.store import Change, Counts, Moment, Permitted, Reading, Sent
from sec_assets.monitor import line, most_within, usage
from sec_assets_tests.redis_server import redis_server

BUDGET = Budget.per_second(9)
NOW = 1000.0


def look(*sent: float, outcome: str = "2xx", **state: float) -> Reading:
    permits = tuple(
        Permitted(str(at), at, at, "data.sec.gov", "one pid 1", "interactive", at, outcome) for at in sorted(sent)
    )
    return Reading(Moment(NOW, 1.79e9, "boot"), State(**state), permits, {1: Counts(3, 1)})  # type: ignore[arg-type]


def even(count: int, gap: float, end: float = NOW) -> list[float]:
    return [end - gap * number for number in range(count)]


def test_a_budget_in_full_use_is_in_order() -> None:
    used = usage(look(*even(600, 0.114)), BUDGET, "here")
    assert used.status == "OK"
    assert used.sent == {1: 9, 5: 44, 10: 88}
    assert used.allowed == {1: 9, 5: 45, 10: 90}
    assert used.last_hour == 600
    assert used.askers == {"one pid 1": 527}
    assert used.hit_rate == 0.75


def test_more_than_ten_in_a_second_is_a_violation_wherever_they_lie_in_the_last_ten() -> None:
    used = usage(look(*even(11, 0.09, NOW - 5.0)), BUDGET, "here")
    assert (used.status, used.most_in_a_second) == ("VIOLATION", 11)
    assert usage(look(*even(11, 0.09, NOW - 20.0)), BUDGET, "here").status == "OK"


def test_more_than_our_own_budget_is_a_warning() -> None:
    used = usage(look(*even(10, 0.1)), BUDGET, "here")
    assert (used.status, used.most_in_window) == ("WARN", 10)


def test_a_ban_is_a_violation_and_a_past_one_a_warning() -> None:
    banned = usage(look(NOW - 1.0, outcome="refused", banned_until=NOW + 610.0, strikes=1), BUDGET, "here")
    assert (banned.status, banned.banned_seconds, banned.refused_last_hour) == ("VIOLATION", 610.0, 1)
    assert banned.banned_until is not None
    assert "banned until" in line(banned)
    assert usage(look(NOW - 1.0, strikes=1), BUDGET, "here").status == "WARN"
    assert usage(look(NOW - 1800.0, outcome="refused"), BUDGET, "here").status == "WARN"


def test_a_source_without_limits_is_judged_by_its_own() -> None:
    assert usage(look(*even(900, 0.001)), Budget.local(), "here").status == "OK"


@pytest.mark.parametrize(
    ("times", "seconds", "most"), [([], 1.0, 0), ([1.0], 1.0, 1), ([1.0, 2.0, 2.5], 1.0, 2), ([1.0, 1.9, 2.0], 1.01, 3)]
)
def test_the_most_within_a_stretch_does_not_count_its_end(times: list[float], seconds: float, most: int) -> None:
    assert most_within(times, seconds) == most


@pytest.fixture
def live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEC_ASSETS_SOURCE", "live")
    monkeypatch.setenv("SEC_USER_AGENT", "Tests tests@example.com")
    monkeypatch.setenv("SEC_ASSETS_DATA", str(tmp_path / "data"))
    return tmp_path / "data" / "state" / "limiter-live.sqlite"


def asked(place: Path | str, times: int = 1) -> Gate:
    gate = Gate(place, Budget(limit=100, window=0.01, gap=0.0001), label="run 77")
    for _ in range(times):
        gate.asking("https://www.sec.gov/x")
        while not isinstance(gate.step(None), Permit):
            time.sleep(0.005)
        assert gate.sending()
        gate.sent()
        gate.answered("2xx")
    gate.count(hit=True)
    gate.flush()
    return gate


def sent_together(place: Path, times: int) -> None:
    """Record requests a millisecond apart, however slow the machine is."""
    store, first = open_store(place), 0.0

    def note(make: Callable[[Moment], Permitted | Sent]) -> float:
        def change(state: State | None, moment: Moment) -> Change[float]:
            return Change(state or State(), moment.now, make(moment))

        return store.update(change)

    for number in range(times):
        key = f"together-{number}"
        at = note(lambda now, key=key: Permitted(key, now.now, now.wall, "www.sec.gov", "run 77", "interactive"))
        first = first or at
        sent = Sent(key, at, first + number / 1000)
        note(lambda _, sent=sent: sent)


def content(file: Path) -> list[str]:
    """All that the file says; its bytes also change when SQLite moves its log into it, whoever looks."""
    with closing(sqlite3.connect(file)) as connection:
        return list(connection.iterdump())


def test_without_a_budget_it_says_so_and_creates_none(live: Path) -> None:
    result = CliRunner().invoke(app, ["monitor", "--once"])
    assert (result.exit_code, "nothing has been asked yet" in result.output) == (0, True)
    assert not live.parent.exists()


def test_once_prints_one_line_and_tells_by_its_exit_code(live: Path) -> None:
    asked(live, 3)
    before = content(live)
    result = CliRunner().invoke(app, ["monitor", "--once"])
    assert result.exit_code == 0, result.output
    assert result.output.count("\n") == 1
    assert "OK" in result.output
    assert "run 77: 3/min" in result.output
    assert "cache hits 100%" in result.output
    assert content(live) == before

    sent_together(live, 15)
    assert CliRunner().invoke(app, ["monitor", "--once"]).exit_code == 2, "15 in a second"


def test_a_ban_can_be_read_by_programs(live: Path) -> None:
    asked(live).refused(30.0)
    result = CliRunner().invoke(app, ["monitor", "--once", "--json"])
    told = json.loads(result.output)
    assert result.exit_code == 2
    assert told["status"] == "VIOLATION"
    assert 28 < told["banned_seconds"] <= 30
    assert told["outcomes"] == {"refused": 1}
    assert told["hosts"] == {"www.sec.gov": 1}


def test_a_budget_on_redis_is_shown_without_its_password(
    live: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with redis_server(tmp_path, "--requirepass", "top-secret") as server:
        url = server.url.replace("redis://", "redis://:top-secret@")
        asked(url, 2)
        monkeypatch.setenv("SEC_ASSETS_LIMITER", url)
        result = CliRunner().invoke(app, ["monitor", "--once", "--json"])
    assert result.exit_code == 0
    assert json.loads(result.output)["sent"]["10"] == 2
    assert "top-secret" not in result.output


def test_a_place_that_cannot_be_read_is_an_error_of_its_own(live: Path) -> None:
    live.parent.mkdir(parents=True)
    live.write_bytes(b"not a database" * 1000)
    result = CliRunner().invoke(app, ["monitor", "--once"])
    assert result.exit_code == 3


def test_it_goes_on_until_interrupted(live: Path) -> None:
    asked(live)
    with subprocess.Popen(
        [sys.executable, "-m", "sec_assets.cli", "monitor"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ,
    ) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(2)]
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert all(b"OK" in one for one in lines)
    assert (process.returncode, errors) == (0, b"")
