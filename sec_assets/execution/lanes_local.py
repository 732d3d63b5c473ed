"""Lanes of a fan-out made of local processes, started by spawn: a fork under Polars' threads can dead-lock.

They begin with nothing but what their items import, not with the program's main module as spawned processes usually do.
A process that dies takes the whole pool with it (`BrokenProcessPool`); the items that were under way are reported
as crashed and the pool is built anew. Which of them was guilty is found out in `fanout`.
"""

import atexit
import logging
import multiprocessing
import os
import queue
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.context import SpawnContext, SpawnProcess
from multiprocessing.process import BaseProcess
from types import ModuleType
from typing import Any

from sec_assets.execution.items import Ended, run_item

_hiding = threading.Lock()


class LocalLanes:
    """A pool of `width` processes which serves one map at a time and survives the death of its processes."""

    def __init__(self, width: int):
        self.width = width
        self._pool: ProcessPoolExecutor | None = None
        self._ended: queue.SimpleQueue[tuple[int, Future[bytes]]] = queue.SimpleQueue()

    def submit(self, ticket: int, payload: bytes) -> None:
        """Queue one item; it starts as soon as a process is free."""
        try:
            future = self._running_pool().submit(run_item, payload)
        except BrokenProcessPool:
            self.close()  # the crashes are in the queue already, or on their way
            future = self._running_pool().submit(run_item, payload)
        ended = self._ended
        future.add_done_callback(lambda done: ended.put((ticket, done)))

    def collect(self, seconds: float) -> list[Ended]:
        """Items that ended, waiting up to `seconds` for the first."""
        found: list[Ended] = []
        try:
            found.append(_read(*self._ended.get(timeout=seconds)))
            while True:
                found.append(_read(*self._ended.get_nowait()))
        except queue.Empty:
            return found

    def give_up(self) -> None:
        """Kill the processes with whatever they are doing; nothing under way is reported any more."""
        pool, self._pool = self._pool, None
        self._ended = queue.SimpleQueue()
        if pool is None:
            return
        for process in list((pool._processes or {}).values()):  # there is no public way to stop a busy process
            process.kill()
        pool.shutdown(wait=True, cancel_futures=True)

    def close(self) -> None:
        """End the idle processes."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def _running_pool(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(self.width, mp_context=_BareContext(), initializer=_prepare)
        return self._pool


class _BareProcess(SpawnProcess):
    """A spawned process that does not import the main module: below `dagster` that costs each child 60 MB and 1.6 s of CPU."""

    @staticmethod
    def _Popen(process_obj: BaseProcess) -> Any:  # noqa: N802 (the name is Python's)
        with _main_module_hidden():
            return SpawnProcess._Popen(process_obj)  # type: ignore[attr-defined]  # there is no public way


class _BareContext(SpawnContext):
    Process = _BareProcess  # type: ignore[assignment]


@contextmanager
def _main_module_hidden() -> Iterator[None]:
    """Python tells a new process to import what `sys.modules` has as `__main__` when it is started."""
    with _hiding:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main


def _read(ticket: int, future: "Future[bytes]") -> Ended:
    if future.cancelled():
        return Ended(ticket, None, "its process was stopped")
    error = future.exception()
    return Ended(ticket, future.result()) if error is None else Ended(ticket, None, f"its process died ({error})")


def _prepare() -> None:
    """In each new process: leave Ctrl-C to the parent, end when it ends, and share the cores with the neighbours."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    threading.Thread(target=_end_with_parent, daemon=True).start()
    atexit.register(leave_quickly)


def leave_quickly() -> None:
    """End this process without taking its modules apart, which costs up to a second of CPU; register with `atexit`.

    What is registered last runs first, and after threads were joined and children ended.
    """
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(0)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
