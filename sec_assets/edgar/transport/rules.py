"""The rules of the request budget as pure functions over one small state; no clock, no file, no thread.

A request takes four steps: `ticket` gives the next slot of a paced queue, `depart` admits it when fewer than `limit`
others were *sent* within the window, `sending` confirms the permit right before its bytes are written, `sent` says that
they are on the wire. Because the window runs from the sending of one request to the permit of a later one, a slow or
stopped process can only lower the rate. A refusal (`refused`) stops all departures; after the pause one probe goes
first, and `answered` reopens. What a person waits for (`urgent`) goes before backfills, which keep one slot in four.
The state lies in a `store`; all times are seconds of its clock, but for the wall time of a ban's end.
"""

from dataclasses import dataclass, field

_KEEP_SECONDS = 15.0
_PROBE_POLL_SECONDS = 0.25
_SHORTEST_WAIT_SECONDS = 0.001
_LEAD_SECONDS = 0.02
_SENDING_SECONDS = 0.0015  # from a slot to the report that the request is sent, on a quiet machine
_FULL_RATE = 9.0
_URGENT_OF_FOUR = 3
_UNKNOWN_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Budget:
    """How much may be sent: at most `limit` requests in any `window` seconds, `gap` seconds between slots.

    A permit is given up to `lead` seconds before its instant, so that the way from there to the socket costs no rate.
    """

    limit: int
    window: float
    gap: float
    orphan: float = 5.0
    pause: float = 610.0
    longest_pause: float = 3600.0
    probe_seconds: float = 180.0
    lead: float = 0.0

    @classmethod
    def per_second(cls, rate: float, *, pause: float = 610.0) -> "Budget":
        """Return the budget for `rate` requests a second with a margin for the jitter of the line.

        The margin is 2 % of the window, and 0.5 % above 9 a second: 10 a second is 10 in any 1.005 s.
        A rate below 1 keeps one request in a longer window. The slots are as far apart as the window lets requests
        follow each other, so that the queue stays in order: with shorter ones all would end up waiting for the window.
        """
        limit = max(1, int(rate))
        window = limit / rate * (1.005 if rate > _FULL_RATE else 1.02)
        return cls(limit=limit, window=window, gap=(window + _SENDING_SECONDS) / limit, pause=pause, lead=_LEAD_SECONDS)

    @classmethod
    def local(cls) -> "Budget":
        """Return the budget of a source without a server behind it: 5,000 a second, in slots of 0.2 ms."""
        return cls(limit=50, window=0.01, gap=0.0002)


@dataclass(slots=True)
class State:
    """What all processes share.

    `flying` maps a permit to its departure until its bytes are about to be written, `writing` from then until it is
    reported as sent. Slots of backfills lie on a clock of their own that stands still while urgent requests go first:
    `shift` seconds behind. `urgent_run` counts the urgent slots since a backfill had its turn. No slot is before `opens`.
    """

    boot: str = ""
    stamp: float = 0.0
    opens: float = 0.0
    next_slot: float = 0.0
    shift: float = 0.0
    next_urgent: float = 0.0
    urgent_run: int = 0
    last_departure: float = float("-inf")
    sent: list[float] = field(default_factory=list)
    flying: dict[str, float] = field(default_factory=dict)
    writing: dict[str, float] = field(default_factory=dict)
    epoch: int = 0
    strikes: int = 0
    banned_until: float = 0.0
    banned_until_wall: float = 0.0
    probe: str | None = None
    probe_since: float = 0.0


