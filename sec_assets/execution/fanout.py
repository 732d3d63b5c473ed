"""Fan-out within a step: one function over many items, on the cluster when there is one, else on local processes.

For CPU work only; network work is bounded by the request budget, not by cores. Results come back small: a function
that makes much data writes it itself and returns counts. Where items run is in `lanes_local` and `lanes_dask`.
"""

import itertools
import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, Literal, Protocol, Self, TypeVar

from sec_assets.execution.items import Ended, Result, pack_item, run_item, unpack_result
from sec_assets.execution.lanes_local import LocalLanes

Item = TypeVar("Item")
Value = TypeVar("Value")
Lane = Literal["CPU", "MODEL"]

_INLINE_SECONDS = 1.0
_TICK_SECONDS = 0.5


@dataclass(frozen=True)
class Outcome(Generic[Value]):
    """What became of the item at `index` of the input: its `value`, or the `error` that concerns it alone."""

    index: int
    value: Value | None
    error: str | None


class Lanes(Protocol):
    """Something that computes items elsewhere."""

    @property
    def width(self) -> int:
        """Items in flight that keep it busy."""
        ...

    def submit(self, ticket: int, payload: bytes) -> None:
        """Send one item."""
        ...

    def collect(self, seconds: float) -> list[Ended]:
        """Items that ended, waiting up to `seconds` for the first."""
        ...

    def give_up(self) -> None:
        """Stop caring for what is under way."""
        ...


class FanOut:
    """Spreads items over processes; keeps its local processes between maps until it is closed.

    Args:
        processes: local processes outside Dask; default: one per core.
        patience: seconds in which at least one item has to finish; after them everything under way is given up.
    """

    def __init__(self, *, processes: int | None = None, patience: float = 600.0):
        self._processes = processes or os.cpu_count() or 1
        self._patience = patience
        self._spare: LocalLanes | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the local processes."""
        with self._lock:
            spare, self._spare = self._spare, None
        if spare is not None:
            spare.close()

    def map(
        self,
        function: Callable[[Item], Value],
        items: Iterable[Item],
        *,
        size_hint: float | None = None,
        max_in_flight: int | None = None,
        lane: Lane = "CPU",
    ) -> Iterator[Outcome[Value]]:
        """Yield one outcome per item, as they come.

        An exception of the function, and the death of its process, become the error of that item. Items that shared a
        process with one that died are computed again, one at a time; the function must bear being called twice.
        A single item, and work whose `size_hint` is below a second, are computed in this process.

        Args:
            function: importable by name in another process, or `functools.partial` of such a function.
            items: read only as fast as results are taken.
            size_hint: the caller's estimate of the CPU seconds of all items together.
            max_in_flight: items sent at a time; default: what keeps every process busy.
            lane: resource of Dask workers the items go to, where any worker offers it. The step that calls this must
                not hold the same resource.

        Raises:
            OutageError: raised by the function for one item, as it concerns all; what is under way is dropped.
            TypeError: the function or an item cannot be sent to another process.
        """
        source = iter(items)
        head = list(itertools.islice(source, 2))
        payloads = enumerate(pack_item(function, item) for item in itertools.chain(head, source))
        small = len(head) < 2 or (size_hint is not None and size_hint < _INLINE_SECONDS)
        if small or (multiprocessing.current_process().daemon and not _on_dask()):
            for index, payload in payloads:  # a daemon process cannot have children
                yield _outcome(index, unpack_result(run_item(payload)))
            return
        with self._lanes(lane) as lanes:
            for index, result in _Flight(lanes, payloads, max_in_flight or lanes.width, self._patience).results():
                yield _outcome(index, result)

    @contextmanager
    def _lanes(self, lane: Lane) -> Iterator[Lanes]:
        if _on_dask():
            from sec_assets.execution.lanes_dask import dask_lanes

            with dask_lanes(lane) as lanes:
                yield lanes
            return
        with self._lock:
            local, self._spare = self._spare or LocalLanes(self._processes), None
        try:
            yield local
        except BaseException:
            local.give_up()
            raise
        with self._lock:
            superfluous, self._spare = self._spare, local
        if superfluous is not None:
            superfluous.close()


class _Flight:
    """The items of one map that are under way, and those under suspicion of having killed their process."""

    def __init__(self, lanes: Lanes, payloads: Iterator[tuple[int, bytes]], limit: int, patience: float):
        self._lanes = lanes
        self._payloads = payloads
        self._limit = limit
        self._patience = patience
        self._tickets = itertools.count()
        self._flying: dict[int, tuple[int, bytes]] = {}
        self._suspects: list[tuple[int, bytes]] = []
        self._trial: int | None = None  # ticket of the suspect that was sent alone

    def results(self) -> Iterator[tuple[int, Result]]:
        heard_at = time.monotonic()
        while self._fill():
            ended = self._lanes.collect(_TICK_SECONDS)
            if ended:
                yield from self._land(ended)
                heard_at = time.monotonic()
            elif time.monotonic() - heard_at > self._patience:
                self._lanes.give_up()
                given_up, self._flying = self._flying, {}
                for index, _ in given_up.values():
                    yield index, Result(error=f"given up: no item has finished for {self._patience:g} s")
                heard_at = time.monotonic()

    def _fill(self) -> bool:
        """Send what fits; suspects alone and last. Returns whether anything is under way."""
        for item in itertools.islice(self._payloads, self._limit - len(self._flying)):
            self._send(item)
        if not self._flying and self._suspects:
            self._trial = self._send(self._suspects.pop())
        return bool(self._flying)

    def _send(self, item: tuple[int, bytes]) -> int:
        ticket = next(self._tickets)
        self._flying[ticket] = item
        self._lanes.submit(ticket, item[1])
        return ticket

    def _land(self, ended: list[Ended]) -> Iterator[tuple[int, Result]]:
        for one in ended:
            item = self._flying.pop(one.ticket, None)
            if item is None:
                continue
            if one.body is not None:
                yield item[0], unpack_result(one.body)
            elif one.ticket == self._trial:
                yield item[0], Result(error=one.crash)
            else:
                self._suspects.append(item)


def _on_dask() -> bool:
    if "distributed" not in sys.modules:
        return False
    from sec_assets.execution.lanes_dask import on_worker

    return on_worker()


def _outcome(index: int, result: Result) -> Outcome[Any]:
    if result.outage is not None:
        raise result.outage
    return Outcome(index, result.value, result.error)
