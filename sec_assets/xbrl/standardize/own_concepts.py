"""Line items found among the filer's own concepts, where arithmetic proves what such a concept means.

A name chosen by a filer proves nothing by itself. One case is decided by the statement it stands in: the change of cash that
no flow explains, e.g. cash of businesses held for sale. A concept of the filer that speaks of cash and has exactly the
amount that is missing from the roll-forward of its filing and period is `other_cash_changes`.
"""

import polars as pl

from sec_assets.xbrl.standardize.keys import FILING
from sec_assets.xbrl.standardize.line_items import items_frame
from sec_assets.xbrl.standardize.precision import known_places

_FLOWS = ("operating_cash_flow", "investing_cash_flow", "financing_cash_flow")
_OPTIONAL = ("fx_effect_on_cash", "discontinued_cash_flow")
_CHANGE = "net_change_in_cash"
_TARGET = "other_cash_changes"
_SPOT = [*FILING, "period_start", "period_end", "unit"]


def other_cash_changes(rows: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """Return rows of `other_cash_changes` in the columns of `rows`, for filings whose cash flow does not roll forward.

    Args:
        rows: reported rows, as `select` returns them.
        facts: frame in table `xbrl_facts`.
    """
    items = (_CHANGE, *_FLOWS, *_OPTIONAL)
    cells = (
        rows.filter(pl.col("line_item").is_in(items))
        .group_by(_SPOT)
        .agg(
            *(pl.col("value").filter(pl.col("line_item") == item).first().alias(item) for item in items),
            pl.col("form", "filed", "accepted_at").first(),
        )
        .drop_nulls([_CHANGE, *_FLOWS])
    )
    explained = pl.sum_horizontal(*_FLOWS, *_OPTIONAL)
    gaps = cells.with_columns(missing=pl.col(_CHANGE) - explained).filter(pl.col("missing") != 0)
    own = facts.filter(
        pl.col("is_extension"),
        pl.col("numeric").is_not_null(),
        pl.col("occurrence") == 0,
        pl.col("dimensions") == "",
        pl.col("concept").str.contains(r"(?i)cash"),
    ).select(*_SPOT, "concept", "decimals", missing="numeric")
    place = items_frame().filter(pl.col("line_item") == _TARGET).row(0, named=True)
    return (
        gaps.join(own, on=[*_SPOT, "missing"])
        .sort("concept")
        .unique(_SPOT, keep="first", maintain_order=True)
        .with_columns(
            line_item=pl.lit(_TARGET),
            statement=pl.lit(place["statement"]),
            kind=pl.lit(place["kind"]),
            value=pl.col("missing"),
            decimals=known_places(pl.col("decimals")),
            rule=pl.lit("the filer's own concept; it is what the roll-forward of cash lacks"),
        )
        .select(rows.columns)
    )
