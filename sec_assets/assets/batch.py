"""How every partitioned asset works through its companies: bounded chunks, a verdict per company, outages kept apart.

A chunk's work yields outcomes; each is stored as soon as it comes. Failures of one company become rows of the status
table and leave its old partition alone. An outage ends the run: what is done stays and is recorded partition by
partition. What an asset computes is not here but in the library.
"""

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import dagster as dg
import polars as pl

from sec_assets.assets.present import failure_sample, preview, time_range
from sec_assets.errors import SecAssetsError, StoppedError
from sec_assets.pipeline.outcome import Outcome
from sec_assets.resources import LakeResource
from sec_assets.storage.lake import Lake, Written
from sec_assets.storage.receipts import Receipts, Recipe
from sec_assets.storage.status import StatusLog, Verdict
from sec_assets.tables import Table

CHUNK = 250
"""Companies worked on at once: bounds memory, and what an outage can lose."""

_VERDICTS_EVERY_SECONDS = 1.0  # each record is a file of its own
_RECEIPTS_EVERY_SECONDS = 30.0  # all of an asset are one file; a killed run loses so much work at most

_TOLD_ONE_BY_ONE = 50  # metadata of a single partition costs about 8 ms each on SQLite


Work = Callable[[list[str]], Iterable[Outcome]]

Settled = Callable[[str, str, Verdict, bool], None]
"""Is told of every company stored: asset, CIK, verdict, and whether its partition changed."""


def tell_nobody(asset: str, cik: str, verdict: Verdict, changed: bool) -> None:
    """Tell nobody."""


def materialize_companies(
    context: dg.AssetExecutionContext,
    storage: LakeResource,
    table: Table,
    work: Work,
    *,
    chunk: int | None = CHUNK,
    settled: Settled = tell_nobody,
    recipe: Recipe | None = None,
) -> dg.MaterializeResult:
    """Run `work` over the run's companies in chunks and store what it yields.

    With a `recipe`, companies whose partition was made by this code from what lies there now are left out.

    Args:
        context: of the asset.
        storage: where outcomes go.
        table: what the asset makes.
        work: yields the outcomes of a chunk, in any order.
        chunk: companies per call of `work`; None hands over all at once, to work that bounds itself.
        settled: is told of every company stored.
        recipe: what the partitions depend on, where the lake alone decides; None for what looks outside.

    Raises:
        dagster.Failure: an outage or a wrong setting, with its one sentence; finished companies are kept.
    """
    receipts = storage.receipts(table.name, (table, *recipe.sides), recipe) if recipe else None
    ledger = _Ledger(context, storage.store().lake, storage.status(), table, settled, receipts)
    try:
        ciks = ledger.leave_out(sorted(set(context.partition_keys)))
        size = chunk or max(1, len(ciks))
        for start in range(0, len(ciks), size):
            for outcome in work(ciks[start : start + size]):
                ledger.store(outcome)
        ledger.close()
    except SecAssetsError as outage:
        ledger.close()
        ledger.record_finished()
        if isinstance(outage, StoppedError):
            context.instance.report_run_canceling(
                context.run, message=str(outage)
            )  # it then ends as canceled, not failed
        raise dg.Failure(description=str(outage), allow_retries=True) from None  # the sentence says it all
    ledger.tell_per_company()
    return dg.MaterializeResult(metadata=ledger.metadata())


