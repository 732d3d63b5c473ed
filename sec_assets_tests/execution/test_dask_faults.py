"""No run hangs: whatever breaks ends it with a reason, and nothing is left running."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import psutil
import pytest
from dagster._core.definitions.reconstruct import ReconstructableRepository
from distributed import Client

from sec_assets.execution import cluster as cluster_module
from sec_assets.execution import driver as driver_module
from sec_assets.execution.messages import ProbeRequest
from sec_assets.execution.worker import check
from sec_assets_tests.execution.conftest import (
    PROJECT,
    ROOT,
    DaskProcesses,
    Runs,
    falls_silent,
    run_error,
    step_error,
    wait_until,
)

pytestmark = [pytest.mark.executor, pytest.mark.timeout(200)]


def at(dask: DaskProcesses) -> dict:
    return {"existing": {"address": dask.address}}


@contextmanager
def driver_of(
    job: str, runs: Runs, environment: dict[str, str], address: str | None
) -> Iterator[subprocess.Popen[bytes]]:
    """A run as a process of its own, once its step is under way; killed at the end if it is still there."""
    command = [sys.executable, "-m", "dagster", "job", "execute", "-m", PROJECT, "-d", str(ROOT), "-j", job]
    tags = ["--tags", f'{{"scratch": "{runs.scratch}"}}']
    where = {} if address is None else {"SEC_ASSETS_DASK": address}
    driver = subprocess.Popen([*command, *tags], env=environment | where, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: runs.traces("endless"), seconds=90)
        yield driver
    finally:
        driver.kill()
        driver.wait()


def worker_processes() -> list[psutil.Process]:
    """Children of this process, but for the resource tracker which Python keeps until it ends."""
    children = psutil.Process().children(recursive=True)
    return [child for child in children if not any("resource_tracker" in part for part in child.cmdline())]


def test_a_worker_without_the_code_fails_the_run_with_its_address_and_reason(
    runs: Runs, dask: DaskProcesses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "driver_only.py").write_text(f"from {PROJECT} import defs\n")
    monkeypatch.setattr(sys, "path", [*sys.path, str(elsewhere)])
    dask.add_workers(1)
    with Client(dask.address, set_as_default=False) as client:
        (address,) = client.scheduler_info()["workers"]
    started = time.monotonic()
    result = runs.run("chain", at(dask), module="driver_only", working_directory=None)
    assert time.monotonic() - started < 60
    assert not result.success
    assert address in run_error(result)
    assert "No module named 'driver_only'" in run_error(result)


def test_a_worker_without_the_runs_storage_says_so(instance: dg.DagsterInstance, tmp_path: Path):
    repository = ReconstructableRepository.for_module(PROJECT, "defs", working_directory=str(ROOT))
    request = ProbeRequest(repository.get_reconstructable_job("chain"), instance.get_ref(), "no-such-run")
    assert "does not hold run no-such-run" in check(request.pack())


def test_a_worker_that_does_not_answer_fails_the_run(runs: Runs, dask: DaskProcesses, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cluster_module, "_PROBE_SECONDS", 2)
    monkeypatch.setattr(cluster_module, "_QUESTION_SECONDS", 2)
    (worker,) = dask.add_workers(1)
    worker.send_signal(signal.SIGSTOP)
    try:
        result = runs.run("chain", at(dask))
    finally:
        worker.send_signal(signal.SIGCONT)
    assert "did not answer within 4 s" in run_error(result)


def test_a_scheduler_without_workers_fails_the_run(runs: Runs, dask: DaskProcesses):
    result = runs.run("chain", at(dask), wait_for_workers=1.0)
    assert "had no worker for 1 s" in run_error(result)


def test_an_address_without_scheduler_fails_the_run(runs: Runs, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cluster_module, "_CONNECT_SECONDS", 2)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{unused.getsockname()[1]}"
        result = runs.run("chain", {"existing": {"address": address}})
    assert f"the Dask cluster at {address} does not answer" in run_error(result)


def test_a_cluster_whose_package_is_missing_fails_the_run_with_the_remedy(runs: Runs):
    assert "pip install coiled" in run_error(runs.run("chain", {"coiled": {}}))


def test_a_local_cluster_that_cannot_start_fails_the_run_and_leaves_no_process(runs: Runs):
    result = runs.run("chain", {"local": {"n_workers": 1, "no_such_argument": 1}})
    assert "no_such_argument" in run_error(result)
    wait_until(lambda: worker_processes() == [])


def test_resources_that_nobody_offers_fail_the_step_and_offered_ones_are_used(runs: Runs, dask: DaskProcesses):
    dask.add_workers(1)
    result = runs.run("needs_model", at(dask), wait_for_workers=3.0)
    assert 'had no worker that offers {"MODEL": 1} for 3 s' in step_error(result, "on_model_worker")
    (model,) = dask.add_workers(1, "--resources", "MODEL=1")
    assert runs.run("needs_model", at(dask), wait_for_workers=3.0).success
    assert runs.traces("on_model_worker") == [str(model.pid)]


def test_a_lane_that_somebody_offers_is_kept_to_and_another_stops_nothing(runs: Runs, dask: DaskProcesses):
    plain = dask.add_workers(2)
    assert runs.run("homely_job", at(dask)).success
    assert set(runs.traces("at_home")) <= {str(worker.pid) for worker in plain}
    (home,) = dask.add_workers(1, "--resources", "HOME=1")
    assert runs.run("homely_job", at(dask)).success
    assert runs.traces("at_home")[4:] == [str(home.pid)] * 4


def test_a_killed_worker_fails_its_step_which_is_not_run_again(runs: Runs, dask: DaskProcesses):
    workers = dask.add_workers(2)
    for survivors in (1, 0):
        started = time.monotonic()
        result = runs.run("kill_chain", at(dask))
        assert time.monotonic() - started < 60
        assert not result.success
        assert "was lost while executing it" in step_error(result, "killed")
        assert len(runs.traces("killed")) == 2 - survivors
        assert sum(worker.poll() is None for worker in workers) == survivors
    assert runs.traces("after_killed") == []


def test_a_worker_that_died_before_anybody_looked_is_noticed(
    runs: Runs, dask: DaskProcesses, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(driver_module, "_TICK_SECONDS", 3.0)
    dask.add_workers(1)
    result = runs.run("kill_chain", at(dask))
    assert "was lost while executing it" in step_error(result, "killed")


def test_a_killed_worker_is_replaced_and_the_step_retried_where_its_policy_says_so(runs: Runs):
    assert runs.run("kill_once", {"local": {"n_workers": 1}}).success
    assert len(runs.traces("killed_once")) == 2
    assert worker_processes() == []


def test_a_lost_scheduler_fails_the_run_and_stops_its_steps(
    runs: Runs, dask: DaskProcesses, cli_environment: dict[str, str]
):
    dask.add_workers(1)
    with driver_of("forever", runs, cli_environment, dask.address) as driver:
        dask.scheduler.kill()
        assert driver.wait(timeout=60) != 0
    (run,) = runs.instance.get_runs()
    assert run.status == dg.DagsterRunStatus.FAILURE
    assert any("scheduler" in entry.user_message for entry in runs.instance.all_logs(run.run_id) if entry.step_key)
    wait_until(lambda: falls_silent(runs, "endless"))


def test_a_frozen_scheduler_fails_the_run(
    runs: Runs, dask: DaskProcesses, cli_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(cluster_module, "_SILENCE_SECONDS", 3)
    monkeypatch.setattr(cluster_module, "_QUESTION_SECONDS", 2)
    dask.add_workers(1)
    freeze = f"while [ ! -e {runs.scratch}/endless ]; do sleep 0.1; done; kill -STOP {dask.scheduler.pid}"
    with subprocess.Popen(["/bin/sh", "-c", freeze]):
        try:
            result = runs.run("forever", at(dask))
        finally:
            dask.scheduler.send_signal(signal.SIGCONT)
    assert "was lost" in run_error(result)
    wait_until(lambda: falls_silent(runs, "endless"))


@pytest.mark.parametrize(
    ("sent", "requested", "expected"),
    [(signal.SIGTERM, True, dg.DagsterRunStatus.CANCELED), (signal.SIGINT, False, dg.DagsterRunStatus.FAILURE)],
)
def test_a_terminated_run_stops_its_steps_and_leaves_the_cluster(
    runs: Runs,
    dask: DaskProcesses,
    cli_environment: dict[str, str],
    sent: signal.Signals,
    requested: bool,
    expected: dg.DagsterRunStatus,
):
    dask.add_workers(1)
    with driver_of("forever", runs, cli_environment, dask.address) as driver:
        (run,) = runs.instance.get_runs()
        if requested:  # as the Terminate button does
            runs.instance.report_run_canceling(run)
        asked = time.time()
        driver.send_signal(sent)
        driver.wait(timeout=60)
    assert falls_silent(runs, "endless")
    assert (runs.scratch / "endless").stat().st_mtime - asked < 10
    assert dask.tasks() == []
    assert runs.instance.get_runs()[0].status == expected
    said = [entry.user_message for entry in runs.instance.all_logs(run.run_id)]
    assert "Dask executor: all steps stopped." in said
    assert runs.run("chain", at(dask)).success


def test_steps_of_a_killed_driver_stop(runs: Runs, dask: DaskProcesses, cli_environment: dict[str, str]):
    dask.add_workers(1)
    with driver_of("forever", runs, cli_environment, dask.address) as driver:
        driver.kill()
    wait_until(lambda: falls_silent(runs, "endless"))


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGKILL])
def test_a_local_cluster_ends_with_its_driver(runs: Runs, cli_environment: dict[str, str], sent: signal.Signals):
    with driver_of("forever", runs, cli_environment, None) as driver:
        family = psutil.Process(driver.pid).children(recursive=True)
        assert family
        driver.send_signal(sent)
        driver.wait(timeout=60)
    _, alive = psutil.wait_procs(family, timeout=20)
    assert alive == []


def test_the_local_cluster_is_the_default_and_is_closed(runs: Runs):
    result = runs.run("failing_chain", None)
    assert not result.success
    assert len(runs.traces("upstream")) == 1
    assert os.getpid() not in map(int, runs.traces("upstream"))
    assert worker_processes() == []


def test_fan_out_of_two_steps_on_one_worker_of_one_thread_does_not_dead_lock(runs: Runs, dask: DaskProcesses):
    dask.add_workers(1)
    assert runs.run("fans", at(dask)).success
    assert runs.traces("fanning_a") == runs.traces("fanning_b") == ["[0, 1, 4, 9, 16, 25]"]
