"""Totals of filings that report an item by dimensions only. Nothing is added up that the filing itself does not prove.

Five ways, tried in this order where a filing has no fact without dimensions for an item and period:

1. the facts of the registrant itself in a combined report: its `dei:LegalEntityAxis` member is the one whose
   `dei:EntityCentralIndexKey` is the company's own;
2. shares outstanding on the cover, summed over classes of stock (the totals that EDGAR lacks of Alphabet, Meta, Berkshire);
3. earnings per share that are the same for all classes;
4. the sum over the members of an axis, where the same members of that axis make the total reported for another period;
5. the sum over the members of an axis, where the members of another axis give the same sum (products and regions).
"""

import polars as pl

from sec_assets.xbrl.standardize.keys import FILING, SLOT

_CLASS_OF_STOCK = "us-gaap:StatementClassOfStockAxis"
_ENTITY = "dei:LegalEntityAxis"
_CROSS_FOOTING = (
    "srt:ProductOrServiceAxis", "us-gaap:ProductsAndServicesAxis", "us-gaap:ProductOrServiceAxis", "srt:StatementGeographicalAxis",
    "us-gaap:StatementGeographicalAxis", "us-gaap:StatementBusinessSegmentsAxis",
)  # fmt: skip
_CELL = [*SLOT, "concept", "unit"]


def recovered(usable: pl.DataFrame, plain: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """Return rows like those of `plain` for items and periods that the filing reports by one dimension only.

    Args:
        usable: candidate facts with at most one dimension, in `dimensions`.
        plain: those without.
        facts: frame in table `xbrl_facts`, for the cover's CIK of each legal entity.
    """
    dimensioned = usable.filter(pl.col("dimensions") != "").with_columns(
        pl.col("dimensions").str.split_exact("=", 1).struct.rename_fields(["axis", "member"]).alias("pair")
    )
    dimensioned = dimensioned.unnest("pair")
    missing = dimensioned.join(plain, on=SLOT, how="anti", nulls_equal=True)
    sums = _sums(dimensioned)
    found: list[pl.DataFrame] = []
    taken = plain.select(SLOT).clear()
    for rows in (
        _registrant(missing, facts),
        _shares_by_class(missing),
        _same_for_all_classes(missing),
        _proved(sums, plain),
        _cross_footed(sums, plain),
    ):
        new = rows.select(plain.columns).join(taken, on=SLOT, how="anti", nulls_equal=True)
        found.append(new)
        taken = pl.concat([taken, new.select(SLOT)])
    return pl.concat(found)


def _registrant(missing: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    own = (
        facts.filter(
            pl.col("concept") == "dei:EntityCentralIndexKey",
            pl.col("dimensions").str.starts_with(_ENTITY + "="),
            pl.col("value").str.strip_chars().str.zfill(10) == pl.col("cik"),
        )
        .select(*FILING, "dimensions")
        .unique()
    )
    return missing.join(own, on=[*FILING, "dimensions"], how="semi").with_columns(
        rule=pl.col("rule") + pl.format("; of the registrant, {} in a combined report", "member")
    )


def _shares_by_class(missing: pl.DataFrame) -> pl.DataFrame:
    """Sum cover-page shares over classes of stock, share by share, whatever the rights of the classes are."""
    classes = missing.filter(pl.col("line_item") == "shares_outstanding", pl.col("axis") == _CLASS_OF_STOCK)
    return _gathered(classes, pl.col("value").sum()).with_columns(
        rule=pl.format("sum of {} classes, no total on the cover: {}", "n", "names")
    )


def _same_for_all_classes(missing: pl.DataFrame) -> pl.DataFrame:
    classes = missing.filter(pl.col("kind") == "per_share", pl.col("axis") == _CLASS_OF_STOCK)
    alike = pl.col("value").n_unique().over(_CELL) == 1
    rows = _gathered(classes.filter(alike), pl.col("value").first()).filter(pl.col("n") > 1)
    return rows.with_columns(rule=pl.format("{}; the same for {} classes: {}", "rule", "n", "names"))


def _proved(sums: pl.DataFrame, plain: pl.DataFrame) -> pl.DataFrame:
    """Keep the sums whose members, as a set, make the reported total of another period of the same filing."""
    proof = ["cik", "accession_number", "concept", "unit", "axis", "names"]
    totals = plain.select(*_CELL, total="value")
    both = sums.join(totals, on=_CELL, nulls_equal=True)
    proofs = both.filter(pl.col("value") == pl.col("total")).select(proof).unique()
    refuted = both.filter(pl.col("value") != pl.col("total")).select(proof).unique()
    rows = (
        sums.join(plain, on=SLOT, how="anti", nulls_equal=True)
        .join(proofs, on=proof, how="semi")
        .join(refuted, on=proof, how="anti")
    )
    return rows.with_columns(
        rule=pl.format("sum of {} members of {}, no total reported: they make the total of another period", "n", "axis")
    ).unique(SLOT, keep="first", maintain_order=True)


def _cross_footed(sums: pl.DataFrame, plain: pl.DataFrame) -> pl.DataFrame:
    """Keep the sums that the members of two axes agree on."""
    rows = sums.join(plain, on=SLOT, how="anti", nulls_equal=True).filter(pl.col("axis").is_in(_CROSS_FOOTING))
    agree = pl.col("axis").n_unique().over([*_CELL, "value"]) > 1
    only = pl.col("value").n_unique().over(_CELL) == 1
    axes = pl.col("axis").unique().sort().str.join(" and of ").over([*_CELL, "value"])
    return (
        rows.filter(agree & only)
        .with_columns(rule=pl.format("no total reported: the members of {} give the same sum", axes))
        .sort("rank", "axis")
        .unique(SLOT, keep="first", maintain_order=True)
    )


def _sums(dimensioned: pl.DataFrame) -> pl.DataFrame:
    """Return the sum of every item, concept and period over the members of each axis, of two members at least."""
    additive = dimensioned.filter(pl.col("kind") == "money")
    return _gathered(additive, pl.col("value").sum(), by=[*_CELL, "axis"]).filter(pl.col("n") > 1)


def _gathered(rows: pl.DataFrame, value: pl.Expr, by: list[str] = _CELL) -> pl.DataFrame:
    """Return one row per group with `value`, the number of members `n` and their `names`."""
    constant = [name for name in rows.columns if name not in {*by, "value", "decimals", "dimensions", "member"}]
    name = pl.col("member").str.replace(r"^[^:;]+:", "").str.replace(r"Member$", "")
    return (
        rows.sort("dimensions")
        .group_by(by, maintain_order=True)
        .agg(
            pl.col(constant).first(),
            value.alias("value"),
            pl.when(pl.col("decimals").null_count() == 0).then(pl.col("decimals").min()).alias("decimals"),
            pl.len().alias("n"),
            name.str.join(", ").alias("names"),
        )
    )
