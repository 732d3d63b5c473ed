"""What a company was worth on the market on a day: close × shares, where both are of the same shares and currency.

`market_value` is null where that cannot be told, since a wrong value looks like a bargain:
- the close was restated for later splits and is not the series' newest (`price_basis` other than raw), unless the
  covers of the filings show that the number of shares did not jump since;
- the statements are in another currency than the price;
- the cover is of form 20-F: the price is of depositary shares, and the ratio is not in the data;
- the cover's classes of shares were added up although they differ in worth (the sum is far from the average shares).
Splits between the cover's day and the session, where the source of the prices tells of them, are made up for.
"""

import polars as pl

_COVER_MAX_AGE_DAYS = 400
_JUMP = 1.4  # the smallest usual split is 3 for 2
_SAME_SHARES = 3.0
_DEFAULT_CURRENCY = "USD"  # the tickers of EDGAR's list trade in the United States


def market_value(wide: pl.DataFrame, splits: pl.DataFrame, financials: pl.DataFrame) -> pl.DataFrame:
    """Return `wide` with `market_value` (Float64, in `currency`).

    Args:
        wide: the panel with the columns of `fundamentals` and `market`.
        splits: cik, session, splits_so_far of the prices.
        financials: table `financials`, for the numbers of shares on all covers.
    """
    at_cover = wide.sort("cover_end").join_asof(
        splits.sort("session").select("cik", cover_session="session", splits_at_cover="splits_so_far"),
        left_on="cover_end", right_on="cover_session", by="cik", strategy="backward", check_sortedness=False,
    )  # fmt: skip
    by_splits = pl.col("splits_so_far") / pl.col("splits_at_cover").fill_null(1.0)
    fresh = pl.col("as_of") - pl.col("cover_end") <= pl.duration(days=_COVER_MAX_AGE_DAYS)
    same_currency = pl.col("price_currency").fill_null(_DEFAULT_CURRENCY) == pl.col("currency")
    ordinary = ~pl.col("cover_form").fill_null("").str.starts_with("20-F")
    usable = fresh & same_currency & ordinary & _as_traded() & _one_worth()
    return (
        at_cover.join(_last_jump(financials), on="cik", how="left")
        .with_columns(market_value=pl.when(usable).then(pl.col("close") * pl.col("shares_outstanding") * by_splits))
        .drop("cover_session", "splits_at_cover", "last_jump")
        .sort("cik", "as_of")
    )


def _as_traded() -> pl.Expr:
    """Tell whether the close is what was paid for one share of that day."""
    unsplit = pl.col("last_jump").is_null() | (pl.col("last_jump") <= pl.col("cover_end"))
    only_splits = pl.col("price_basis").is_in(["split_adjusted", "unknown"])
    return (pl.col("price_basis") == "raw") | pl.col("is_newest_session") | (only_splits & unsplit)


def _one_worth() -> pl.Expr:
    """Tell whether shares of all classes can be counted alike: the filer's own average must be near the sum."""
    is_sum = pl.col("cover_rule").fill_null("").str.starts_with("sum of")
    times = pl.col("shares_outstanding") / pl.col("shares_diluted")
    return ~is_sum | times.is_between(1 / _SAME_SHARES, _SAME_SHARES).fill_null(value=True)


def _last_jump(financials: pl.DataFrame) -> pl.DataFrame:
    """Return the last cover whose number of shares is far from the one before: cik, last_jump (Date)."""
    covers = financials.filter(pl.col("line_item") == "shares_outstanding").sort("cik", "period_end")
    times = (pl.col("value").cast(pl.Float64) / pl.col("value").cast(pl.Float64).shift(1)).over("cik")
    jumped = covers.filter((times > _JUMP) | (times < 1 / _JUMP))
    return jumped.group_by("cik").agg(last_jump=pl.col("period_end").max())
