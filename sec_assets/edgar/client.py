"""What the rest of the project calls to get something from EDGAR, whichever source is set.

`get` is for small documents that change and goes through the HTTP cache; `download` is for documents that never change
and goes to the document store, so that nothing is fetched twice in the life of the store; `archive` is for the large ZIP
files that are rebuilt every night. Addresses come from
`edgar.urls`; how requests travel is `edgar.transport`; what the bodies mean is parsed elsewhere in `edgar`.
"""

import json
import os
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Self, TypeVar, cast
from urllib.parse import unquote, urlsplit

from requests.adapters import BaseAdapter

from sec_assets.edgar.transport.adapters import MirrorAdapter, SampleAdapter
from sec_assets.edgar.transport.archive import ArchiveSession, bring_archive
from sec_assets.edgar.transport.cache import HttpCache
from sec_assets.edgar.transport.classify import Expect
from sec_assets.edgar.transport.freshness import max_age
from sec_assets.edgar.transport.gate import Gate
from sec_assets.edgar.transport.live import GateAdapter
from sec_assets.edgar.transport.retry import LIVE, LOCAL, Persistence, persistently
from sec_assets.edgar.transport.rules import Budget
from sec_assets.edgar.transport.session import DocumentSession, EdgarSession, Parts, Timing
from sec_assets.errors import InputError, MalformedError, SettingError, StorageError, UnreachableError
from sec_assets.settings import Settings
from sec_assets.storage.documents import DocumentStore, relative_path
from sec_assets.storage.locks import locked
from sec_assets.storage.partial import PartialFile

__all__ = ["EdgarClient", "Expect", "Fetched", "Stored"]

_S = TypeVar("_S", bound=DocumentSession)
_T = TypeVar("_T")
_ARCHIVE_PATIENCE_SECONDS = 6 * 3600.0


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
    ) -> None:
        self._settings = settings
        self._persistence = persistence or (LIVE if settings.source == "live" else LOCAL)
        self._gate = Gate(limiter_file_of(settings), budget or budget_of(settings))
        self._timing = timing or Timing()
        self.documents = DocumentStore(settings.documents)
        self._base, self._auth = gateway_of(settings)
        self._pid, self._parts = os.getpid(), self._new_parts()
        self._lock = threading.Lock()
        self._local = threading.local()
        self._sessions: weakref.WeakSet[DocumentSession] = weakref.WeakSet()

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Return a client for the source that is set; nothing is opened before the first request."""
        return cls(settings)

    def get(self, url: str, *, expect: Expect = "any", refresh: bool = False) -> Fetched:
        """Return a small document, from the cache while it is fresh there.

        Args:
            url: an https address of sec.gov.
            expect: what the body must be; a page in place of data is an error, not a result.
            refresh: ask the source even if a fresh copy is in the cache.
        """
        address, expect = self._address(url), _expected(url, expect)
        session = self._session("cached", self._cached_session)
        response = self._persistently(
            lambda: session.fetch(address, url=url, expect=expect, force_refresh=refresh), url
        )
        kept = bool(getattr(response, "from_cache", False))
        at = cast("datetime", response.created_at) if kept else datetime.now(UTC)  # pyright: ignore[reportAttributeAccessIssue]
        return Fetched(url=url, body=response.content, fetched_at=at, from_cache=kept)

    def get_json(self, url: str) -> Any:
        """Return the parsed JSON of a small document; see `get`."""
        try:
            return json.loads(self.get(url, expect="json").body)
        except ValueError as error:
            raise MalformedError(f"{url}: the JSON cannot be parsed ({error})") from error

    def download(self, url: str, *, expect: Expect = "any") -> Stored:
        """Bring an immutable document into the store, unless it is there; a body that is not good is not kept."""
        address, expect = self._address(url), _expected(url, expect)
        if self.documents.has(url):
            entry = self.documents.entry(relative_path(url))
            return Stored(url, entry.path, entry.bytes, entry.sha256, entry.written_at, downloaded=False)
        session = self._session("plain", self._plain_session)
        return self._persistently(lambda: self._download_once(session, url, address, expect), url)

    def archive(self, url: str) -> Stored:
        """Bring the newest version of a large ZIP archive that is rebuilt now and then into the store.

        An archive that has not changed costs one request without a body (`downloaded` is False). A transfer that broke,
        or whose process was killed, is continued. Readers of the old file keep it; one process fetches at a time.
        """
        address, path = self._address(url), self.documents.path_of(url)
        with locked(self._settings.state / "locks", url, _ARCHIVE_PATIENCE_SECONDS, own=True) as alone:
            if not alone:
                raise UnreachableError(f"{url} has been fetched by another process for very long; stop that one first")
            part, session = PartialFile(path), self._session("archive", self._archive_session)
            try:
                new = bring_archive(session, part, url=url, address=address, persistently=self._persistently)
                kept = part.finish() if new else part.finished()
            finally:
                part.close()
        if kept is None:
            raise StorageError(f"{path} was changed by another program while it was checked; run again")
        return Stored(url, relative_path(url), kept.bytes, kept.sha256, kept.written_at, downloaded=new)

    def _persistently(self, attempt: Callable[[], _T], url: str) -> _T:
        return persistently(attempt, url, self._persistence, by_way_of=self._base or "")

    def _download_once(self, session: DocumentSession, url: str, address: str, expect: Expect) -> Stored:
        with self.documents.open_writer(url) as writer:
            session.fetch(address, url=url, expect=expect, sink=writer.write)
        at = datetime.fromtimestamp(self.documents.path_of(url).stat().st_mtime, UTC)
        return Stored(url, relative_path(url), writer.bytes, writer.sha256, at, downloaded=True)

    def close(self) -> None:
        """Close all connections; the client can be used again and opens new ones."""
        with self._lock:
            sessions = list(self._sessions)
        for session in sessions:
            session.close()
        self._parts.adapter.close()
        self._local = threading.local()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close all connections."""
        self.close()

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
        adapter = _adapter_of(settings, self._gate)
        return Parts(settings.source, self._gate, adapter, settings.user_agent, self._timing, self._auth)

    def _cached_session(self) -> EdgarSession:
        settings = self._settings
        freshness = partial(max_age, source=settings.source, submissions_hours=settings.submissions_max_age_hours)
        cache = HttpCache(settings.state / "http_cache.sqlite", freshness)
        return EdgarSession(cache=cache, parts=self._parts)

    def _plain_session(self) -> DocumentSession:
        return DocumentSession(parts=self._parts)

    def _archive_session(self) -> ArchiveSession:
        return ArchiveSession(parts=self._parts)

    def _address(self, url: str) -> str:
        """Return where to send the request for an EDGAR address."""
        relative_path(url.partition("?")[0])
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme != "https" or not (host == "sec.gov" or host.endswith(".sec.gov")) or parts.fragment:
            raise InputError(f"{url!r} is not an address of EDGAR: expected https://www.sec.gov/… or data.sec.gov")
        return f"{self._base}/{url.partition('://')[2]}" if self._base else url


