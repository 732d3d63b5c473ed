"""The shared budget in a SQLite file: all threads and processes of one machine.

Every change is one exclusive transaction with the clock read inside it. The clock is CLOCK_MONOTONIC, the same for all
processes and deaf to changes of the wall clock; the end of a ban is kept in wall time too, to survive a reboot.
`synchronous=OFF`: after a power cut the state is worth nothing anyway. A file that was deleted or replaced is noticed
by its inode and reopened; one that cannot be read is an error, never a licence to send without limit.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar, cast

from sec_assets.edgar.transport.process import boot_id
from sec_assets.edgar.transport.rules import State
from sec_assets.edgar.transport.store import (
    RECORD_SECONDS,
    Change,
    Counts,
    Moment,
    Permitted,
    Reading,
    Sent,
    packed,
    unpacked,
)
from sec_assets.errors import StorageError
from sec_assets.storage.files import storage_errors

T = TypeVar("T")
_LOCK_SECONDS = 30.0
_LOCK_POLL_SECONDS = 1.0
_ATTEMPTS = 5
_MOST_PERMITS = 36_000
_PRUNE_SECONDS = 30.0
_TABLES = (
    "CREATE TABLE IF NOT EXISTS gate (id INTEGER PRIMARY KEY, body TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS permits (at REAL, key TEXT, wall REAL, host TEXT, who TEXT, priority TEXT, sent_at REAL,"
    " outcome TEXT, PRIMARY KEY (at, key)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS counts (minute INTEGER PRIMARY KEY, hits INTEGER NOT NULL, misses INTEGER NOT NULL)",
)
_ADD = "INSERT INTO permits (at, key, wall, host, who, priority, outcome) VALUES (?, ?, ?, ?, ?, ?, ?)"
_COUNT = (
    "INSERT INTO counts VALUES (?, ?, ?) ON CONFLICT (minute) DO UPDATE"
    " SET hits = hits + excluded.hits, misses = misses + excluded.misses"
)


class FileStore:
    """A `BudgetStore` in the file `path`; safe to use from any thread, and after a fork."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = str(path)
        self._local = threading.local()
        self._boot = boot_id()
        self._abandoned: list[sqlite3.Connection] = []
        self._pruned = float("-inf")

    def update(self, change: Callable[[State | None, Moment], Change[T]]) -> T:
        """Apply `change` in one transaction; see `BudgetStore`."""
        with self._transaction() as connection:
            row = connection.execute("SELECT body FROM gate WHERE id = 1").fetchone()
            known = None if row is None else unpacked(cast("str", row[0]))
            moment = Moment(time.monotonic(), time.time(), self._boot)
            if known is not None and known.boot != self._boot:
                connection.execute("DELETE FROM permits")  # their clock began anew
            changed = change(known, moment)
            connection.execute("INSERT OR REPLACE INTO gate (id, body) VALUES (1, ?)", (packed(changed.state),))
            if changed.note is not None:
                _record(connection, changed.note)
                self._prune(connection, moment)
        return changed.result

    def mark(self, key: str, departed: float, outcome: str) -> None:
        """Record what came of a permit."""
        with self._transaction() as connection:
            connection.execute("UPDATE permits SET outcome = ? WHERE at = ? AND key = ?", (outcome, departed, key))

    def count(self, counts: Counts) -> None:
        """Add to this minute's count of cache answers."""
        with self._transaction() as connection:
            connection.execute(_COUNT, (int(time.time() // 60), counts.hits, counts.misses))

    def read(self, seconds: float = RECORD_SECONDS) -> Reading | None:
        """Look at the file without creating or changing anything; see `BudgetStore`."""
        if not self.path.is_file():
            return None
        with self._errors(), closing(_open_to_read(self.path)) as connection:
            connection.execute("BEGIN")
            row = connection.execute("SELECT body FROM gate WHERE id = 1").fetchone()
            if row is None:
                return None
            moment = Moment(time.monotonic(), time.time(), self._boot)
            columns = "key, at, wall, host, who, priority, sent_at, outcome"
            found = connection.execute(
                f"SELECT {columns} FROM permits WHERE at > ? ORDER BY at",  # noqa: S608 - no outside text
                (moment.now - seconds,),
            )
            permits = tuple(Permitted(*values) for values in found)
            since = int((moment.wall - RECORD_SECONDS) // 60)
            counts = connection.execute("SELECT minute, hits, misses FROM counts WHERE minute > ?", (since,))
            return Reading(moment, unpacked(row[0]), permits, {minute: Counts(*both) for minute, *both in counts})

    def _prune(self, connection: sqlite3.Connection, moment: Moment) -> None:
        """Forget what is older than an hour, and of a source without limits all but the newest permits."""
        if moment.now - self._pruned < _PRUNE_SECONDS:
            return
        self._pruned = moment.now
        connection.execute("DELETE FROM permits WHERE at < ?", (moment.now - RECORD_SECONDS,))
        connection.execute(
            "DELETE FROM permits WHERE at < (SELECT at FROM permits ORDER BY at DESC LIMIT 1 OFFSET ?)",
            (_MOST_PERMITS,),
        )
        connection.execute("DELETE FROM counts WHERE minute < ?", (int((moment.wall - RECORD_SECONDS) // 60),))

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._errors():
            connection = self._begin()
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            with storage_errors(self.path):
                yield
        except (sqlite3.Error, ValueError, TypeError) as error:
            held = "locked" in str(error)
            remedy = (
                "a process that holds it is stopped: let it go on, or end it"
                if held
                else "stop all runs, delete the file, and run again (or name another local file in SEC_ASSETS_LIMITER)"
            )
            raise StorageError(
                f"the shared request budget {self.path} cannot be used ({error}); nothing is sent without it: {remedy}"
            ) from error

    def _begin(self) -> sqlite3.Connection:
        """Return this thread's connection inside a transaction on the file that `path` names now."""
        deadline = time.monotonic() + _LOCK_SECONDS
        replaced = 0
        while replaced < _ATTEMPTS:
            connection = self._connection()
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
                continue  # the wait for the lock is cut into pieces, so that an interrupt gets through
            if _identity(self.path) == self._local.identity:
                return connection
            connection.execute("ROLLBACK")
            replaced += 1
        raise sqlite3.OperationalError("the file is being replaced again and again")

    def _connection(self) -> sqlite3.Connection:
        local = self._local
        connection = cast("sqlite3.Connection | None", getattr(local, "connection", None))
        if connection is not None and local.pid != os.getpid():
            self._abandoned.append(connection)  # closing it here would release the parent's locks
            connection = None
        if connection is not None and local.identity != _identity(self.path):
            connection.close()
            connection = None
        if connection is None:
            connection = _open(self.path)
            local.connection, local.pid, local.identity = connection, os.getpid(), _identity(self.path)
        return connection


def _record(connection: sqlite3.Connection, note: Permitted | Sent) -> None:
    if isinstance(note, Sent):
        connection.execute(
            "UPDATE permits SET sent_at = ?, outcome = 'sent' WHERE at = ? AND key = ?",
            (note.at, note.departed, note.key),
        )
        return
    connection.execute(_ADD, (note.at, note.key, note.wall, note.host, note.who, note.priority, note.outcome))


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = os.stat(path)  # noqa: PTH116 - twice in each transaction, and Path.stat is three times as slow
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino


def _open(path: Path) -> sqlite3.Connection:
    """Open or create the file; several processes may do so at once, and setting WAL does not wait for a lock."""
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + _LOCK_SECONDS
    while True:
        connection = sqlite3.connect(path, timeout=_LOCK_POLL_SECONDS, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=OFF")
            for table in _TABLES:
                connection.execute(table)
        except sqlite3.Error as error:
            connection.close()
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return connection


def _open_to_read(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5.0, isolation_level=None)
