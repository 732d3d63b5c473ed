"""Values that a filing's own numbers prove wrong, and that are not shown: the row stays, without value, with the reason.

Two slips are certain enough. Weighted shares without their scale: EPS × shares is the income only with 1,000 or 1,000,000
times as many, and no other count of shares in the filing says that they are complete. Investing or financing flows of the
wrong sign: the flows make the change in cash only when they are turned, and no other turned sign does it (`slips.py`).

The right number is not put in its place: what the filer meant is a guess, and earlier or later filings have their own.
Other contradictions are left as filed; the checks name them.
"""

from functools import cache

import polars as pl

from sec_assets.xbrl.standardize.formulas import apply_formulas
from sec_assets.xbrl.standardize.identities import (
    CASH_ITEMS,
    INCOME_ITEMS,
    JUDGED,
    cash_cells,
    eps_cells,
    violated,
    with_places,
    with_turned_sign,
)
from sec_assets.xbrl.standardize.keys import FILING, SLOT
from sec_assets.xbrl.standardize.slips import FINANCING, INVESTING, SCALES, TURNED, lost_scale

_FILED_AS = "filed as "
_SHARES = {"shares_basic": "eps_basic", "shares_diluted": "eps_diluted"}
_COVER, _BALANCE = "shares_outstanding", ("shares_issued", "shares_on_balance_sheet")
_ITEMS = [*CASH_ITEMS, *INCOME_ITEMS, *_SHARES, *_SHARES.values(), _COVER, *_BALANCE]
_READ = [*SLOT, "concept", "unit", "value", "decimals", "is_derived"]
_NONE = pl.DataFrame(
    schema={
        **dict.fromkeys((*FILING, "line_item"), pl.String),
        **dict.fromkeys(("period_start", "period_end"), pl.Date),
        "why": pl.String,
    }
)


def is_withheld() -> pl.Expr:
    """Return whether a row of `financials` stands for a value that was filed and is not shown."""
    return pl.col("reason").str.starts_with(_FILED_AS).fill_null(value=False)


def contradicted(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the values to withhold: the columns of `SLOT`, and `reason` (String) with the number as filed.

    Args:
        rows: reported rows and those of formulas; unique on `SLOT`.
    """
    asked = rows.select(_READ).filter(pl.col("line_item").is_in(_ITEMS)).pipe(with_places)
    found = pl.concat([_turned_flows(asked), *(_unscaled_shares(asked, *pair) for pair in _SHARES.items())])
    number = pl.col("value").cast(pl.String).str.strip_chars_end("0").str.strip_chars_end(".")
    return (
        asked.filter(~pl.col("is_derived"))
        .join(found, on=SLOT)
        .select(*SLOT, reason=pl.format("{}{}: {}", pl.lit(_FILED_AS), number, "why"))
    )


def without_values(rows: pl.DataFrame, contradicted: pl.DataFrame) -> pl.DataFrame:
    """Return `rows` with null `value` where contradicted, and with the formulas of those filings applied anew."""
    if contradicted.is_empty():
        return rows
    touched = contradicted.select(FILING).unique()
    reported = (
        rows.filter(~pl.col("is_derived"))
        .join(touched, on=FILING, how="semi")
        .join(contradicted, on=SLOT, how="left", nulls_equal=True)
        .with_columns(value=pl.when(pl.col("reason").is_null()).then("value"))
        .select(rows.columns)
    )
    return pl.concat([rows.join(touched, on=FILING, how="anti"), apply_formulas(reported)])


def with_reasons(rows: pl.DataFrame, contradicted: pl.DataFrame) -> pl.DataFrame:
    """Add `reason` (String) to `rows`: null but for contradicted values."""
    if contradicted.is_empty():
        return rows.with_columns(reason=pl.lit(None, dtype=pl.String))
    return rows.join(contradicted, on=SLOT, how="left", nulls_equal=True)


def as_judged(financials: pl.DataFrame) -> pl.DataFrame:
    """Return one row per withheld value in the columns of `identities.JUDGED`, beside what `judge` returns.

    `identity` is the one that the value as filed violates, `line_item` says which it is, `hint` is its reason; `holds` is
    null, as are the amounts: the statements as shown do not ask.
    """
    cash = pl.col("line_item").is_in([INVESTING, FINANCING])
    rows = financials.filter(is_withheld()).with_columns(
        identity=pl.when(cash).then(pl.lit("cash_roll_forward")).otherwise(pl.lit("eps_times_shares")), hint="reason"
    )
    return rows.select(
        (pl.col(name) if name in rows.columns else pl.lit(None).alias(name)).cast(dtype)
        for name, dtype in JUDGED.items()
    )


def shares_kept(years: pl.DataFrame) -> tuple[float, float]:
    """Return the share of company-years without violation in the statements as shown, and as filed.

    As filed, a year with a withheld value counts as violated; as shown it counts by what is left to ask.

    Args:
        years: as `identities.by_company_year` returns them, of rows of `judge` and `as_judged`.
    """
    shown = years.filter(pl.col("asked") > 0)
    clean = pl.col("violated") == 0
    kept, kept_as_filed = shown.filter(clean).height, years.filter(clean, pl.col("withheld") == 0).height
    return (
        kept / shown.height if shown.height else 1.0,
        kept_as_filed / years.height if years.height else 1.0,
    )


def _turned_flows(rows: pl.DataFrame) -> pl.DataFrame:
    """Flows to investors and financiers; an operating flow or a change in cash of the wrong sign is told by the check only."""
    cells = violated(cash_cells(rows))
    if cells.is_empty():
        return _NONE
    why = pl.format("the change in cash is the sum of its flows only by taking the {}", "slip")
    return with_turned_sign(cells).join(_turned_items(), on="slip").select(*SLOT, why=why)


@cache
def _turned_items() -> pl.DataFrame:
    """Return the flows to withhold: slip, line_item."""
    told = [
        (slip, item) for slip, items in TURNED.items() if {INVESTING, FINANCING}.issuperset(items) for item in items
    ]
    return pl.DataFrame(told, schema={"slip": pl.String, "line_item": pl.String}, orient="row")


def _unscaled_shares(rows: pl.DataFrame, shares: str, eps: str) -> pl.DataFrame:
    """A count of the size of the filing's other ones is kept: income may have its scale twice, or EPS lack its own."""
    cells = (
        violated(eps_cells(rows, eps, shares)).with_columns(scale=lost_scale(pl.col("rounding"))).drop_nulls("scale")
    )
    if cells.is_empty():
        return _NONE
    is_count = pl.col("line_item").is_in([_COVER, *_BALANCE]) & (pl.col("amount") > 0)
    other = rows.filter(is_count).join(cells, on=FILING, how="semi")
    is_cover = pl.col("line_item") == _COVER
    counts = other.group_by(FILING).agg(
        count=pl.coalesce(pl.col("amount").filter(is_cover).max(), pl.col("amount").filter(~is_cover).max())
    )
    times, scale = pl.col("count") / pl.col("shares"), pl.col("scale").cast(pl.Float64)
    is_nearer = times.is_between(scale**0.5, scale**1.5)  # to the scaled count than to the one filed
    why = pl.format(
        "EPS × shares is the income only with {} times as many shares",
        pl.col("scale").replace_strict({scale: f"{scale:,}" for scale in SCALES}, return_dtype=pl.String),
    )
    return (
        cells.join(counts, on=FILING, how="left")
        .filter(is_nearer.fill_null(value=True))
        .with_columns(line_item=pl.lit(shares))
        .select(*SLOT, why=why)
    )
