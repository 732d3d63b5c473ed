"""The request budget as sessions use it: `rules` over a store that all threads and processes share.

A gate belongs to one client and knows who asks (process, run, how urgent) and for which host; the store, a SQLite file
or a Redis server, knows the clock and lets one process at a time change the state. A place that cannot be used is an
error, never a licence to send without limit.

Sources without a server (sample, mirror) run through the same gate with a file of their own and a high local budget.
"""

import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Literal, TypeVar
from urllib.parse import urlsplit

from sec_assets.edgar.transport import process, rules
from sec_assets.edgar.transport.file_store import FileStore
from sec_assets.edgar.transport.rules import Budget, Permit, State, Ticket, Wait
from sec_assets.edgar.transport.store import BudgetStore, Change, Counts, Moment, Permitted, Sent

T = TypeVar("T")
Priority = Literal["interactive", "backfill"]
_TALLY_SECONDS = 1.0
_CONFIRMING_SECONDS = 0.003


def open_store(place: Path | str) -> BudgetStore:
    """Return the store at a file's path or an address `redis://…`; nothing is opened yet."""
    if isinstance(place, str) and place.startswith(("redis://", "rediss://")):
        from sec_assets.edgar.transport.redis_store import RedisStore  # loaded only where it is used

        return RedisStore(place)
    return FileStore(Path(place))


