"""What the rest of the project calls to get something from EDGAR, whichever source is set.

`get` is for small documents that change and goes through the HTTP cache; `download` is for documents that never change
and goes to the document store, so that nothing is fetched twice in the life of the store; `archive` is for the large ZIP
files that are rebuilt every night. Addresses come from `edgar.urls`; how requests travel is `edgar.transport`; what the
bodies mean is parsed elsewhere in `edgar`.
"""

import json
import os
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Self, TypeVar, cast

from requests import Response
from requests_cache import CachedResponse

from sec_assets.edgar.transport.archive import ArchiveSession, bring_archive
from sec_assets.edgar.transport.asking import Asker
from sec_assets.edgar.transport.classify import Expect
from sec_assets.edgar.transport.gate import Gate, Priority
from sec_assets.edgar.transport.retry import LIVE, LOCAL, Persistence
from sec_assets.edgar.transport.rules import Budget
from sec_assets.edgar.transport.session import DocumentSession, EdgarSession, Parts, Timing
from sec_assets.edgar.transport.sources import (
    adapter_of,
    address_of,
    budget_of,
    cache_of,
    expected,
    gateway_of,
    limiter_of,
)
from sec_assets.errors import MalformedError, StorageError
from sec_assets.settings import Settings
from sec_assets.storage.documents import DocumentStore, relative_path
from sec_assets.storage.partial import PartialFile

__all__ = ["EdgarClient", "Expect", "Fetched", "Stored"]

_S = TypeVar("_S", bound=DocumentSession)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A body and when EDGAR served it (UTC); `from_cache` tells that no body came over the line now."""

    url: str
    body: bytes
    fetched_at: datetime
    from_cache: bool


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored document: HOST/PATH below the documents folder, size, SHA-256, and when it was fetched (UTC).

    `downloaded` is False when it was there already and no request was made.
    """

    url: str
    path: str
    bytes: int
    sha256: str
    fetched_at: datetime
    downloaded: bool


