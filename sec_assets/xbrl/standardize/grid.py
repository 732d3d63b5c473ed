"""Statements as people read them: a row per line item, a column per fiscal year and per quarter.

Only which cell holds what belongs here; drawing is `statement_board.py` (terminal) and `report/statement_tables.py` (page).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl

from sec_assets.xbrl.standardize.line_items import items_frame
from sec_assets.xbrl.standardize.withheld import is_withheld

_SHORT = {"eps": "EPS", "ppe": "PP&E", "ebitda": "EBITDA", "fx": "FX"}
_MILLION = Decimal(1_000_000)
_THOUSAND = Decimal(1_000)
TITLES = {
    "income": "Income statement", "per_share": "Per share", "shares": "Shares", "balance": "Balance sheet",
    "cash_flow": "Cash flow",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Period:
    """One column: its heading, the day it ends, and whether it is a fiscal year."""

    label: str
    end: date
    is_year: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One row: a value per column, None where nothing is known; `reasons` says why where that is known.

    `withheld` marks what was filed and is not shown.
    """

    line_item: str
    statement: str
    unit: str
    values: list[Decimal | None]
    reasons: list[str | None]
    derived: list[bool]
    withheld: list[bool]

    @property
    def label(self) -> str:
        """Return the line item in words, e.g. "EPS diluted"."""
        words = [_SHORT.get(word, word) for word in self.line_item.split("_")]
        return words[0][:1].upper() + " ".join(words)[1:]


@dataclass(frozen=True, slots=True)
class Grid:
    """The statements of one company, quarters first, then years, each from old to new."""

    periods: list[Period]
    lines: list[Line]

    @property
    def scale(self) -> tuple[Decimal, str]:
        """Return what amounts and counts of shares are best divided by for show, and its name."""
        amounts = [abs(v) for line in self.lines if _is_big(line.unit) for v in line.values if v is not None]
        return (
            (_MILLION, "millions") if max(amounts, default=Decimal(0)) >= 100 * _MILLION else (_THOUSAND, "thousands")
        )

    def shown(self, line: Line, value: Decimal | None, missing: str = "–") -> str:
        """Return a value as text: amounts and shares in `scale`, amounts per share and ratios as they are."""
        if value is None:
            return missing
        if _is_big(line.unit):
            return f"{value / self.scale[0]:,.0f}" if self.scale[0] == _MILLION else f"{value / self.scale[0]:,.1f}"
        cents = f"{value:,.2f}"
        return cents if value == Decimal(cents.replace(",", "")) else f"{value.normalize():,f}"


def grid(versions: pl.DataFrame, *, quarters: int = 5, years: int = 4) -> Grid:
    """Arrange the newest quarters and fiscal years of one company.

    Args:
        versions: rows of `financials` of one company, one version per period.
        quarters: how many quarters at most.
        years: how many fiscal years at most.

    Returns:
        The grid; balances stand in the columns whose last day is theirs. Lines without any value are left out, but for those
        that were filed and are withheld.
    """
    periods = [*_periods(versions, "quarter", quarters), *_periods(versions, "year", years)]
    columns = pl.DataFrame(
        {
            "column": pl.Series(range(len(periods)), dtype=pl.Int32),
            "period_end": pl.Series([p.end for p in periods], dtype=pl.Date),
            "kind": pl.Series(["year" if p.is_year else "quarter" for p in periods], dtype=pl.String),
        }
    )
    cells = (
        versions.filter(pl.col("statement").is_in(list(TITLES)))
        .join(columns, on="period_end")
        .filter((pl.col("period_type") == pl.col("kind")) | (pl.col("period_type") == "instant"))
        .sort(pl.col("value").is_not_null(), "period_start", nulls_last=False)
        .unique(["line_item", "column"], keep="last", maintain_order=True)
    )
    order = {name: place for place, name in enumerate(items_frame()["line_item"])}
    statements = list(TITLES)
    lines = [_line(part, len(periods)) for part in cells.partition_by("line_item", maintain_order=True)]
    lines = [line for line in lines if any(value is not None for value in line.values) or any(line.withheld)]
    lines.sort(key=lambda line: (statements.index(line.statement), order[line.line_item]))
    return Grid(periods, lines)


def _is_big(unit: str) -> bool:
    return unit == "shares" or (len(unit) == len("USD") and unit.isupper())


def _line(cells: pl.DataFrame, width: int) -> Line:
    first = cells.row(0, named=True)
    values: list[Decimal | None] = [None] * width
    reasons: list[str | None] = [None] * width
    derived, withheld = [False] * width, [False] * width
    told = cells.select("column", "value", "reason", "is_derived", was_filed=is_withheld())
    for column, value, reason, is_derived, was_filed in told.iter_rows():
        values[column], reasons[column] = value, reason
        derived[column], withheld[column] = is_derived, was_filed
    return Line(first["line_item"], first["statement"], first["unit"], values, reasons, derived, withheld)


def _periods(versions: pl.DataFrame, kind: str, most: int) -> list[Period]:
    """Return the newest periods of a kind that most line items have, old to new."""
    labelled = versions.filter(pl.col("period_type") == kind, pl.col("fiscal_period").is_not_null())
    found = (
        labelled.group_by("period_end", "fiscal_year", "fiscal_period")
        .len()
        .sort("period_end", "len")
        .unique("period_end", keep="last", maintain_order=True)
        .tail(most)
    )
    return [
        Period(f"{period} {year}", end, kind == "year")
        for end, year, period in found.select("period_end", "fiscal_year", "fiscal_period").iter_rows()
    ]
