"""What a Dask worker does with a step: rebuild the plan, execute in this process, answer with the events.

Events are stored by this process as they happen; the answer hands the same events to the driver. Dagster redirects
the output of a step process-wide and is not thread-safe, so steps take turns within one worker process, whatever its
number of threads. A step whose task was dropped (run cancelled, driver gone, scheduler lost) is interrupted.
Deciding what runs next belongs to `driver`.
"""

import ctypes
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from dagster import DagsterEvent, DagsterInstance, MetadataValue
from dagster._core.errors import DagsterExecutionInterruptedError
from dagster._core.execution.api import create_execution_plan, execute_plan_iterator
from dagster._core.execution.context_creation_job import create_context_free_log_manager
from dagster._utils.error import serializable_error_info_from_exc_info
from distributed import Worker, get_worker, rejoin, secede
from distributed.core import Status

from sec_assets.execution.attempts import MARK_KEY, MARK_WORKER, started_on
from sec_assets.execution.messages import ProbeRequest, StepAnswer, StepRequest

RUNNING: set[str] = set()
"""Keys of the steps this process is executing or holds waiting."""

_POLL_SECONDS = 0.5
# SystemExit and KeyboardInterrupt would take the whole worker down, with the work of others.
_ENDINGS = (Exception, SystemExit, KeyboardInterrupt, DagsterExecutionInterruptedError)
_turn = threading.Lock()
# A worker may be probed while its first step begins. Two threads that import the same packages from different ends can each meet
# modules the other has not finished: Python prefers that to a deadlock.
_loading = threading.Lock()


def check(payload: bytes) -> str:
    """Why this worker cannot execute steps of the job; the empty text when it can.

    Raises:
        Exception: whatever loading the user's code raises.
    """
    request = ProbeRequest.unpack(payload)
    with _loading, DagsterInstance.from_ref(request.instance_ref) as instance:
        if instance.get_run_by_id(request.run_id) is None:
            return (
                f"its Dagster storage does not hold run {request.run_id}: driver and workers must share one DAGSTER_HOME "
                f"(the driver's is {instance.root_directory}) or one database"
            )
        if not instance.event_log_storage.get_logs_for_run(request.run_id, limit=1):
            return (
                f"its event log is another: it holds nothing of run {request.run_id}; give it the driver's DAGSTER_HOME, "
                f"{instance.root_directory}"
            )
        request.job.get_definition()
    return ""


def execute_step(payload: bytes) -> bytes:
    """Execute one attempt of a step and return its packed `StepAnswer`; raises nothing of the step's own."""
    request = StepRequest.unpack(payload)
    RUNNING.add(request.key)
    try:
        with _interrupted_when_dropped(get_worker()), _own_turn():
            return _execute(request).pack()
    except _ENDINGS:
        return StepAnswer(error=serializable_error_info_from_exc_info(sys.exc_info())).pack()
    finally:
        RUNNING.discard(request.key)


def _execute(request: StepRequest) -> StepAnswer:
    with _loading:
        instance = _storage.of(request)
    earlier = started_on(instance, request.run.run_id, request.key)
    if earlier is not None:
        return StepAnswer(started_on=earlier)
    events: list[DagsterEvent] = []
    try:
        events.extend(_step_events(request, instance))
    except _ENDINGS:
        error = serializable_error_info_from_exc_info(sys.exc_info())
        return StepAnswer(events=events, error=error)
    return StepAnswer(events=events)


class _RunStorage:
    """Dagster's storage, kept open between the steps of a run: opening it takes a quarter of a second of CPU."""

    def __init__(self) -> None:
        self._run_id: str | None = None
        self._instance: DagsterInstance | None = None

    def of(self, request: StepRequest) -> DagsterInstance:
        """Return the instance of the request's run; that of another run is closed. To be called in the step's turn."""
        if self._instance is None or self._run_id != request.run.run_id:
            previous, self._instance = self._instance, None
            if previous is not None:
                previous.dispose()
            self._instance, self._run_id = DagsterInstance.from_ref(request.instance_ref), request.run.run_id
        return self._instance


_storage = _RunStorage()


def _step_events(request: StepRequest, instance: DagsterInstance) -> Iterator[DagsterEvent]:
    address = get_worker().address
    yield DagsterEvent.step_worker_started(
        create_context_free_log_manager(instance, request.run),
        request.run.job_name,
        message=f'Executing step "{request.step_key}" on Dask worker {address}.',
        metadata={
            "pid": MetadataValue.text(str(os.getpid())),
            MARK_WORKER: MetadataValue.text(address),
            MARK_KEY: MetadataValue.text(request.key),
        },
        step_key=request.step_key,
    )
    # Dagster remembers the last definition it loaded, by the job: this one is the same for plan, execution and next step.
    job = request.job.with_repository_load_data(request.repository_load_data)
    with _loading:
        job.get_definition()
    plan = create_execution_plan(
        job=job,
        run_config=request.run_config,
        step_keys_to_execute=[request.step_key],
        known_state=request.known_state,
        repository_load_data=request.repository_load_data,
    )
    yield from execute_plan_iterator(
        plan,
        job,
        request.run,
        run_config=request.run_config,
        retry_mode=request.retry_mode,
        instance=instance,
    )


@contextmanager
def _own_turn() -> Iterator[None]:
    """Wait until no other step runs in this process; the slot is given back meanwhile, so that fan-outs go on."""
    if not _turn.acquire(blocking=False):
        secede()
        while not _turn.acquire(timeout=_POLL_SECONDS):
            pass
        try:
            rejoin()
        except BaseException:
            _turn.release()
            raise
    try:
        yield
    finally:
        _turn.release()


@contextmanager
def _interrupted_when_dropped(worker: Worker) -> Iterator[None]:
    """Raise `DagsterExecutionInterruptedError` in this thread once Dask no longer wants the task.

    Dask cannot stop a running thread; it only marks the task as cancelled. Code blocked in a C call is reached when
    that call returns.
    """
    task = worker.state.tasks[worker.get_current_task()]
    thread = threading.get_ident()
    ended = threading.Event()
    guard = threading.Lock()

    def dropped() -> bool:
        return task.state == "cancelled" or worker.status in (Status.closing, Status.closed, Status.failed)

    def watch() -> None:
        while not ended.wait(_POLL_SECONDS):
            with guard:
                if dropped() and not ended.is_set():
                    error = ctypes.py_object(DagsterExecutionInterruptedError)
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), error)
                    return

    threading.Thread(target=watch, name="sec-assets-step-watch", daemon=True).start()
    try:
        yield
    finally:
        with guard:
            ended.set()
