"""What a signal is: a name, a category, and one Polars expression over the panel's input columns.

The panel has one row per (cik, as_of); its columns are made by the sibling `*_inputs` modules and never hold anything
from after `as_of`. The signals themselves are declared in financial.py, sentiment.py, risk.py and management.py.
"""

from dataclasses import dataclass
from typing import Literal

import polars as pl

Category = Literal["financial", "sentiment", "risk", "management"]


@dataclass(frozen=True, slots=True)
class Signal:
    """One declared signal.

    Attributes:
        name: its name, unique over all categories.
        category: where it belongs.
        unit: unit of the value (ratio, USD, days, score, count, …).
        description: the formula in words.
        inputs: panel columns it reads; where one is null the value is null and the reason names it.
        value: the expression over the panel; null or non-finite where it is undefined (e.g. a zero denominator).
    """

    name: str
    category: Category
    unit: str
    description: str
    inputs: tuple[str, ...]
    value: pl.Expr


def ratio(numerator: str | pl.Expr, denominator: str | pl.Expr) -> pl.Expr:
    """Return numerator / denominator, null where the denominator is not positive (a ratio to it says nothing)."""
    top = pl.col(numerator) if isinstance(numerator, str) else numerator
    bottom = pl.col(denominator) if isinstance(denominator, str) else denominator
    return pl.when(bottom > 0).then(top / bottom)


def growth(now: str, before: str) -> pl.Expr:
    """Return now / before − 1, null where the base is not positive (growth from a loss says nothing)."""
    return ratio(now, before) - 1