def _expected(url: str, expect: Expect) -> Expect:
    return "json" if expect == "any" and urlsplit(url).path.endswith(".json") else expect


def budget_of(settings: Settings) -> Budget:
    """Return the request budget: the real one for live (also through SEC_ASSETS_EDGAR_BASE), else a high local one.

    Behind sample and mirror there is nobody to be polite to; they pass the same gate so that one path is tested, with a
    state file of their own so that they never slow live requests down.
    """
    return Budget.per_second(settings.requests_per_second) if settings.source == "live" else Budget.local()


def limiter_file_of(settings: Settings) -> Path:
    """Return the file of the budget; sample and mirror never share one with live, even where a setting names the file."""
    path = Path(settings.limiter)
    shared = settings.source != "live" and not path.stem.endswith(settings.source)
    return path.with_name(f"{path.stem}-{settings.source}{path.suffix}") if shared else path


def gateway_of(settings: Settings) -> tuple[str | None, tuple[str, str] | None]:
    """Return the address before HOST/PATH, if any, and its user and password, which must not be shown or cached."""
    if settings.source != "live" or settings.edgar_base is None:
        return None, None
    parts = urlsplit(settings.edgar_base)
    base = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}".rstrip("/")
    return base, (unquote(parts.username), unquote(parts.password or "")) if parts.username else None


def _adapter_of(settings: Settings, gate: Gate) -> BaseAdapter:
    if settings.source == "live":
        return GateAdapter(gate, settings.download_workers)
    if settings.source == "sample":
        return SampleAdapter(gate)
    if settings.mirror is None:
        raise SettingError(
            "SEC_ASSETS_MIRROR is not set: SEC_ASSETS_SOURCE=mirror needs a folder laid out as HOST/PATH"
        )
    return MirrorAdapter(gate, settings.mirror)
