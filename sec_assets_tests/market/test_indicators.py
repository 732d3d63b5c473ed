"""Indicators against their definitions, written out in plain Python, on real prices."""

import gzip
import math
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import fmean, pstdev, stdev

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from sec_assets.market.bars import check_bars
from sec_assets.market.csv_bars import parse_csv
from sec_assets.market.indicators import technicals
from sec_assets.tables import PRICES, TECHNICALS

Values = list[float | None]
NAMES = [column.name for column in TECHNICALS.columns if column.name not in TECHNICALS.key]


def prices(ticker: str, closes: Sequence[float], **columns: Sequence[object]) -> pl.DataFrame:
    rows = {
        "cik": ["0000000001"] * len(closes),
        "ticker": [ticker] * len(closes),
        "date": [date(2020, 1, 1) + timedelta(days=i) for i in range(len(closes))],
        "open": closes,
        "high": [close * 1.01 for close in closes],
        "low": [close * 0.98 for close in closes],
        "close": closes,
        "adjustment_factor": [1.0] * len(closes),
        "volume": [1000] * len(closes),
        "price_basis": ["raw"] * len(closes),
        "source": ["test"] * len(closes),
    }
    return PRICES.conform(pl.DataFrame(rows | columns, strict=False))


def real(evidence: Path, folder: str, count: int) -> pl.DataFrame:
    """Real prices of `count` tickers, cut to different lengths: one bar, shorter than the windows, and whole."""
    frames = []
    for i, path in enumerate(sorted((evidence / "market/prices" / folder).glob("*.csv*"))[:count]):
        body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        ticker = path.name.split(".")[0].removesuffix("_data")
        good = check_bars(parse_csv(body, stems=(ticker.lower(),)), today=date(2026, 12, 31)).good
        length = [good.height, 1, 13, 14, 15, 20, 33, 34, 199, 200, 251, 252, 253][i % 13]
        identity = {"cik": f"{i:010d}", "ticker": ticker, "source": "csv"}
        frames.append(good.head(length).with_columns(pl.lit(value).alias(name) for name, value in identity.items()))
    return PRICES.conform(pl.concat(frames))


def moving(values: Sequence[float], n: int, measure: Callable[[Sequence[float]], float]) -> Values:
    return [None if i + 1 < n else measure(values[i + 1 - n : i + 1]) for i in range(len(values))]


def smoothed(values: Sequence[float], n: int, alpha: float, *, seed_end: int | None = None) -> Values:
    """Exponential smoothing, seeded at `seed_end` with the mean of the n values up to it."""
    end = n - 1 if seed_end is None else seed_end
    result: Values = [None] * len(values)
    state = 0.0
    for i in range(end, len(values)):
        state = fmean(values[i + 1 - n : i + 1]) if i == end else state + alpha * (values[i] - state)
        result[i] = state
    return result


def paired(left: Values, right: Values, measure: Callable[[float, float], float]) -> Values:
    return [None if a is None or b is None else measure(a, b) for a, b in zip(left, right, strict=True)]


def relative_strength(closes: Sequence[float]) -> Values:
    changes = [later - earlier for earlier, later in pairwise(closes)]
    up = smoothed([max(change, 0.0) for change in changes], 14, 1 / 14)
    down = smoothed([max(-change, 0.0) for change in changes], 14, 1 / 14)
    return [None, *paired(up, down, lambda u, d: 100 * u / (u + d) if u + d else 0.0)]


def convergence(closes: Sequence[float]) -> tuple[Values, Values]:
    fast, slow = smoothed(closes, 12, 2 / 13, seed_end=25), smoothed(closes, 26, 2 / 27)
    macd = [f - s for f, s in zip(fast, slow, strict=True) if f is not None and s is not None]
    missing: Values = [None] * min(25, len(closes))
    signal = missing + smoothed(macd, 9, 0.2)
    line = [None if s is None else m for m, s in zip([*missing, *macd], signal, strict=True)]
    return line, signal


def true_ranges(high: Sequence[float], low: Sequence[float], close: Sequence[float]) -> list[float]:
    return [max(high[i], close[i - 1]) - min(low[i], close[i - 1]) for i in range(1, len(close))]


def defined(frame: pl.DataFrame) -> dict[str, Values]:
    """Every indicator of one security, from its definition."""
    close, high, low = ((frame[name] * frame["adjustment_factor"]).to_list() for name in ("close", "high", "low"))
    middle, width = moving(close, 20, fmean), moving(close, 20, pstdev)
    macd, signal = convergence(close)
    logs = [math.log(later / earlier) for earlier, later in pairwise(close)]
    first: Values = [None]
    return {
        "sma_20": middle,
        "sma_50": moving(close, 50, fmean),
        "sma_200": moving(close, 200, fmean),
        "ema_12": smoothed(close, 12, 2 / 13),
        "ema_26": smoothed(close, 26, 2 / 27),
        "rsi_14": relative_strength(close),
        "bollinger_lower": paired(middle, width, lambda m, w: m - 2 * w),
        "bollinger_middle": middle,
        "bollinger_upper": paired(middle, width, lambda m, w: m + 2 * w),
        "macd": macd,
        "macd_signal": signal,
        "macd_histogram": paired(macd, signal, lambda m, s: m - s),
        "atr_14": first + smoothed(true_ranges(high, low, close), 14, 1 / 14),
        "return_1d": first + [b / a - 1 for a, b in pairwise(close)],
        "volatility_20": first + [v if v is None else v * math.sqrt(252) for v in moving(logs, 20, stdev)],
        "drawdown_252": [h if h is None else c / h - 1 for c, h in zip(close, moving(close, 252, max), strict=True)],
    }


