"""Tables of the group `market`: daily prices and the indicators computed from them."""

import polars as pl

from sec_assets.tables.edgar import CIK
from sec_assets.tables.model import Column, Table

TICKER = Column("ticker", pl.String, "ticker as EDGAR writes it", required=True)
SESSION = Column("date", pl.Date, "trading session, a date in the exchange's zone", required=True)

PRICES = Table(
    "prices",
    "Daily bars per ticker, as traded, with the factor that makes them comparable over splits and dividends.",
    ("cik", "ticker", "date"),
    (
        CIK,
        TICKER,
        SESSION,
        Column("open", pl.Float64, "first price", "currency"),
        Column("high", pl.Float64, "highest price", "currency"),
        Column("low", pl.Float64, "lowest price", "currency"),
        Column("close", pl.Float64, "last price on the basis named by price_basis", "currency", required=True),
        Column("adjustment_factor", pl.Float64, "close × factor = adjusted close", required=True),
        Column("volume", pl.Int64, "shares traded", "shares"),
        Column("dividend", pl.Float64, "cash dividend with ex-date on this session", "currency per share"),
        Column("split_factor", pl.Float64, "shares after for one before, 1 when there was no split"),
        Column(
            "price_basis", pl.String, "raw, split_adjusted, fully_adjusted or unknown: what close is", required=True
        ),
        Column("currency", pl.String, "ISO 4217, where the source tells"),
        Column("source", pl.String, "the source that answered", required=True),
    ),
)


def _indicator(name: str, description: str, unit: str | None = "currency") -> Column:
    return Column(name, pl.Float64, description + "; null until enough sessions are known", unit)


TECHNICALS = Table(
    "technicals",
    "Indicators on adjusted prices, with TA-Lib's definitions.",
    ("cik", "ticker", "date"),
    (
        CIK,
        TICKER,
        SESSION,
        _indicator("sma_20", "simple moving average of 20 sessions"),
        _indicator("sma_50", "simple moving average of 50 sessions"),
        _indicator("sma_200", "simple moving average of 200 sessions"),
        _indicator("ema_12", "exponential moving average of 12 sessions"),
        _indicator("ema_26", "exponential moving average of 26 sessions"),
        _indicator("rsi_14", "relative strength index of 14 sessions, Wilder's smoothing", "0 to 100"),
        _indicator("bollinger_lower", "middle − 2 population standard deviations of 20 sessions"),
        _indicator("bollinger_middle", "simple moving average of 20 sessions"),
        _indicator("bollinger_upper", "middle + 2 population standard deviations of 20 sessions"),
        _indicator("macd", "EMA 12 − EMA 26, both seeded at the 26th session"),
        _indicator("macd_signal", "EMA 9 of macd"),
        _indicator("macd_histogram", "macd − macd_signal"),
        _indicator("atr_14", "average true range of 14 sessions, Wilder's smoothing"),
        _indicator("return_1d", "adjusted close over the previous session's − 1", "ratio"),
        _indicator("volatility_20", "standard deviation of 20 daily log returns × √252", "ratio per year"),
        _indicator("drawdown_252", "adjusted close over its highest of 252 sessions − 1", "ratio"),
    ),
)
