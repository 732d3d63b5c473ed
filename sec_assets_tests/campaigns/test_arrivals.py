"""The arithmetic of arrivals, and the limiter at the server's side."""

from pathlib import Path

import pytest

from sec_assets_tests.campaigns.arrivals import fullest, longest_gap, read_log, slack_ms, steady_per_minute
from sec_assets_tests.campaigns.sec_limit import SecLimit

MS = 1_000_000
EVEN = [number * 100 * MS for number in range(100)]


def test_ten_a_second_exactly_fill_a_window_with_ten() -> None:
    assert fullest(EVEN, 1) == 10
    assert fullest(EVEN, 10) == 100
    assert slack_ms(EVEN, 10) == pytest.approx(0.0)


def test_one_arrival_too_early_is_seen() -> None:
    early = sorted([*EVEN[:50], EVEN[50] - 1 * MS, *EVEN[51:]])
    assert fullest(early, 1) == 11
    assert slack_ms(early, 10) == pytest.approx(-1.0)


def test_the_steady_rate_leaves_the_beginning_out() -> None:
    slow_start = [-30_000 * MS, *EVEN]
    assert steady_per_minute(slow_start, 29.0) == pytest.approx(600.0)
    assert steady_per_minute([0, MS], 0.0) is None
    assert longest_gap(slow_start) == pytest.approx(30.0)


def test_the_limiter_refuses_the_eleventh_and_whoever_goes_on() -> None:
    limit = SecLimit(10, ban_seconds=2.0)
    assert all(limit.admits(at) for at in EVEN)
    burst = EVEN[-1] + 1 * MS
    assert not limit.admits(burst)
    assert not limit.admits(burst + 1_900 * MS)
    assert not limit.admits(burst + 3_800 * MS), "going on prolongs the ban"
    assert limit.admits(burst + 5_900 * MS)
    assert limit.refused == 3


def test_the_limiter_judges_arrivals_in_the_order_in_which_they_came_not_were_read() -> None:
    swapped = [*EVEN[:10], EVEN[11], EVEN[10], *EVEN[12:]]
    in_order = SecLimit(10, ban_seconds=2.0)
    assert all(in_order.admits(at) for at in swapped)
    late = SecLimit(10, ban_seconds=2.0)
    assert all(late.admits(at) for at in EVEN[1:11])
    assert not late.admits(EVEN[10] - 950 * MS)


def test_a_line_that_is_being_written_is_not_read(tmp_path: Path) -> None:
    log = tmp_path / "arrivals.log"
    log.write_text("20\t200\t127.0.0.1\t/b\n10\trate page\t127.0.0.2\t/a\n30\t20")
    assert [(one.at, one.answer, one.client, one.path) for one in read_log(log)] == [
        (10, "rate page", "127.0.0.2", "/a"),
        (20, "200", "127.0.0.1", "/b"),
    ]
