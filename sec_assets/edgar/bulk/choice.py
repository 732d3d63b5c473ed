"""One archive or many requests: which of them asks less of EDGAR, and is fresh enough. Pure.

What was measured and weighed is in docs/decisions.md. Carrying the choice out is `pipeline.bulk`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sec_assets.settings import BulkMode

REQUESTS_WORTH_AN_ARCHIVE = 1_500
"""The archive is 1.5 GB: a request, which takes a ninth of a second of everybody's budget, is put at one megabyte."""

REQUESTS_WORTH_LAST_NIGHT = 300
"""With last night's archive at hand nothing but freshness is lost; up to half a minute of requests is given for that."""

PAGES_PER_COMPANY = 1.18
"""Files per company of a whole exchange: 5,911 companies have about 7,000."""

LONGEST_LOOK_BACK = timedelta(days=60)
"""Within two months nearly every company files something, so that lists of a longer span save nothing."""

_FULL_PAGE = 1_000
_NEW_YORK = ZoneInfo("America/New_York")
_BUILT_AT = time(4, 0)  # begun at about 03:00


@dataclass(frozen=True, slots=True)
class Need:
    """What a run has to find out.

    Attributes:
        companies: those whose index is not fresh.
        requests: about how many requests the live path would make for them.
        archive_stored: last night's archive is in the document store.
    """

    companies: int
    requests: int
    archive_stored: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """The decision, and the sentence that tells it."""

    use_archive: bool
    sentence: str


def expected_requests(known_filings: Sequence[int | None]) -> int:
    """Return how many files the live path asks for: a company with over 1,000 filings has at least one older page.

    Args:
        known_filings: per company the number of filings known so far, None when it was never asked for.
    """
    unknown = sum(count is None for count in known_filings)
    paged = sum(count is not None and count > _FULL_PAGE for count in known_filings)
    return len(known_filings) - unknown + paged + round(unknown * PAGES_PER_COMPANY)


def choose(mode: BulkMode, need: Need, archive: str = "submissions.zip") -> Choice:
    """Choose the archive when the requests it saves are worth its bytes and its age."""
    enough = REQUESTS_WORTH_LAST_NIGHT if need.archive_stored else REQUESTS_WORTH_AN_ARCHIVE
    wanted = mode == "always" or (mode == "auto" and need.requests >= enough)
    who = f"{need.companies:,} {'company' if need.companies == 1 else 'companies'}"
    about = f"about {need.requests:,}"
    if wanted and need.companies:
        return Choice(use_archive=True, sentence=f"{who}: 1 request for {archive} instead of {about}")
    why = "" if mode == "auto" else f" (SEC_ASSETS_BULK={mode})"
    return Choice(use_archive=False, sentence=f"{who}: {about} requests, one or more for each{why}")


def last_built(now: datetime) -> datetime:
    """Return when the newest archive was finished at `now`: every night, about 04:00 New York time."""
    local = now.astimezone(_NEW_YORK)
    built = datetime.combine(local.date(), _BUILT_AT, _NEW_YORK)
    return built if built <= local else built - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Lookup:
    """Companies whose news is told by the daily lists of `since` to `until` (New York dates; none if that is earlier).

    `requests` is about how many requests asking each of them would take.
    """

    ciks: frozenset[str]
    since: date
    until: date
    requests: int


def choose_lookup(
    mode: BulkMode, first_unknown: Mapping[str, date], known_filings: Mapping[str, int | None], now: datetime
) -> Lookup | None:
    """Choose the daily lists when they save as many requests as are worth last night's archive; None if they do not.

    Only days whose list is final count, so that filings of the day are not seen, as with the archive.

    Args:
        mode: only `auto` looks companies up.
        first_unknown: per company whose index was read well and is no longer fresh: see `first_unknown_day`.
        known_filings: per company the number of filings known so far.
        now: an instant (UTC).
    """
    until = last_built(now).date() - timedelta(days=1)
    ciks = [cik for cik, day in first_unknown.items() if day >= until - LONGEST_LOOK_BACK]
    requests = expected_requests([known_filings.get(cik) for cik in ciks])
    if mode != "auto" or requests < REQUESTS_WORTH_LAST_NIGHT:
        return None
    return Lookup(frozenset(ciks), min(first_unknown[cik] for cik in ciks), until, requests)


def first_unknown_day(at: datetime, max_age: timedelta) -> date:
    """Return the first day (New York) of which an index brought up to date at `at` may lack filings.

    It may have come from a cache of `max_age`, or from an archive of the night before, which EDGAR may have missed once.
    """
    return last_built(at - max_age).date() - timedelta(days=1)
