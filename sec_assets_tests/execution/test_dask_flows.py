"""Retries, limits, mapped steps, runs at once and large output on an existing scheduler with two workers."""

import itertools
import subprocess
import sys
from collections import Counter

import dagster as dg
import pytest

from sec_assets_tests.execution.conftest import ROOT, DaskProcesses, Runs
from sec_assets_tests.execution.project_flows import LINES

pytestmark = [pytest.mark.executor, pytest.mark.timeout(240)]


@pytest.fixture
def existing(shared_dask: DaskProcesses) -> dict:
    return {"existing": {"address": shared_dask.address}}


def alternate(lines: list[str]) -> bool:
    return lines == ["in", "out"] * (len(lines) // 2)


def at_once(runs: Runs, dask: DaskProcesses, environment: dict[str, str], job: str, count: int) -> None:
    command = [sys.executable, "-m", "sec_assets_tests.execution.many_runs", job, str(count), str(runs.scratch)]
    done = subprocess.run(
        command, env=environment | {"SEC_ASSETS_DASK": dask.address}, cwd=ROOT, timeout=200, stderr=subprocess.DEVNULL
    )
    assert done.returncode == 0


def test_retries_wait_longer_each_time_and_not_alike(runs: Runs, existing: dict):
    result = runs.run("patient_job", existing)
    assert result.success
    waits = [e.step_retry_data.seconds_to_wait for e in result.all_events if e.is_step_up_for_retry]
    plain = [0.5 * (2**attempt - 1) for attempt in (1, 2)]
    assert len(waits) == 2
    assert all(abs(wait - due) <= 0.5 for wait, due in zip(waits, plain, strict=True))
    assert waits != plain
    begun = list(map(float, runs.traces("patient")))
    gaps = [later - earlier for earlier, later in itertools.pairwise(begun)]
    assert all(gap >= wait for gap, wait in zip(gaps, waits, strict=True))


def test_a_step_may_ask_for_its_retry(runs: Runs, existing: dict):
    assert runs.run("asking_job", existing).success
    assert len(runs.traces("asks_for_retry")) == 2


def test_steps_with_a_limited_tag_take_turns(runs: Runs, existing: dict):
    assert runs.run("database_job", existing, tag_concurrency_limits=[{"key": "database", "limit": 1}]).success
    assert len(runs.traces("database")) == 6
    assert alternate(runs.traces("database"))


def test_a_limit_of_another_tag_value_limits_nothing(runs: Runs, existing: dict):
    limits = [{"key": "database", "value": "other", "limit": 1}]
    assert runs.run("meeting_job", existing, tag_concurrency_limits=limits).success


def test_mapped_steps_are_retried_one_by_one(runs: Runs, existing: dict):
    assert runs.run("dynamic_job", existing).success
    assert [len(runs.traces(f"double_{number}")) for number in range(4)] == [1, 1, 2, 1]
    assert runs.traces("add_up") == ["12"]


def test_a_failed_mapped_step_skips_what_collects_it_and_nothing_else(runs: Runs, existing: dict):
    result = runs.run("dynamic_failing_job", existing)
    assert sorted(runs.traces("refuse_two")) == ["0", "1", "2", "3"]
    assert runs.traces("add_up") == []
    assert [e.step_key for e in result.all_events if e.is_step_failure] == ["refuse_two[n2]"]


def test_a_map_over_nothing_is_collected(runs: Runs, existing: dict):
    assert runs.run("dynamic_empty_job", existing).success
    assert runs.traces("add_up") == ["0"]


def test_a_pool_holds_across_runs(runs: Runs, shared_dask: DaskProcesses, cli_environment: dict[str, str]):
    runs.instance.event_log_storage.set_concurrency_slots("narrow", 1)
    at_once(runs, shared_dask, cli_environment, "narrow", 2)
    lines = [line.split()[1] for line in runs.traces("pooled")]
    assert len(lines) == 8
    assert alternate(lines)


def test_ten_runs_of_one_job_at_once_all_execute_once(
    runs: Runs, shared_dask: DaskProcesses, cli_environment: dict[str, str]
):
    at_once(runs, shared_dask, cli_environment, "chain", 10)
    assert len(runs.traces("upstream")) == len(runs.traces("downstream")) == 10
    found = runs.instance.get_runs()
    assert [run.status for run in found] == [dg.DagsterRunStatus.SUCCESS] * 10
    for run in found:
        types = Counter(entry.dagster_event_type for entry in runs.instance.all_logs(run.run_id))
        assert types[dg.DagsterEventType.ASSET_MATERIALIZATION] == 2
        assert types[dg.DagsterEventType.STEP_SUCCESS] == 2
    assert shared_dask.tasks() == []


def test_many_lines_of_output_and_many_log_entries_are_kept(runs: Runs, existing: dict):
    result = runs.run("much_job", existing)
    assert result.success
    told = [e.logs_captured_data for e in result.all_events if e.event_type == dg.DagsterEventType.LOGS_CAPTURED]
    (captured,) = [data.file_key for data in told if "prints_much" in data.step_keys]
    data = runs.instance.compute_log_manager.get_log_data([result.run_id, "compute_logs", captured])
    lines = (data.stdout or b"").decode().splitlines()
    assert [line for line in lines if line.startswith("line ")] == [f"line {number}" for number in range(LINES)]
    entries = [e.user_message for e in runs.instance.all_logs(result.run_id) if e.step_key == "logs_much"]
    assert [entry for entry in entries if entry.startswith("entry ")] == [f"entry {number}" for number in range(500)]


def test_steps_with_events_of_a_thousand_partitions(runs: Runs, existing: dict):
    keys = [f"{number:010d}" for number in range(1, 1001)]
    runs.instance.add_dynamic_partitions("cik", keys)
    tags = {"dagster/asset_partition_range_start": keys[0], "dagster/asset_partition_range_end": keys[-1]}
    result = runs.run("companies", existing, tags=tags)
    assert result.success
    for name in ("per_company", "per_company_after"):
        told = [e for e in result.all_events if e.is_step_materialization and e.asset_key == dg.AssetKey(name)]
        assert len(told) == 1000
        assert runs.instance.get_materialized_partitions(dg.AssetKey(name)) == set(keys)
