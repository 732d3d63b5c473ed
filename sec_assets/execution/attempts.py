"""The event log as the memory of attempts: who began a step, and what it said before it fell silent.

Dask runs a task again when its worker dies. A step must not run twice, so a worker marks each attempt in Dagster's event
log before it begins; the mark also lets the driver find the events of an attempt whose answer never came.
"""

from dagster import DagsterEvent, DagsterEventType, DagsterInstance
from dagster._core.events import EngineEventData

MARK_KEY = "dask_key"
MARK_WORKER = "dask_worker"


def is_terminal(event: DagsterEvent) -> bool:
    """Whether the event ends an attempt of its step."""
    return event.is_step_failure or event.is_step_success or event.is_step_up_for_retry


def started_on(instance: DagsterInstance, run_id: str, key: str) -> str | None:
    """Address of the worker that began the attempt `key`; None when no worker did."""
    for entry in instance.all_logs(run_id, of_type=DagsterEventType.STEP_WORKER_STARTED):
        worker = _mark(entry.dagster_event, key)
        if worker is not None:
            return worker
    return None


def recorded_events(instance: DagsterInstance, run_id: str, step_key: str, key: str) -> list[DagsterEvent]:
    """The events which the attempt `key` of the step stored, in order, its mark first."""
    found: list[DagsterEvent] = []
    for entry in instance.all_logs(run_id):
        event = entry.dagster_event
        if event is None or event.step_key != step_key:
            continue
        if found or _mark(event, key) is not None:
            found.append(event)
    return found


def _mark(event: DagsterEvent | None, key: str) -> str | None:
    if event is None or not isinstance(event.event_specific_data, EngineEventData):
        return None
    metadata = event.event_specific_data.metadata
    if event.event_type != DagsterEventType.STEP_WORKER_STARTED or MARK_KEY not in metadata:
        return None
    return str(metadata[MARK_WORKER].value) if metadata[MARK_KEY].value == key else None