@dataclass(frozen=True, slots=True)
class Ticket:
    """A place in the queue; void once the epoch of the state has moved on (a pause began or ended).

    The slot of one that is not urgent is on the clock of backfills.
    """

    slot: float
    epoch: int
    urgent: bool = True


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave to send one request, no sooner than `early` seconds after it was given at `departed`.

    `probe` marks the single one that tests whether a pause is over.
    """

    key: str
    departed: float
    probe: bool
    early: float = 0.0


@dataclass(frozen=True, slots=True)
class Wait:
    """Not now: ask again in `seconds`. `banned` tells that the source asked for the pause."""

    seconds: float
    banned: bool = False


def ticket(state: State, budget: Budget, now: float, *, urgent: bool = True) -> Ticket | Wait:
    """Give the next slot, or a wait while a pause lasts (so that no tickets pile up)."""
    if state.banned_until > now:
        return Wait(state.banned_until - now, banned=True)
    slot = _urgent_slot(state, budget, now) if urgent else _backfill_slot(state, budget, now)
    return Ticket(slot, state.epoch, urgent)


def _urgent_slot(state: State, budget: Budget, now: float) -> float:
    """Go before all waiting backfills and move them back by one slot, but leave them every fourth."""
    slot = max(now, state.opens, state.next_urgent)
    state.next_urgent = slot + budget.gap
    if state.next_slot + state.shift <= now:  # no backfill waits
        state.urgent_run = 0
        return slot
    state.shift += budget.gap
    state.urgent_run += 1
    if state.urgent_run >= _URGENT_OF_FOUR:
        state.next_urgent += budget.gap
        state.urgent_run = 0
    return slot


def _backfill_slot(state: State, budget: Budget, now: float) -> float:
    """Queue behind the other backfills and behind the urgent requests that wait already, but not behind many."""
    urgent = min(state.next_urgent, now + _URGENT_OF_FOUR * budget.gap)
    slot = max(now, state.opens, state.next_slot + state.shift, urgent) - state.shift
    state.next_slot = slot + budget.gap
    return slot


def depart(state: State, budget: Budget, now: float, held: Ticket, key: str) -> Permit | Wait | None:
    """Admit the holder of a ticket, let it wait, or return None when the ticket is void and a new one is needed."""
    if held.epoch != state.epoch:
        return None
    if state.banned_until > now:
        return Wait(state.banned_until - now, banned=True)
    _forget(state, budget, now)
    due = held.slot if held.urgent else held.slot + state.shift
    opening = _window_wait(state, budget, now)
    if opening is None:
        return Wait(_SHORTEST_WAIT_SECONDS * 10)
    early = max(due - now, state.last_departure + budget.gap / 2 - now, opening)
    if early > budget.lead:
        return Wait(max(early - budget.lead, _SHORTEST_WAIT_SECONDS / 10))
    probe = state.strikes > 0
    if probe:
        if state.probe is not None and now - state.probe_since < budget.probe_seconds:
            return Wait(_PROBE_POLL_SECONDS, banned=True)
        state.probe, state.probe_since = key, now
    state.flying[key] = now
    state.last_departure = now + max(early, 0.0)
    return Permit(key, now, probe, max(early, 0.0))


def _window_wait(state: State, budget: Budget, now: float) -> float | None:
    """Return how long until fewer than `limit` requests count, 0 when that is so already, None when nobody knows yet."""
    recent = sorted(at for at in state.sent if at > now - budget.window)
    surplus = len(recent) + len(state.flying) + len(state.writing) - budget.limit + 1
    if surplus <= 0:
        return 0.0
    if surplus > len(recent):
        return None
    return max(recent[surplus - 1] + budget.window - now, _SHORTEST_WAIT_SECONDS)


def _forget(state: State, budget: Budget, now: float) -> None:
    """Drop what no longer counts: old sendings, and departures whose process was killed before it reported."""
    keep = max(_KEEP_SECONDS, budget.window) if budget.gap > _SHORTEST_WAIT_SECONDS else budget.window
    state.sent = [at for at in state.sent if at > now - keep]
    state.flying = {key: at for key, at in state.flying.items() if now - at < budget.orphan}


def sending(state: State, budget: Budget, now: float, key: str) -> bool:
    """Confirm a permit right before its bytes are written; False when it no longer counts and must not be used.

    That is so when its process was stopped or its connection slow for so long that it was taken for dead, when the
    state was lost meanwhile, and when a pause began.
    """
    departed = state.flying.pop(key, None)
    if departed is None or now - departed >= budget.orphan or state.banned_until > now:
        return False
    state.writing[key] = now
    return True


def overdue(state: State, budget: Budget, now: float) -> list[str]:
    """Return the permits that were to be written at once and are not yet reported as sent."""
    return [key for key, at in state.writing.items() if now - at >= budget.orphan]


def bury(state: State, now: float, key: str, *, alive: bool | None) -> None:
    """Forget an overdue permit if its process is dead; one that is only stopped sends when it wakes, and counts.

    Where nobody can tell (None: a process of another machine), it counts for a minute.
    """
    if alive is False or (alive is None and now - state.writing.get(key, now) >= _UNKNOWN_SECONDS):
        state.writing.pop(key, None)


def sent(state: State, now: float, key: str) -> None:
    """Count a request as sent at `now` (also one whose connection failed: counting too much is safe)."""
    state.flying.pop(key, None)
    state.writing.pop(key, None)
    state.sent.append(now)


def refused(state: State, budget: Budget, now: float, wall: float, permit: Permit, seconds: float | None) -> float:
    """Begin or prolong the pause after a refusal and return the seconds until its end.

    A refused probe doubles the pause. Answers to requests that were already under way when the pause began do not.
    """
    if permit.probe and state.probe == permit.key:
        state.strikes += 1
        state.probe = None
    else:
        state.strikes = max(state.strikes, 1)
    base = max(seconds if seconds is not None else budget.pause, 1.0)
    pause = min(base * 2 ** (state.strikes - 1), budget.longest_pause)
    state.banned_until = max(state.banned_until, now + pause)
    state.banned_until_wall = wall + state.banned_until - now
    state.epoch += 1
    return state.banned_until - now


def answered(state: State, budget: Budget, now: float, permit: Permit) -> None:
    """End the pause: the probe got an ordinary answer. Everybody takes a new ticket, so that nobody bursts."""
    if state.probe != permit.key:
        return
    state.probe = None
    state.strikes = 0
    state.banned_until = state.banned_until_wall = 0.0
    state.epoch += 1
    state.opens = now + budget.gap
    state.next_slot = state.next_urgent = state.shift = 0.0


def probe_lost(state: State, permit: Permit) -> None:
    """Let another request probe: this one ended without a verdict (no connection, 5xx)."""
    if state.probe == permit.key:
        state.probe = None


def resume(state: State, budget: Budget, now: float, wall: float, boot: str) -> State:
    """Return the state as it holds now: unchanged on the same boot, else only the ban, moved to the new clock.

    A new or forgotten state begins one window late, because nobody knows what was sent just before.
    """
    if state.boot == boot and state.stamp <= now:
        return state
    left = min(max(state.banned_until_wall - wall, 0.0), budget.longest_pause)
    return State(
        boot=boot,
        opens=now + budget.window,
        last_departure=now,
        epoch=state.epoch + 1,
        strikes=state.strikes,
        banned_until=now + left if left else 0.0,
        banned_until_wall=state.banned_until_wall if left else 0.0,
    )
