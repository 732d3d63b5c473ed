"""The thin HTTP client of the news feeds: one pace per source, size limit, and clear errors.

It returns the bytes of a 200 answer, or raises. Whether the bytes are a feed is judged in `feed`; EDGAR has its own
client with the budget of the whole deployment.
"""

from collections.abc import Mapping
from types import TracebackType
from typing import Self

import requests
from pyrate_limiter import Limiter, Rate
from requests_ratelimiter import LimiterAdapter
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from sec_assets.errors import AbsentError, BannedError, MalformedError, UnreachableError
from sec_assets.text.news.feed import MAX_BYTES

_TIMEOUT_SECONDS = (5.0, 20.0)
_HEADERS = {"User-Agent": "Mozilla/5.0 (compatible; sec_assets)", "Accept": "application/rss+xml, application/xml"}


class FeedHttp:
    """GET with a pace and two retries for passing trouble.

    Args:
        source: name of the source, for messages.
        per_minute: most requests in a minute, evenly spaced.
        retry_wait_seconds: wait before the first retry; doubled for the second.
    """

    def __init__(self, source: str, *, per_minute: float, retry_wait_seconds: float = 1.0) -> None:
        self._source = source
        self._wait_seconds = retry_wait_seconds
        self._pacer = Limiter(Rate(1, round(60_000 / per_minute)))
        self._session = requests.Session()
        self._session.headers.update(_HEADERS)
        adapter = LimiterAdapter(limiter=self._pacer, limit_statuses=(), per_host=False)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close connections and stop the pacer."""
        self._session.close()
        self._pacer.close()

    def get(self, url: str, params: Mapping[str, str], *, ticker: str) -> bytes:
        """Return the body of a 200 answer.

        Raises:
            AbsentError: 404, the source does not know the ticker.
            BannedError: 401, 403 or 429.
            UnreachableError: no connection, a time-out or a 5xx to the last of three tries.
            MalformedError: too large a body, or an unexpected status.
        """
        retrying = Retrying(
            stop=stop_after_attempt(3),
            wait=wait_exponential(multiplier=self._wait_seconds, max=30),
            retry=retry_if_exception_type(UnreachableError),
            reraise=True,
        )
        return retrying(self._once, url, params, ticker)

    def _once(self, url: str, params: Mapping[str, str], ticker: str) -> bytes:
        try:
            with self._session.get(url, params=params, timeout=_TIMEOUT_SECONDS, stream=True) as response:
                self._raise_for_status(response.status_code, ticker)
                body = bytearray()
                for chunk in response.iter_content(65_536):
                    body += chunk
                    if len(body) > MAX_BYTES:
                        raise MalformedError(f"{self._source} sent more than {MAX_BYTES} bytes for {ticker}")
                return bytes(body)
        except requests.RequestException as error:
            raise UnreachableError(f"{self._source}: no answer for {ticker} ({type(error).__name__})") from error

    def _raise_for_status(self, status: int, ticker: str) -> None:
        if status == 200:
            return
        if status == 404:
            raise AbsentError(f"{self._source} does not know {ticker} (404)")
        if status in {401, 403, 429}:
            raise BannedError(f"{self._source} refuses requests for now ({status}); wait before the next run")
        if status >= 500:
            raise UnreachableError(f"{self._source} failed for {ticker} ({status})")
        raise MalformedError(f"{self._source} answered {ticker} with the unexpected status {status}")
