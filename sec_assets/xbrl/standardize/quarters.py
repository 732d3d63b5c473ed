"""Quarters that no report gives by themselves, from two reported periods that begin on the same day.

Q4 = FY − 9M, Q3 = 9M − H1, Q2 = H1 − Q1, for flows of money only: per-share amounts and weighted shares do not add up.

Nothing is known before it was public. A filed value lives from its acceptance until a newer version of the same item and
period is accepted; two values are subtracted when their lives overlap, and the result belongs to the later filing of
the two. A restatement of one input gives a new version of the derived quarter.

The inputs must be comparable: one concept, one unit, and one accounting basis. The basis is doubtful, and nothing is
derived, where just one of the two was restated since it was first filed, beyond rounding, and where the part was first
filed after the total. A quarter reported for the same end by then makes the derivation needless.
"""

import polars as pl

from sec_assets.xbrl.standardize.fiscal import period_type
from sec_assets.xbrl.standardize.keys import PERIOD
from sec_assets.xbrl.standardize.line_items import items_frame
from sec_assets.xbrl.standardize.precision import last_place
from sec_assets.xbrl.standardize.versions import known_at

_PAIRS = pl.DataFrame(
    {
        "total_type": ["year", "nine_months", "half_year"],
        "part_type": ["nine_months", "half_year", "quarter"],
        "total_name": ["FY", "9M", "H1"],
        "part_name": ["9M", "H1", "Q1"],
        "quarter_name": ["Q4", "Q3", "Q2"],
    }
)
_CHAIN = ["cik", "line_item", "period_start", "concept", "unit"]


def derive_quarters(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the derived quarters, in the columns of `rows`.

    Args:
        rows: reported rows and those of formulas, with period_type; unique on `select.SLOT`. Rows without value give
            nothing, and keep their place.
    """
    additive = items_frame().filter("is_additive")["line_item"].to_list()
    flows = rows.filter(pl.col("line_item").is_in(additive), pl.col("period_start").is_not_null())
    versions = _lives(flows.filter(pl.col("value").is_not_null()))
    pairs = _pairs(versions)
    reported = (
        versions.filter(pl.col("period_type") == "quarter")
        .group_by("cik", "line_item", "period_end")
        .agg(pl.col("known").min().alias("reported_at"))
    )
    return (
        pairs.join(reported, on=["cik", "line_item", "period_end"], how="left")
        .filter(pl.col("reported_at").is_null() | (pl.col("reported_at") > pl.col("known")))
        .select(rows.columns)
        .join(flows.filter(pl.col("value").is_null()), on=[*PERIOD, "accession_number"], how="anti")
        .unique([*PERIOD, "accession_number"], keep="first", maintain_order=True)
    )


def _lives(rows: pl.DataFrame) -> pl.DataFrame:
    """Add to each version when it was known, until when it was the newest, and whether it restates the first one."""
    tolerance = last_place(pl.col("decimals"))
    first = pl.col("value").first().over(PERIOD)
    return (
        rows.with_columns(known=known_at())
        .filter(pl.col("known").is_not_null())
        .sort("known", "accession_number")
        .with_columns(
            replaced=pl.col("known").shift(-1).over(PERIOD),
            first_known=pl.col("known").first().over(PERIOD),
            is_restated=(pl.col("value") - first).abs() > pl.max_horizontal(tolerance, tolerance.first().over(PERIOD)),
        )
    )


def _pairs(versions: pl.DataFrame) -> pl.DataFrame:
    """Subtract every part from every total that begins with it, is comparable with it, and lived at the same time."""
    common = [
        *_CHAIN,
        "period_type",
        "period_end",
        "value",
        "decimals",
        "accession_number",
        "form",
        "filed",
        "accepted_at",
    ]
    lives = ["known", "replaced", "first_known", "is_restated"]
    totals = versions.select(*common, *lives, "statement", "kind", "is_derived").rename({"period_type": "total_type"})
    parts = versions.select(*common, *lives).rename({"period_type": "part_type"})
    pairs = totals.join(_PAIRS, on="total_type").join(parts, on=[*_CHAIN, "part_type"], suffix="_part")
    overlap = (pl.col("replaced").is_null() | (pl.col("replaced") > pl.col("known_part"))) & (
        pl.col("replaced_part").is_null() | (pl.col("replaced_part") > pl.col("known"))
    )
    comparable = (pl.col("is_restated") == pl.col("is_restated_part")) & (
        (pl.col("first_known_part") <= pl.col("first_known")) | (pl.col("known_part") <= pl.col("known"))
    )
    part_is_later = pl.col("known_part") > pl.col("known")
    later = [
        pl.when(part_is_later).then(f"{name}_part").otherwise(name).alias(name)
        for name in ("accession_number", "form", "filed", "accepted_at", "known")
    ]
    return (
        pairs.filter(overlap & comparable)
        .with_columns(rule=_rule(), value=pl.col("value") - pl.col("value_part"), decimals=_coarser())
        .with_columns(later)
        .with_columns(period_start=pl.col("period_end_part").dt.offset_by("1d"), is_derived=pl.lit(True))
        .with_columns(period_type())
        .filter(pl.col("period_type") == "quarter")
    )


def _coarser() -> pl.Expr:
    known = pl.col("decimals").is_not_null() & pl.col("decimals_part").is_not_null()
    return pl.when(known).then(pl.min_horizontal("decimals", "decimals_part"))


def _rule() -> pl.Expr:
    """Return e.g. "Q4 = FY 2023-10-01/2024-09-28 (0000320193-24-000123) − 9M 2023-10-01/2024-06-29 (…)"."""
    return pl.format(
        "{} = {} {}/{} ({}) − {} {}/{} ({})",
        *("quarter_name", "total_name", "period_start", "period_end", "accession_number"),
        *("part_name", "period_start", "period_end_part", "accession_number_part"),
    )
