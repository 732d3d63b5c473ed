"""What Dagster itself costs per (asset, partition): stock SQLite, our batches on SQLite, and PostgreSQL.

Run: python -m sec_assets_tests.benchmarks.bench_bookkeeping [partitions]
A range run of one asset that computes nothing, in a fresh Dagster home; the time of a run of one partition is taken off.
"Naive" adds figures to each partition's materialization one by one, as a plain asset would.
"""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from rich.console import Console
from rich.table import Table

from sec_assets_tests.postgres import postgres_server

PARTITIONS = 1000
_RANGE = "dagster/asset_partition_range_"

companies = dg.DynamicPartitionsDefinition(name="cik")


@dg.asset(partitions_def=companies, backfill_policy=dg.BackfillPolicy.single_run())
def plain() -> dg.MaterializeResult:
    return dg.MaterializeResult(metadata={"companies": 1, "preview": dg.MetadataValue.md("| a |\n|---|\n| 1 |")})


@dg.asset(partitions_def=companies, backfill_policy=dg.BackfillPolicy.single_run())
def naive(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    for key in context.partition_keys:
        context.add_asset_metadata({"rows": 1}, partition_key=key)
    return dg.MaterializeResult()


definitions = dg.Definitions(
    assets=[plain, naive],
    jobs=[dg.define_asset_job(f"{name}_job", selection=name) for name in ("plain", "naive")],
    executor=dg.in_process_executor,
)


@contextmanager
def instance_of(storage: str) -> Iterator[dg.DagsterInstance]:
    with tempfile.TemporaryDirectory() as home:
        (Path(home) / "dagster.yaml").write_text("telemetry:\n  enabled: false\n" + storage)
        os.environ["DAGSTER_HOME"] = home
        with dg.DagsterInstance.from_config(home) as instance:
            yield instance


def seconds(instance: dg.DagsterInstance, asset: str, keys: list[str]) -> float:
    started = time.perf_counter()
    tags = {_RANGE + "start": keys[0], _RANGE + "end": keys[-1]}
    job = definitions.resolve_job_def(f"{asset}_job")
    run_config = {"loggers": {"console": {"config": {"log_level": "ERROR"}}}}
    assert job.execute_in_process(instance=instance, tags=tags, run_config=run_config).success
    return time.perf_counter() - started


def milliseconds_each(storage: str, asset: str, batch: int, partitions: int) -> float:
    os.environ.pop("DAGSTER_EVENT_BATCH_SIZE", None)
    if batch:
        os.environ["DAGSTER_EVENT_BATCH_SIZE"] = str(batch)
    with instance_of(storage) as instance:
        keys = [f"{number:010d}" for number in range(partitions)]
        instance.add_dynamic_partitions("cik", keys)
        seconds(instance, asset, keys[:1])
        one = seconds(instance, asset, keys[:1])
        return (seconds(instance, asset, keys) - one) / (partitions - 1) * 1000


SQLITE = "event_log_storage:\n  module: sec_assets.execution.event_log\n  class: BatchedSqliteEventLogStorage\n"


def ours_on_postgres(address: str) -> str:
    return "".join(
        f"{name}:\n  module: {module}\n  class: {kind}\n  config:\n    postgres_url: {address}\n"
        for name, module, kind in (
            ("run_storage", "dagster_postgres.run_storage", "PostgresRunStorage"),
            ("event_log_storage", "sec_assets.execution.event_log_postgres", "BatchedPostgresEventLogStorage"),
            ("schedule_storage", "dagster_postgres.schedule_storage", "PostgresScheduleStorage"),
        )
    )


def main() -> None:
    partitions = int(sys.argv[1]) if len(sys.argv) > 1 else PARTITIONS
    with postgres_server() as address:
        postgres = f"storage:\n  postgres:\n    postgres_url: {address}\n"
        rows = [
            ("SQLite, naive", milliseconds_each("", "naive", 0, partitions)),
            ("SQLite, stock", milliseconds_each("", "plain", 0, partitions)),
            ("SQLite, stock, batches asked for", milliseconds_each("", "plain", 500, partitions)),
            ("SQLite, ours (default)", milliseconds_each(SQLITE, "plain", 0, partitions)),
            ("PostgreSQL, stock", milliseconds_each(postgres, "plain", 0, partitions)),
            ("PostgreSQL, stock, batches asked for", milliseconds_each(postgres, "plain", 500, partitions)),
            ("PostgreSQL, ours (production)", milliseconds_each(ours_on_postgres(address), "plain", 0, partitions)),
        ]
    table = Table("storage", "ms per (asset, partition)", "ratio to naive")
    for name, value in rows:
        table.add_row(name, f"{value:.2f}", f"{rows[0][1] / value:.1f}")
    Console().print(table)


if __name__ == "__main__":
    main()
