"""Adjustment factors from dividends and splits."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sec_assets.errors import MalformedError
from sec_assets.market.adjustment import adjustment_factors

START = date(2024, 1, 1)


def series(
    closes: list[float], dividends: dict[int, float], splits: dict[int, float], ticker: str = "A"
) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "ticker": [ticker] * len(closes),
            "date": [START + timedelta(days=i) for i in range(len(closes))],
            "close": closes,
            "dividend": [dividends.get(i, 0.0) for i in range(len(closes))],
            "split_factor": [splits.get(i, 1.0) for i in range(len(closes))],
        }
    )


def test_without_actions_every_factor_is_one():
    assert adjustment_factors(series([10.0, 11.0, 12.0], {}, {}))["adjustment_factor"].to_list() == [1.0, 1.0, 1.0]


def test_a_split_divides_the_prices_before_it():
    frame = adjustment_factors(series([500.0, 504.0, 127.0, 128.0], {}, {2: 4.0}))
    assert frame["adjustment_factor"].to_list() == [0.25, 0.25, 1.0, 1.0]


def test_a_dividend_lowers_the_prices_before_it_by_its_share_of_the_previous_close():
    frame = adjustment_factors(series([100.0, 50.0, 49.0], {2: 1.0}, {}))
    assert frame["adjustment_factor"].to_list() == pytest.approx([0.98, 0.98, 1.0], rel=1e-15)


def test_a_dividend_on_the_day_of_a_split_is_per_new_share():
    frame = adjustment_factors(series([100.0, 49.0], {1: 1.0}, {1: 2.0}))
    assert frame["adjustment_factor"][0] == pytest.approx(0.5 * 0.98)


def test_actions_on_the_first_bar_change_nothing():
    assert adjustment_factors(series([10.0, 10.0], {0: 5.0}, {0: 2.0}))["adjustment_factor"].to_list() == [1.0, 1.0]


def test_a_missing_close_before_an_ex_date_is_stepped_over():
    frame = series([50.0, 50.0, 49.0], {2: 1.0}, {}).with_columns(close=pl.Series([50.0, None, 49.0]))
    assert adjustment_factors(frame)["adjustment_factor"].to_list() == pytest.approx([0.98, 0.98, 1.0])


def test_securities_do_not_touch_each_other():
    a, b = series([10.0, 5.0], {}, {1: 2.0}, "A"), series([100.0, 99.0], {1: 1.0}, {}, "B")
    both = adjustment_factors(pl.concat([b, a]), by=["ticker"])
    assert both["ticker"].to_list() == ["A", "A", "B", "B"]
    assert both["adjustment_factor"].to_list() == pytest.approx([0.5, 1.0, 0.99, 1.0])


def test_unknown_actions_count_as_none():
    frame = series([10.0, 11.0], {}, {}).with_columns(
        dividend=pl.lit(None, pl.Float64), split_factor=pl.lit(None, pl.Float64)
    )
    assert adjustment_factors(frame)["adjustment_factor"].to_list() == [1.0, 1.0]


@pytest.mark.parametrize(("dividends", "splits"), [({1: 10.0}, {}), ({1: -1.0}, {}), ({}, {1: 0.0}), ({}, {1: -2.0})])
def test_impossible_actions_are_refused_with_their_date(dividends: dict[int, float], splits: dict[int, float]):
    with pytest.raises(MalformedError, match="2024-01-02"):
        adjustment_factors(series([10.0, 10.0], dividends, splits))


@given(
    closes=st.lists(st.floats(1, 1000), min_size=2, max_size=30),
    splits=st.dictionaries(st.integers(1, 29), st.sampled_from([0.1, 0.5, 2.0, 3.0, 7.0]), max_size=4),
    share=st.dictionaries(st.integers(1, 29), st.floats(0, 0.9), max_size=5),
)
def test_adjusted_returns_are_returns_with_the_dividend_reinvested_at_the_previous_close(closes, splits, share):
    dividends = {i: part * closes[i - 1] / splits.get(i, 1.0) for i, part in share.items() if i < len(closes)}
    frame = adjustment_factors(series(closes, dividends, splits))
    adjusted = (frame["close"] * frame["adjustment_factor"]).to_list()
    for i in range(1, len(closes)):
        split, dividend = splits.get(i, 1.0), dividends.get(i, 0.0)
        expected = closes[i] / (closes[i - 1] / split - dividend)
        assert adjusted[i] / adjusted[i - 1] == pytest.approx(expected, rel=1e-9)
