"""How long a cached answer counts as fresh, and an absence as known, by address; pure. Storing it is `cache`.

Only small documents that change are cached: ticker lists, submissions, company facts, indexes. Feeds are always asked
for anew, and documents below Archives/edgar/data never change and go to the document store instead. A mirror and the
sample are never cached: reading them costs nobody a request, and an edited mirror must show at once.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from sec_assets.settings import SourceName

_TICKERS = re.compile(r"www\.sec\.gov/(files/company_tickers|include/ticker\.txt|Archives/edgar/cik-lookup)")
_COMPANY = re.compile(r"data\.sec\.gov/(submissions|api/xbrl)/")
_FACTS = re.compile(r"data\.sec\.gov/api/xbrl/")
_DOCUMENT = re.compile(r"/Archives/edgar/data/")
_DAILY = re.compile(r"/Archives/edgar/daily-index/\d{4}/QTR[1-4]/\w+\.(\d{8})\.idx")
_QUARTER = re.compile(r"/Archives/edgar/full-index/(\d{4})/QTR([1-4])/")
_INDEX = re.compile(r"/Archives/edgar/(daily|full)-index/")
_SETTLED = timedelta(days=2)
_QUARTER_SETTLED = timedelta(days=8)

_ABSENT = timedelta(hours=1)
_ABSENT_BUT_EXPECTED = timedelta(minutes=10)
_YOUNG = timedelta(hours=24)

UNCHANGING = timedelta.max
MaxAge = Callable[[str, datetime], timedelta | None]


def max_age(url: str, fetched_at: datetime, *, source: SourceName, submissions_hours: float) -> timedelta | None:
    """Return how long an answer fetched at `fetched_at` stays fresh; `UNCHANGING`: for ever; None: not cached."""
    if source != "live":
        return None
    if _TICKERS.search(url):
        return timedelta(days=1)
    if _COMPANY.search(url):
        return timedelta(hours=submissions_hours) if submissions_hours > 0 else None
    if day := _DAILY.search(url):
        return UNCHANGING if _is_settled(day[1], fetched_at) else timedelta(hours=1)
    if quarter := _QUARTER.search(url):
        return UNCHANGING if _is_over(int(quarter[1]), int(quarter[2]), fetched_at) else timedelta(hours=1)
    if _INDEX.search(url):
        return timedelta(hours=1)
    return None


def until_newer(url: str) -> bool:
    """Tell whether an answer changes only with the next XBRL filing: it then stays fresh until one is known."""
    return _FACTS.search(url) is not None


def max_absence(
    url: str, now: datetime, *, source: SourceName, accepted_at: datetime | None = None
) -> timedelta | None:
    """Return how long it is remembered that EDGAR has no such thing; None: not at all.

    An hour; ten minutes for what is still to come: the newest daily indexes, and documents of a filing accepted within
    the last day (`accepted_at`), since EDGAR makes some of them after acceptance. The index of a past day that is absent
    (a holiday) stays absent for a day. Feeds and local sources are always asked.
    """
    if source != "live":
        return None
    if day := _DAILY.search(url):
        return timedelta(days=1) if _is_settled(day[1], now) else _ABSENT_BUT_EXPECTED
    if accepted_at is not None and now - accepted_at < _YOUNG:
        return _ABSENT_BUT_EXPECTED
    known = _DOCUMENT.search(url) or _COMPANY.search(url) or _INDEX.search(url)
    return _ABSENT if known else None


def _is_settled(text: str, fetched_at: datetime) -> bool:
    """Tell whether the index of a day was final: it is built in the night after, New York time."""
    try:
        day = date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return fetched_at >= datetime.combine(day, time(), UTC) + _SETTLED


def _is_over(year: int, quarter: int, fetched_at: datetime) -> bool:
    """Tell whether the index of a quarter was final: it is rebuilt every Saturday, the last time after the quarter's end."""
    week_before = fetched_at - _QUARTER_SETTLED
    return (year, quarter) < (week_before.year, (week_before.month - 1) // 3 + 1)
