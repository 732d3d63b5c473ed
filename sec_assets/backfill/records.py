"""Makes Dagster's records agree with the lake after a backfill was killed.

A run whose process is gone stays "started" for ever, and companies it had stored have no materialization. Called while
no lane lives, which the lock of `drive` holds.
"""

from collections.abc import Sequence

import dagster as dg
import polars as pl

from sec_assets.backfill.plan import DOCUMENTS, INDEX
from sec_assets.partitions import BACKFILL_TAG

_UNFINISHED = [
    dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING,
]  # fmt: skip


def end_dead_runs(instance: dg.DagsterInstance, *, stopped: bool) -> int:
    """Mark the unfinished runs of backfills as canceled if they were stopped, else as failed; return how many there were."""
    runs = [run for run in instance.get_runs(dg.RunsFilter(statuses=_UNFINISHED)) if BACKFILL_TAG in run.tags]
    for run in runs:
        if stopped:
            instance.report_run_canceled(run, "the backfill was stopped at once; what was stored is kept")
        else:
            instance.report_run_failed(run, "the backfill that executed this run was ended; what was stored is kept")
    return len(runs)


def record_stored(instance: dg.DagsterInstance, status: pl.DataFrame, ciks: Sequence[str]) -> int:
    """Report the companies that the status table knows as stored and Dagster does not; return how many partitions.

    Args:
        instance: where events are kept.
        status: newest rows of table `status`.
        ciks: the companies looked at.
    """
    stored = status.filter(pl.col("state") != "failed", pl.col("cik").is_in(list(ciks)))
    told = 0
    for asset in (INDEX, DOCUMENTS):
        known = instance.get_materialized_partitions(dg.AssetKey(asset))
        rows = stored.filter(pl.col("asset") == asset, ~pl.col("cik").is_in(list(known)))
        for cik, state, count, run_id in rows.select("cik", "state", "rows", "run_id").iter_rows():
            metadata = {"dagster/row_count": count, "state": state, "stored_by_run": run_id}
            instance.report_runless_asset_event(dg.AssetMaterialization(asset, partition=cik, metadata=metadata))
            told += 1
    return told