def assert_as_defined(frame: pl.DataFrame, computed: pl.DataFrame) -> None:
    scale = max((frame["close"] * frame["adjustment_factor"]).to_list())
    for name, expected in defined(frame).items():
        given_values = computed[name].to_list()
        assert [value is None for value in given_values] == [value is None for value in expected], name
        # Differences of averages (macd) lose digits: they are held to 1e-9 of the price.
        tolerance = 1e-9 * (scale if name.startswith("macd") else 1.0)
        assert [v for v in given_values if v is not None] == pytest.approx(
            [v for v in expected if v is not None], rel=1e-9, abs=tolerance
        ), name


@pytest.mark.parametrize("folder", ["sp500_5yr_2013-2018", "yahoo_stocknet_2012-2017", "recent_2024-2026"])
def test_indicators_of_many_real_securities_follow_their_definitions(evidence: Path, folder: str):
    frame = real(evidence, folder, 14)
    computed = technicals(frame.sample(fraction=1.0, shuffle=True, seed=7))
    assert computed.schema == TECHNICALS.schema
    assert computed.select(TECHNICALS.key).equals(frame.select(TECHNICALS.key))
    for ticker in frame["ticker"].unique():
        assert_as_defined(frame.filter(pl.col("ticker") == ticker), computed.filter(pl.col("ticker") == ticker))


def test_indicators_read_adjusted_prices():
    closes = [100.0 + i % 7 for i in range(60)]
    factors = [0.25] * 30 + [1.0] * 30
    raw = [close / factor for close, factor in zip(closes, factors, strict=True)]
    split = technicals(prices("A", raw, adjustment_factor=factors))
    assert_frame_equal(split, technicals(prices("A", closes)), rel_tol=1e-12)


def test_a_constant_price_has_no_width_no_strength_and_no_range():
    closes = [37.123456] * 300
    last = technicals(prices("A", closes, high=closes, low=closes)).row(-1, named=True)
    assert last["sma_200"] == pytest.approx(37.123456, rel=1e-12)
    assert last["bollinger_upper"] == pytest.approx(last["bollinger_lower"], rel=1e-9)
    assert {last[name] for name in ("rsi_14", "atr_14", "return_1d", "drawdown_252")} == {0.0}
    assert last["volatility_20"] == pytest.approx(0.0, abs=1e-9)
    assert last["macd"] == pytest.approx(0.0, abs=1e-9)


def test_volume_does_not_matter():
    closes = [50.0 + math.sin(i) for i in range(260)]
    assert_frame_equal(technicals(prices("A", closes, volume=[0] * 260)), technicals(prices("A", closes)))


def test_sessions_without_high_or_low_are_passed_over_by_the_range_alone():
    closes = [50.0 + math.sin(i) for i in range(60)]
    whole = prices("A", closes)
    holes = whole.with_columns(high=pl.when(pl.col("date").dt.day() % 5 != 0).then("high"))
    computed = technicals(holes)
    expected = technicals(holes.drop_nulls("high"))["atr_14"]
    assert computed.filter(holes["high"].is_not_null())["atr_14"].equals(expected)
    assert computed.filter(holes["high"].is_null())["atr_14"].null_count() == holes["high"].null_count()
    assert_frame_equal(computed.drop("atr_14"), technicals(whole).drop("atr_14"))


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 0.0, -5.0])
def test_a_session_without_a_usable_close_is_null_and_spoils_nothing_after_it(bad: float):
    closes = [50.0 + math.sin(i) for i in range(80)]
    whole = prices("A", closes)
    broken = whole.with_columns(close=pl.when(pl.col("date") == date(2020, 2, 1)).then(bad).otherwise("close"))
    computed = technicals(broken)
    hole = pl.col("date") == date(2020, 2, 1)
    assert computed.filter(hole).select(NAMES).row(0) == (None,) * len(NAMES)
    assert_frame_equal(computed.filter(~hole), technicals(whole.filter(~hole)))


def test_no_prices_give_an_empty_table():
    assert technicals(PRICES.frame()).equals(TECHNICALS.frame())


@settings(max_examples=40, deadline=None)
@given(
    steps=st.lists(st.floats(-0.2, 0.2), min_size=1, max_size=320),
    cut=st.integers(1, 320),
)
def test_the_future_never_changes_the_past(steps: list[float], cut: int):
    closes = [100.0]
    for step in steps:
        closes.append(closes[-1] * math.exp(step))
    frame = pl.concat([prices("A", closes), prices("B", closes[::-1])])
    day = date(2020, 1, 1) + timedelta(days=cut)
    known_then = technicals(frame.filter(pl.col("date") <= day))
    assert_frame_equal(known_then, technicals(frame).filter(pl.col("date") <= day), check_exact=True)
