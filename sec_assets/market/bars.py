"""Bars: the frame every price source's parser returns, and the checks a bar must pass before it is a price.

A bars frame is the table `prices` without `cik`, `ticker` and `source`, which the loader adds. Parsers keep what the
source says, also nulls and nonsense; `check_bars` is the one place that decides what is dropped, and says why.
Adjustment factors are `adjustment.py`.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from sec_assets.tables import PRICES

BARS = pl.Schema({name: kind for name, kind in PRICES.schema.items() if name not in {"cik", "ticker", "source"}})
"""Columns of a bars frame: date, open, high, low, close, adjustment_factor, volume, dividend, split_factor, …"""

_PRICES = ("open", "high", "low", "close")


@dataclass(frozen=True, slots=True)
class CheckedBars:
    """`good`: bars (schema BARS) sorted by date, one per date; `bad`: the others, as date and reason."""

    good: pl.DataFrame
    bad: pl.DataFrame


def as_bars(frame: pl.DataFrame) -> pl.DataFrame:
    """Return `frame` with exactly the columns of BARS; absent ones are null, NaN prices become null.

    Volumes are rounded to whole shares: split-adjusted volumes come with fractions.
    """
    columns = [
        (pl.col(name) if name in frame.columns else pl.lit(None, dtype=kind).alias(name)) for name, kind in BARS.items()
    ]
    floats = [name for name, kind in BARS.items() if kind == pl.Float64]
    return frame.select(columns).with_columns(
        *(pl.col(name).cast(pl.Float64).fill_nan(None) for name in floats),
        pl.col("volume").cast(pl.Float64).round().cast(pl.Int64, strict=False),
        pl.col("price_basis", "currency").cast(pl.String),
    )


def check_bars(bars: pl.DataFrame, *, today: date) -> CheckedBars:
    """Separate usable bars from those that cannot be true.

    A bar is dropped when it has no date or close, lies after `today`, has a price that is not positive and finite,
    an open or close outside low and high, a negative volume, no usable adjustment factor, or repeats a date (the first
    bar of the date stays).
    """
    judged = bars.with_columns(reason=_reason(today))
    repeat = pl.col("reason").is_null() & ~pl.col("date").is_first_distinct().over(pl.col("reason").is_null())
    judged = judged.with_columns(
        reason=pl.when(repeat).then(pl.lit("the date is there more than once")).otherwise(pl.col("reason"))
    )
    good = judged.filter(pl.col("reason").is_null()).drop("reason").sort("date")
    return CheckedBars(good, judged.filter(pl.col("reason").is_not_null()).select("date", "reason"))


def _reason(today: date) -> pl.Expr:
    """Name the first thing that is wrong with a bar; null when nothing is."""
    prices = [pl.col(name) for name in _PRICES]
    absurd = pl.any_horizontal((price.is_infinite() | (price <= 0)).fill_null(value=False) for price in prices)
    lowest, highest = pl.min_horizontal(*prices), pl.max_horizontal(*prices)
    outside = ((pl.col("low") > lowest) | (pl.col("high") < highest)).fill_null(value=False)
    factor = pl.col("adjustment_factor")
    rules = (
        (pl.col("date").is_null(), "no date"),
        (pl.col("date") > today, "dated in the future"),
        (pl.col("close").is_null(), "no close"),
        (absurd, "a price is not a positive number"),
        (outside, "open, close or high and low contradict each other"),
        ((pl.col("volume") < 0).fill_null(value=False), "negative volume"),
        (factor.is_null() | factor.is_infinite() | (factor <= 0), "no usable adjustment factor"),
    )
    return pl.coalesce(*(pl.when(wrong).then(pl.lit(reason)) for wrong, reason in rules))
