"""Real Dask schedulers and workers on loopback, and runs of the small project in `project.py`."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.definitions.reconstruct import ReconstructableRepository
from distributed import Client

ROOT = Path(__file__).resolve().parents[2]
PROJECT = "sec_assets_tests.execution.project"


def configuration(home: Path) -> str:
    """A dagster.yaml with which other processes find `home` whatever their environment says."""
    return f"""
telemetry:
  enabled: false
event_log_storage:
  module: sec_assets.execution.event_log
  class: BatchedSqliteEventLogStorage
  config:
    base_dir: {home}/history/runs
"""


def wait_until(condition: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.05)


class DaskProcesses:
    """One scheduler and its workers, as an operator starts them."""

    def __init__(self, stack: ExitStack, folder: Path):
        self._stack = stack
        self._folder = folder
        file = folder / "scheduler.json"
        self.scheduler = self._start(
            "dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)
        )
        wait_until(lambda: file.exists() and file.read_text().endswith("}"), seconds=120)
        self.address: str = json.loads(file.read_text())["address"]

    def add_workers(
        self, count: int, *options: str, cwd: Path = ROOT, environment: Mapping[str, str] | None = None
    ) -> list[subprocess.Popen]:
        plain = ("--host", "127.0.0.1", "--nthreads", "1", "--no-dashboard", "--memory-limit", "0")
        plain += () if "--nanny" in options else ("--no-nanny",)
        place = ("--local-directory", str(self._folder))
        with Client(self.address, set_as_default=False) as client:
            there = len(client.scheduler_info()["workers"])
            found = [
                self._start("dask_worker", self.address, *plain, *place, *options, cwd=cwd, environment=environment)
                for _ in range(count)
            ]
            client.wait_for_workers(there + count, timeout=150)
        return found

    def take_away(self, worker: subprocess.Popen) -> None:
        """End a worker and wait until the scheduler knows."""
        with Client(self.address, set_as_default=False) as client:
            there = len(client.scheduler_info(n_workers=-1)["workers"])
            _end(worker)
            wait_until(lambda: len(client.scheduler_info(n_workers=-1)["workers"]) < there)

    def tasks(self) -> list[str]:
        """Keys of every task the scheduler still knows."""
        with Client(self.address, set_as_default=False) as client:
            return client.run_on_scheduler(lambda dask_scheduler: list(dask_scheduler.tasks))

    def _start(
        self, module: str, *arguments: str, cwd: Path = ROOT, environment: Mapping[str, str] | None = None
    ) -> subprocess.Popen:
        # -P and the working folder decide what a worker can import, not the test runner's own path.
        command = [sys.executable, "-m", f"distributed.cli.{module}", *arguments]
        log = self._stack.enter_context((self._folder / f"{module}.log").open("a"))
        process = subprocess.Popen(command, cwd=cwd, env={**os.environ, **(environment or {})}, stdout=log, stderr=log)
        self._stack.callback(_end, process)
        return process


def _end(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout=10)


@contextmanager
def dask_processes(folder: Path) -> Iterator[DaskProcesses]:
    with ExitStack() as stack:
        yield DaskProcesses(stack, folder)


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[DaskProcesses]:
    """A scheduler of this test's own, without workers yet."""
    with dask_processes(tmp_path) as processes:
        yield processes


@pytest.fixture(scope="module")
def shared_dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskProcesses]:
    """A scheduler with two workers of one thread, for tests that leave them intact."""
    with dask_processes(tmp_path_factory.mktemp("dask")) as processes:
        processes.add_workers(2)
        yield processes


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """A Dagster home on disk, which other processes can open."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "dagster.yaml").write_text(configuration(home))
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    with dg.DagsterInstance.from_config(str(home)) as found:
        yield found


def run_error(result: dg.JobExecutionResult) -> str:
    """Why the run as a whole failed."""
    (event,) = [event for event in result.all_events if event.is_job_failure]
    error = event.job_failure_data.error
    return error.to_string() if error else ""


def step_error(result: dg.JobExecutionResult, step: str) -> str:
    """Why a step failed."""
    (event,) = [event for event in result.all_events if event.is_step_failure and event.step_key == step]
    error = event.step_failure_data.error
    return error.message if error else ""


class Runs:
    """Runs jobs of the project and reads the traces of their steps."""

    def __init__(self, instance: dg.DagsterInstance, scratch: Path):
        self.instance = instance
        self.scratch = scratch

    def run(
        self,
        job: str,
        cluster: dict[str, Any] | None,
        *,
        tags: dict[str, str] | None = None,
        module: str = PROJECT,
        working_directory: Path | None = ROOT,
        **config: Any,
    ) -> dg.JobExecutionResult:
        folder = None if working_directory is None else str(working_directory)
        repository = ReconstructableRepository.for_module(module, "defs", working_directory=folder)
        executor = config if cluster is None else {"cluster": cluster, **config}
        return dg.execute_job(
            repository.get_reconstructable_job(job),
            instance=self.instance,
            run_config={"execution": {"config": executor}},
            tags={"scratch": str(self.scratch), **(tags or {})},
        )

    def traces(self, name: str) -> list[str]:
        path = self.scratch / name
        return path.read_text().splitlines() if path.exists() else []


def falls_silent(runs: Runs, name: str) -> bool:
    before = len(runs.traces(name))
    time.sleep(1)
    return len(runs.traces(name)) == before


@pytest.fixture
def runs(instance: dg.DagsterInstance, tmp_path: Path) -> Runs:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    return Runs(instance, scratch)


@pytest.fixture
def cli_environment(instance: dg.DagsterInstance) -> dict[str, str]:
    """For drivers that are processes of their own, as the CLI and the run launcher start them."""
    return dict(os.environ)
