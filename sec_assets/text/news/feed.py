"""RSS 2.0 and Atom to rows of table NEWS.

feedparser reads the bytes it is handed and opens nothing itself. A body that is no feed (error page, login page, empty
answer) is an error, never an empty list; an article that cannot be used is a problem with its reason, and the others
stand. Fetching is `sources`.
"""

import calendar
import hashlib
import io
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import feedparser
import polars as pl

from sec_assets.errors import MalformedError
from sec_assets.identifiers import normalize_cik
from sec_assets.tables import NEWS
from sec_assets.text.news.clean import SUMMARY_LENGTH, TITLE_LENGTH, plain, web_address

MAX_BYTES = 5_000_000
_MAX_ENTRIES = 1000
_ERRORS_OF_BROKEN_INPUT = (ValueError, TypeError, LookupError, AttributeError, RecursionError, AssertionError)


@dataclass(frozen=True, slots=True)
class FeedProblem:
    """An article, or a part of the feed, that was left out, and why."""

    article: str
    reason: str


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """Rows of table NEWS, and what was left out."""

    frame: pl.DataFrame
    problems: list[FeedProblem]


def parse_feed(body: bytes, *, source: str, cik: str, ticker: str | None, fetched_at: datetime) -> ParsedFeed:
    """Parse a feed that was asked for one ticker.

    Args:
        body: the answer as fetched.
        source: feed name, part of every article_id.
        cik: company the ticker belongs to.
        ticker: as EDGAR writes it.
        fetched_at: when it was fetched, with zone; an article dated later is a problem.

    Returns:
        Articles unique on article_id, titles and summaries as plain text, `published_at` in UTC.

    Raises:
        MalformedError: empty, too large, or no feed.
    """
    parsed = _parse(body, source)
    company = normalize_cik(cik)
    rows: dict[str, dict[str, object]] = {}
    problems: list[FeedProblem] = []
    if parsed.bozo and not isinstance(parsed.bozo_exception, feedparser.CharacterEncodingOverride):
        problems.append(FeedProblem("(feed)", f"damaged, read as far as possible: {parsed.bozo_exception}"[:300]))
    if len(parsed.entries) > _MAX_ENTRIES:
        problems.append(FeedProblem("(feed)", f"{len(parsed.entries)} articles; only the first {_MAX_ENTRIES} taken"))
    for entry in parsed.entries[:_MAX_ENTRIES]:
        row, reason = _row(entry, source, fetched_at)
        if reason:
            problems.append(FeedProblem(str(row.get("title") or row.get("url") or "(untitled)"), reason))
        else:
            rows.setdefault(str(row["article_id"]), {**row, "cik": company, "source": source, "ticker": ticker})
    return ParsedFeed(NEWS.frame(rows.values()), problems)


def _parse(body: bytes, source: str) -> Any:
    if not body.strip():
        raise MalformedError(f"{source}: the answer is empty; expected an RSS or Atom feed")
    if len(body) > MAX_BYTES:
        raise MalformedError(f"{source}: the answer has {len(body)} bytes; the limit for a feed is {MAX_BYTES}")
    if b"<!entity" in body[:100_000].lower():
        raise MalformedError(f"{source}: the feed declares XML entities, which no feed needs")
    try:
        # A stream: given bytes or text, feedparser would try to open them as a file or an address.
        # Its own cleaning of markup is off, since it keeps the insides of an unclosed script; `clean` does that work.
        parsed = feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
    except _ERRORS_OF_BROKEN_INPUT as error:
        raise MalformedError(f"{source}: not a readable feed: {type(error).__name__}: {error}"[:300]) from error
    if not parsed.get("version"):
        raise MalformedError(f"{source}: not an RSS or Atom feed, it starts with {body[:60]!r}")
    return parsed


def _row(entry: Any, source: str, fetched_at: datetime) -> tuple[dict[str, object], str | None]:
    link = web_address(_text(entry, "link"))
    row: dict[str, object] = {"title": plain(_text(entry, "title"), TITLE_LENGTH), "url": link}
    identity = _text(entry, "id") or _text(entry, "link")
    if not identity.strip():
        return row, "neither guid nor link: it could not be recognised again"
    if not row["title"]:
        return row, "no title"
    published_at = _published(entry)
    if published_at is None:
        return row, "no readable publication date"
    if published_at > fetched_at:
        return row, f"dated {published_at.isoformat()}, after it was fetched ({fetched_at.isoformat()})"
    digest = hashlib.sha256(f"{source}\0{identity.strip()}".encode("utf-8", errors="replace")).hexdigest()
    summary = plain(_text(entry, "summary"), SUMMARY_LENGTH)
    return {**row, "article_id": digest[:32], "published_at": published_at, "summary": summary or None}, None


def _text(entry: Any, name: str) -> str:
    value = entry.get(name)
    return value if isinstance(value, str) else ""


def _published(entry: Any) -> datetime | None:
    """Return the publication in UTC; feedparser has applied the zone of the date already."""
    stamp = entry.get("published_parsed") or entry.get("updated_parsed")
    if not stamp or not 1990 <= stamp[0] <= 2200:
        return None
    try:
        return datetime.fromtimestamp(calendar.timegm(stamp), UTC)
    except (ValueError, OverflowError, OSError):
        return None
