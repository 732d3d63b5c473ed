"""Fiscal quarters and New York business days of the sample.

Two fiscal calendars: months (quarters end on the last day of a month) and the retail one of 52 or 53 weeks, whose year
ends on the Saturday nearest to 31 January. Nothing here reads a clock.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 2021, 2025
_HOLIDAY_TEXT = """
2023-01-02 2023-01-16 2023-02-20 2023-05-29 2023-06-19 2023-07-04 2023-09-04 2023-10-09 2023-11-10 2023-11-23
2023-12-25 2024-01-01 2024-01-15 2024-02-19 2024-05-27 2024-06-19 2024-07-04 2024-09-02 2024-10-14 2024-11-11
2024-11-28 2024-12-24 2024-12-25 2025-01-01 2025-01-09 2025-01-20 2025-02-17 2025-05-26 2025-06-19 2025-07-04
2025-09-01 2025-10-13 2025-11-11 2025-11-27 2025-12-24 2025-12-25 2025-12-26 2026-01-01 2026-01-19 2026-02-16
"""
_HOLIDAYS = frozenset(date.fromisoformat(day) for day in _HOLIDAY_TEXT.split())


@dataclass(frozen=True)
class Quarter:
    """One fiscal quarter; `number` 1-4, days inclusive."""

    year: int
    number: int
    start: date
    end: date

    @property
    def place(self) -> int:
        """Its place among the simulated quarters, from 0."""
        return 4 * (self.year - FIRST_YEAR) + self.number - 1

    @property
    def label(self) -> str:
        """`FY` for the last quarter (the annual report), else Q1 to Q3: EDGAR's `fp`."""
        return "FY" if self.number == 4 else f"Q{self.number}"


@lru_cache(maxsize=16)
def quarters(kind: str) -> tuple[Quarter, ...]:
    """Return the quarters of fiscal 2021 to 2025. `kind`: `retail`, or the last month of the year as a number."""
    return tuple(_retail() if kind == "retail" else _monthly(int(kind)))


def _monthly(last_month: int) -> list[Quarter]:
    found = []
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        for number in range(1, 5):
            months = year * 12 + last_month - 1 - 3 * (4 - number)
            end = _month_start(months + 1) - timedelta(days=1)
            found.append(Quarter(year, number, _month_start(months - 2), end))
    return found


def _month_start(months: int) -> date:
    return date(months // 12, months % 12 + 1, 1)


def _retail() -> list[Quarter]:
    found = []
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        start, last = _saturday(year) + timedelta(days=1), _saturday(year + 1)
        for number in range(1, 5):
            end = last if number == 4 else start + timedelta(weeks=13, days=-1)
            found.append(Quarter(year, number, start, end))
            start = end + timedelta(days=1)
    return found


def _saturday(year: int) -> date:
    """The Saturday nearest to 31 January of a calendar year."""
    anchor = date(year, 1, 31)
    offset = (anchor.weekday() - 5) % 7
    return anchor - timedelta(days=offset) if offset <= 3 else anchor + timedelta(days=7 - offset)


def business_day(day: date) -> date:
    """Return the day itself or the next day on which EDGAR disseminates."""
    while day.weekday() >= 5 or day in _HOLIDAYS:
        day += timedelta(days=1)
    return day


def utc_of(new_york: datetime) -> datetime:
    """Return the UTC instant of a New York wall-clock time without zone."""
    return new_york.replace(tzinfo=ZoneInfo("America/New_York")).astimezone(ZoneInfo("UTC"))
