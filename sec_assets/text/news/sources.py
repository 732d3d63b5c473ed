"""The feeds headlines come from: Yahoo's and Google's RSS, and the bundled sample.

Only how each is asked belongs here; what an answer means is `feed`. Both network feeds are undocumented courtesies, so
each has its own slow pace. Press releases need no feed: `press_releases`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sec_assets.errors import AbsentError
from sec_assets.outside.http import OutsideHttp
from sec_assets.text.news.feed import MAX_BYTES, ParsedFeed, parse_feed

YAHOO_BASE = "https://feeds.finance.yahoo.com"
GOOGLE_BASE = "https://news.google.com"
_HEADERS = {"User-Agent": "Mozilla/5.0 (compatible; sec_assets)", "Accept": "application/rss+xml, application/xml"}


@dataclass(frozen=True, slots=True)
class FeedQuery:
    """Whose news: `ticker` as EDGAR writes it, `name` where the source searches by name."""

    cik: str
    ticker: str
    name: str | None = None


class FeedSource(Protocol):
    """A source of headlines."""

    name: str

    def articles(self, query: FeedQuery, *, fetched_at: datetime) -> ParsedFeed:
        """Return the articles the source has now.

        Raises:
            InputError: this ticker only (unknown, or the answer is no feed).
            OutageError: the source is unreachable or refuses requests.
        """
        ...

    def close(self) -> None:
        """Close connections."""
        ...


class _Rss:
    def __init__(
        self, name: str, url: str, ask: Callable[[FeedQuery], dict[str, str]], per_minute: float, retry_wait: float
    ) -> None:
        self.name = name
        self._url = url
        self._ask = ask
        self._http = OutsideHttp(
            name,
            per_minute=per_minute,
            headers=_HEADERS,
            markup=True,
            redirects=True,
            max_bytes=MAX_BYTES,
            retry_wait_seconds=retry_wait,
        )

    def articles(self, query: FeedQuery, *, fetched_at: datetime) -> ParsedFeed:
        body = self._http.get(self._url, subject=query.ticker, params=self._ask(query))
        return parse_feed(body, source=self.name, cik=query.cik, ticker=query.ticker, fetched_at=fetched_at)

    def close(self) -> None:
        self._http.close()


class _Sample:
    name = "sample"

    def articles(self, query: FeedQuery, *, fetched_at: datetime) -> ParsedFeed:
        # Imported on use: the bundled companies are not needed by anybody else.
        from sec_assets.sample.market import headlines_rss

        body = headlines_rss(query.ticker)
        if body is None:
            raise AbsentError(f"the bundled sample has no headlines for {query.ticker}")
        return parse_feed(body, source=self.name, cik=query.cik, ticker=query.ticker, fetched_at=fetched_at)

    def close(self) -> None:
        """Nothing is open."""


def yahoo_rss(*, base_url: str = YAHOO_BASE, per_minute: float = 30.0, retry_wait_seconds: float = 1.0) -> FeedSource:
    """Return Yahoo's headline feed (20 to 50 newest articles of a ticker)."""

    def ask(query: FeedQuery) -> dict[str, str]:
        return {"s": query.ticker, "region": "US", "lang": "en-US"}

    return _Rss("yahoo_rss", f"{base_url}/rss/2.0/headline", ask, per_minute, retry_wait_seconds)


def google_rss(*, base_url: str = GOOGLE_BASE, per_minute: float = 10.0, retry_wait_seconds: float = 1.0) -> FeedSource:
    """Return Google's news search of the last seven days (at most 100 articles), by name where it is known."""

    def ask(query: FeedQuery) -> dict[str, str]:
        words = (query.name or f"{query.ticker} stock").replace('"', " ")
        return {"q": f'"{words}" when:7d', "hl": "en-US", "gl": "US", "ceid": "US:en"}

    return _Rss("google_rss", f"{base_url}/rss/search", ask, per_minute, retry_wait_seconds)


def sample() -> FeedSource:
    """Return the bundled headlines of the sample companies."""
    return _Sample()
