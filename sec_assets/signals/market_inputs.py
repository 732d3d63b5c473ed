"""Panel columns from prices: the newest session on or before each day, of the company's primary ticker."""

import polars as pl

MAX_AGE_DAYS = 10
_MONTH_SESSIONS = 21
_YEAR_SESSIONS = 252

COLUMNS = (
    "close", "adjusted_close", "rsi_14", "volatility_20", "drawdown_252", "sma_50", "sma_200", "momentum_12_1", "atr_14",
)  # fmt: skip


def market(panel: pl.DataFrame, prices: pl.DataFrame, technicals: pl.DataFrame, tickers: pl.DataFrame) -> pl.DataFrame:
    """Return one row per panel row with `session` (Date) and the columns of `COLUMNS` (Float64).

    A session more than ten days before `as_of` counts as unknown: prices of a dead series are no price.

    Args:
        panel: cik, as_of.
        prices: table `prices`.
        technicals: table `technicals`.
        tickers: table `ticker_map`, for the primary ticker of each company.
    """
    primary = tickers.filter("is_primary").select("cik", "ticker")
    back = pl.col("adjusted_close").shift(_MONTH_SESSIONS) / pl.col("adjusted_close").shift(_YEAR_SESSIONS) - 1
    sessions = (
        prices.join(primary, on=["cik", "ticker"], how="semi")
        .with_columns(adjusted_close=pl.col("close") * pl.col("adjustment_factor"))
        .sort("cik", "date")
        .with_columns(momentum_12_1=back.over("cik"))
        .join(technicals, on=["cik", "ticker", "date"], how="left")
        .select("cik", pl.col("date").alias("session"), *COLUMNS)
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
