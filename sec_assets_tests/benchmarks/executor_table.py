"""dagster-dask's executor beside ours, behaviour by behaviour: real runs on a real scheduler with two workers.

Run: make executor-table. Each cell is a process of its own with its own scheduler and Dagster home, and a deadline: what
has not ended by then "hangs". A cell says "as it should", or what happened instead.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
from rich.console import Console
from rich.table import Table

from sec_assets_tests.execution.conftest import ROOT, DaskProcesses, Runs, configuration, dask_processes

MODULES = {
    "dagster-dask": "sec_assets_tests.execution.project_stock",
    "sec_assets": "sec_assets_tests.execution.project",
}
RIGHT = "as it should"
DEADLINE = 120.0


@dataclass(frozen=True)
class Stage:
    """Where one behaviour is tried."""

    runs: Runs
    dask: DaskProcesses
    module: str

    def run(self, job: str, **tags: str) -> dg.JobExecutionResult:
        """One run on the cluster."""
        return self.runs.run(job, {"existing": {"address": self.dask.address}}, tags=tags, module=self.module)

    def count(self, name: str) -> int:
        """How often a step ran."""
        return len(self.runs.traces(name))


def failed_upstream(stage: Stage) -> str:
    """a step after a failed step is skipped"""
    stage.run("failing_chain")
    return RIGHT if stage.count("after_broken") == 0 else "the step behind the failed one ran"


def blocking_check(stage: Stage) -> str:
    """a blocking check blocks"""
    stage.run("checked_chain")
    return RIGHT if stage.count("after_checked") == 0 else "the step behind the failed check ran"


def retries(stage: Stage) -> str:
    """RetryPolicy is followed"""
    success = stage.run("retried").success
    return RIGHT if success and stage.count("third_time") == 3 else f"{stage.count('third_time')} of 3 attempts"


def pool(stage: Stage) -> str:
    """a pool of one admits one step"""
    stage.runs.instance.event_log_storage.set_concurrency_slots("narrow", 1)
    if not stage.run("narrow").success:
        return "the run fails"
    order = [line.split()[1] for line in stage.runs.traces("pooled")]
    return RIGHT if order == ["in", "out"] * 2 else "both steps ran at once"


def partition_range(stage: Stage) -> str:
    """a range of partitions is one run"""
    keys = [f"{number:010d}" for number in range(1, 4)]
    stage.runs.instance.add_dynamic_partitions("cik", keys)
    tags = {"dagster/asset_partition_range_start": keys[0], "dagster/asset_partition_range_end": keys[-1]}
    return RIGHT if stage.run("companies", **tags).success else "the run fails"


def runs_at_once(stage: Stage) -> str:
    """three runs of one job at once on one scheduler each execute"""
    command = [sys.executable, "-m", "dagster", "job", "execute", "-m", stage.module, "-d", str(ROOT), "-j", "chain"]
    config = stage.runs.scratch.parent / "config.yaml"
    config.write_text(json.dumps({"execution": {"config": {"cluster": {"existing": {"address": stage.dask.address}}}}}))
    tags = f'{{"scratch": "{stage.runs.scratch}"}}'
    drivers = [
        subprocess.Popen([*command, "--tags", tags, "--config", str(config)], cwd=ROOT, stderr=subprocess.DEVNULL)
        for _ in range(3)
    ]
    succeeded = [driver.wait() for driver in drivers].count(0)
    executed = stage.count("downstream")
    return RIGHT if succeeded == executed == 3 else f"{succeeded} report success, {executed} executed"


def killed_worker(stage: Stage) -> str:
    """a step whose worker is killed fails and is not run again"""
    success = stage.run("kill_chain").success
    ran = stage.count("killed")
    return RIGHT if not success and ran == 1 else f"the step ran {ran} times, killing a worker each time"


def missing_resource(stage: Stage) -> str:
    """a resource that no worker offers ends the run with a reason"""
    stage_config = {"existing": {"address": stage.dask.address}}
    extra = {"wait_for_workers": 5.0} if stage.module == MODULES["sec_assets"] else {}
    result = stage.runs.run("needs_model", stage_config, module=stage.module, **extra)
    return RIGHT if not result.success else "the run succeeds"


def worker_without_code(stage: Stage) -> str:
    """a worker that cannot import the code ends the run with a reason"""
    folder = stage.runs.scratch.parent / "elsewhere"
    folder.mkdir()
    (folder / "driver_only.py").write_text(f"from {stage.module} import defs\n")
    sys.path.append(str(folder))
    cluster = {"existing": {"address": stage.dask.address}}
    result = stage.runs.run("chain", cluster, module="driver_only", working_directory=None)
    return RIGHT if not result.success else "the run succeeds"


def exiting_step(stage: Stage) -> str:
    """a step that calls sys.exit fails alone"""
    failed = not stage.run("leaving").success
    return RIGHT if failed and stage.run("chain").success else "the cluster cannot be used any more"


def retried_in_new_run(stage: Stage) -> str:
    """the same job run twice executes twice"""
    both = stage.run("chain").success and stage.run("chain").success
    return RIGHT if both and stage.count("downstream") == 2 else f"{stage.count('downstream')} of 2 executed"


BEHAVIOURS: dict[str, Callable[[Stage], str]] = {
    function.__name__: function
    for function in (
        failed_upstream, blocking_check, retries, pool, partition_range, retried_in_new_run, runs_at_once, killed_worker,
        exiting_step, missing_resource, worker_without_code,
    )
}  # fmt: skip


@contextmanager
def _stage(module: str) -> Iterator[Stage]:
    with tempfile.TemporaryDirectory(prefix="executor-table-") as folder:
        home, scratch = Path(folder) / "home", Path(folder) / "scratch"
        home.mkdir()
        scratch.mkdir()
        (home / "dagster.yaml").write_text(configuration(home))
        os.environ["DAGSTER_HOME"] = str(home)
        with dg.DagsterInstance.from_config(str(home)) as instance, dask_processes(Path(folder)) as dask:
            dask.add_workers(2)
            yield Stage(Runs(instance, scratch), dask, module)


def one(behaviour: str, executor: str) -> None:
    """Try one cell and leave its verdict on the last line of stdout."""
    with _stage(MODULES[executor]) as stage:
        try:
            verdict = BEHAVIOURS[behaviour](stage)
        except Exception as error:  # noqa: BLE001 - whatever a run raises is the finding
            verdict = f"raises {type(error).__name__}"
        Console().print(verdict, soft_wrap=True)


def cell(behaviour: str, executor: str, deadline: float) -> str:
    """The verdict of one cell, tried in a process group of its own."""
    command = [sys.executable, "-m", "sec_assets_tests.benchmarks.executor_table", "--one", behaviour, executor]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            process.wait(timeout=deadline)
        except subprocess.TimeoutExpired:
            return f"hangs (given up after {deadline:g} s)"
        finally:
            _end_group(process)
        log.seek(0)
        lines = log.read().decode().strip().splitlines()
    return lines[-1] if lines else f"ended with code {process.returncode}"


def _end_group(process: subprocess.Popen[bytes]) -> None:
    for sent in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sent)
        except ProcessLookupError:
            break
        time.sleep(1)
    process.wait(timeout=10)


def main() -> None:
    """Print the table, or try one cell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", nargs=2, metavar=("BEHAVIOUR", "EXECUTOR"))
    parser.add_argument("--only", nargs="*", choices=sorted(BEHAVIOURS), default=list(BEHAVIOURS))
    parser.add_argument("--deadline", type=float, default=DEADLINE)
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # with what was started
    if asked.one:
        one(*asked.one)
        return
    table = Table("behaviour", *MODULES, show_lines=True)
    for behaviour in asked.only:
        verdicts = [cell(behaviour, executor, asked.deadline) for executor in MODULES]
        table.add_row(BEHAVIOURS[behaviour].__doc__, *verdicts)
    Console(width=150).print(table)


if __name__ == "__main__":
    main()