class _Ledger:
    """Stores outcomes and remembers what there is to tell about them."""

    def __init__(
        self, context: dg.AssetExecutionContext, lake: Lake, status: StatusLog, table: Table, settled: Settled,
        receipts: Receipts | None,
    ) -> None:  # fmt: skip
        self._context = context
        self._lake = lake
        self._status = status
        self._table = table
        self._settled = settled
        self._receipts = receipts
        self._attempts: dict[str, int] | None = None
        self._kept_at = time.monotonic()
        self._flushes = 0
        self._left_out = 0
        self._verdicts: dict[str, Verdict] = {}
        self._unrecorded: dict[str, Verdict] = {}
        self._recorded_at = 0.0
        self._changed = 0
        self._sample = table.frame()
        self._range: tuple[str, str] | None = None

    def leave_out(self, ciks: list[str]) -> list[str]:
        """Take over the verdicts of companies whose receipt holds; return the others.

        Who asks for a single company means it, such as after a damaged file: it is computed in any case.
        """
        standing = self._receipts.standing(ciks) if self._receipts else {}
        if len(ciks) == 1:
            return ciks
        verdicts = {
            cik: Verdict("ok" if receipt.rows else "empty", receipt.rows, receipt.note)
            for cik, receipt in standing.items()
        }
        self._verdicts |= verdicts
        self._unrecorded |= verdicts
        self._left_out = len(standing)
        for cik, verdict in verdicts.items():
            self._settled(self._table.name, cik, verdict, False)
        return [cik for cik in ciks if cik not in standing]

    def store(self, outcome: Outcome) -> None:
        good = [cik for cik in outcome.ciks if cik not in outcome.failed]
        written = dict(outcome.written)
        if outcome.frame is not None:
            frame = outcome.frame.filter(pl.col("cik").is_in(good))
            written |= self._lake.write_partitions(self._table, frame, good)
            self._look_at(frame)
        if outcome.extra is not None:
            side, rows = outcome.extra
            self._lake.write_partitions(side, rows.filter(pl.col("cik").is_in(good)), good)
        self._changed += sum(item.changed for item in written.values())
        verdicts = {cik: _verdict(cik, outcome, written) for cik in outcome.ciks}
        self._verdicts |= verdicts
        self._unrecorded |= verdicts
        self._note(verdicts)
        now = time.monotonic()
        if now - self._recorded_at >= _VERDICTS_EVERY_SECONDS:
            self.flush()
        if now - self._kept_at >= _RECEIPTS_EVERY_SECONDS:
            self._keep_receipts()
        for cik, verdict in verdicts.items():
            self._settled(self._table.name, cik, verdict, cik in written and written[cik].changed)

    def flush(self) -> None:
        """Write the verdicts that wait, if any, to the status table."""
        waiting, self._unrecorded = self._unrecorded, {}
        if waiting:
            if self._attempts is None:
                self._attempts = self._status.attempts(self._table.name)
            self._status.record(
                self._table.name, waiting, run_id=self._context.run.run_id, at=datetime.now(UTC), before=self._attempts
            )
            self._flushes += 1
        self._recorded_at = time.monotonic()

    def close(self) -> None:
        """Write what waits, and fold the files that were written one a second."""
        self.flush()
        self._keep_receipts()
        if self._flushes > 1:
            self._status.compact(self._table.name)

    def _keep_receipts(self) -> None:
        if self._receipts is not None:
            self._receipts.save()
        self._kept_at = time.monotonic()

    def _note(self, verdicts: dict[str, Verdict]) -> None:
        """Give a receipt to every company without fault, and take it from the others, which the next run tries again."""
        if self._receipts is None:
            return
        for cik, verdict in verdicts.items():
            if verdict.state in {"ok", "empty"}:
                self._receipts.note(cik, verdict.rows, verdict.error)
            else:
                self._receipts.forget(cik)

    def record_finished(self) -> None:
        """Tell Dagster about the companies finished before an outage, since the failed step will not."""
        for cik, verdict in self._verdicts.items():
            if verdict.state != "failed":
                self._context.log_event(dg.AssetMaterialization(self._context.asset_key, partition=cik))

    def tell_per_company(self) -> None:
        """Put each company's own figures on its materialization, where the run is small enough to afford it."""
        if len(self._verdicts) > _TOLD_ONE_BY_ONE:
            return
        for cik, verdict in self._verdicts.items():
            own = {"dagster/row_count": verdict.rows, "state": verdict.state, "reason": verdict.error or "none"}
            self._context.add_asset_metadata(own, partition_key=cik)

    def metadata(self) -> dict[str, dg.MetadataValue]:
        states = [verdict.state for verdict in self._verdicts.values()]
        values: dict[str, dg.MetadataValue] = {
            "rows_in_run": dg.MetadataValue.int(sum(verdict.rows for verdict in self._verdicts.values())),
            "companies": dg.MetadataValue.int(len(states)),
            "companies_failed": dg.MetadataValue.int(states.count("failed")),
            "companies_partial": dg.MetadataValue.int(states.count("partial")),
            "companies_empty": dg.MetadataValue.int(states.count("empty")),
            "companies_unchanged": dg.MetadataValue.int(self._left_out),
            "partitions_changed": dg.MetadataValue.int(self._changed),
            "lake": dg.MetadataValue.path(str(self._lake.root / self._table.name)),
            "preview": dg.MetadataValue.md(preview(self._sample)),
            "failures": dg.MetadataValue.md(failure_sample(self._verdicts)),
        }
        if self._range is not None:
            values["from"] = dg.MetadataValue.text(self._range[0])
            values["to"] = dg.MetadataValue.text(self._range[1])
        return values

    def _look_at(self, frame: pl.DataFrame) -> None:
        if self._sample.is_empty():
            self._sample = frame.head(5)
        found = time_range(frame)
        if found is not None:
            low, high = self._range or found
            self._range = (min(low, found[0]), max(high, found[1]))


def _verdict(cik: str, outcome: Outcome, written: dict[str, Written]) -> Verdict:
    if cik in outcome.failed:
        return Verdict("failed", 0, outcome.failed[cik])
    rows = written[cik].rows if cik in written else 0
    if cik in outcome.partial:
        return Verdict("partial", rows, outcome.partial[cik])
    return Verdict("ok", rows) if rows else Verdict("empty", 0, outcome.notes.get(cik))
