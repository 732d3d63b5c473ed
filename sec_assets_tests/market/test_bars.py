"""What is kept as a price and what is dropped, with the reason."""

from datetime import date

import polars as pl
import pytest

from sec_assets.market.bars import BARS, as_bars, check_bars

TODAY = date(2026, 1, 9)
GOOD = {
    "date": date(2026, 1, 5),
    "open": 10.0,
    "high": 12.0,
    "low": 9.0,
    "close": 11.0,
    "adjustment_factor": 1.0,
    "volume": 100,
    "price_basis": "raw",
}


def bars(*rows: dict[str, object]) -> pl.DataFrame:
    return as_bars(pl.DataFrame([GOOD | row for row in rows], infer_schema_length=None))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"date": None}, "no date"),
        ({"date": date(2026, 1, 10)}, "future"),
        ({"close": None}, "no close"),
        ({"close": float("nan")}, "no close"),
        ({"close": 0.0, "low": 0.0}, "positive"),
        ({"open": -1.0}, "positive"),
        ({"high": float("inf")}, "positive"),
        ({"close": 12.5}, "contradict"),
        ({"open": 8.5}, "contradict"),
        ({"low": 12.5}, "contradict"),
        ({"volume": -1}, "negative volume"),
        ({"adjustment_factor": None}, "adjustment factor"),
        ({"adjustment_factor": 0.0}, "adjustment factor"),
    ],
)
def test_a_bar_that_cannot_be_true_is_dropped_with_the_reason(change: dict[str, object], reason: str):
    checked = check_bars(bars({"date": date(2026, 1, 2)}, change), today=TODAY)
    assert checked.good["date"].to_list() == [date(2026, 1, 2)]
    assert checked.bad.height == 1
    assert reason in checked.bad["reason"][0]


@pytest.mark.parametrize("change", [{"open": None}, {"high": None, "low": None}, {"volume": None}, {"volume": 0}])
def test_a_bar_may_lack_everything_but_date_and_close(change: dict[str, object]):
    checked = check_bars(bars({"date": date(2026, 1, 2)}, change), today=TODAY)
    assert checked.bad.is_empty()
    assert checked.good.height == 2


def test_of_a_repeated_date_the_first_good_bar_stays():
    checked = check_bars(bars({"close": 99.0}, {"close": 10.5}, {"close": 10.6}), today=TODAY)
    assert checked.good["close"].to_list() == [10.5]
    assert sorted(checked.bad["reason"]) == [
        "open, close or high and low contradict each other",
        "the date is there more than once",
    ]


def test_good_bars_come_out_sorted_and_typed():
    checked = check_bars(bars({}, {"date": date(2026, 1, 2)}), today=TODAY)
    assert checked.good["date"].to_list() == [date(2026, 1, 2), date(2026, 1, 5)]
    assert checked.good.schema == BARS


def test_fractional_volumes_are_rounded_to_shares():
    assert as_bars(pl.DataFrame([GOOD | {"volume": 99.6}]))["volume"].to_list() == [100]
