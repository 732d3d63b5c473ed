"""Items that follow from others of the same filing and period, where the filing does not report them.

The formulas are declared with the items, in `line_items.toml`. Differences between periods are in `quarters.py`. A derived
row names its inputs in `concept` and `rule`; all of them are in one unit. An optional input counts as zero only in
filings that never report it: where it is there for another day, or without value, it is missing for this one.
"""

from functools import cache

import polars as pl

from sec_assets.xbrl.standardize.keys import FILING, SLOT
from sec_assets.xbrl.standardize.line_items import items_frame, line_items
from sec_assets.xbrl.standardize.model import Formula

_ROUNDS = (1, 2, 3)


def formulas() -> list[Formula]:
    """Return every declared formula, those of one item in order of preference."""
    return [formula for item in line_items() for formula in item.formulas]


def apply_formulas(rows: pl.DataFrame) -> pl.DataFrame:
    """Return `rows` with a derived row wherever a formula has its inputs and the filing has no such item.

    Derived rows carry the filing of their inputs, is_derived true, and the decimals of the least precise of them.
    """
    for number in _ROUNDS:
        rows = pl.concat([rows, _derive(rows, _terms(number))])
    return rows


@cache
def _terms(number: int) -> pl.DataFrame:
    """Return one row per term of a round: target, formula, without, line_item, place, sign, is_required, allowed, n_required."""
    rows = [
        (
            formula.line_item,
            index,
            formula.without,
            term.line_item,
            place,
            term.sign,
            term.is_required,
            list(term.concepts),
            sum(other.is_required for other in formula.terms),
        )
        for index, formula in enumerate(formulas())
        if formula.round == number
        for place, term in enumerate(formula.terms)
    ]
    columns = {
        "target": pl.String, "formula": pl.Int32, "without": pl.String, "line_item": pl.String, "place": pl.Int32,
        "sign": pl.Int32, "is_required": pl.Boolean, "allowed": pl.List(pl.String), "n_required": pl.Int32,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=columns, orient="row")


def _derive(rows: pl.DataFrame, terms: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that the formulas of one round add."""
    target = ["target" if name == "line_item" else name for name in SLOT]
    group = [*target, "formula"]
    inputs = _inputs(rows, terms, target).sort("target", "formula", "place")
    sums = (
        inputs.with_columns(
            signed=pl.when(pl.col("sign") < 0).then(-pl.col("value")).otherwise("value"),
            operator=_operator(),
            n_units=pl.col("unit").n_unique().over(group),
            n_known=pl.col("line_item").n_unique().over(*FILING, "formula"),
        )
        .filter(pl.col("n_units") == 1)
        .group_by(group, maintain_order=True)
        .agg(
            pl.col("signed").sum().alias("value"),
            pl.col("unit", "form", "filed", "accepted_at", "period_type").first(),
            (pl.col("operator") + pl.col("concept")).str.join(" ").alias("concept"),
            pl.format("not reported: {}", (pl.col("operator") + pl.col("line_item")).str.join(" ")).alias("rule"),
            pl.when(pl.col("decimals").null_count() == 0).then(pl.col("decimals").min()).alias("decimals"),
            (
                (pl.col("is_required").sum() >= pl.col("n_required").first())
                & (pl.len() == pl.col("n_known").first())
                & (pl.col("signed").null_count() == 0)
            ).alias("is_complete"),
        )
        .filter("is_complete")
        .sort("formula", maintain_order=True)
        .unique(target, keep="first", maintain_order=True)
        .rename({"target": "line_item"})
    )
    return (
        sums.join(items_frame().select("line_item", "statement", "kind"), on="line_item")
        .with_columns(is_derived=pl.lit(True))
        .select(rows.columns)
    )


def _inputs(rows: pl.DataFrame, terms: pl.DataFrame, target: list[str]) -> pl.DataFrame:
    """Join rows with the terms they may fill, where the target is not there and nothing forbids the formula."""
    inputs = rows.join(terms, on="line_item", how="inner").filter(
        (pl.col("allowed").list.len() == 0) | pl.col("concept").is_in(pl.col("allowed"))
    )
    wanted = (
        inputs.select(target)
        .unique()
        .join(rows.select(SLOT), left_on=target, right_on=list(SLOT), how="anti", nulls_equal=True)
    )
    forbidden = rows.select(*FILING, without="line_item").unique()
    return inputs.join(wanted, on=target, how="semi", nulls_equal=True).join(
        forbidden, on=[*FILING, "without"], how="anti"
    )


def _operator() -> pl.Expr:
    return (
        pl.when(pl.col("sign") < 0)
        .then(pl.lit("− "))
        .when(pl.col("place") > 0)
        .then(pl.lit("+ "))
        .otherwise(pl.lit(""))
    )
