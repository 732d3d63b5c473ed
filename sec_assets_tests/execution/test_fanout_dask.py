"""Fan-out of a step on a cluster: what one item does to itself stays with that item."""

import ast
import logging
import os
import threading
from pathlib import Path

import psutil
import pytest
from distributed import Client

from sec_assets.execution.cluster import open_cluster
from sec_assets_tests.execution.conftest import DaskProcesses, Runs, dask_processes, wait_until
from sec_assets_tests.execution.functions import processes_of_items

pytestmark = [pytest.mark.executor, pytest.mark.timeout(200)]


@pytest.fixture(scope="module")
def one_thread(tmp_path_factory: pytest.TempPathFactory):
    """One worker of one thread, under a nanny as `dask worker` starts it."""
    with dask_processes(tmp_path_factory.mktemp("dask")) as processes:
        processes.add_workers(1, "--nanny")
        yield processes


def at(dask: DaskProcesses) -> dict:
    return {"existing": {"address": dask.address}}


def test_an_item_that_kills_its_process_leaves_worker_and_step_alive(runs: Runs, one_thread: DaskProcesses):
    with Client(one_thread.address, set_as_default=False) as client:
        before = client.run(os.getpid)
        assert runs.run("fans_with_death", at(one_thread)).success
        assert client.run(os.getpid) == before
    values, errors = map(ast.literal_eval, runs.traces("fanning_dead"))
    assert values == [number for number in range(6) if number != 3]
    assert list(errors) == [3]
    assert "process died" in errors[3]


def test_items_of_two_steps_share_one_thread(runs: Runs, one_thread: DaskProcesses):
    assert runs.run("fans", at(one_thread)).success
    assert runs.traces("fanning_a") == runs.traces("fanning_b") == ["[0, 1, 4, 9, 16, 25]"]


def test_an_item_cancelled_on_the_scheduler_is_computed_again_or_told(runs: Runs, one_thread: DaskProcesses):
    """Somebody cancels one item's task while it runs; its neighbours and the step do not notice."""
    assert runs.run("fans_with_cancelling", at(one_thread)).success
    assert ast.literal_eval(runs.traces("fanning_cancelled")[0]) == [0, 1, 4, 9]


def test_given_up_items_lose_their_processes(runs: Runs, one_thread: DaskProcesses):
    """The step takes two outcomes and leaves the map; the item that would sleep for ten minutes is killed."""
    assert runs.run("fans_and_leaves", at(one_thread)).success
    sleeper = int(Path(runs.scratch, "sleeper").read_text())
    wait_until(lambda: not psutil.pid_exists(sleeper))


def test_items_go_to_the_workers_that_offer_their_resource(runs: Runs, one_thread: DaskProcesses):
    (offering,) = one_thread.add_workers(1, "--resources", "CPU=1")
    try:
        assert runs.run("fans_over_cpu", at(one_thread)).success
    finally:
        one_thread.take_away(offering)
    assert ast.literal_eval(runs.traces("fanning_cpu")[0]) == [offering.pid] * 4


def test_a_killed_worker_costs_no_item(runs: Runs, one_thread: DaskProcesses):
    """Of two workers that compute the items, the one that does not hold the step itself is killed."""
    workers = {worker.pid: worker for worker in one_thread.add_workers(2, "--resources", "CPU=1")}
    killed: list[int] = []

    def kill() -> None:
        wait_until(lambda: _not_the_steps(runs) & set(workers), seconds=100)
        killed.append(min(_not_the_steps(runs) & set(workers)))
        workers[killed[0]].kill()

    killer = threading.Thread(target=kill)
    killer.start()
    assert runs.run("fans_slowly", at(one_thread)).success
    killer.join()
    assert ast.literal_eval(runs.traces("fanning_slowly")[0]) == [number * number for number in range(8)]
    for pid in set(workers) - set(killed):
        one_thread.take_away(workers[pid])


def test_workers_of_a_local_cluster_end_by_themselves_though_their_children_wait_for_more():
    said: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: said.append(record.getMessage())
    nannies = logging.getLogger("distributed.nanny")
    nannies.addHandler(handler)
    try:
        with open_cluster("local", {"n_workers": 1}, "test") as cluster:
            children = cluster.client.submit(processes_of_items, 4, pure=False).result(timeout=100)
            assert children
            assert all(map(psutil.pid_exists, children))
    finally:
        nannies.removeHandler(handler)
    assert not [text for text in said if "still alive" in text]
    wait_until(lambda: not any(map(psutil.pid_exists, children)))


def _not_the_steps(runs: Runs) -> set[int]:
    """Workers that have begun an item and do not hold the step."""
    return set(map(int, runs.traces("parent"))) - set(map(int, runs.traces("stepper")))


def test_children_end_with_a_killed_worker(runs: Runs, one_thread: DaskProcesses):
    (worker,) = one_thread.add_workers(1, "--resources", "CPU=1")
    assert runs.run("fans_over_cpu", at(one_thread)).success
    children = psutil.Process(worker.pid).children(recursive=True)
    assert children
    worker.kill()
    _, alive = psutil.wait_procs(children, timeout=20)
    assert alive == []
