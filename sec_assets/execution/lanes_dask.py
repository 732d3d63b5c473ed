"""Lanes of a fan-out made of the Dask cluster on which the calling step itself runs.

The step gives its slot back while it waits (`worker_client` secedes), so that a cluster of one worker with one thread
computes the items instead of waiting for itself.
"""

import queue
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from distributed import Client, Future, KilledWorker, get_worker, worker_client

from sec_assets.execution.cluster import ClusterError
from sec_assets.execution.item_process import ItemCrashedError
from sec_assets.execution.items import Ended
from sec_assets.execution.remote import caller

_RESULT_SECONDS = 60
_IN_FLIGHT_PER_THREAD = 2


def on_worker() -> bool:
    """Whether this thread executes a Dask task."""
    try:
        get_worker()
    except ValueError:
        return False
    return True


@contextmanager
def dask_lanes(lane: str) -> Iterator["DaskLanes"]:
    """Lanes over the cluster of the current task; drops what is left of its items at the end.

    Items go to workers that offer the resource `lane`; where no worker does, to all.
    """
    with worker_client() as client:
        lanes = DaskLanes(client, lane)
        try:
            yield lanes
        finally:
            lanes.give_up()


class DaskLanes:
    """Items as Dask tasks; `width` keeps every thread of the cluster busy without queueing the whole input."""

    def __init__(self, client: Client, lane: str):
        workers = cast(Mapping[str, Any], client.scheduler_info(n_workers=-1)["workers"])
        offering = [worker for worker in workers.values() if worker["resources"].get(lane, 0) >= 1]
        self.width = max(1, _IN_FLIGHT_PER_THREAD * sum(worker["nthreads"] for worker in offering or workers.values()))
        self._resources = {lane: 1} if offering else None
        self._client = client
        self._name = f"fanout-{uuid.uuid4().hex}"
        self._futures: dict[int, Future] = {}
        self._ended: queue.SimpleQueue[int] = queue.SimpleQueue()

    def submit(self, ticket: int, payload: bytes) -> None:
        """Send one item; items go before steps that wait for a slot, so that steps under way end first."""
        future = self._client.submit(
            caller(),
            "sec_assets.execution.item_process:run_apart",
            payload,
            key=f"{self._name}-{ticket}",
            pure=False,
            retries=0,
            priority=1,
            resources=self._resources,
        )
        self._futures[ticket] = future
        future.add_done_callback(lambda _: self._ended.put(ticket))

    def collect(self, seconds: float) -> list[Ended]:
        """Items that ended, waiting up to `seconds` for the first.

        Raises:
            ClusterError: the scheduler was lost.
        """
        found: list[Ended] = []
        try:
            ticket = self._ended.get(timeout=seconds)
            while True:
                if ticket in self._futures:
                    found.append(self._read(ticket, self._futures.pop(ticket)))
                ticket = self._ended.get_nowait()
        except queue.Empty:
            return found

    def give_up(self) -> None:
        """Cancel the items under way; their processes are killed."""
        futures, self._futures = list(self._futures.values()), {}
        if futures and self._client.status == "running":
            self._client.cancel(futures, force=True)

    def _read(self, ticket: int, future: Future) -> Ended:
        if future.status == "cancelled":
            if self._client.status != "running":
                raise ClusterError("the Dask scheduler was lost, and with it the items of a fan-out")
            return Ended(ticket, None, "its task was cancelled on the scheduler")
        try:
            if future.status == "finished":
                return Ended(ticket, future.result(timeout=_RESULT_SECONDS))
            error = future.exception(timeout=_RESULT_SECONDS)
        except OSError as lost:
            return Ended(ticket, None, f"its result could not be fetched ({lost or 'no answer'})")
        if isinstance(error, ItemCrashedError):
            return Ended(ticket, None, str(error))
        what = "its worker died" if isinstance(error, KilledWorker) else "its worker could not run it"
        return Ended(ticket, None, f"{what} ({type(error).__name__}: {error})")
