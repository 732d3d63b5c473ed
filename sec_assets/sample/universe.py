"""The companies of the sample: four real filers with really reported figures, and invented ones.

Invented companies carry `(fictitious)` in their names, CIKs from 0009900001 on, which EDGAR does not use, and tickers
that begin with X. Besides the companies the universe has one ticker whose CIK has no filings at all (`GHOST`).
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sec_assets.sample import packaged
from sec_assets.sample.calendars import Quarter, quarters

GHOST = {"cik": "0009900013", "name": "Example Ghost Corp (fictitious)", "ticker": "XGHST"}
"""Listed among the tickers, but its submissions answer 404."""


@dataclass(frozen=True)
class ShareClass:
    """One listed class of shares; `share` is its part of all shares."""

    ticker: str
    exchange: str | None
    title: str
    member: str
    share: float = 1.0


@dataclass(frozen=True)
class Company:
    """One filer. `given` holds its row of companies.json."""

    cik: str
    name: str
    real: bool
    prefix: str
    clock: str
    calendar: str
    tone: str
    classes: tuple[ShareClass, ...]
    given: dict[str, Any] = field(hash=False, compare=False, repr=False)

    @property
    def model(self) -> str:
        """Which statements it has: real, bank, insurer, reit, utility, retail, ifrs or commercial."""
        return "real" if self.real else str(self.given["model"])

    def tone_in(self, fiscal_year: int | None) -> str:
        """Return its fortunes in a fiscal year; `tone` where that year has none of its own."""
        return str(self.given.get("tones", {}).get(str(fiscal_year), self.tone))

    @property
    def has_xbrl(self) -> bool:
        """False for the one company that files text only."""
        return bool(self.given.get("xbrl", True))

    @property
    def currency(self) -> str:
        """ISO 4217 code of its statements."""
        return str(self.given.get("currency", "USD"))

    def quarters(self) -> tuple[Quarter, ...]:
        """The simulated fiscal quarters (none for real companies)."""
        return () if self.real else quarters(self.calendar)


@lru_cache(maxsize=1)
def companies() -> dict[str, Company]:
    """Return all companies by CIK, in a fixed order."""
    found = {}
    for row in packaged.document("companies.json"):
        classes = tuple(ShareClass(**share) for share in row["classes"])
        found[row["cik"]] = Company(
            cik=row["cik"],
            name=row["name"],
            real=row["real"],
            prefix=row["prefix"],
            clock=row["clock"],
            calendar=row.get("calendar", ""),
            tone=row.get("tone", "neutral"),
            classes=classes,
            given=row,
        )
    return found


def company_of_ticker(ticker: str) -> Company | None:
    """Return the company that has this ticker, or None."""
    for company in companies().values():
        if any(share.ticker == ticker for share in company.classes):
            return company
    return None
