"""What a place for the shared budget must offer: one state, changed by one process at a time, and a record of permits.

`file_store` keeps it in a SQLite file for one machine, `redis_store` on a Redis server for several. A store knows
clocks, locks and bytes; what a state means is `rules`, who asks is `gate`, and how it is shown is `sec_assets.monitor`.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Generic, Protocol, TypeVar

from sec_assets.edgar.transport.rules import State

T = TypeVar("T")
RECORD_SECONDS = 3600.0
_FIELDS = tuple(one.name for one in fields(State))


@dataclass(frozen=True, slots=True)
class Moment:
    """The store's clock: `now` never jumps while `boot` stays the same; `wall` is seconds since 1970 UTC."""

    now: float
    wall: float
    boot: str


@dataclass(frozen=True, slots=True)
class Permitted:
    """One permit as recorded: when, for which host, to whom, how urgent; later when it was sent and what came of it."""

    key: str
    at: float
    wall: float
    host: str
    who: str
    priority: str
    sent_at: float | None = None
    outcome: str = "waiting"


@dataclass(frozen=True, slots=True)
class Sent:
    """The remark that the request of a permit is on the wire."""

    key: str
    departed: float
    at: float


@dataclass(frozen=True, slots=True)
class Change(Generic[T]):
    """What a step makes of the state, what it returns to its caller, and what is to be recorded with it."""

    state: State
    result: T
    note: Permitted | Sent | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How often the HTTP cache answered, and how often it did not."""

    hits: int = 0
    misses: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """A look at the budget: clock, state, the permits of the last hour (oldest first), and cache answers per minute."""

    moment: Moment
    state: State
    permits: tuple[Permitted, ...] = ()
    counts: Mapping[int, Counts] = field(default_factory=dict)


class BudgetStore(Protocol):
    """Where the shared budget lies. Every method raises `StorageError` when the place cannot be used."""

    name: str

    def update(self, change: Callable[[State | None, Moment], Change[T]]) -> T:
        """Apply `change` to the state (None when there is none) and return its result.

        No other process sees or changes the state in between. `change` may be called again when another was faster.
        """
        ...

    def mark(self, key: str, departed: float, outcome: str) -> None:
        """Record what came of a permit."""
        ...

    def count(self, counts: Counts) -> None:
        """Add to this minute's count of cache answers."""
        ...

    def read(self, seconds: float = RECORD_SECONDS) -> Reading | None:
        """Look without changing anything: permits of the last `seconds`; None when nothing has been asked yet."""
        ...


def packed(state: State) -> str:
    """Return the state as text."""
    return json.dumps({name: getattr(state, name) for name in _FIELDS})  # asdict copies each number: ten times slower


def unpacked(text: str) -> State:
    """Return the state from its text.

    Raises:
        ValueError, TypeError: not the text of a state.
    """
    return State(**json.loads(text))
