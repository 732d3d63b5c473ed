"""The HTTP cache in one SQLite file for all processes of a machine, bounded in size.

The library waits for ever when the file is locked, full or read-only, and drops failed writes; here these are errors.
What was used least recently goes first; the freed pages are given back bit by bit, without rewriting the file. What is
fresh is decided in `cache`.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, cast

from requests_cache.backends.sqlite import SQLiteDict

from sec_assets.edgar.transport.cache_format import json_serializer, read_entry
from sec_assets.errors import StorageError

_LOCK_SECONDS = 30.0
_USE_SECONDS = 600.0
_KEPT_AFTER_EVICTION = 0.9
_OPTIONS: dict[str, Any] = {"wal": True, "busy_timeout": 1000}
_TABLES = (
    "CREATE TABLE IF NOT EXISTS absent (url TEXT PRIMARY KEY, until REAL NOT NULL, sentence TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS uses (key TEXT PRIMARY KEY, size INTEGER NOT NULL, used_at REAL NOT NULL)",
)


class SqlitePlace:
    """The file `path`, holding at most `limit` bytes of entries.

    Raises:
        StorageError: the file cannot be read or written.
    """

    def __init__(self, path: Path, limit: int) -> None:
        self._path = path
        with self.errors():
            _create(path)
            self.responses = _Answers(path, limit)
            self.redirects = _Rows(path, table_name="redirects", serializer=None, **_OPTIONS)

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turn failures of the file into a `StorageError`."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise StorageError(
                f"the HTTP cache {self._path} cannot be used ({error}); free space or make it writable, "
                "or delete the file: it only saves repeated requests"
            ) from error

    def absent(self, url: str) -> str | None:
        """Return what was noted of an address, unless that is over."""
        with self.errors(), self.responses.connection() as connection:
            query = "SELECT sentence FROM absent WHERE url = ? AND until > ?"
            row = connection.execute(query, (url, time.time())).fetchone()
        return row and row[0]

    def note_absent(self, url: str, sentence: str, seconds: float) -> None:
        """Note for some time that there is no such thing; what is over is removed."""
        now = time.time()
        with self.errors(), self.responses.connection(commit=True) as connection:
            connection.execute("DELETE FROM absent WHERE until < ?", (now,))
            connection.execute("INSERT OR REPLACE INTO absent VALUES (?, ?, ?)", (url, now + seconds, sentence))

    def forget_absent(self, url: str) -> None:
        """Forget what was noted."""
        if self.absent(url) is not None:
            with self.errors(), self.responses.connection(commit=True) as connection:
                connection.execute("DELETE FROM absent WHERE url = ?", (url,))


class _Rows(SQLiteDict):
    """The library's table with a bounded wait for the lock, and with write errors that are seen."""

    def deserialize(self, key: str, value: Any) -> Any:
        """Return the entry, or None when it is damaged: it is then fetched again."""
        return read_entry(self, str(self.db_path), key, value)

    @contextmanager
    def _acquire_sqlite_lock(self) -> Iterator[None]:
        with self._lock, self.connection() as connection:
            _begin(connection, "BEGIN IMMEDIATE")
            self._active_transaction = True
            try:
                yield
                connection.commit()
            except BaseException:
                connection.rollback()
                raise
            finally:
                self._active_transaction = False


class _Answers(_Rows):
    """The answers, and beside them how large each is and when it was used."""

    def __init__(self, path: Path, limit: int) -> None:
        self._limit = limit
        super().__init__(path, table_name="responses", serializer=json_serializer(), **_OPTIONS)

    def __getitem__(self, key: str) -> Any:
        value = super().__getitem__(key)
        self._note_use(key)
        return value

    def _note_use(self, key: str) -> None:
        now = time.time()
        with self.connection() as connection:
            row = connection.execute("SELECT used_at FROM uses WHERE key = ?", (key,)).fetchone()
            if row is not None and row[0] < now - _USE_SECONDS:
                with suppress(sqlite3.OperationalError):  # locked or read-only: a use less known does no harm
                    connection.execute("UPDATE uses SET used_at = ? WHERE key = ?", (now, key))

    def _write(self, key: str, value: Any) -> None:
        packed = cast("str", self.serialize(value))
        with self.connection(commit=True) as connection:
            connection.execute("INSERT OR REPLACE INTO responses (key, value) VALUES (?, ?)", (key, packed))
            connection.execute("INSERT OR REPLACE INTO uses VALUES (?, ?, ?)", (key, len(packed), time.time()))
            evicted = self._evict(connection)
        if evicted:
            with self.connection() as connection:
                connection.executescript("PRAGMA incremental_vacuum")  # `execute` would free a single page

    def _evict(self, connection: sqlite3.Connection) -> bool:
        total = connection.execute("SELECT sum(size) FROM uses").fetchone()[0] or 0
        if total <= self._limit:
            return False
        oldest: list[tuple[str]] = []
        for key, size in connection.execute("SELECT key, size FROM uses ORDER BY used_at, key"):
            if total <= self._limit * _KEPT_AFTER_EVICTION:
                break
            oldest.append((key,))
            total -= size
        connection.executemany("DELETE FROM responses WHERE key = ?", oldest)
        connection.executemany("DELETE FROM uses WHERE key = ?", oldest)
        connection.execute("DELETE FROM redirects WHERE value NOT IN (SELECT key FROM responses)")
        return True


def _create(path: Path) -> None:
    """Create what the library's tables need beside them; giving pages back must be chosen before the first table.

    So must WAL: the library sets it without waiting for a lock, which fails unless whoever sees the tables finds it set.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=_LOCK_SECONDS, isolation_level=None)
    try:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        _begin(connection, "PRAGMA journal_mode = WAL")
        known = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if {"absent", "uses"} <= known:
            return
        for statement in _TABLES:
            _begin(connection, statement)
        if "responses" in known:
            connection.execute("INSERT OR IGNORE INTO uses SELECT key, length(value), 0 FROM responses")
    finally:
        connection.close()


def _begin(connection: sqlite3.Connection, statement: str) -> None:
    """Execute a statement that needs the lock, waiting a bounded time for it."""
    deadline = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            connection.execute(statement)
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return
