"""Views over the versions of `financials`: the newest ones, and those known at an instant.

Every filing's value is a row of its own and stays; these functions only choose. They know no clock: the instant is an
argument.
"""

from datetime import datetime

import polars as pl

from sec_assets.xbrl.standardize.keys import PERIOD


def known_at() -> pl.Expr:
    """Return the instant (UTC) a row was public: accepted_at, else the latest it can have been.

    EDGAR accepts until 22:00 New York time of the filing date, which is 03:00 UTC of the next day at the latest.
    """
    return pl.coalesce(
        "accepted_at", pl.col("filed").cast(pl.Datetime("us")).dt.replace_time_zone("UTC").dt.offset_by("27h")
    )


def latest(financials: pl.DataFrame) -> pl.DataFrame:
    """Return the newest version of every line item and period.

    Args:
        financials: frame in table `financials`.

    Returns:
        Rows of `financials`, unique on (cik, line_item, period_start, period_end): the last accepted, then the highest
        accession number. A filing that does not report an item (a Part III amendment) never hides it, nor does a row
        without value.
    """
    return (
        financials.sort(pl.col("value").is_not_null(), known_at(), "accession_number", nulls_last=False)
        .unique(PERIOD, keep="last", maintain_order=True)
        .sort(PERIOD, nulls_last=False)
    )


def as_of(financials: pl.DataFrame, instant: datetime) -> pl.DataFrame:
    """Return the newest version of every line item and period that was public at `instant`.

    Args:
        financials: frame in table `financials`.
        instant: an instant with its time zone; a filing accepted at this very instant counts.

    Raises:
        ValueError: `instant` has no time zone.
    """
    if instant.tzinfo is None:
        raise ValueError(f"as_of needs an instant with a time zone, got {instant.isoformat()}")
    return latest(financials.filter(known_at() <= instant))
