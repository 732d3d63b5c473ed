"""What an invented company reports for a period: the lines of `statements.csv` with their amounts.

Sums quarters into periods and computes the per-share lines. What a company tells depends on the day (`Version`): the
one that restated tells other figures afterwards, and after a split all share counts are on the new basis. Real
companies do not come here: their facts are tables (`reported.py`).
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from sec_assets.sample import commercial, financial, packaged
from sec_assets.sample.calendars import Quarter
from sec_assets.sample.commercial import Lines
from sec_assets.sample.universe import Company

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Line:
    """One line of a statement."""

    statement: str
    line: str
    concept: str
    label: str


@dataclass(frozen=True)
class Version:
    """What a company tells on a given day: figures after a restatement, shares after a split."""

    restated: bool
    split: int


def version(company: Company, day: date) -> Version:
    """Return the version a filing of this day tells; splits apply to all periods it shows."""
    split = company.given.get("split")
    factor = int(split["factor"]) if split and day >= date.fromisoformat(split["on"]) else 1
    restated = company.given.get("restated")
    return Version(bool(restated) and day >= date.fromisoformat(restated["on"]), factor)


@lru_cache(maxsize=32)
def lines_of(model: str) -> tuple[Line, ...]:
    """Return the lines a company of this model reports, in the order of its statements."""
    rows = packaged.table("statements.csv")
    return tuple(
        Line(row["statement"], row["line"], row["concept"], row["label"])
        for row in rows
        if model in row["models"].split()
    )


@lru_cache(maxsize=64)
def simulated(company: Company, restated: bool) -> tuple[Lines, ...]:
    """Return the figures of each fiscal quarter, in thousands, before or after the restatement."""
    parameters = dict(company.given["parameters"])
    if restated:
        parameters.pop("overstated", None)
    run = {"bank": financial.simulate_bank, "insurer": financial.simulate_insurer}.get(
        company.model, commercial.simulate
    )
    found = run(company.cik, company.quarters(), parameters)
    for lines in found:
        lines["depreciation_and_amortization"] = lines.get("depreciation", 0) + lines.get("amortization", 0)
        lines["total_debt"] = lines.get("debt", 0) + lines.get("current_debt", 0)
    return tuple(found)


def flow(company: Company, chosen: tuple[Quarter, ...], line: str, told: Version) -> Decimal:
    """Return the amount of a line over consecutive quarters, in units of the currency, shares, or per share."""
    simulation = simulated(company, told.restated)
    rows = [simulation[quarter.place] for quarter in chosen]
    if line.startswith(("eps_", "weighted_", "dividend_per")):
        return _per_share(rows, line, told.split)
    return Decimal(sum(row[line] for row in rows) * 1000)


def _per_share(rows: list[Lines], line: str, split: int) -> Decimal:
    if line == "dividend_per_share":
        return Decimal(sum(row["dividend_cents"] for row in rows)) * CENT / split
    basic = sum(row["shares"] for row in rows) * split // len(rows)
    income = sum(row["net_income"] for row in rows)
    diluted = basic if income <= 0 else basic * 1012 // 1000
    shares = diluted if line.endswith("diluted") else basic
    if line.startswith("weighted_"):
        return Decimal(shares * 1000)
    return (Decimal(income) / Decimal(shares)).quantize(CENT, ROUND_HALF_UP)


def balance(company: Company, quarter: Quarter, line: str, told: Version) -> Decimal:
    """Return the amount of a line at the end of a quarter."""
    amount = simulated(company, told.restated)[quarter.place][line] * 1000
    return Decimal(amount * told.split if line == "shares" else amount)


@lru_cache(maxsize=64)
def used_lines(company: Company) -> tuple[Line, ...]:
    """Return the lines that are not zero throughout."""
    rows = simulated(company, restated=False)
    fixed = ("eps_", "weighted_", "tax", "operating_cash", "investing_cash", "financing_cash")
    found = []
    for line in lines_of(company.model):
        name = "dividend_cents" if line.line == "dividend_per_share" else line.line
        if line.line.startswith(fixed) or any(row[name] for row in rows):
            found.append(line)
    return tuple(found)
