"""Why the budget has a bucket of its own: what the library's buckets do, next to what ours does.

Each test runs the library's real code; should one begin to fail because a newer version does better, look whether ours
is still needed.
"""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from pyrate_limiter import Duration, Limiter, Rate, RateItem, SingleBucketFactory, SQLiteBucket
from requests_ratelimiter import LimiterSession

from sec_assets.edgar.transport.bucket import GateBucket, limiter_over
from sec_assets.edgar.transport.gate import Gate
from sec_assets.edgar.transport.rules import Budget
from sec_assets_tests.edgar.http_server import stopwatch
from sec_assets_tests.redis_server import redis_server

TEN = Rate(10, Duration.SECOND)
BUDGET = Budget.per_second(9)


def admitted(limiter: Limiter, times: int) -> int:
    return sum(bool(limiter.try_acquire("sec", blocking=False)) for _ in range(times))


def opened(path: Path) -> Gate:
    """Return a gate whose first window is over."""
    gate = Gate(path, BUDGET)
    first_window(gate)
    return gate


def first_window(gate: Gate) -> None:
    gate.step(None)
    time.sleep(BUDGET.window + BUDGET.gap + 0.05)


def sqlite_bucket(path: Path) -> SQLiteBucket:
    return SQLiteBucket.init_from_file([TEN], table="sec", db_path=str(path))


def library(path: Path) -> Limiter:
    return Limiter(SingleBucketFactory(sqlite_bucket(path), schedule_leak=False))


def test_the_library_starts_with_a_burst_and_ours_is_paced(tmp_path: Path) -> None:
    assert admitted(library(tmp_path / "library.sqlite"), 10) == 10
    assert admitted(limiter_over(opened(tmp_path / "gate.sqlite"), 900.0), 10) == 1


def test_the_library_s_default_doubles_the_limit_over_two_hosts() -> None:
    with stopwatch() as one, stopwatch() as two, LimiterSession(per_second=5) as session:
        began = time.monotonic()
        for _ in range(5):
            session.get(one.base)
            session.get(two.base)
        assert len([at for at in one.times() + two.times() if at < began + 1.0]) == 10


def test_ours_counts_all_hosts_together(tmp_path: Path) -> None:
    gate = opened(tmp_path / "gate.sqlite")
    limiter = limiter_over(gate, 900.0)
    for host in ("https://www.sec.gov/", "https://data.sec.gov/"):
        gate.asking(host)
        assert admitted(limiter, 5) == (1 if "www" in host else 0)


def test_the_library_keeps_a_budget_per_session_unless_a_bucket_is_named(tmp_path: Path) -> None:
    path = tmp_path / "library.sqlite"
    for _ in range(2):
        with stopwatch() as server:
            session = LimiterSession(
                per_second=5, per_host=False, bucket_class=SQLiteBucket, bucket_kwargs={"path": path}
            )
            with session:
                for _ in range(3):
                    session.get(server.base)
    with closing(sqlite3.connect(path)) as database:
        tables = database.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table'").fetchone()
    assert tables == (2,), "two sessions, two budgets in one file"


def test_the_library_blocks_when_the_wall_clock_runs_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = sqlite_bucket(tmp_path / "library.sqlite")
    future = bucket.now() + 3_600_000  # stamped before the clock was set back an hour
    for _ in range(10):
        assert bucket.put(RateItem("sec", future))
    item = RateItem("sec", bucket.now())
    assert not bucket.put(item)
    assert bucket.waiting(item) > 3_500_000

    gate = opened(tmp_path / "gate.sqlite")
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() - 3600.0)
    assert admitted(limiter_over(gate, 900.0), 1) == 1


def test_the_library_gives_a_second_budget_when_the_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "library.sqlite"
    old = library(path)
    assert admitted(old, 5) == 5
    path.unlink()
    assert admitted(library(path), 10) == 10, "15 in the second"
    for _ in range(2):
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            admitted(old, 1)

    one, other = opened(tmp_path / "gate.sqlite"), Gate(tmp_path / "gate.sqlite", BUDGET)
    assert admitted(limiter_over(one, 900.0), 1) == 1
    (tmp_path / "gate.sqlite").unlink()
    assert admitted(limiter_over(other, 900.0), 3) + admitted(limiter_over(one, 900.0), 3) == 0


def test_the_library_is_lost_when_the_redis_server_forgets_its_script(tmp_path: Path) -> None:
    from pyrate_limiter import RedisBucket
    from redis import Redis
    from redis.exceptions import NoScriptError

    with redis_server(tmp_path) as server, Redis(port=server.port) as client:
        bucket = RedisBucket.init([TEN], client, "sec")
        assert bucket.put(RateItem("sec", bucket.now()))
        client.script_flush()
        for _ in range(2):
            with pytest.raises(NoScriptError):
                bucket.put(RateItem("sec", bucket.now()))
        assert client.ttl("sec") == -1, "and its key would stay for ever"

        gate = Gate(server.url, BUDGET)
        first_window(gate)
        client.script_flush()
        assert admitted(limiter_over(gate, 900.0), 1) == 1


def test_the_library_on_redis_trusts_each_client_s_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pyrate_limiter import RedisBucket
    from redis import Redis

    with redis_server(tmp_path) as server, Redis(port=server.port) as client:
        bucket = RedisBucket.init([TEN], client, "sec")
        ahead = bucket.now() + 2000
        assert all(bucket.put(RateItem("sec", ahead)) for _ in range(10))
        assert all(bucket.put(RateItem("sec", bucket.now())) for _ in range(10)), "20 at once, clocks two seconds apart"

        gate = Gate(server.url, BUDGET)
        first_window(gate)
        first = admitted(limiter_over(gate, 900.0), 5)
        real = time.time
        monkeypatch.setattr(time, "time", lambda: real() + 2.0)
        assert (first, admitted(limiter_over(Gate(server.url, BUDGET), 900.0), 5)) == (1, 0)


def test_a_refused_put_of_ours_says_exactly_how_long_to_wait(tmp_path: Path) -> None:
    gate = opened(tmp_path / "gate.sqlite")
    bucket = GateBucket(gate, 900.0)
    assert bucket.put(RateItem("sec", 0))
    item = RateItem("sec", 0)
    assert not bucket.put(item)
    assert 0 < bucket.waiting(item) <= BUDGET.gap * 1000 + 1
