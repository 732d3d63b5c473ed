"""One item of a fan-out on a Dask worker: computed in a child process of the worker, which may die or be killed.

The step that waits for its items runs in a worker as well; an item that crashes the interpreter there would take the
step, and the steps of others, with it. Each thread of a worker has one child of its own, kept for the next item. Sending
items to workers is in `lanes_dask`, the children are those of `lanes_local`.
"""

import multiprocessing
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from multiprocessing.util import Finalize

from distributed import get_worker
from distributed.core import Status

from sec_assets.execution.lanes_local import LocalLanes

_POLL_SECONDS = 0.5
_idle: "queue.LifoQueue[LocalLanes]" = queue.LifoQueue()
_starting = threading.Lock()


class ItemCrashedError(Exception):
    """The process that computed the item died."""


class ItemDroppedError(Exception):
    """Nobody wants the item any more; its process was killed."""


def run_apart(payload: bytes) -> bytes:
    """Compute an item in a child process and return its packed `Result`.

    Raises:
        ItemCrashedError: the child died.
        ItemDroppedError: the task was cancelled, or the worker is closing.
    """
    worker = get_worker()
    task = worker.state.tasks[worker.get_current_task()]
    try:
        lane = _idle.get_nowait()
    except queue.Empty:
        _end_idle_children_at_exit()
        lane = LocalLanes(1)
    try:
        with _starting, _children_allowed():
            lane.submit(0, payload)
        while not (ended := lane.collect(_POLL_SECONDS)):
            if task.state == "cancelled" or worker.status in (Status.closing, Status.closed, Status.failed):
                raise ItemDroppedError(f"the item {task.key} was cancelled")
    except BaseException:
        lane.give_up()
        raise
    _idle.put(lane)
    if ended[0].body is None:
        raise ItemCrashedError(ended[0].crash)
    return ended[0].body


@cache
def _end_idle_children_at_exit() -> None:
    """Once in a worker: a process that `multiprocessing` started waits for its children before it ends pools; for ever."""
    Finalize(None, _end_idle_children, exitpriority=0)


def _end_idle_children() -> None:
    while True:
        try:
            _idle.get_nowait().give_up()
        except queue.Empty:
            return


@contextmanager
def _children_allowed() -> Iterator[None]:
    """Dask's nannies mark their workers as daemons, which Python forbids to have children; ours end with the worker."""
    config = multiprocessing.current_process()._config  # type: ignore[attr-defined]  # there is no public way
    daemon = config.get("daemon")
    config["daemon"] = False
    try:
        yield
    finally:
        config["daemon"] = daemon
