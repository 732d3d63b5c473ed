"""Which companies filed in a span of days, from EDGAR's daily and quarterly lists instead of a question to each company.

A day's list is one request and names everybody who filed; only those companies have news. Reading one list is
`daily_index.py`; the feed of the current day, which has no list before the night, is `feeds.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from sec_assets.edgar.daily_index import MasterIndex, load_daily_index, load_full_index
from sec_assets.errors import AbsentError

if TYPE_CHECKING:
    from sec_assets.edgar.client import EdgarClient

_MOST_DAILY_LISTS = 20


@dataclass(frozen=True, slots=True)
class FiledSince:
    """Who filed: `ciks` (sorted); `unlisted` — weekdays without a list: holidays, and days not published yet.

    `through` is the last day that has a list, None if no day has; `lists` counts the lists that were read.
    """

    ciks: tuple[str, ...]
    unlisted: tuple[date, ...]
    problems: tuple[str, ...]
    through: date | None
    lists: int


def companies_that_filed(client: "EdgarClient", since: date, until: date) -> FiledSince:
    """Return the companies, co-registrants included, with a filing dated `since` to `until` (New York dates).

    Up to 20 weekdays are read from daily lists; a longer span from quarterly lists, which are rebuilt weekly, and the
    daily lists of its last 20 weekdays.

    Raises:
        MalformedError: a list is not one.
        OutageError: EDGAR cannot be reached, or pauses us.
    """
    days = [day for day in _days(since, until) if day.weekday() < 5]
    recent = days[-_MOST_DAILY_LISTS:]
    lists: list[MasterIndex] = []
    unlisted: list[date] = []
    for year, quarter in _quarters(days[: -len(recent)]) if len(days) > len(recent) else ():
        lists.append(load_full_index(client, year, quarter))
    for day in recent:
        try:
            lists.append(load_daily_index(client, day))
        except AbsentError:
            unlisted.append(day)
    found = [index.frame.filter(pl.col("filing_date").is_between(since, until))["cik"] for index in lists]
    ciks = pl.concat(found).unique().sort().to_list() if found else []
    through = max(set(recent) - set(unlisted), default=None)
    problems = tuple(problem for index in lists for problem in index.problems)
    return FiledSince(tuple(ciks), tuple(unlisted), problems, through, len(lists))


def _days(since: date, until: date) -> Iterator[date]:
    for number in range((until - since).days + 1):
        yield since + timedelta(days=number)


def _quarters(days: list[date]) -> list[tuple[int, int]]:
    return sorted({(day.year, (day.month - 1) // 3 + 1) for day in days})
