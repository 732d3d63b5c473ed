"""The event log tells the same whether events were stored one by one or in batches."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pytest
from dagster._check import CheckError

from sec_assets.errors import SettingError
from sec_assets.execution.event_log import BatchedSqliteEventLogStorage
from sec_assets_tests.postgres import postgres_server

pytestmark = pytest.mark.dagster

KEYS = [f"{number:010d}" for number in range(40)]
MODULE = "sec_assets.execution.event_log"
BATCHED = (
    f"event_log_storage:\n  module: {MODULE}\n  class: BatchedSqliteEventLogStorage\n  config: {{batch_size: 16}}\n"
)
companies = dg.DynamicPartitionsDefinition(name="cik")
range_run = dg.BackfillPolicy.single_run()


@dg.asset(partitions_def=companies, backfill_policy=range_run, check_specs=[dg.AssetCheckSpec("sound", asset="first")])
def first(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    for key in context.partition_keys[:2]:
        context.add_asset_metadata({"own": key}, partition_key=key)
    return dg.MaterializeResult(metadata={"rows": 3}, check_results=[dg.AssetCheckResult(passed=True)])


@dg.asset(partitions_def=companies, backfill_policy=range_run, deps=[first])
def second() -> None: ...


definitions = dg.Definitions(
    assets=[first, second], jobs=[dg.define_asset_job("both", selection="*")], executor=dg.in_process_executor
)


@pytest.fixture(autouse=True)
def _no_batches_left_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "0")
    monkeypatch.delenv("DAGSTER_EVENT_BATCH_SIZE")


@contextmanager
def instance_at(home: Path, storage: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    home.mkdir(exist_ok=True)
    (home / "dagster.yaml").write_text("telemetry:\n  enabled: false\n" + storage)
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    with dg.DagsterInstance.from_config(str(home)) as instance:
        yield instance


def run_range(instance: dg.DagsterInstance) -> dg.DagsterRun:
    instance.add_dynamic_partitions("cik", KEYS)
    ends = {"dagster/asset_partition_range_start": KEYS[0], "dagster/asset_partition_range_end": KEYS[-1]}
    result = definitions.resolve_job_def("both").execute_in_process(instance=instance, tags=ends)
    assert result.success
    return result.dagster_run


def told(instance: dg.DagsterInstance, run: dg.DagsterRun) -> dict:
    """What the UI, the daemon and a user ask the event log."""
    events = [entry.dagster_event for entry in instance.all_logs(run.run_id) if entry.dagster_event]
    keys = [dg.AssetKey("first"), dg.AssetKey("second")]
    records = {record.asset_entry.asset_key: record.asset_entry for record in instance.get_asset_records(keys)}
    latest = {key: records[key].last_materialization for key in keys}
    fetched = instance.fetch_materializations(dg.AssetRecordsFilter(asset_key=keys[0]), limit=1000).records
    check_key = dg.AssetCheckKey(keys[0], "sound")
    (check,) = instance.event_log_storage.get_asset_check_execution_history(check_key, limit=10)
    return {
        "types": Counter(event.event_type_value for event in events),
        "order": [event.partition for event in events if event.is_step_materialization],
        "planned": sorted(
            (event.asset_key.to_string(), event.partition or "")
            for event in events
            if event.is_asset_materialization_planned and event.asset_key
        ),
        "partitions": [sorted(instance.get_materialized_partitions(key)) for key in keys],
        "latest": [entry and entry.dagster_event and entry.dagster_event.partition for entry in latest.values()],
        "last run": [records[key].last_run_id == run.run_id for key in keys],
        "fetched": sorted(record.partition_key or "" for record in fetched),
        "own metadata": sorted(
            str(record.asset_materialization.metadata["own"].value)
            for record in fetched
            if record.asset_materialization and "own" in record.asset_materialization.metadata
        ),
        "check": (check.status, check.run_id == run.run_id),
    }


def test_batches_tell_the_same_as_single_events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with instance_at(tmp_path / "stock", "", monkeypatch) as instance:
        expected = told(instance, run_range(instance))
    with instance_at(tmp_path / "batched", BATCHED, monkeypatch) as instance:
        assert told(instance, run_range(instance)) == expected
    assert expected["types"]["ASSET_MATERIALIZATION_PLANNED"] == len(KEYS) * 2 == len(expected["planned"])
    with instance_at(tmp_path / "batched", "", monkeypatch) as stock_again:
        (run,) = stock_again.get_runs()
        assert told(stock_again, run) == expected


def test_batches_are_stored_as_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    sizes: list[int] = []
    plain = BatchedSqliteEventLogStorage.store_event_batch
    monkeypatch.setattr(
        BatchedSqliteEventLogStorage,
        "store_event_batch",
        lambda self, events: (sizes.append(len(events)), plain(self, events))[1],
    )
    with instance_at(tmp_path / "home", BATCHED, monkeypatch) as instance:
        run_range(instance)
    assert max(sizes) == 16
    assert sum(sizes) >= len(KEYS) * 4


def test_a_batch_that_cannot_be_stored_is_stored_event_by_event_and_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    def refuse(*_: object) -> None:
        raise sqlite3.OperationalError("database is locked")

    with instance_at(tmp_path / "stock", "", monkeypatch) as instance:
        expected = told(instance, run_range(instance))
    monkeypatch.setattr(BatchedSqliteEventLogStorage, "_store_latest", refuse)
    with instance_at(tmp_path / "home", BATCHED, monkeypatch) as instance:
        assert told(instance, run_range(instance)) == expected
    assert "database is locked" in capfd.readouterr().err


def test_other_kinds_of_events_are_refused_before_anything_is_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with instance_at(tmp_path / "home", BATCHED, monkeypatch) as instance:
        run = run_range(instance)
        entries = instance.all_logs(run.run_id)
        before = told(instance, run)
        with pytest.raises(CheckError, match="RUN_SUCCESS"):
            instance.event_log_storage.store_event_batch(entries)
        assert told(instance, run) == before


def test_postgres_batches_tell_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("dagster_postgres")
    with instance_at(tmp_path / "stock", "", monkeypatch) as instance:
        expected = told(instance, run_range(instance))
    with postgres_server() as address:
        sections = (
            ("run_storage", "dagster_postgres.run_storage", "PostgresRunStorage"),
            ("event_log_storage", f"{MODULE}_postgres", "BatchedPostgresEventLogStorage"),
            ("schedule_storage", "dagster_postgres.schedule_storage", "PostgresScheduleStorage"),
        )
        storage = "".join(
            f"{section}:\n  module: {module}\n  class: {name}\n  config: {{postgres_url: '{address}'}}\n"
            for section, module, name in sections
        )
        with instance_at(tmp_path / "postgres", storage, monkeypatch) as instance:
            assert told(instance, run_range(instance)) == expected


def test_without_a_home_nobody_guesses_where_the_log_lies(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    with pytest.raises(SettingError, match="DAGSTER_HOME is not set"):
        BatchedSqliteEventLogStorage.from_config_value(None, {"batch_size": 10})
