"""`dask_executor`: the Dagster executor that spreads the steps of a run over a Dask cluster.

Workers of a local cluster inherit this process's environment. Workers of any other cluster must be given the same code,
the same settings and a Dagster storage shared with the driver (one DAGSTER_HOME, or one database) when they are
started; settings and secrets are not sent over the wire. Each run asks every worker whether that holds before
its first step. Use one thread per worker: within one process steps take turns.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from dagster import (
    DagsterEvent,
    Executor,
    Field,
    InitExecutorContext,
    Noneable,
    Permissive,
    Selector,
    StringSource,
    executor,
    multiple_process_executor_requirements,
)
from dagster._core.events import EngineEventData
from dagster._core.execution.context.system import PlanOrchestrationContext
from dagster._core.execution.plan.plan import ExecutionPlan
from dagster._core.execution.retries import RetryMode, get_retries_config
from dagster._core.execution.tags import get_tag_concurrency_limits_config

from sec_assets.errors import SettingError
from sec_assets.settings import load_settings

_KINDS = ("local", "ssh", "yarn", "pbs", "moab", "sge", "lsf", "slurm", "oar", "kube", "coiled")

CONFIG_SCHEMA = {
    "cluster": Field(
        Selector(
            {
                "existing": Field({"address": StringSource}, description="Join the scheduler at this address."),
                **{
                    kind: Field(Permissive(), is_required=False, description=f"Arguments of the {kind} cluster class.")
                    for kind in _KINDS
                },
            }
        ),
        is_required=False,
        description="Default: the scheduler of SEC_ASSETS_DASK, else a local cluster of two worker processes.",
    ),
    "retries": get_retries_config(),
    "max_concurrent": Field(
        Noneable(int), default_value=None, description="Steps submitted at a time; default: every step that is ready."
    ),
    "tag_concurrency_limits": get_tag_concurrency_limits_config(),
    "wait_for_workers": Field(
        float,
        default_value=60.0,
        description="Seconds without any suitable worker after which a run gives up; raise it for batch queues.",
    ),
}


@executor(name="dask", config_schema=CONFIG_SCHEMA, requirements=multiple_process_executor_requirements())
def dask_executor(init_context: InitExecutorContext) -> Executor:
    """Execute the steps of a run on Dask.

    The configuration is that of dagster-dask: `cluster` is one of `existing` (with `address`), `local`, `ssh`, `slurm`,
    `pbs`, `kube`, `yarn`, `moab`, `sge`, `lsf`, `oar` or `coiled`, each with the arguments of its class. The op tag
    `dagster-dask/resource_requirements` (JSON, such as `{"CPU": 1}`) restricts a step to workers that offer it.
    """
    config = cast(Mapping[str, Any], init_context.executor_config)
    max_concurrent = config["max_concurrent"]
    if max_concurrent is not None and max_concurrent < 1:
        raise SettingError(f"max_concurrent={max_concurrent} of the Dask executor: allowed is a whole number from 1")
    kind, options = _cluster_of(config.get("cluster"))
    return DaskExecutor(
        kind,
        options,
        retries=RetryMode.from_config(config["retries"]) or RetryMode.ENABLED,
        max_concurrent=max_concurrent,
        tag_concurrency_limits=config.get("tag_concurrency_limits") or [],
        wait_for_workers=config["wait_for_workers"],
    )


def _cluster_of(selected: Mapping[str, Any] | None) -> tuple[str, Mapping[str, Any]]:
    if selected:
        ((kind, options),) = selected.items()
        return kind, options or {}
    address = load_settings().dask
    return ("local", {}) if address is None else ("existing", {"address": address})


class DaskExecutor(Executor):
    """See `dask_executor`; one instance serves one run."""

    def __init__(
        self,
        kind: str,
        options: Mapping[str, Any],
        *,
        retries: RetryMode,
        max_concurrent: int | None,
        tag_concurrency_limits: Sequence[dict[str, Any]],
        wait_for_workers: float,
    ):
        self._kind = kind
        self._options = options
        self._retries = retries
        self._max_concurrent = max_concurrent
        self._tag_concurrency_limits = tag_concurrency_limits
        self._wait_for_workers = wait_for_workers

    @property
    def retries(self) -> RetryMode:
        """Whether failed steps with a policy are tried again."""
        return self._retries

    def execute(self, plan_context: PlanOrchestrationContext, execution_plan: ExecutionPlan) -> Iterator[DagsterEvent]:
        """Open the cluster, probe its workers, drive the plan, close the cluster.

        Raises:
            ClusterError: the cluster cannot be reached or used; the sentence says why.
        """
        # Dask is imported by the run that uses it, not by every process that loads the definitions.
        from sec_assets.execution.cluster import open_cluster
        from sec_assets.execution.driver import StepDriver
        from sec_assets.execution.messages import ProbeRequest

        with open_cluster(self._kind, self._options, plan_context.job_name) as cluster:
            yield DagsterEvent.engine_event(
                plan_context,
                f"Executing steps on {cluster.description} (driver pid: {os.getpid()})",
                EngineEventData.multiprocess(os.getpid(), step_keys_to_execute=execution_plan.step_keys_to_execute),
            )
            cluster.wait_for_workers(self._wait_for_workers)
            cluster.probe(
                ProbeRequest(
                    plan_context.reconstructable_job, plan_context.instance.get_ref(), plan_context.dagster_run.run_id
                )
            )
            yield from StepDriver(
                self,
                plan_context,
                execution_plan,
                cluster,
                max_concurrent=self._max_concurrent,
                tag_concurrency_limits=self._tag_concurrency_limits,
                wait_for_workers=self._wait_for_workers,
            ).events()