class Gate:
    """The shared budget at `place`; safe to use from any thread, and after a fork.

    Args:
        place: a file, or the address of a Redis server.
        budget: how much may be sent.
        priority: whether a person waits for these requests, or they belong to a backfill.
        label: whose requests these are, as the monitor shows it; the run, for instance.
    """

    def __init__(
        self, place: Path | str, budget: Budget, *, priority: Priority = "interactive", label: str = ""
    ) -> None:
        self.store = open_store(place)
        self.budget = budget
        self.priority: Priority = priority
        self.label = label
        self.generation = 0
        self._local = threading.local()
        self._lock = threading.Lock()
        self._ban_seen = State()
        self._ban_told = 0.0
        self._tally, self._tallied = Counts(), time.monotonic()

    def asking(self, url: str) -> None:
        """Note for the record which host this thread is about to ask."""
        self._local.host = urlsplit(url).hostname or ""

    def step(self, held: Ticket | None) -> Permit | tuple[Ticket | None, Wait]:
        """Go one step towards sending: a permit, or the ticket to keep and how long to wait before the next step."""
        verdict = self._update(lambda state, moment: self._step(state, moment, held))
        if isinstance(verdict, Permit):
            self._local.permit, self._local.reported = verdict, False
            self._local.not_before = time.monotonic() + verdict.early
        return verdict

    def _step(self, state: State, moment: Moment, held: Ticket | None) -> Change[Permit | tuple[Ticket | None, Wait]]:
        now = moment.now
        for key in rules.overdue(state, self.budget, now):
            rules.bury(state, now, key, alive=process.is_alive(key.partition("@")[2]))
        for _ in range(2):
            if held is None:
                given = rules.ticket(state, self.budget, now, urgent=self.priority == "interactive")
                if isinstance(given, Wait):
                    return Change(state, (None, given))
                held = given
            key = f"{uuid.uuid4().hex[:16]}@{process.identity()}"
            verdict = rules.depart(state, self.budget, now, held, key)
            if isinstance(verdict, Permit):
                host = getattr(self._local, "host", "")
                who = f"{process.described()} {self.label}".rstrip()
                return Change(state, verdict, Permitted(key, now, moment.wall, host, who, self.priority))
            if verdict is not None:
                return Change(state, (held, verdict))
            held = None
        return Change(state, (None, Wait(self.budget.gap)))

    @property
    def permit(self) -> Permit | None:
        """The permit this thread was given last."""
        return getattr(self._local, "permit", None)

    def sending(self) -> bool:
        """Confirm this thread's permit right before writing, and wait for its instant.

        False when it no longer counts: then nothing may be sent.
        """
        permit = self.permit
        if permit is None or self._local.reported:
            return False
        key = permit.key
        self._sleep_until(self._local.not_before - _CONFIRMING_SECONDS)
        valid = self._update(lambda state, moment: Change(state, rules.sending(state, self.budget, moment.now, key)))
        self._sleep_until(self._local.not_before)
        return valid

    @staticmethod
    def _sleep_until(instant: float) -> None:
        time.sleep(max(instant - time.monotonic(), 0.0))

    def sent(self) -> None:
        """Report that the request of this thread's permit is on the wire, or never will be; once per permit."""
        permit = self.permit
        if permit is None or self._local.reported:
            return
        key, departed = permit.key, permit.departed

        def report(state: State, moment: Moment) -> Change[None]:
            rules.sent(state, moment.now, key)
            return Change(state, None, Sent(key, departed, moment.now))

        self._update(report)
        self._local.reported = True

    def refused(self, seconds: float | None) -> float:
        """Stop everybody for `seconds` (the default pause if None); return the seconds until departures go on."""
        held = self.permit

        def stop(state: State, moment: Moment) -> Change[float]:
            permit = held or Permit("", moment.now, probe=False)
            return Change(state, rules.refused(state, self.budget, moment.now, moment.wall, permit, seconds))

        left = self._update(stop)
        self._mark("refused")
        return left

    def answered(self, outcome: str = "answered") -> None:
        """Report an ordinary answer, `outcome` for the record; a probe's ends the pause."""
        permit = self.permit
        if permit is None:
            return
        if permit.probe:

            def reopen(state: State, moment: Moment) -> Change[None]:
                rules.answered(state, self.budget, moment.now, permit)
                return Change(state, None)

            self._update(reopen)
        self._mark(outcome)

    def probe_lost(self) -> None:
        """Report a request that ended without a verdict; if it was a probe, another may go."""
        permit = self.permit
        if permit is None:
            return
        if permit.probe:

            def let_go(state: State, _: Moment) -> Change[None]:
                rules.probe_lost(state, permit)
                return Change(state, None)

            self._update(let_go)
        self._mark("failed")

    def count(self, *, hit: bool) -> None:
        """Count an answer from the HTTP cache, or one that was not there; written at most once a second."""
        with self._lock:
            tally = self._tally
            self._tally = replace(tally, hits=tally.hits + hit, misses=tally.misses + (not hit))
            due = time.monotonic() - self._tallied >= _TALLY_SECONDS
        if due:
            self.flush()

    def flush(self) -> None:
        """Write what was counted."""
        with self._lock:
            tally, self._tally, self._tallied = self._tally, Counts(), time.monotonic()
        if tally != Counts():
            self.store.count(tally)

    def abandon(self) -> None:
        """End all waits of this process at this gate that are going on now; later ones are not concerned."""
        self.generation += 1

    def first_told(self, wait: Wait) -> bool:
        """Tell whether nobody of this process has been told about the pause `wait` belongs to."""
        until = time.monotonic() + wait.seconds
        with self._lock:
            known = until <= self._ban_told + 1.0
            self._ban_told = max(self._ban_told, until)
        return not known

    def _mark(self, outcome: str) -> None:
        permit = self.permit
        if permit is not None:
            self.store.mark(permit.key, permit.departed, outcome)

    def _update(self, act: Callable[[State, Moment], Change[T]]) -> T:
        def change(known: State | None, moment: Moment) -> Change[T]:
            state = self._ban_seen if known is None else known
            state = rules.resume(state, self.budget, moment.now, moment.wall, moment.boot)
            changed = act(state, moment)
            state.stamp = moment.now
            self._ban_seen = State(
                epoch=state.epoch, strikes=state.strikes, banned_until_wall=state.banned_until_wall, boot="none"
            )
            return changed

        return self.store.update(change)
