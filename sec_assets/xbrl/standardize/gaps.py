"""Fourth quarters that are not known, as rows without value that say why: an unknown number is never left out in silence.

Every flow of a fiscal year should have its fourth quarter. Where neither a report nor a subtraction (`quarters.py`) gives it,
a row with null `value` and a `reason` stands at its place, in the filing that first gave the year. Such a row
never hides a value: views take rows with values first.
"""

import polars as pl

from sec_assets.tables.model import EXACT
from sec_assets.xbrl.standardize.line_items import items_frame
from sec_assets.xbrl.standardize.versions import known_at

_ITEM = ["cik", "line_item"]
_WITHOUT_VALUE = pl.col("value").is_null()


def missing_quarters(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows without value, in the columns of `rows`.

    Args:
        rows: labelled rows of all steps before, with kind.
    """
    timed = rows.with_columns(known=known_at()).sort("known", "accession_number")
    years = (
        timed.filter(pl.col("fiscal_period") == "FY", pl.col("period_type") == "year")
        .sort(_WITHOUT_VALUE, maintain_order=True)
        .unique([*_ITEM, "period_start", "period_end"], keep="first", maintain_order=True)
    )
    quarters = timed.filter(pl.col("period_type") == "quarter").select(*_ITEM, "period_end", quarter_known="known")
    has_quarter = years.join(quarters, on=[*_ITEM, "period_end"]).filter(pl.col("quarter_known") <= pl.col("known"))
    parts = (
        timed.filter(pl.col("period_type") == "nine_months")
        .group_by("cik", "period_start", maintain_order=True)
        .agg(part_end=pl.col("period_end").last())
    )
    own_parts = (
        timed.filter(pl.col("period_type") == "nine_months")
        .sort(_WITHOUT_VALUE, maintain_order=True)
        .select(*_ITEM, "period_start", part_value="value", part_concept="concept", part_known="known")
    )
    gaps = (
        years.join(has_quarter, on=[*_ITEM, "period_end"], how="anti")
        .join(parts, on=["cik", "period_start"])
        .filter(pl.col("part_end") < pl.col("period_end"))
        .join(own_parts.unique([*_ITEM, "period_start"], keep="first"), on=[*_ITEM, "period_start"], how="left")
        .join(items_frame().select("line_item", "is_additive"), on="line_item", how="left")
    )
    return (
        gaps.with_columns(reason=_reason())
        .with_columns(
            value=pl.lit(None, dtype=EXACT),
            decimals=pl.lit(None, dtype=pl.Int32),
            rule=pl.lit("Q4 is neither reported nor FY − 9M"),
            period_start=pl.col("part_end").dt.offset_by("1d"),
            period_type=pl.lit("quarter"),
            fiscal_period=pl.lit("Q4"),
        )
        .select(rows.columns)
    )


def _reason() -> pl.Expr:
    return (
        pl.when(~pl.col("is_additive"))
        .then(pl.lit("averages and amounts per share of quarters do not add up to the year's"))
        .when(pl.col("part_concept").is_null())
        .then(pl.format("nine months from {} are not reported", "period_start"))
        .when(_WITHOUT_VALUE)
        .then(pl.lit("the year as filed is withheld: see its own reason"))
        .when(pl.col("part_value").is_null())
        .then(pl.lit("the nine months as filed are withheld: see their own reason"))
        .when(pl.col("part_concept") != pl.col("concept"))
        .then(pl.format("the nine months are reported as {}, the year as {}", "part_concept", "concept"))
        .when(pl.col("part_known") > pl.col("known"))
        .then(pl.lit("the nine months were first reported after the year"))
        .otherwise(pl.lit("year and nine months are not comparable: one of them was restated, or in another unit"))
    )
