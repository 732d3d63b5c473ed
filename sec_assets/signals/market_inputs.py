"""Panel columns from prices: the newest session on or before each day, of the company's primary ticker.

What a company is worth on the market needs its shares as well; that is `valuation.py`.
"""

import polars as pl

MAX_AGE_DAYS = 10
_MONTH_SESSIONS = 21
_YEAR_SESSIONS = 252

COLUMNS = (
    "close", "adjusted_close", "rsi_14", "volatility_20", "drawdown_252", "sma_50", "sma_200", "momentum_12_1", "atr_14",
)  # fmt: skip
ABOUT = ("price_basis", "price_currency", "is_newest_session", "splits_so_far")


def market(panel: pl.DataFrame, prices: pl.DataFrame, technicals: pl.DataFrame, tickers: pl.DataFrame) -> pl.DataFrame:
    """Return one row per panel row with `session` (Date), the columns of `COLUMNS` (Float64) and of `ABOUT`.

    A session more than ten days before `as_of` counts as unknown: prices of a dead series are no price. `ABOUT` tells
    what the close is: its basis and currency, whether it is the newest of its series, and how many shares of the
    session one share of the series' first day has become by the splits known (1 where the source tells of none).

    Args:
        panel: cik, as_of.
        prices: table `prices`.
        technicals: table `technicals`.
        tickers: table `ticker_map`, for the primary ticker of each company.
    """
    sessions = (
        _sessions(prices, tickers)
        .join(technicals.rename({"date": "session"}), on=["cik", "ticker", "session"], how="left")
        .select("cik", "session", *COLUMNS, *ABOUT)
        .sort("session")
    )
    return (
        panel.select("cik", "as_of")
        .sort("as_of")
        .join_asof(
            sessions, left_on="as_of", right_on="session", by="cik", strategy="backward", tolerance=f"{MAX_AGE_DAYS}d",
            check_sortedness=False,
        )
        .sort("cik", "as_of")
    )  # fmt: skip


def splits(prices: pl.DataFrame, tickers: pl.DataFrame) -> pl.DataFrame:
    """Return `splits_so_far` per session of the primary ticker: cik, session, splits_so_far (Float64)."""
    return _sessions(prices, tickers).select("cik", "session", "splits_so_far")


def _sessions(prices: pl.DataFrame, tickers: pl.DataFrame) -> pl.DataFrame:
    primary = tickers.filter("is_primary").select("cik", "ticker")
    back = pl.col("adjusted_close").shift(_MONTH_SESSIONS) / pl.col("adjusted_close").shift(_YEAR_SESSIONS) - 1
    return (
        prices.join(primary, on=["cik", "ticker"], how="semi")
        .rename({"date": "session", "currency": "price_currency"})
        .with_columns(adjusted_close=pl.col("close") * pl.col("adjustment_factor"))
        .sort("cik", "session")
        .with_columns(
            momentum_12_1=back.over("cik"),
            is_newest_session=pl.col("session") == pl.col("session").max().over("cik"),
            splits_so_far=pl.col("split_factor").fill_null(1.0).cum_prod().over("cik"),
        )
    )
