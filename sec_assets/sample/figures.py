"""What an invented company reports for a period: the lines of `statements.csv` with their amounts.

Sums quarters into periods and computes the per-share lines. Two versions exist for the company that restated: what it
said before and after the day of restatement. Real companies do not come here: their facts are tables (`reported.py`).
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


def is_restated(company: Company, filed: date) -> bool:
    """True where a filing of this day tells the figures after the restatement."""
    restated = company.given.get("restated")
    return bool(restated) and filed >= date.fromisoformat(restated["on"])


def flow(company: Company, chosen: tuple[Quarter, ...], line: str, restated: bool) -> Decimal:
    """Return the amount of a line over consecutive quarters, in units of the currency, shares, or per share."""
    quarters = company.quarters()
    rows = [simulated(company, restated)[quarters.index(quarter)] for quarter in chosen]
    if line.startswith(("eps_", "weighted_", "dividend_per")):
        return _per_share(rows, line)
    return Decimal(sum(row[line] for row in rows) * 1000)


def _per_share(rows: list[Lines], line: str) -> Decimal:
    if line == "dividend_per_share":
        return Decimal(sum(row["dividend_cents"] for row in rows)) * CENT
    basic = sum(row["shares"] for row in rows) // len(rows)
    income = sum(row["net_income"] for row in rows)
    diluted = basic if income <= 0 else basic * 1012 // 1000
    shares = diluted if line.endswith("diluted") else basic
    if line.startswith("weighted_"):
        return Decimal(shares * 1000)
    return (Decimal(income) / Decimal(shares)).quantize(CENT, ROUND_HALF_UP)


def balance(company: Company, quarter: Quarter, line: str, restated: bool) -> Decimal:
    """Return the amount of a line at the end of a quarter."""
    return Decimal(simulated(company, restated)[company.quarters().index(quarter)][line] * 1000)


@lru_cache(maxsize=64)
def used_lines(company: Company) -> tuple[Line, ...]:
    """Return the lines that are not zero throughout."""
    rows = simulated(company, restated=False)
    fixed = ("eps_", "weighted_")
    found = []
    for line in lines_of("commercial" if company.model == "commercial" else company.model):
        name = "dividend_cents" if line.line == "dividend_per_share" else line.line
        if line.line.startswith(fixed) or any(row[name] for row in rows):
            found.append(line)
    return tuple(found)
