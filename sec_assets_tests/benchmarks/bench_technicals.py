"""Time per security of `technicals`, against bare TA-Lib calls and the same indicators in Polars expressions.

500 securities of 1,260 sessions in one frame, best of five rounds, the three taking turns within one process. Bare TA-Lib
gets NumPy arrays and returns them; the other two start and end with a frame. Run by `make bench`.
"""

import time
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import polars as pl
import talib
from rich.console import Console
from rich.table import Table

from sec_assets.market.indicators import technicals
from sec_assets.tables import PRICES

SECURITIES, SESSIONS, ROUNDS = 500, 1260, 5
_KEY = ["cik", "ticker"]


def made_up_prices() -> pl.DataFrame:
    """Return random walks as a PRICES frame."""
    rng = np.random.default_rng(1)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.02, (SECURITIES, SESSIONS)), axis=1)).ravel()
    spread = 1 + rng.random(close.size) * 0.02
    ciks = [f"{i:010d}" for i in range(1, SECURITIES + 1)]
    return PRICES.conform(
        pl.DataFrame(
            {
                "cik": np.repeat(ciks, SESSIONS),
                "ticker": np.repeat([f"T{cik}" for cik in ciks], SESSIONS),
                "date": [date(2020, 1, 1) + timedelta(days=i) for i in range(SESSIONS)] * SECURITIES,
                "high": close * spread,
                "low": close / spread,
                "close": close,
            }
        ).with_columns(adjustment_factor=pl.lit(1.0), price_basis=pl.lit("raw"), source=pl.lit("made up"))
    )


def with_talib(prices: pl.DataFrame) -> None:
    """Call TA-Lib once per security and indicator, on arrays cut beforehand."""
    shape = (SECURITIES, SESSIONS)
    high, low, close = (prices[name].to_numpy().reshape(shape) for name in ("high", "low", "close"))
    for h, lo, c in zip(high, low, close, strict=True):
        for n in (20, 50, 200):
            talib.SMA(c, n)
        for n in (12, 26):
            talib.EMA(c, n)
        talib.RSI(c, 14)
        talib.BBANDS(c, 20, 2.0, 2.0)
        talib.MACD(c, 12, 26, 9)
        talib.ATR(h, lo, c, 14)
        talib.ROCP(c, 1)
        talib.STDDEV(np.diff(np.log(c)), 20)
        talib.MAX(c, 252)


def with_expressions(prices: pl.DataFrame) -> None:
    """Compute the same indicators with window expressions."""
    close, high, low = pl.col("close"), pl.col("high"), pl.col("low")
    previous, change = close.shift(1), close.diff()
    span = pl.max_horizontal(high - low, (high - previous).abs(), (low - previous).abs())
    first = prices.with_columns(
        *(close.rolling_mean(n).over(_KEY).alias(f"sma_{n}") for n in (20, 50, 200)),
        _smoothed(close, 12, 2 / 13, 11).over(_KEY).alias("ema_12"),
        _smoothed(close, 26, 2 / 27, 25).over(_KEY).alias("ema_26"),
        _smoothed(change.clip(0), 14, 1 / 14, 14).over(_KEY).alias("up"),
        _smoothed(-change.clip(None, 0), 14, 1 / 14, 14).over(_KEY).alias("down"),
        close.rolling_std(20, ddof=0).over(_KEY).alias("width"),
        (_smoothed(close, 12, 2 / 13, 25) - _smoothed(close, 26, 2 / 27, 25)).over(_KEY).alias("macd"),
        _smoothed(span, 14, 1 / 14, 14).over(_KEY).alias("atr_14"),
        (close / previous - 1).over(_KEY).alias("return_1d"),
        (close / previous).log().rolling_std(20).over(_KEY).alias("volatility_20"),
        (close / close.rolling_max(252) - 1).over(_KEY).alias("drawdown_252"),
    )
    first.with_columns(_smoothed(pl.col("macd"), 9, 0.2, 33).over(_KEY).alias("macd_signal"))


def _smoothed(values: pl.Expr, n: int, alpha: float, seed_at: int) -> pl.Expr:
    row = pl.int_range(pl.len())
    seeded = pl.when(row == seed_at).then(values.rolling_mean(n)).when(row > seed_at).then(values)
    return seeded.ewm_mean(alpha=alpha, adjust=False)


def main() -> None:
    """Print the table."""
    prices = made_up_prices()
    contenders: dict[str, Callable[[pl.DataFrame], object]] = {
        "sec_assets technicals(frame)": technicals,
        "bare TA-Lib, arrays": with_talib,
        "Polars expressions": with_expressions,
    }
    best = dict.fromkeys(contenders, float("inf"))
    for _ in range(ROUNDS):
        for name, compute in contenders.items():
            start = time.perf_counter()
            compute(prices)
            best[name] = min(best[name], (time.perf_counter() - start) / SECURITIES * 1000)
    table = Table(
        "technicals", "ms per security", "× ours", title=f"{SECURITIES} securities × {SESSIONS} sessions, goal < 1 ms"
    )
    ours = best["sec_assets technicals(frame)"]
    for name, milliseconds in best.items():
        table.add_row(name, f"{milliseconds:.3f}", f"{milliseconds / ours:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
