"""Several facts about the same thing in one filing: which one counts, and do they agree.

Filers tag a number wherever it is printed, exact in a table and rounded in a sentence. The fact to use is the most
precise one: a value before nil, then the larger `decimals` with INF the largest, then the first in the document. All are
kept, numbered by `occurrence`; nothing is dropped.
"""

from collections.abc import Sequence

import polars as pl

from sec_assets.tables import XBRL_FACTS

_INFINITE = 1_000_000_000
KEY = tuple(name for name in XBRL_FACTS.key if name != "occurrence")
"""What facts must share to be duplicates of one another."""


def precision_rank() -> pl.Expr:
    """Return the accuracy of `decimals` as a number: larger is more precise, unknown is the least."""
    decimals = pl.col("decimals")
    return (
        pl.when(decimals == "INF")
        .then(_INFINITE)
        .otherwise(decimals.cast(pl.Int32, strict=False))
        .fill_null(-_INFINITE)
    )


def number_occurrences(facts: pl.DataFrame, key: Sequence[str], order: Sequence[str]) -> pl.DataFrame:
    """Return the facts sorted by `key`, with `occurrence` (Int32) counting up from 0, the fact to use, in each group.

    Args:
        facts: holds `key`, `order`, `is_nil` and `decimals`.
        key: columns that make facts duplicates, in the order to sort by.
        order: columns that tell document order.
    """
    ranked = facts.with_columns(precision_rank().alias("_precision")).sort(
        *key, "is_nil", "_precision", *order, descending=[*[False] * len(key), False, True, *[False] * len(order)]
    )
    is_first = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift(1)) for name in key)
    position = pl.int_range(pl.len(), dtype=pl.Int32)
    starts = pl.when(is_first | (position == 0)).then(position).cum_max().forward_fill()
    return ranked.with_columns(occurrence=position - starts).drop("_precision")


def classify_duplicates(facts: pl.DataFrame) -> pl.DataFrame:
    """Return one row per group of duplicates in a frame of `xbrl_facts`, saying whether they agree.

    Columns: the key without `occurrence`; n_facts (UInt32); verdict (String): `complete` when all facts say
    the same with the same accuracy, `consistent` when each rounded fact is the exact one within its rounding,
    `inconsistent` otherwise. Two numbers are consistent when the intervals of value ± half a unit of the last accurate
    digit overlap, for every pair (XBRL Working Group Note "Handling Duplicate Facts", numeric consistency).
    """
    groups = facts.filter(pl.len().over(KEY) > 1)
    half = (
        pl.when(pl.col("decimals") == "INF")
        .then(0.0)
        .otherwise(0.5 * 10.0 ** -pl.col("decimals").cast(pl.Float64, strict=False))
    )
    numeric = pl.col("numeric").cast(pl.Float64)
    spread = groups.with_columns(low=numeric - half, high=numeric + half)
    same = (pl.col("value").n_unique() == 1) & (pl.col("is_nil").n_unique() == 1)
    same_number = (pl.col("numeric").n_unique() == 1) & (pl.col("numeric").null_count() == 0)
    overlap = (pl.col("low").max() <= pl.col("high").min()) & (pl.col("low").null_count() == 0)
    verdict = (
        pl.when((same | same_number) & (pl.col("decimals").n_unique() == 1))
        .then(pl.lit("complete"))
        .when(same | same_number | overlap)
        .then(pl.lit("consistent"))
        .otherwise(pl.lit("inconsistent"))
    )
    return spread.group_by(KEY, maintain_order=True).agg(n_facts=pl.len(), verdict=verdict)


def count_duplicates(facts: pl.DataFrame) -> dict[str, int]:
    """Return how many groups of duplicates are `complete`, `consistent` and `inconsistent`."""
    found = dict(classify_duplicates(facts)["verdict"].value_counts().iter_rows())
    return {verdict: found.get(verdict, 0) for verdict in ("complete", "consistent", "inconsistent")}
