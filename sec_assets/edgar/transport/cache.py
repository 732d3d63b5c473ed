"""The HTTP cache of small, changing resources: requests-cache over one place that all processes share.

Freshness is judged when an entry is read (`freshness`), so that a changed setting counts at once. Beside good answers it
remembers for a while what EDGAR does not have, as a sentence: no error page is ever stored. The places are
`cache_sqlite` and `cache_redis`; documents that never change go to `storage.documents`.
"""

from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from requests import Response
from requests_cache import CachedResponse
from requests_cache.backends.base import BaseCache

from sec_assets.edgar.transport.freshness import UNCHANGING, MaxAge, until_newer

_CLOCK_TOLERANCE = timedelta(minutes=5)
_PUBLICATION = timedelta(minutes=15)
_PUBLICATION_PATIENCE = timedelta(minutes=5)


class Place(Protocol):
    """Where entries lie; one object belongs to one thread."""

    responses: Any
    redirects: Any

    def errors(self) -> AbstractContextManager[None]:
        """Turn failures of the place into a `StorageError` that names it and the way out."""
        ...

    def absent(self, url: str) -> str | None:
        """Return what was noted of an address, unless that is over."""
        ...

    def note_absent(self, url: str, sentence: str, seconds: float) -> None:
        """Note for some time that there is no such thing."""
        ...

    def forget_absent(self, url: str) -> None:
        """Forget what was noted."""
        ...


class HttpCache(BaseCache):
    """The cache in `place`; one object belongs to one thread. `max_age` tells how long an answer stays fresh.

    Raises:
        StorageError: the place cannot be read or written.
    """

    def __init__(self, place: Place, max_age: MaxAge) -> None:
        super().__init__(cache_name="http_cache")
        self.place = place
        self.responses, self.redirects = place.responses, place.redirects
        self.newer_than: datetime | None = None
        self._max_age = max_age

    def keeps(self, url: str) -> bool:
        """Tell whether answers from an address are cached at all."""
        return self._max_age(url, datetime.now(UTC)) is not None

    def get_response(self, key: str, default: CachedResponse | None = None) -> CachedResponse | None:
        """Return the entry with its expiry computed from its age and the setting of today."""
        with self.place.errors():
            response = super().get_response(key, default)
        if response is not None:
            response.expires = self._expiry(response.url, response.created_at)
        return response

    def _expiry(self, url: str, created_at: datetime) -> datetime | None:
        now, limit = datetime.now(UTC), self._max_age(url, created_at)
        if limit is None or created_at > now + _CLOCK_TOLERANCE:
            return now
        if self.newer_than is not None:
            if created_at < self.newer_than:
                return now
            if until_newer(url):
                settled = created_at >= self.newer_than + _PUBLICATION
                return None if settled else created_at + _PUBLICATION_PATIENCE
        return None if limit == UNCHANGING else created_at + limit

    def save_response(self, response: Response, cache_key: str | None = None, expires: datetime | None = None) -> None:
        """Store an answer worth keeping; one that the server confirmed unchanged (304) counts as fetched now."""
        if not self.keeps(response.url):
            return
        if isinstance(response, CachedResponse) and response.revalidated:
            response.created_at = datetime.now(UTC)
        for one in (response, *response.history):
            one.cookies.clear()  # the session has its own copy; they are nobody else's business
        with self.place.errors():
            super().save_response(response, cache_key, expires)

    def close(self) -> None:
        """Close the connections."""
        self.responses.close()
        self.redirects.close()
