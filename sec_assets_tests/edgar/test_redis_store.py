"""The budget on a real Redis server: several machines, restarts, lost scripts, and a server that is gone."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from sec_assets.edgar.transport import redis_store
from sec_assets.edgar.transport.gate import Gate
from sec_assets.edgar.transport.rules import Budget, Permit
from sec_assets.errors import StorageError
from sec_assets_tests.edgar.fleet import fleet, most_in, order, shares
from sec_assets_tests.edgar.http_server import stopwatch
from sec_assets_tests.redis_server import RedisServer, redis_server

FAST = Budget(limit=5, window=0.2, gap=0.04)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    with redis_server(tmp_path) as running:
        yield running


def acquire(gate: Gate) -> Permit:
    held = None
    while True:
        step = gate.step(held)
        if isinstance(step, Permit):
            return step
        held, wait = step
        time.sleep(wait.seconds)


def test_processes_share_one_budget_over_a_server(tmp_path: Path, server: RedisServer) -> None:
    with stopwatch() as edgar:
        orders = [order(edgar, tmp_path / f"host{number}", f"w{number}", 3.0, server.url) for number in range(3)]
        with fleet(orders) as processes:
            assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert most_in(edgar.times()) <= 10
    assert len(edgar.arrivals) >= 15
    assert max(shares(edgar).values()) <= 2 * min(shares(edgar).values())


def test_the_clocks_of_the_clients_play_no_part(tmp_path: Path, server: RedisServer) -> None:
    with stopwatch() as edgar:
        orders = [
            order(edgar, tmp_path / f"host{number}", f"w{number}", 3.0, server.url, clock_runs_back=number == 0)
            for number in range(2)
        ]
        with fleet(orders) as processes:
            assert [process.wait(60) for process in processes] == [0, 0]
    assert most_in(edgar.times()) <= 10
    assert len(shares(edgar)) == 2


def test_threads_that_collide_try_again_and_lose_nothing(server: RedisServer) -> None:
    gates = [Gate(server.url, FAST) for _ in range(4)]
    sent: list[float] = []
    end = time.monotonic() + 2.0

    def work(gate: Gate) -> None:
        while time.monotonic() < end:
            acquire(gate)
            assert gate.sending()
            gate.sent()
            sent.append(time.monotonic())

    threads = [threading.Thread(target=work, args=(gate,)) for gate in gates for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
    reading = gates[0].store.read()
    assert reading is not None
    assert len(reading.permits) == len(sent) >= 15
    assert all(one.sent_at is not None for one in reading.permits)
    assert most_in([one.sent_at or 0.0 for one in reading.permits], FAST.window) <= FAST.limit
    assert reading.state.flying == reading.state.writing == {}


def test_lost_scripts_are_loaded_again(server: RedisServer) -> None:
    gate = Gate(server.url, FAST)
    acquire(gate)
    with Redis(port=server.port) as client:
        client.script_flush()
    gate.sent()
    acquire(gate)


def test_a_server_that_lost_everything_begins_a_window_late_and_is_told_the_ban(server: RedisServer) -> None:
    gate = Gate(server.url, FAST)
    acquire(gate)
    gate.sent()
    server.kill()
    server.start()
    began = time.monotonic()
    acquire(gate)
    assert time.monotonic() - began >= FAST.window * 0.9
    gate.refused(30.0)
    server.kill()
    server.start()
    held, wait = gate.step(None)  # pyright: ignore[reportGeneralTypeIssues]
    assert held is None
    assert wait.banned
    other, wait = Gate(server.url, FAST).step(None)  # pyright: ignore[reportGeneralTypeIssues]
    assert other is None
    assert 25 < wait.seconds <= 30


def test_a_permit_from_before_a_restart_is_not_used(server: RedisServer) -> None:
    gate = Gate(server.url, FAST)
    acquire(gate)
    server.kill()
    server.start()
    assert not gate.sending()


def test_a_ban_survives_in_a_server_that_keeps_its_data(tmp_path: Path) -> None:
    with redis_server(tmp_path, "--appendonly", "yes", "--appendfsync", "always") as server:
        gate = Gate(server.url, FAST)
        acquire(gate)
        gate.refused(60.0)
        server.kill()
        server.start()
        _, wait = Gate(server.url, FAST).step(None)  # pyright: ignore[reportGeneralTypeIssues]
        assert wait.banned
        assert 50 < wait.seconds <= 60
        with Redis(port=server.port) as client:
            assert client.ttl("sec_assets:budget") == -1, "a ban does not expire unseen"
            assert all(0 < int(str(client.ttl(key))) <= 3720 for key in client.scan_iter("sec_assets:budget:*"))


def test_a_server_that_is_gone_stops_all_requests_and_says_so(
    tmp_path: Path, server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_store, "_RETRIES", 1)
    secret = server.url.replace("redis://", "redis://user:top-secret@")
    gate = Gate(server.url, FAST)
    acquire(gate)
    server.kill()
    for act in (lambda: gate.step(None), gate.sending, lambda: gate.answered("2xx"), lambda: gate.refused(1.0)):
        with pytest.raises(
            StorageError, match=rf"redis://127\.0\.0\.1:{server.port}/0 cannot be used.*nothing is sent"
        ):
            act()
    with pytest.raises(StorageError) as caught:
        Gate(secret, FAST).step(None)
    assert "top-secret" not in str(caught.value)
    assert f"127.0.0.1:{server.port}" in str(caught.value)


def test_a_server_that_refuses_the_password_is_an_error_without_it(tmp_path: Path) -> None:
    with redis_server(tmp_path) as server, Redis(port=server.port) as client:
        client.config_set("requirepass", "right")
        wrong = server.url.replace("redis://", "redis://:wrong-secret@")
        with pytest.raises(StorageError) as caught:
            Gate(wrong, FAST).step(None)
    assert "wrong-secret" not in str(caught.value)


def test_a_damaged_state_is_an_error_and_never_unlimited(server: RedisServer) -> None:
    gate = Gate(server.url, FAST)
    with Redis(port=server.port) as client:
        client.set("sec_assets:budget", '{"foo": 1}')
    with pytest.raises(StorageError, match="is damaged"):
        gate.step(None)


def test_cache_answers_are_counted_and_the_record_can_be_read(server: RedisServer) -> None:
    gate = Gate(server.url, FAST, priority="backfill", label="run 1234")
    assert gate.store.read() is None
    gate.asking("https://data.sec.gov/submissions/CIK0000320193.json")
    acquire(gate)
    gate.sent()
    gate.answered("2xx")
    gate.count(hit=True)
    gate.count(hit=False)
    gate.flush()
    reading = gate.store.read()
    assert reading is not None
    [permit] = reading.permits
    assert (permit.host, permit.priority, permit.outcome) == ("data.sec.gov", "backfill", "2xx")
    assert permit.who.endswith("run 1234")
    assert sum(one.hits for one in reading.counts.values()) == 1
    assert sum(one.misses for one in reading.counts.values()) == 1
