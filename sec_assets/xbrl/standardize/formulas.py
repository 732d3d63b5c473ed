"""Items that follow from others of the same filing and period, where the filing does not report them.

The formulas are declared here, beside the code that applies them. Differences between periods are in `quarters.py`.
A derived row names its inputs in `concept` and `rule`; all of them are in one unit. An optional input counts as zero
only in filings that never report it: where it is there for another day, it is missing for this one.
"""

from functools import cache

import polars as pl

from sec_assets.xbrl.standardize.line_items import items_frame
from sec_assets.xbrl.standardize.model import Formula, Term
from sec_assets.xbrl.standardize.select import FILING, SLOT

_WHOLE_COSTS = ("us-gaap:CostOfRevenue", "us-gaap:CostOfGoodsAndServicesSold", "ifrs-full:CostOfSales")

STAGES: tuple[tuple[Formula, ...], ...] = (
    (
        Formula("gross_profit", (Term("revenue"), Term("cost_of_revenue", -1, concepts=_WHOLE_COSTS))),
        Formula("free_cash_flow", (Term("operating_cash_flow"), Term("capex", -1))),
        Formula("selling_general_administrative", (Term("selling_and_marketing"), Term("general_and_administrative"))),
        Formula(
            "short_term_debt",
            (
                Term("short_term_borrowings", is_required=False),
                Term("current_portion_of_long_term_debt", is_required=False),
            ),
        ),
        Formula(
            "equity_including_noncontrolling", (Term("equity"), Term("noncontrolling_interest", is_required=False))
        ),
        Formula(
            "equity",
            (
                Term("equity_including_noncontrolling"),
                Term("noncontrolling_interest", -1, is_required=False),
            ),
        ),
    ),
    (
        Formula(
            "total_liabilities",
            (
                Term("liabilities_and_equity"),
                Term("equity_including_noncontrolling", -1),
                Term("redeemable_equity", -1, is_required=False),
            ),
        ),
    ),
)
"""Formulas in the order they are applied: a stage sees reported rows and the results of the stages before it."""


def apply_formulas(rows: pl.DataFrame) -> pl.DataFrame:
    """Return `rows` with a derived row wherever a formula has its inputs and the filing has no such item.

    Derived rows carry the filing of their inputs, is_derived true, and decimals null.
    """
    for number in range(len(STAGES)):
        rows = pl.concat([rows, _derive(rows, _terms(number))])
    return rows


@cache
def _terms(stage: int) -> pl.DataFrame:
    """Return one row per term of a stage: target, line_item, place, sign, is_required, allowed, n_required."""
    rows = [
        (
            formula.line_item,
            term.line_item,
            place,
            term.sign,
            term.is_required,
            list(term.concepts),
            sum(other.is_required for other in formula.terms),
        )
        for formula in STAGES[stage]
        for place, term in enumerate(formula.terms)
    ]
    columns = {
        "target": pl.String,
        "line_item": pl.String,
        "place": pl.Int32,
        "sign": pl.Int32,
        "is_required": pl.Boolean,
        "allowed": pl.List(pl.String),
        "n_required": pl.Int32,
    }
    return pl.DataFrame(rows, schema=columns, orient="row")


def _derive(rows: pl.DataFrame, terms: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that the formulas of one stage add."""
    group = ["target" if name == "line_item" else name for name in SLOT]
    inputs = rows.join(terms, on="line_item", how="inner").filter(
        (pl.col("allowed").list.len() == 0) | pl.col("concept").is_in(pl.col("allowed"))
    )
    wanted = (
        inputs.select(group)
        .unique()
        .join(rows.select(SLOT), left_on=group, right_on=SLOT, how="anti", nulls_equal=True)
    )
    inputs = inputs.join(wanted, on=group, how="semi", nulls_equal=True).sort("target", "place")
    operator = (
        pl.when(pl.col("sign") < 0)
        .then(pl.lit("− "))
        .when(pl.col("place") > 0)
        .then(pl.lit("+ "))
        .otherwise(pl.lit(""))
    )
    signed = pl.when(pl.col("sign") < 0).then(-pl.col("value")).otherwise("value")
    sums = (
        inputs.with_columns(
            signed=signed,
            n_units=pl.col("unit").n_unique().over(group),
            n_known=pl.col("line_item").n_unique().over(*FILING, "target"),
        )
        .filter(pl.col("n_units") == 1)
        .group_by(group, maintain_order=True)
        .agg(
            pl.col("signed").sum().alias("value"),
            pl.col("unit", "form", "filed", "accepted_at", "period_type").first(),
            (operator + pl.col("concept")).str.join(" ").alias("concept"),
            pl.format("not reported: {}", (operator + pl.col("line_item")).str.join(" ")).alias("rule"),
            (
                (pl.col("is_required").sum() >= pl.col("n_required").first()) & (pl.len() == pl.col("n_known").first())
            ).alias("is_complete"),
        )
        .filter("is_complete")
        .rename({"target": "line_item"})
    )
    return (
        sums.join(items_frame().select("line_item", "statement", "kind"), on="line_item")
        .with_columns(is_derived=pl.lit(True), decimals=pl.lit(None, dtype=pl.String))
        .select(rows.columns)
    )
