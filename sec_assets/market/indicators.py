"""Technical indicators on adjusted prices, for many securities in one frame.

The definitions are TA-Lib's, and so is the code: its wheel (BSD licence) is an order of magnitude faster than the same in
Polars expressions. Each security is a slice of contiguous arrays. An indicator at a date reads that date and earlier
ones only. Signals made of indicators are in `signals/`.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sec_assets.tables import TECHNICALS

_Floats = NDArray[np.float64]
_SECURITY = ("cik", "ticker")
_SESSIONS_A_YEAR = 252
_NAMES = tuple(column.name for column in TECHNICALS.columns if column.name not in TECHNICALS.key)


def technicals(prices: pl.DataFrame) -> pl.DataFrame:
    """Compute the indicators of every security in `prices`.

    All prices are close (high, low) × adjustment_factor. Sessions without a positive finite close get nulls and are
    passed over; those without high or low are passed over by atr_14 alone. Levels are on the scale of the newest
    adjustment factor in `prices`; ratios (RSI, returns, volatility, drawdown) do not depend on it.

    Args:
        prices: table PRICES, any number of companies, in any order.

    Returns:
        Table TECHNICALS, one row per row of `prices`, null until enough sessions are known:
        sma_N mean of N closes; ema_N exponential with α = 2/(N+1), seeded with the first SMA; rsi_14 and atr_14 with
        Wilder's α = 1/14, seeded with the mean of the first 14 changes and true ranges (rsi 0 when nothing ever
        changed); bollinger_* SMA 20 ± 2 population standard deviations; macd EMA 12 − EMA 26 with both seeded at the
        26th session and shown from the first macd_signal on; return_1d close / previous close − 1; volatility_20
        sample standard deviation of 20 log returns × √252; drawdown_252 close / highest close of 252 sessions − 1.
    """
    factor = pl.col("adjustment_factor")
    adjusted = prices.select(
        *TECHNICALS.key, *((pl.col(name).cast(pl.Float64) * factor).alias(name) for name in ("high", "low", "close"))
    ).sort(TECHNICALS.key)
    usable = pl.col("close").is_finite().fill_null(value=False) & (pl.col("close") > 0)
    known = adjusted.filter(usable)
    high, low, close = (known[name].to_numpy() for name in ("high", "low", "close"))
    columns = {name: np.full(known.height, np.nan) for name in _NAMES}
    for start, end in _slices(known):
        window = slice(start, end)
        for name, values in _indicators(high[window], low[window], close[window]).items():
            columns[name][window] = values
    computed = known.select(TECHNICALS.key).with_columns(
        pl.Series(name, values).fill_nan(None) for name, values in columns.items()
    )
    return TECHNICALS.conform(pl.concat([computed, adjusted.filter(~usable).select(TECHNICALS.key)], how="diagonal"))


def _slices(sorted_frame: pl.DataFrame) -> list[tuple[int, int]]:
    """Return start and end of each security's rows."""
    lengths = sorted_frame.group_by(_SECURITY, maintain_order=True).len()["len"]
    ends = lengths.cum_sum()
    return list(zip((ends - lengths).to_list(), ends.to_list(), strict=True))


def _indicators(high: _Floats, low: _Floats, close: _Floats) -> dict[str, _Floats]:
    import talib  # it loads pandas: a quarter of the start of every process, of which few compute indicators

    upper, middle, lower = talib.BBANDS(close, 20, 2.0, 2.0)
    macd, signal, histogram = talib.MACD(close, 12, 26, 9)
    log_returns = np.diff(np.log(close))
    volatility = np.full(close.size, np.nan)
    volatility[1:] = talib.STDDEV(log_returns, 20) * np.sqrt(20 / 19 * _SESSIONS_A_YEAR)
    return {
        "sma_20": middle,
        "sma_50": talib.SMA(close, 50),
        "sma_200": talib.SMA(close, 200),
        "ema_12": talib.EMA(close, 12),
        "ema_26": talib.EMA(close, 26),
        "rsi_14": talib.RSI(close, 14),
        "bollinger_lower": lower,
        "bollinger_middle": middle,
        "bollinger_upper": upper,
        "macd": macd,
        "macd_signal": signal,
        "macd_histogram": histogram,
        "return_1d": talib.ROCP(close, 1),
        "volatility_20": volatility,
        "drawdown_252": close / talib.MAX(close, _SESSIONS_A_YEAR) - 1,
        "atr_14": _average_true_range(high, low, close),
    }


def _average_true_range(high: _Floats, low: _Floats, close: _Floats) -> _Floats:
    import talib

    complete = np.isfinite(high) & np.isfinite(low)
    if complete.all():
        return talib.ATR(high, low, close, 14)
    result = np.full(close.size, np.nan)
    result[complete] = talib.ATR(high[complete], low[complete], close[complete], 14)
    return result
