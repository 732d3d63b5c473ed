"""Several facts about the same thing in one filing: which one counts, and do they agree.

Filers tag a number wherever it is printed, exact in a table and rounded in a sentence. The fact to use is the most
precise one: a value before nil, then the larger `decimals` with INF the largest, then the first in the document. All are
kept, numbered by `occurrence`; nothing is dropped.
"""

from collections.abc import Sequence
from decimal import Decimal, localcontext
from typing import Any

import polars as pl

from sec_assets.tables import XBRL_FACTS

_INFINITE = 1_000_000_000
_MOST_PLACES = 30
_ENOUGH_DIGITS = 100
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


def classify_duplicates(facts: pl.DataFrame, key: Sequence[str] = KEY) -> pl.DataFrame:
    """Return one row per group of duplicates in a frame of `xbrl_facts`, saying whether they agree.

    Columns: the key without `occurrence`; n_facts (UInt32); verdict (String): `complete` when all facts say the same with
    the same accuracy, `consistent` when they could all be roundings of one number, `inconsistent` otherwise. Numbers could
    when the intervals value ± half a unit of the last accurate digit have a point in common (XBRL Working Group Note
    "Handling Duplicate Facts"); a number without a known accuracy agrees with an equal one only.
    """
    repeated = facts.filter(pl.len().over(key) > 1).select(*key, "value", "numeric", "decimals")
    # A number is compared as a number, a text or nil as it stands.
    said = pl.coalesce(pl.col("numeric").cast(pl.String), "value")
    groups = repeated.group_by(key, maintain_order=True).agg(
        n_facts=pl.len(), _said=said.n_unique(), _accuracies=pl.col("decimals").n_unique()
    )
    differing = (
        repeated.join(groups.filter(pl.col("_said") > 1), on=key, how="semi", nulls_equal=True)
        .group_by(key, maintain_order=True)
        .agg(_facts=pl.struct("numeric", "decimals"))
    )
    verdicts = pl.Series("_verdict", [_verdict(group) for group in differing["_facts"].to_list()], dtype=pl.String)
    agreed = pl.when(pl.col("_accuracies") == 1).then(pl.lit("complete")).otherwise(pl.lit("consistent"))
    return (
        groups.join(differing.select(key).with_columns(verdicts), on=key, how="left", nulls_equal=True)
        .with_columns(verdict=pl.coalesce("_verdict", agreed))
        .drop("_said", "_accuracies", "_verdict")
    )


def _verdict(group: list[dict[str, Any]]) -> str:
    intervals = [_interval(fact["numeric"], fact["decimals"]) for fact in group]
    known = [interval for interval in intervals if interval is not None]
    if len(known) < len(group) or max(low for low, _ in known) > min(high for _, high in known):
        return "inconsistent"
    return "consistent"


def _interval(number: Decimal | None, decimals: str | None) -> tuple[Decimal, Decimal] | None:
    if number is None or decimals is None or abs(places := 0 if decimals == "INF" else int(decimals)) > _MOST_PLACES:
        return None
    half = Decimal(0) if decimals == "INF" else Decimal(5).scaleb(-places - 1)
    with localcontext(prec=_ENOUGH_DIGITS):
        return number - half, number + half


def count_duplicates(facts: pl.DataFrame) -> dict[str, int]:
    """Return how many groups of duplicates are `complete`, `consistent` and `inconsistent`."""
    found = dict(classify_duplicates(facts)["verdict"].value_counts().iter_rows())
    return {verdict: found.get(verdict, 0) for verdict in ("complete", "consistent", "inconsistent")}
