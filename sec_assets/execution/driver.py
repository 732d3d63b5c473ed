"""Drives the plan of one run over a Dask cluster: submits steps, takes their events back, notices what was lost.

The order of steps, skips, retries and waits for pools is Dagster's (`ActiveExecution`); this module only carries
them out, and ends every wait: a step whose worker died, whose resources nobody offers, or whose cluster is gone becomes
a step failure (or a retry, where its policy says so). What a worker does with a step is in `worker`.
"""

import json
import queue
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dagster import DagsterEvent, Executor
from dagster._core.errors import DagsterExecutionInterruptedError
from dagster._core.events import EngineEventData
from dagster._core.execution.context.system import PlanOrchestrationContext
from dagster._core.execution.plan.active import ActiveExecution
from dagster._core.execution.plan.instance_concurrency_context import InstanceConcurrencyContext
from dagster._core.execution.plan.objects import StepFailureData
from dagster._core.execution.plan.plan import ExecutionPlan
from dagster._core.execution.plan.step import ExecutionStep
from dagster._core.storage.tags import PRIORITY_TAG
from dagster_dask.executor import DASK_RESOURCE_REQUIREMENTS_KEY as RESOURCES_TAG
from dagster_shared.error import SerializableErrorInfo
from distributed import Future

from sec_assets.errors import SettingError
from sec_assets.execution.attempts import is_terminal, recorded_events, started_on
from sec_assets.execution.cluster import Cluster, ClusterError, Resources
from sec_assets.execution.messages import StepAnswer, StepRequest
from sec_assets.execution.remote import caller

LANE_TAG = "sec_assets/lane"
"""Op tag: the resource of Dask workers a step prefers; where no worker offers it, the step runs on any."""

_TICK_SECONDS = 0.2
_LOOK_SECONDS = 2.0
_RESULT_SECONDS = 60
_STOP_SECONDS = 10


@dataclass
class _Attempt:
    step: ExecutionStep
    key: str
    resources: Resources
    future: Future
    runnable_at: float  # when a worker able to run it was last seen

    def can_run_on(self, offered: Resources) -> bool:
        return all(offered.get(name, 0) >= needed for name, needed in self.resources.items())


