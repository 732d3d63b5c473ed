"""Sensors: what happens by itself. One reads EDGAR's feed of newest filings and has new ones fetched.

A tick either requests runs or says why it does not; a poll that fails is a failed tick, never "nothing new".
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime

import dagster as dg
import polars as pl

from sec_assets.assets.edgar import FilingsIndexConfig
from sec_assets.edgar.feeds import new_filings
from sec_assets.jobs import company_update_job
from sec_assets.partitions import CIK_PARTITIONS
from sec_assets.resources import EdgarResource, LakeResource
from sec_assets.storage.lake import Lake
from sec_assets.tables import FILINGS_INDEX

_MAX_PAGES = 20
_MAX_RUNS_PER_TICK = 50
_PATIENCE_SECONDS = 60.0  # a tick that waits out a ban would be ended by the daemon without a reason
_Mark = tuple[datetime, str]


@dg.sensor(
    name="new_filings",
    job=company_update_job,
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.STOPPED,
    description="Reads the feed of newest filings and updates exactly the tracked companies that filed.",
)
def new_filings_sensor(
    context: dg.SensorEvaluationContext, edgar: EdgarResource, storage: LakeResource
) -> dg.SensorResult | dg.SkipReason:
    """Request one run per tracked company with filings that are in the feed and not yet in `filings_index`."""
    mark = read_cursor(context.cursor)
    with edgar.client(patience_seconds=_PATIENCE_SECONDS) as client:
        found = new_filings(client, mark, _MAX_PAGES)
    for problem in found.problems:
        context.log.warning(problem)
    if not found.reached and mark is not None:
        context.log.warning(
            f"the feed does not reach back to {mark[0]:%Y-%m-%d %H:%M:%S} UTC ({mark[1]}): filings may have been missed; "
            "materialize filings_index for all partitions to catch up"
        )
    tracked = set(context.instance.get_dynamic_partitions(str(CIK_PARTITIONS.name)))
    unknown = unknown_filings(found.frame.filter(pl.col("cik").is_in(tracked)), storage.store().lake)
    due, cursor = within_cap(unknown, found.frame, mark)
    if due.is_empty():
        context.update_cursor(write_cursor(cursor))
        return dg.SkipReason(
            f"{found.frame.height} new filings in the feed, none of the {len(tracked)} tracked companies"
        )
    return dg.SensorResult(run_requests=list(_requests(due)), cursor=write_cursor(cursor))


def read_cursor(text: str | None) -> _Mark | None:
    """Return (accepted_at, accession number) of the newest filing seen, or None before the first tick."""
    if not text:
        return None
    value = json.loads(text)
    return datetime.fromisoformat(value["accepted_at"]), value["accession_number"]


def write_cursor(mark: _Mark | None) -> str:
    """Return the text that `read_cursor` reads; empty before anything was seen."""
    if mark is None:
        return ""
    return json.dumps({"accepted_at": mark[0].astimezone(UTC).isoformat(), "accession_number": mark[1]})


def unknown_filings(entries: pl.DataFrame, lake: Lake) -> pl.DataFrame:
    """Return the feed entries whose filing is not yet in the company's partition of `filings_index`."""
    index, _ = lake.read_each(FILINGS_INDEX, entries["cik"].unique().sort().to_list())
    return entries.join(index, on=["cik", "accession_number"], how="anti")


def within_cap(unknown: pl.DataFrame, feed: pl.DataFrame, mark: _Mark | None) -> tuple[pl.DataFrame, _Mark | None]:
    """Return the oldest filings of at most fifty companies, and the mark up to which everything is dealt with."""
    by_age = unknown.sort("accepted_at", "accession_number")
    order = by_age["cik"].unique(maintain_order=True)
    due = by_age.filter(pl.col("cik").is_in(order.head(_MAX_RUNS_PER_TICK).to_list()))
    if len(order) > _MAX_RUNS_PER_TICK:
        first_left = by_age.filter(pl.col("cik") == order[_MAX_RUNS_PER_TICK]).row(0, named=True)
        older = feed.filter(pl.col("accepted_at") < first_left["accepted_at"])
        return due, _newest(older) or mark
    return due, _newest(feed) or mark


def _newest(entries: pl.DataFrame) -> _Mark | None:
    if entries.is_empty():
        return None
    row = entries.sort("accepted_at", "accession_number").row(-1, named=True)
    return row["accepted_at"], row["accession_number"]


def _requests(due: pl.DataFrame) -> Iterable[dg.RunRequest]:
    newest = due.sort("accepted_at", "accession_number").group_by("cik", maintain_order=True).last()
    for row in newest.iter_rows(named=True):
        yield dg.RunRequest(
            # a run key is remembered for ever: the newest accession number makes it new exactly when something is
            run_key=f"{row['cik']}:{row['accession_number']}",
            partition_key=row["cik"],
            run_config=dg.RunConfig(ops={"filings_index": FilingsIndexConfig(refresh=True)}),
            tags={"sec_assets/accession_number": row["accession_number"], "sec_assets/form": row["form"]},
        )


ALL_SENSORS = [new_filings_sensor]