class EdgarClient:
    """Fetches from EDGAR for any number of threads; build it in the process that uses it.

    Every method raises `AbsentError` or `MalformedError` for what concerns one document only, and `UnreachableError`,
    `BannedError`, `StorageError` or `SettingError` for what concerns everybody.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        budget: Budget | None = None,
        timing: Timing | None = None,
        persistence: Persistence | None = None,
        priority: Priority = "interactive",
        label: str = "",
    ) -> None:
        self._settings = settings
        self._persistence = persistence or (LIVE if settings.source == "live" else LOCAL)
        self._gate = Gate(limiter_of(settings), budget or budget_of(settings), priority=priority, label=label)
        self._timing = timing or Timing()
        self.documents = DocumentStore(settings.documents, settings.archives)
        self._base, self._auth = gateway_of(settings)
        self._asker = Asker(settings, self._persistence, self._timing.patience, self._base or "", self._gate)
        self._pid, self._parts = os.getpid(), self._new_parts()
        self._lock = threading.Lock()
        self._local = threading.local()
        self._sessions: weakref.WeakSet[DocumentSession] = weakref.WeakSet()

    @classmethod
    def from_settings(cls, settings: Settings, *, priority: Priority = "interactive", label: str = "") -> Self:
        """Return a client for the source that is set; nothing is opened before the first request.

        Args:
            settings: which source, and how much may be asked.
            priority: `interactive` if a person waits, `backfill` if the requests should let those go first.
            label: whose requests these are, as `sec-assets monitor` shows it.
        """
        return cls(settings, priority=priority, label=label)

    def get(
        self, url: str, *, expect: Expect = "any", refresh: bool = False, newer_than: datetime | None = None
    ) -> Fetched:
        """Return a small document, from the cache while it is fresh there.

        Those who ask for the same document at once share one request. What EDGAR does not have is not asked for again
        for a while (`freshness.max_absence`).

        Args:
            url: an https address of sec.gov.
            expect: what the body must be; a page in place of data is an error, not a result.
            refresh: ask the source even if a fresh copy is in the cache, or it was found to be absent.
            newer_than: a copy from before this instant is not fresh, such as the acceptance of the newest XBRL filing;
                for company facts it alone decides, and a copy fetched well after it is fresh for ever.
        """
        began = datetime.now(UTC)
        address, expect = address_of(url, self._base), expected(url, expect)
        session = self._session("cached", self._cached_session)
        ask = partial(session.fetch, address, url=url, expect=expect, newer_than=newer_than, force_refresh=refresh)
        kept = partial(session.kept, address, url=url, expect=expect, newer_than=newer_than)
        if not session.cache.keeps(address):
            with self._asker.remembering_absence(session.cache, url, anew=refresh):
                return _fetched(url, self._asker.run(ask, url))
        if not refresh and (found := kept()) is not None:
            return _fetched(url, found)
        with self._asker.alone(url), self._asker.remembering_absence(session.cache, url, anew=refresh):
            found = kept(since=began if refresh else None)
            return _fetched(url, self._asker.run(ask, url) if found is None else found)

    def get_json(self, url: str) -> Any:
        """Return the parsed JSON of a small document; see `get`."""
        try:
            return json.loads(self.get(url, expect="json").body)
        except ValueError as error:
            raise MalformedError(f"{url}: the JSON cannot be parsed ({error})") from error

    def download(
        self, url: str, *, expect: Expect = "any", accepted_at: datetime | None = None, refresh: bool = False
    ) -> Stored:
        """Bring an immutable document into the store, unless it is there; a body that is not good is not kept.

        Args:
            url: an https address of sec.gov.
            expect: what the body must be.
            accepted_at: when its filing was accepted; what a young filing lacks is asked for again soon.
            refresh: ask also for what was found to be absent a short time ago.
        """
        address, expect = address_of(url, self._base), expected(url, expect)
        if self.documents.has(url):
            return self._stored(url)
        cache = self._session("cached", self._cached_session).cache
        session = self._session("plain", self._plain_session)
        with (
            self._asker.alone(url),
            self._asker.remembering_absence(cache, url, accepted_at=accepted_at, anew=refresh),
        ):
            if self.documents.has(url):
                return self._stored(url)
            return self._asker.run(lambda: self._download_once(session, url, address, expect), url)

    def archive(self, url: str) -> Stored:
        """Bring the newest version of a large ZIP archive that is rebuilt now and then into the store.

        An archive that has not changed costs one request without a body (`downloaded` is False). A transfer that broke,
        or whose process was killed, is continued. Readers of the old file keep it; one process fetches at a time.
        """
        address, path = address_of(url, self._base), self.documents.archive_path(url)
        session = self._session("archive", self._archive_session)
        with self._asker.alone_for_long(url), closing(PartialFile(path)) as part, self._asker.courses(url) as course:
            new = bring_archive(session, part, url=url, address=address, persistently=course)
            kept = part.finish() if new else part.finished()
        if kept is None:
            raise StorageError(f"{path} was changed by another program while it was checked; run again")
        return Stored(url, relative_path(url), kept.bytes, kept.sha256, kept.written_at, downloaded=new)

    def _stored(self, url: str) -> Stored:
        entry = self.documents.entry(relative_path(url))
        return Stored(url, entry.path, entry.bytes, entry.sha256, entry.written_at, downloaded=False)

    def _download_once(self, session: DocumentSession, url: str, address: str, expect: Expect) -> Stored:
        with self.documents.open_writer(url) as writer:
            session.fetch(address, url=url, expect=expect, sink=writer.write)
        _, at = self.documents.about(url)
        return Stored(url, relative_path(url), writer.bytes, writer.sha256, at, downloaded=True)

    @contextmanager
    def giving_up_together(self) -> Iterator[None]:
        """End the waits of all threads, with an `OutageError`, when the block fails or is interrupted.

        That is waiting for a turn, for the next try, and for somebody else who asks for the same thing.

        Without it whoever joins those threads would wait with them, as long as a ban lasts.
        """
        try:
            yield
        except BaseException:
            self._gate.abandon()
            raise

    def close(self) -> None:
        """Close all connections; the client can be used again and opens new ones."""
        self._close_connections()
        self._gate.flush()

    def _close_connections(self) -> None:
        with self._lock:
            sessions = list(self._sessions)
        for session in sessions:
            session.close()
        self._parts.adapter.close()
        self._local = threading.local()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        """Close all connections."""
        if kind is None:
            self.close()
        else:
            self._close_connections()

    def __reduce__(self) -> tuple[object, ...]:
        """Refuse to travel between processes: sockets and sessions cannot."""
        raise TypeError("an EdgarClient is not sent to other processes; build one there with EdgarClient.from_settings")

    def _session(self, name: str, build: Callable[[], _S]) -> _S:
        """Return this thread's session, built anew after a fork."""
        if getattr(self._local, "pid", None) != os.getpid():
            self._local.sessions, self._local.pid = {}, os.getpid()
            if self._pid != os.getpid():  # two processes must not talk over one inherited connection
                self._pid, self._parts = os.getpid(), self._new_parts()
        sessions = cast("dict[str, _S]", self._local.sessions)
        if name not in sessions:
            sessions[name] = build()
            with self._lock:
                self._sessions.add(sessions[name])
        return sessions[name]

    def _new_parts(self) -> Parts:
        settings = self._settings
        adapter = adapter_of(settings, self._gate, self._timing.head)
        return Parts(settings.source, self._gate, adapter, settings.user_agent, self._timing, self._auth)

    def _cached_session(self) -> EdgarSession:
        return EdgarSession(cache=cache_of(self._settings), parts=self._parts)

    def _plain_session(self) -> DocumentSession:
        return DocumentSession(parts=self._parts)

    def _archive_session(self) -> ArchiveSession:
        return ArchiveSession(parts=self._parts)


def _fetched(url: str, response: Response) -> Fetched:
    kept = isinstance(response, CachedResponse)
    at = response.created_at if kept else datetime.now(UTC)
    return Fetched(url=url, body=response.content, fetched_at=at, from_cache=kept)
