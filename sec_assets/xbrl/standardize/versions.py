"""Views over the versions of `financials`: the newest, the first, those known at an instant, and what was restated.

Every filing's value is a row of its own and stays; these functions only choose and compare. They know no clock: the
instant is an argument. The same views in SQL are `storage/sql/statements.sql`.
"""

from datetime import datetime

import polars as pl

from sec_assets.tables.model import EXACT
from sec_assets.xbrl.standardize.keys import PERIOD
from sec_assets.xbrl.standardize.precision import last_place


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


def first_reported(financials: pl.DataFrame) -> pl.DataFrame:
    """Return the version of every line item and period that was public first; a row without value only where none has one."""
    return (
        financials.sort(pl.col("value").is_null(), known_at(), "accession_number", nulls_last=True)
        .unique(PERIOD, keep="first", maintain_order=True)
        .sort(PERIOD, nulls_last=False)
    )


def restatements(financials: pl.DataFrame) -> pl.DataFrame:
    """Return every change of a value from one filing to the next that reports it.

    Args:
        financials: frame in table `financials`, all versions.

    Returns:
        Columns cik, line_item, statement, period_start, period_end, unit; old_value, new_value, difference (EXACT);
        old_concept, new_concept; old_accession_number, accession_number, form, filed, accepted_at of the filing that
        changed it; is_rounding_only (Boolean) – both values are the same number at the less precise one's `decimals`
        (null where neither filing tells its decimals); is_derived – one of the two is computed.
    """
    known = financials.filter(pl.col("value").is_not_null()).sort(known_at(), "accession_number", nulls_last=False)
    before = {
        "old_value": "value", "old_concept": "concept", "old_unit": "unit", "old_accession_number": "accession_number",
        "old_decimals": "decimals", "old_derived": "is_derived",
    }  # fmt: skip
    pairs = known.with_columns(
        *(pl.col(name).shift(1).over(PERIOD).alias(old) for old, name in before.items()),
        is_first=pl.int_range(pl.len()).over(PERIOD) == 0,
    ).filter(~pl.col("is_first"), pl.col("unit") == pl.col("old_unit"), pl.col("value") != pl.col("old_value"))
    difference = pl.col("value") - pl.col("old_value")
    place = last_place(pl.min_horizontal("decimals", "old_decimals"))
    told = pl.col("decimals").is_not_null() & pl.col("old_decimals").is_not_null()
    return pairs.select(
        "cik", "line_item", "statement", "period_start", "period_end", "unit", "old_value",
        pl.col("value").alias("new_value"), difference.cast(EXACT).alias("difference"), "old_concept",
        pl.col("concept").alias("new_concept"), "old_accession_number", "accession_number", "form", "filed", "accepted_at",
        pl.when(told).then(2 * difference.abs() <= place).alias("is_rounding_only"),
        (pl.col("is_derived") | pl.col("old_derived")).alias("is_derived"),
    ).sort("cik", "line_item", "period_end", "period_start", "filed", nulls_last=False)  # fmt: skip
