"""Companies that need not be asked for their filings, as EDGAR's daily lists do not name them.

Whether the lists are worth it is decided in `edgar.bulk.choice`; the companies they name are asked, or read from the archive,
by `pipeline.bulk`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from sec_assets.edgar.bulk.choice import Lookup, choose_lookup, first_unknown_day
from sec_assets.edgar.bulk.seen import SeenThrough
from sec_assets.edgar.client import EdgarClient
from sec_assets.edgar.full_index import companies_that_filed
from sec_assets.errors import InputError
from sec_assets.settings import Settings
from sec_assets.storage.lake import Lake
from sec_assets.tables import FILINGS_INDEX

LONGEST_CLOSURE = 3
"""Weekdays in a row without a list at the end; more are not holidays but lists that are missing."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """Companies without news, and what happened in a sentence."""

    ciks: frozenset[str]
    sentence: str


def seen_of(settings: Settings) -> SeenThrough:
    """Return up to which day the lists were read for companies."""
    return SeenThrough(settings.state / "bulk" / "seen_through.parquet")


def plan_lookup(settings: Settings, lake: Lake, stale: pl.DataFrame, now: datetime) -> Lookup | None:
    """Decide which companies are looked up in the daily lists.

    Args:
        settings: `bulk`, and the age of answers that are taken from the cache.
        lake: only companies that have a partition are looked up.
        stale: rows of `status` of companies that are not fresh.
        now: an instant (UTC).
    """
    good = stale.filter(pl.col("state") == "ok").select("cik", "at", "rows").rows()
    seen, max_age = seen_of(settings).read(), timedelta(hours=settings.submissions_max_age_hours)
    first_unknown = {
        cik: seen[cik] + timedelta(days=1) if cik in seen else first_unknown_day(at, max_age)
        for cik, at, _ in good
        if lake.has(FILINGS_INDEX, cik=cik)
    }
    return choose_lookup(settings.bulk, first_unknown, {cik: rows for cik, _, rows in good}, now)


def look_up(client: EdgarClient, settings: Settings, lookup: Lookup) -> Quiet:
    """Read the lists; companies they do not name are remembered as seen up to the last list.

    Lists that cannot be read, or have a line that cannot, tell nothing: then nobody is quiet.

    Raises:
        OutageError: EDGAR cannot be reached, or pauses us; or the disk is full.
    """
    try:
        filed = companies_that_filed(client, lookup.since, lookup.until)
    except InputError as error:
        return Quiet(frozenset(), f"no daily indexes, so every company is asked for: {error}")
    late = [day for day in filed.unlisted if filed.through is None or day > filed.through]
    if filed.problems or len(late) > LONGEST_CLOSURE:
        why = filed.problems[0] if filed.problems else f"there is none since {late[0]}"
        return Quiet(frozenset(), f"daily indexes are incomplete, so every company is asked for: {why}")
    news = lookup.ciks.intersection(filed.ciks)
    quiet = lookup.ciks - news
    seen_of(settings).record(quiet, filed.through, asked=())
    return Quiet(
        quiet,
        f"{len(lookup.ciks):,} companies: {filed.lists} daily {'index' if filed.lists == 1 else 'indexes'} instead of "
        f"about {lookup.requests:,} requests; {len(news):,} filed",
    )