class StepDriver:
    """One run of one plan; `events` is to be iterated once."""

    def __init__(
        self,
        executor: Executor,
        context: PlanOrchestrationContext,
        plan: ExecutionPlan,
        cluster: Cluster,
        *,
        max_concurrent: int | None,
        tag_concurrency_limits: Sequence[dict[str, Any]],
        wait_for_workers: float,
    ):
        self._executor = executor
        self._context = context
        self._cluster = cluster
        self._patience = wait_for_workers
        self._pools = InstanceConcurrencyContext(context.instance, context.dagster_run)
        self._active = ActiveExecution(
            plan,
            retry_mode=executor.retries,
            max_concurrent=max_concurrent,
            tag_concurrency_limits=list(tag_concurrency_limits),
            instance_concurrency_context=self._pools,
            step_dependency_config=executor.step_dependency_config,
        )
        self._load_data = plan.repository_load_data
        self._attempts: dict[str, _Attempt] = {}
        self._ended: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._known: set[str] = set()
        self._looked_at = 0.0

    def events(self) -> Iterator[DagsterEvent]:
        """Execute the plan, yielding each event once, in order per step.

        Raises:
            ClusterError: the scheduler was lost; the steps in flight were failed before.
            DagsterExecutionInterruptedError: the run was asked to stop; its steps were stopped before.
        """
        with self._pools, self._active:
            try:
                while not self._active.is_complete:
                    if self._active.check_for_interrupts():
                        yield from self._stop()
                        raise DagsterExecutionInterruptedError("the run was asked to stop")
                    for step in self._active.get_steps_to_execute():
                        yield self._submit(step)
                    yield from self._active.concurrency_event_iterator(self._context)
                    yield from self._settle_ended()
                    yield from self._look_after()
                    yield from self._active.plan_events_iterator(self._context)
            except ClusterError as error:
                for attempt in list(self._attempts.values()):
                    yield from self._fail(attempt, str(error), retry=False)
                raise
            finally:
                self._drop(list(self._attempts))

    def _submit(self, step: ExecutionStep) -> DagsterEvent:
        context = self._context
        number = self._active.retry_state.get_attempt_count(step.key)
        key = f"{step.key}-{context.run_id}-{number}"
        resources = _resources(step, self._cluster.workers())
        request = StepRequest(
            key=key,
            step_key=step.key,
            job=context.reconstructable_job,
            run=context.dagster_run,
            run_config=context.run_config,
            instance_ref=context.instance.get_ref(),
            retry_mode=self._executor.retries.for_inner_plan(),
            known_state=self._active.get_known_state(),
            repository_load_data=self._load_data,
        )
        event = DagsterEvent.step_worker_starting(
            context.for_step(step), f'Submitting step "{step.key}" to {self._cluster.description}.', metadata={}
        )
        future = self._cluster.client.submit(
            caller(),
            "sec_assets.execution.worker:execute_step",
            request.pack(),
            key=key,
            pure=False,
            retries=0,
            resources=dict(resources) or None,
            priority=int(step.tags.get(PRIORITY_TAG, 0)),
        )
        self._attempts[key] = _Attempt(step, key, resources, future, time.monotonic())
        future.add_done_callback(lambda _: self._ended.put(key))
        return event

    def _settle_ended(self) -> Iterator[DagsterEvent]:
        """Take back the attempts that ended; wait a tick when none did."""
        try:
            key = self._ended.get(timeout=_TICK_SECONDS)
            while True:
                if key in self._attempts:
                    yield from self._settle(self._attempts[key])
                key = self._ended.get_nowait()
        except queue.Empty:
            return

    def _settle(self, attempt: _Attempt) -> Iterator[DagsterEvent]:
        future = attempt.future
        if future.status == "cancelled":
            self._cluster.workers()  # raises when that is because the scheduler was lost
            yield from self._settle_silent(attempt, "its task was cancelled on the scheduler")
            return
        try:
            if future.status == "error":
                error = future.exception(timeout=_RESULT_SECONDS)
                yield from self._settle_silent(attempt, f"{type(error).__name__}: {error}")
                return
            answer = StepAnswer.unpack(future.result(timeout=_RESULT_SECONDS))
        except OSError as error:
            self._cluster.workers()
            yield from self._settle_silent(attempt, f"its result could not be fetched ({error or 'no answer'})")
            return
        if answer.started_on is not None:
            yield from self._settle_silent(attempt, f"worker {answer.started_on} was lost while executing it")
        else:
            yield from self._take(attempt, answer.events, answer.error)

    def _settle_silent(self, attempt: _Attempt, reason: str) -> Iterator[DagsterEvent]:
        """Settle an attempt that gave no answer: by what it stored, else as failed for `reason`."""
        context = self._context
        events = recorded_events(context.instance, context.run_id, attempt.step.key, attempt.key)
        message = f'Step "{attempt.step.key}" was lost: {reason}'
        yield from self._take(attempt, events, SerializableErrorInfo(message, [], "StepLostError"))

    def _take(
        self, attempt: _Attempt, events: Sequence[DagsterEvent], error: SerializableErrorInfo | None
    ) -> Iterator[DagsterEvent]:
        for event in events:
            yield event
            self._active.handle_event(event)
            if event.is_resource_init_failure:
                error = event.engine_event_data.error or error
        if any(map(is_terminal, events)):
            self._forget(attempt)
            return
        nothing = f'Step "{attempt.step.key}" ended without success or failure'
        yield from self._fail(attempt, error or SerializableErrorInfo(nothing, [], "StepLostError"))

    def _fail(
        self, attempt: _Attempt, error: SerializableErrorInfo | str, *, retry: bool = True
    ) -> Iterator[DagsterEvent]:
        info = SerializableErrorInfo(error, [], "ClusterError") if isinstance(error, str) else error
        step_context = self._context.for_step(attempt.step)
        yield DagsterEvent.engine_event(step_context, info.message, EngineEventData.engine_error(info))
        if retry:
            event = self._executor.log_failure_or_retry_event_after_error(
                step_context, info, self._active.get_known_state()
            )
        else:
            event = DagsterEvent.step_failure_event(step_context, StepFailureData(error=info, user_failure_data=None))
        self._forget(attempt)
        self._active.handle_event(event)
        yield event

    def _forget(self, attempt: _Attempt) -> None:
        self._attempts.pop(attempt.key).future.release()

    def _look_after(self) -> Iterator[DagsterEvent]:
        """Every two seconds, fail the steps that nobody will ever finish."""
        now = time.monotonic()
        if now - self._looked_at < _LOOK_SECONDS or not self._attempts:
            return
        self._looked_at = now
        workers = self._cluster.workers()
        lost_some, self._known = bool(self._known - set(workers)), set(workers)
        for attempt in list(self._attempts.values()):
            runnable = any(map(attempt.can_run_on, workers.values()))
            # Its worker may have come and gone between two looks; then nobody is left, or Dask asks another worker.
            if lost_some or not runnable:
                yield from self._fail_if_lost(attempt, set(workers))
            if runnable:
                attempt.runnable_at = now
            elif now - attempt.runnable_at > self._patience and attempt.key in self._attempts:
                needed = f" that offers {json.dumps(attempt.resources)}" if attempt.resources else ""
                self._drop([attempt.key])
                yield from self._settle_silent(
                    attempt, f"{self._cluster.description} had no worker{needed} for {self._patience:g} s"
                )

    def _fail_if_lost(self, attempt: _Attempt, alive: set[str]) -> Iterator[DagsterEvent]:
        worker = started_on(self._context.instance, self._context.run_id, attempt.key)
        if worker is not None and worker not in alive and not attempt.future.done():
            self._drop([attempt.key])
            yield from self._settle_silent(attempt, f"worker {worker} was lost while executing it")

    def _stop(self) -> Iterator[DagsterEvent]:
        """Cancel what is in flight, wait shortly for the steps to notice, and free their pool slots."""
        keys = list(self._attempts)
        steps = [attempt.step.key for attempt in self._attempts.values()]
        yield DagsterEvent.engine_event(
            self._context, "Dask executor: asked to stop, cancelling steps.", EngineEventData.interrupted(steps)
        )
        self._active.mark_interrupted()
        self._drop(keys)
        going = self._cluster.await_end_of(keys, _STOP_SECONDS)
        for step_key in steps:
            self._pools.free_step(step_key)
        message = "Dask executor: all steps stopped."
        if going:
            message = f"Dask executor: {len(going)} of {len(keys)} steps stop when their current call returns."
        yield DagsterEvent.engine_event(self._context, message, EngineEventData())

    def _drop(self, keys: Sequence[str]) -> None:
        futures = [self._attempts[key].future for key in keys]
        if futures and self._cluster.client.status == "running":
            self._cluster.client.cancel(futures, force=True)


def _resources(step: ExecutionStep, workers: Mapping[str, Resources]) -> Mapping[str, float]:
    text = step.tags.get(RESOURCES_TAG)
    if text is None:
        lane = step.tags.get(LANE_TAG)
        return {lane: 1} if lane and any(offered.get(lane, 0) >= 1 for offered in workers.values()) else {}
    try:
        found = json.loads(text)
    except json.JSONDecodeError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(amount, int | float) for amount in found.values()):
        raise SettingError(
            f'tag {RESOURCES_TAG}={text!r} of step {step.key!r}: expected a JSON object of amounts such as {{"CPU": 1}}'
        )
    return found
