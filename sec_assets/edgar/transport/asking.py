"""How one address is asked for: by one asker at a time, not while its host is down, not while known to be absent.

Threads and processes that want the same thing wait for the first and take what it brought. Repeating is `retry`, the
state of a host `breaker`, what is remembered `cache`; none of it is needed for local sources, where asking costs nobody
anything.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import urlsplit

from sec_assets.edgar.transport.breaker import Breakers
from sec_assets.edgar.transport.cache import HttpCache
from sec_assets.edgar.transport.freshness import max_absence
from sec_assets.edgar.transport.gate import Gate
from sec_assets.edgar.transport.retry import GIVEN_UP, Persistence, persistently
from sec_assets.errors import AbsentError, OutageError, UnreachableError
from sec_assets.settings import Settings, SourceName
from sec_assets.storage.locks import locked

_T = TypeVar("_T")
_ARCHIVE_PATIENCE_SECONDS = 6 * 3600.0


class Asker:
    """What the threads of one client share when they ask.

    Args:
        settings: the source, and where locks lie.
        persistence: how often and how long to try.
        patience: seconds a pause asked for by the source may take; whoever asks for the same thing waits that long too.
        by_way_of: a gateway, for messages.
        gate: whose waits are given up together with these.
    """

    def __init__(
        self, settings: Settings, persistence: Persistence, patience: float, by_way_of: str, gate: Gate
    ) -> None:
        self._source: SourceName = settings.source
        self._locks = settings.state / "locks"
        self._persistence = persistence
        self._wait = patience + persistence.seconds
        self._by_way_of = by_way_of
        self._gate = gate
        self._breakers = Breakers(persistence.outage_courses, persistence.outage_pause)

    def run(self, attempt: Callable[[], _T], url: str) -> _T:
        """Try until there is an answer or nothing more is to be hoped for; see `retry.persistently`."""
        with self.courses(url) as course:
            return course(attempt, url)

    @contextmanager
    def courses(self, url: str) -> Iterator[Callable[[Callable[[], _T], str], _T]]:
        """Give what runs one course of tries; all courses of the block count as one for the breaker of the host."""
        given_up = self._given_up()

        def course(attempt: Callable[[], _T], url: str) -> _T:
            return persistently(
                attempt, url, self._persistence, by_way_of=self._by_way_of, pointless=pointless, given_up=given_up
            )

        with self._breakers.guarded(urlsplit(url).netloc) as pointless:
            yield course

    @contextmanager
    def alone(self, url: str) -> Iterator[None]:
        """Wait until nobody else asks for the address.

        Raises:
            OutageError: the wait was given up, see `Gate.abandon`.
        """
        if self._source != "live":
            yield
            return
        given_up = self._given_up()
        with locked(self._locks, url, self._wait, given_up=given_up) as alone:
            if not alone and given_up():
                raise OutageError(GIVEN_UP)
            yield

    @contextmanager
    def alone_for_long(self, url: str) -> Iterator[None]:
        """Wait until nobody else fetches the archive, which may take hours.

        Raises:
            UnreachableError: it took too long.
            OutageError: the wait was given up, see `Gate.abandon`.
        """
        given_up = self._given_up()
        with locked(self._locks, url, _ARCHIVE_PATIENCE_SECONDS, own=True, given_up=given_up) as alone:
            if not alone and given_up():
                raise OutageError(GIVEN_UP)
            if not alone:
                raise UnreachableError(f"{url} has been fetched by another process for very long; stop that one first")
            yield

    def _given_up(self) -> Callable[[], bool]:
        """Return what tells whether the waits that begin now were given up."""
        generation = self._gate.generation
        return lambda: self._gate.generation != generation

    @contextmanager
    def remembering_absence(
        self, cache: HttpCache, url: str, *, accepted_at: datetime | None = None, anew: bool = False
    ) -> Iterator[None]:
        """Raise at once what is known to be absent, and note what the block finds absent; `anew` asks regardless."""
        lasting = max_absence(url, datetime.now(UTC), source=self._source, accepted_at=accepted_at)
        if lasting is None:
            yield
            return
        known = None if anew else cache.place.absent(url)
        if known is not None:
            raise AbsentError(known)
        try:
            yield
        except AbsentError as error:
            cache.place.note_absent(url, str(error), lasting.total_seconds())
            raise
        if anew:
            cache.place.forget_absent(url)
