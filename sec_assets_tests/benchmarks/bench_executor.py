"""Wall time of a job of eight trivial steps: Dagster's multiprocess executor beside ours.

Run: python -m sec_assets_tests.benchmarks.bench_executor
Each run is timed from `execute_job` to its return, in a fresh Dagster home on disk.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import dagster as dg
from distributed import LocalCluster
from rich.console import Console
from rich.table import Table

from sec_assets.execution.dask import dask_executor

STEPS = 8
REPEATS = 3


@dg.op
def trivial() -> int:
    return 1


@dg.graph
def eight_steps() -> None:
    for number in range(STEPS):
        trivial.alias(f"step_{number}")()


multiprocess_job = eight_steps.to_job(name="multiprocess_job", executor_def=dg.multiprocess_executor)
dask_job = eight_steps.to_job(name="dask_job", executor_def=dask_executor)


def get_multiprocess_job() -> dg.JobDefinition:
    return multiprocess_job


def get_dask_job() -> dg.JobDefinition:
    return dask_job


def seconds(job: Callable[[], dg.JobDefinition], config: dict[str, Any]) -> float:
    with tempfile.TemporaryDirectory() as home:
        (Path(home) / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
        with dg.DagsterInstance.from_config(home) as instance:
            started = time.perf_counter()
            run_config = {"execution": {"config": config}, "loggers": {"console": {"config": {"log_level": "ERROR"}}}}
            with dg.execute_job(dg.reconstructable(job), instance, run_config=run_config) as result:
                assert result.success
            return time.perf_counter() - started


def main() -> None:
    local = {"cluster": {"local": {"n_workers": 2}}}
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as standing:
        existing = {"cluster": {"existing": {"address": cast(LocalCluster, standing).scheduler_address}}}
        seconds(get_dask_job, existing)  # the workers import the code once in their life
        warm = [seconds(get_dask_job, existing) for _ in range(REPEATS)]
    rows = {
        "multiprocess, two at a time": [seconds(get_multiprocess_job, {"max_concurrent": 2}) for _ in range(REPEATS)],
        "dask, local cluster of two started for the run": [seconds(get_dask_job, local) for _ in range(REPEATS)],
        "dask, existing cluster of two": warm,
    }
    table = Table("executor", "best, s", "worst, s", title=f"{STEPS} trivial steps, {REPEATS} runs each")
    for name, times in rows.items():
        table.add_row(name, f"{min(times):.1f}", f"{max(times):.1f}")
    Console().print(table)


if __name__ == "__main__":
    main()
