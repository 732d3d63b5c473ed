"""The days signals are computed for, and the rule of what was known on them.

A company gets one row per day on which it filed a periodic report, one for its newest session, and one for the newest day
anything is known of.
A filing is known on the New York day of its acceptance; a price on its session; an article on the New York day it
came out. Nothing depends on today's date, so that the same data always give the same signals.
"""

import polars as pl

PERIODIC_FORMS = ("10-K", "10-Q", "20-F", "40-F", "10-K/A", "10-Q/A", "20-F/A", "40-F/A")


def new_york_day(instant: str) -> pl.Expr:
    """Return the New York date of a UTC instant column."""
    return pl.col(instant).dt.convert_time_zone("America/New_York").dt.date()


def as_of_days(filings: pl.DataFrame, prices: pl.DataFrame, sentiment: pl.DataFrame) -> pl.DataFrame:
    """Return the panel's rows.

    Args:
        filings: table `filings_index`.
        prices: table `prices`.
        sentiment: table `sentiment`.

    Returns:
        cik (String), as_of (Date); unique and sorted.
    """
    filed = filings.select("cik", "form", as_of=known_day())
    periodic = filed.filter(pl.col("form").is_in(PERIODIC_FORMS)).select("cik", "as_of")
    newest = (
        pl.concat(
            [
                filed.select("cik", "as_of"),
                prices.select("cik", as_of="date"),
                sentiment.select("cik", as_of=new_york_day("published_at")),
            ]
        )
        .group_by("cik")
        .agg(pl.col("as_of").max())
    )
    session = prices.group_by("cik").agg(as_of=pl.col("date").max())
    return pl.concat([periodic, session, newest]).drop_nulls().unique().sort("cik", "as_of")


def known_day(accepted_at: str = "accepted_at", filing_date: str = "filing_date") -> pl.Expr:
    """Return the day a filing became known: New York day of acceptance, or the filing date where that is unknown."""
    return pl.coalesce(new_york_day(accepted_at), pl.col(filing_date))


def known_rows(panel: pl.DataFrame, rows: pl.DataFrame, day: str, *, within_days: int | None = None) -> pl.DataFrame:
    """Join to every panel row the rows of its company that were known by then.

    Args:
        panel: cik, as_of.
        rows: has cik and the Date column `day` on which each row became known.
        day: name of that column.
        within_days: keep only rows at most so many days old.

    Returns:
        The columns of `rows` with as_of; |panel of the company| × |its rows| at most.
    """
    joined = panel.select("cik", "as_of").join(rows, on="cik", how="inner").filter(pl.col(day) <= pl.col("as_of"))
    if within_days is not None:
        joined = joined.filter(pl.col("as_of") - pl.col(day) < pl.duration(days=within_days))
    return joined
