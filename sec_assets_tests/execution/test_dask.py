"""Semantics of a run on an existing scheduler with two workers of one thread."""

import subprocess
import sys
from collections import Counter
from typing import Any

import dagster as dg
import pytest
from dagster_dask.executor import dask_executor as stock_executor

from sec_assets.execution.cluster import CLUSTERS
from sec_assets.execution.dask import dask_executor
from sec_assets_tests.execution.conftest import PROJECT, ROOT, DaskProcesses, Runs
from sec_assets_tests.execution.project import mapped_job

pytestmark = [pytest.mark.executor, pytest.mark.timeout(100)]


@pytest.fixture
def existing(shared_dask: DaskProcesses) -> dict:
    return {"existing": {"address": shared_dask.address}}


def kinds(schema: Any) -> set[str]:
    return set(schema.fields["cluster"].config_type.fields)


def test_configuration_is_that_of_dagster_dask_and_coiled():
    stock, ours = (kinds(found.config_schema.as_field().config_type) for found in (stock_executor, dask_executor))
    assert ours == stock | {"coiled"}
    assert ours == set(CLUSTERS) | {"existing"}


def test_loading_definitions_does_not_load_dask():
    code = "import sys, sec_assets.execution.dask, sec_assets.execution.fanout; sys.exit('distributed' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60).returncode == 0


def test_steps_run_in_order_on_workers_and_are_recorded_once(runs: Runs, existing: dict):
    result = runs.run("chain", existing)
    assert result.success
    assert len(runs.traces("upstream")) == len(runs.traces("downstream")) == 1
    entries = [e for e in runs.instance.all_logs(result.run_id) if e.step_key == "downstream" and e.is_dagster_event]
    stored = [e.dagster_event_type for e in entries][1:]  # the first says that the run plans to materialize it
    assert stored == [e.event_type for e in result.all_events if e.step_key == "downstream"]
    assert Counter(stored)[dg.DagsterEventType.ASSET_MATERIALIZATION] == 1
    assert stored[:2] == [dg.DagsterEventType.STEP_WORKER_STARTING, dg.DagsterEventType.STEP_WORKER_STARTED]
    assert stored[-1] == dg.DagsterEventType.STEP_SUCCESS


def test_nothing_runs_after_a_failed_step(runs: Runs, existing: dict):
    result = runs.run("failing_chain", existing)
    assert not result.success
    assert runs.traces("after_broken") == []
    assert len(runs.traces("upstream")) == 1
    assert [e.step_key for e in result.all_events if e.is_step_failure] == ["broken"]


def test_a_step_that_exits_fails_and_leaves_its_worker_alive(runs: Runs, existing: dict):
    assert not runs.run("leaving", existing).success
    assert runs.run("chain", existing).success


def test_a_blocking_check_blocks(runs: Runs, existing: dict):
    result = runs.run("checked_chain", existing)
    assert not result.success
    assert len(runs.traces("checked")) == 1
    assert runs.traces("after_checked") == []


def test_a_retry_policy_makes_three_attempts(runs: Runs, existing: dict):
    result = runs.run("retried", existing)
    assert result.success
    assert len(runs.traces("third_time")) == 3
    assert len([e for e in result.all_events if e.is_step_up_for_retry]) == 2


def test_retries_can_be_disabled(runs: Runs, existing: dict):
    assert not runs.run("retried", existing, retries={"disabled": {}}).success
    assert len(runs.traces("third_time")) == 1


def test_a_pool_of_one_admits_one_step_at_a_time(runs: Runs, existing: dict):
    runs.instance.event_log_storage.set_concurrency_slots("narrow", 1)
    assert runs.run("narrow", existing).success
    names = [line.split()[0] for line in runs.traces("pooled")]
    assert names in (["pooled_a"] * 2 + ["pooled_b"] * 2, ["pooled_b"] * 2 + ["pooled_a"] * 2)


def test_max_concurrent_of_one_admits_one_step_at_a_time(runs: Runs, existing: dict):
    assert runs.run("narrow", existing, max_concurrent=1).success
    assert [line.split()[1] for line in runs.traces("pooled")] == ["in", "out", "in", "out"]


def test_without_limits_two_steps_run_at_once(runs: Runs, existing: dict):
    assert runs.run("narrow", existing).success
    assert [line.split()[1] for line in runs.traces("pooled")] == ["in", "in", "out", "out"]


def test_a_dynamic_partition(runs: Runs, existing: dict):
    runs.instance.add_dynamic_partitions("cik", ["0000000001", "0000000002"])
    assert runs.run("companies", existing, tags={"dagster/partition": "0000000002"}).success
    assert runs.traces("per_company_after") == ["0000000002"]


def test_a_range_of_dynamic_partitions_is_one_run(runs: Runs, existing: dict):
    keys = [f"{number:010d}" for number in range(1, 6)]
    runs.instance.add_dynamic_partitions("cik", keys)
    tags = {"dagster/asset_partition_range_start": keys[1], "dagster/asset_partition_range_end": keys[3]}
    assert runs.run("companies", existing, tags=tags).success
    assert runs.traces("per_company") == runs.traces("per_company_after") == [",".join(keys[1:4])]
    assert runs.instance.get_materialized_partitions(dg.AssetKey("per_company_after")) == set(keys[1:4])


def test_mapped_steps_of_a_reconstructable_function(runs: Runs, existing: dict):
    config = {"execution": {"config": {"cluster": existing}}}
    job = dg.reconstructable(mapped_job)
    with dg.execute_job(job, runs.instance, run_config=config, tags={"scratch": str(runs.scratch)}) as result:
        assert result.success
    assert runs.traces("total") == ["6"]


def test_fan_out_keeps_bad_items_apart_and_passes_outages_on(runs: Runs, existing: dict):
    result = runs.run("fans_with_failures", existing)
    assert runs.traces("fanning_refused") == ["[0, 'InputError: 1 is odd', 2, 'InputError: 3 is odd']"]
    (failure,) = [event for event in result.all_events if event.is_step_failure]
    assert failure.step_key == "fanning_full"
    assert "StorageError: disk full" in str(failure.step_failure_data.error)


def test_two_runs_of_one_job_at_once_both_execute(
    runs: Runs, shared_dask: DaskProcesses, cli_environment: dict[str, str]
):
    command = [sys.executable, "-m", "dagster", "job", "execute", "-m", PROJECT, "-d", str(ROOT), "-j", "chain"]
    tags = f'{{"scratch": "{runs.scratch}"}}'
    environment = cli_environment | {"SEC_ASSETS_DASK": shared_dask.address}
    drivers = [
        subprocess.Popen([*command, "--tags", tags], env=environment, cwd=ROOT, stderr=subprocess.DEVNULL)
        for _ in range(2)
    ]
    assert [driver.wait(timeout=80) for driver in drivers] == [0, 0]
    assert len(runs.traces("upstream")) == len(runs.traces("downstream")) == 2
    found = [run.run_id for run in runs.instance.get_runs()]
    assert len(found) == 2
    for run_id in found:
        types = Counter(entry.dagster_event_type for entry in runs.instance.all_logs(run_id))
        assert types[dg.DagsterEventType.ASSET_MATERIALIZATION] == 2
