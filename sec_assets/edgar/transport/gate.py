"""The request budget shared by all threads, processes and workers of one machine: `rules` over one SQLite row.

Every step is one exclusive transaction with the clock read inside it. The clock is CLOCK_MONOTONIC, the same for all
processes and deaf to changes of the wall clock; the end of a ban is kept in wall time too, to survive a reboot.
`synchronous=OFF`: after a power cut the row is worth nothing anyway. A file that was deleted or replaced is noticed
by its inode and reopened; one that cannot be read is an error, never a licence to send without limit.

Sources without a server (sample, mirror) run through the same gate with a file of their own and a high local budget.
"""

import json
import os
import sqlite3
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import cast

from sec_assets.edgar.transport import rules
from sec_assets.edgar.transport.rules import Budget, Permit, State, Ticket, Wait
from sec_assets.errors import StorageError
from sec_assets.storage.files import storage_errors

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_LOCK_SECONDS = 30.0
_ATTEMPTS = 5


class Gate:
    """The shared budget in `path`; safe to use from any thread, and after a fork."""

    def __init__(self, path: Path, budget: Budget) -> None:
        self.path = path
        self.budget = budget
        self._local = threading.local()
        self._boot = _BOOT_ID.read_text().strip() if _BOOT_ID.is_file() else "boot unknown"
        self._abandoned: list[sqlite3.Connection] = []
        self._ban_seen = State()

    def step(self, held: Ticket | None) -> Permit | tuple[Ticket | None, Wait]:
        """Go one step towards sending: a permit, or the ticket to keep and how long to wait before the next step."""
        with self._transaction() as (state, now):
            for _ in range(2):
                if held is None:
                    given = rules.ticket(state, self.budget, now)
                    if isinstance(given, Wait):
                        return None, given
                    held = given
                verdict = rules.depart(state, self.budget, now, held, uuid.uuid4().hex[:16])
                if isinstance(verdict, Permit):
                    self._local.permit = verdict
                    self._local.reported = False
                    return verdict
                if verdict is not None:
                    return held, verdict
                held = None
        return None, Wait(self.budget.gap)

    @property
    def permit(self) -> Permit | None:
        """The permit this thread was given last."""
        return getattr(self._local, "permit", None)

    def fresh(self) -> bool:
        """Tell whether this thread's permit still counts; an older one was given up as that of a dead process."""
        permit = self.permit
        return permit is not None and time.monotonic() - permit.departed < self.budget.orphan * 0.9

    def sent(self) -> None:
        """Report that the request of this thread's permit is on the wire, or never will be; once per permit."""
        permit = self.permit
        if permit is None or self._local.reported:
            return
        with self._transaction() as (state, now):
            rules.sent(state, now, permit.key)
        self._local.reported = True

    def refused(self, seconds: float | None) -> float:
        """Stop everybody for `seconds` (the default pause if None); return the seconds until departures go on."""
        with self._transaction() as (state, now):
            permit = self.permit or Permit("", now, probe=False)
            return rules.refused(state, self.budget, now, time.time(), permit, seconds)

    def answered(self) -> None:
        """Report an ordinary answer; only a probe's changes anything."""
        permit = self.permit
        if permit is not None and permit.probe:
            with self._transaction() as (state, now):
                rules.answered(state, self.budget, now, permit)

    def probe_lost(self) -> None:
        """Report that a probe ended without a verdict."""
        permit = self.permit
        if permit is not None and permit.probe:
            with self._transaction() as (state, _):
                rules.probe_lost(state, permit)

    @contextmanager
    def _transaction(self) -> Iterator[tuple[State, float]]:
        try:
            with storage_errors(self.path):
                connection = self._begin()
                try:
                    state = self._load(connection)
                    now = time.monotonic()
                    state = rules.resume(state, self.budget, now, time.time(), self._boot)
                    yield state, now
                    state.stamp = now
                    self._store(connection, state)
                    connection.execute("COMMIT")
                except BaseException:
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                    raise
        except (sqlite3.Error, ValueError, TypeError) as error:
            raise StorageError(
                f"the shared request budget {self.path} cannot be used ({error}); nothing is sent without it: stop all "
                "runs, delete the file, and run again (or name another local file in SEC_ASSETS_LIMITER)"
            ) from error

    def _load(self, connection: sqlite3.Connection) -> State:
        row = connection.execute("SELECT body FROM gate WHERE id = 1").fetchone()
        if row is None:
            return self._ban_seen
        loaded = json.loads(cast("str", row[0]))
        return State(**loaded)

    def _store(self, connection: sqlite3.Connection, state: State) -> None:
        connection.execute("INSERT OR REPLACE INTO gate (id, body) VALUES (1, ?)", (json.dumps(asdict(state)),))
        self._ban_seen = State(
            epoch=state.epoch, strikes=state.strikes, banned_until_wall=state.banned_until_wall, boot="none"
        )

    def _begin(self) -> sqlite3.Connection:
        """Return this thread's connection inside a transaction on the file that `path` names now."""
        for _ in range(_ATTEMPTS):
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
            if _identity(self.path) == self._local.identity:
                return connection
            connection.execute("ROLLBACK")
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
        connection = sqlite3.connect(path, timeout=_LOCK_SECONDS, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute("CREATE TABLE IF NOT EXISTS gate (id INTEGER PRIMARY KEY, body TEXT NOT NULL)")
        except sqlite3.Error as error:
            connection.close()
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return connection
