"""Trailing twelve months: the sum of four quarters that chain day by day, or the fiscal year itself.

Works on one version of every period (`latest`, `as_of`), so that a trailing year is as point-in-time as its quarters. The
same in SQL is `financials_trailing_years` in `storage/sql/statements.sql`.
"""

import polars as pl

from sec_assets.xbrl.standardize.keys import PERIOD
from sec_assets.xbrl.standardize.line_items import items_frame
from sec_assets.xbrl.standardize.versions import known_at

_ITEM = ["cik", "line_item", "unit"]
_QUARTERS = 4


def trailing_years(versions: pl.DataFrame) -> pl.DataFrame:
    """Return the trailing years of every flow.

    Args:
        versions: frame in table `financials` with one version per period.

    Returns:
        Columns of `financials`, period_type `trailing_year`, fiscal_period null; the filing is the one that completed the
        year. A fiscal year as reported is taken before the sum of its quarters. Exact decimals.
    """
    additive = items_frame().filter("is_additive")["line_item"].to_list()
    flows = versions.filter(pl.col("line_item").is_in(additive), pl.col("value").is_not_null())
    years = flows.filter(pl.col("period_type") == "year", pl.col("fiscal_period") == "FY").with_columns(
        rule=pl.lit("the fiscal year itself")
    )
    quarters = flows.filter(pl.col("period_type") == "quarter").sort(*_ITEM, "period_end", "period_start")
    follows = (pl.col("period_start") - pl.col("period_end").shift(1)).dt.total_days() == 1
    chained = quarters.with_columns(
        chains=pl.all_horizontal(follows.shift(back).over(_ITEM) for back in range(_QUARTERS - 1)),
        total=pl.sum_horizontal(pl.col("value").shift(back) for back in range(_QUARTERS)).over(_ITEM),
        first_start=pl.col("period_start").shift(_QUARTERS - 1).over(_ITEM),
        places=pl.min_horizontal(pl.col("decimals").shift(back).over(_ITEM) for back in range(_QUARTERS)),
        unknown_places=pl.any_horizontal(
            pl.col("decimals").shift(back).is_null().over(_ITEM) for back in range(_QUARTERS)
        ),
        **{name: _of_the_last_filing(name) for name in ("accession_number", "form", "filed", "accepted_at")},
    ).filter(pl.col("chains"), pl.col("first_start").is_not_null())
    sums = chained.with_columns(
        value="total",
        period_start="first_start",
        decimals=pl.when(~pl.col("unknown_places")).then("places"),
        rule=pl.lit("sum of four quarters"),
        is_derived=pl.lit(value=True),
    )
    return (
        pl.concat([years, sums.select(years.columns)])
        .unique(["cik", "line_item", "period_end"], keep="first", maintain_order=True)
        .with_columns(period_type=pl.lit("trailing_year"), fiscal_period=pl.lit(None, dtype=pl.String))
        .sort(PERIOD)
    )


def _of_the_last_filing(name: str) -> pl.Expr:
    """Return the column of whichever of the four quarters became public last."""
    known = [known_at().shift(back).over(_ITEM) for back in range(_QUARTERS)]
    newest = pl.max_horizontal(known)
    return pl.coalesce(
        pl.when(at == newest).then(pl.col(name).shift(back).over(_ITEM)) for back, at in enumerate(known)
    )
