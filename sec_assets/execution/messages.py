"""What the driver of a run and the worker of a step say to each other, as opaque bytes.

Dask walks into the arguments of a task, and Dagster's records forbid being walked: so a step travels as one bytes
object, and so do its answer and the question of the probe. Who sends is in `driver`, who executes in `worker`.
"""

import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self, cast

from dagster import DagsterEvent, DagsterRun
from dagster._core.definitions.reconstruct import ReconstructableJob
from dagster._core.definitions.repository_definition import RepositoryLoadData
from dagster._core.execution.plan.state import KnownExecutionState
from dagster._core.execution.retries import RetryMode
from dagster._core.instance.ref import InstanceRef
from dagster_shared.error import SerializableErrorInfo


class _Message:
    def pack(self) -> bytes:
        """The message as bytes; the other side runs the same versions (see `cluster.probe`)."""
        return pickle.dumps(self)

    @classmethod
    def unpack(cls, payload: bytes) -> Self:
        """The message that `pack` wrote; the cluster is trusted, as everywhere in Dask."""
        return cast(Self, pickle.loads(payload))  # noqa: S301


@dataclass(frozen=True)
class StepRequest(_Message):
    """One attempt of one step; `key` is its Dask key: step, run and attempt."""

    key: str
    step_key: str
    job: ReconstructableJob
    run: DagsterRun
    run_config: Mapping[str, object]
    instance_ref: InstanceRef
    retry_mode: RetryMode
    known_state: KnownExecutionState
    repository_load_data: RepositoryLoadData | None


@dataclass(frozen=True)
class StepAnswer(_Message):
    """The step's events in order, already stored; `error` when the attempt broke outside user code.

    `started_on` names the worker that began this attempt earlier: the step was then not executed again.
    """

    events: Sequence[DagsterEvent] = field(default_factory=list[Any])
    error: SerializableErrorInfo | None = None
    started_on: str | None = None


@dataclass(frozen=True)
class ProbeRequest(_Message):
    """What a worker must be able to reach: the code of the job and the storage that holds the run."""

    job: ReconstructableJob
    instance_ref: InstanceRef
    run_id: str
