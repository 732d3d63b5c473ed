"""Which companies a backfill works on, in which order, in which batches. Pure: frames in, names out.

Done and fresh companies are skipped, so that an interrupted backfill goes on where it stopped. Nothing here reads files
or knows Dagster; carrying a plan out is `drive`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import polars as pl

from sec_assets.tables import ARTIFACTS, FILINGS_INDEX

Stage = Literal["filings_index", "artifacts"]
INDEX: Stage = "filings_index"
DOCUMENTS: Stage = "artifacts"
_GOOD = ("ok", "empty")
_BAD = ("failed", "partial")


@dataclass(frozen=True, slots=True)
class Scope:
    """What is asked for.

    Attributes:
        stages: the assets to make, in order.
        retry_failed: only companies whose last verdict in one of the stages was failed or partial.
        limit: at most so many companies; done ones do not count.
        max_age: how old a list of filings may be to count as fresh.
    """

    stages: tuple[Stage, ...]
    retry_failed: bool
    limit: int | None
    max_age: timedelta


@dataclass(frozen=True, slots=True)
class Plan:
    """The companies to work on, most urgent first, in groups of equal urgency; `done` counts those skipped."""

    groups: tuple[tuple[str, ...], ...]
    done: int

    @property
    def ciks(self) -> list[str]:
        """All companies to work on."""
        return [cik for group in self.groups for cik in group]


def make_plan(universe: Sequence[str], status: pl.DataFrame, held: set[str], scope: Scope, now: datetime) -> Plan:
    """Choose and order companies.

    First come companies without any stored document, then those whose data are stale, last those that failed before.

    Args:
        universe: the companies asked for.
        status: newest rows of table `status`.
        held: companies with at least one stored document.
        scope: what is asked for.
        now: an instant (UTC).
    """
    companies = pl.DataFrame({"cik": universe}, schema={"cik": pl.String})
    for table in (FILINGS_INDEX, ARTIFACTS):
        rows = status.filter(pl.col("asset") == table.name)
        found = rows.select("cik", pl.col("state").alias(table.name), pl.col("at").alias(f"{table.name}_at"))
        companies = companies.join(found, on="cik", how="left", maintain_order="left")
    judged = companies.with_columns(
        done=pl.all_horizontal(_done(stage, scope, now) for stage in scope.stages).fill_null(value=False),
        failed=pl.any_horizontal(pl.col(stage).is_in(_BAD) for stage in scope.stages).fill_null(value=False),
        held=pl.col("cik").is_in(list(held)),
    )
    wanted = judged.filter(pl.col("failed") if scope.retry_failed else ~pl.col("done"))
    rank = pl.when(pl.col("failed")).then(2).when(pl.col("held")).then(1).otherwise(0)
    ordered = wanted.with_columns(rank=rank).sort("rank", "cik").head(scope.limit or wanted.height)
    groups = [tuple(part["cik"]) for part in ordered.partition_by("rank", maintain_order=True)]
    return Plan(tuple(groups), 0 if scope.retry_failed else judged.filter("done").height)


def _done(stage: Stage, scope: Scope, now: datetime) -> pl.Expr:
    """The list of filings is good and fresh; the documents are good and not older than the list."""
    good = pl.col(stage).is_in(_GOOD)
    if stage == INDEX:
        return good & (pl.col("filings_index_at") >= now - scope.max_age)
    return good & (pl.col("artifacts_at") >= pl.col("filings_index_at"))


def batches(groups: Sequence[Sequence[str]], registered: Sequence[str], size: int) -> list[list[str]]:
    """Split groups into batches of at most `size` companies that are neighbours in `registered`.

    A Dagster run takes a contiguous range of partitions, in the order of their registration.
    """
    place = {cik: position for position, cik in enumerate(registered)}
    found: list[list[str]] = []
    for group in groups:
        before = None
        for cik in sorted(group, key=place.__getitem__):
            if before is None or place[cik] != before + 1 or len(found[-1]) == size:
                found.append([])
            found[-1].append(cik)
            before = place[cik]
    return found


Allowed = tuple[int, int]
"""Downloads, and companies with downloads under way."""


def shares(allowed: Allowed, rests: Sequence[Allowed | None]) -> list[Allowed]:
    """Return what each of several batches may have under way, oldest first: what the ones before it leave.

    Args:
        allowed: what all together may have.
        rests: what each has left to end; None while it can use everything.
    """
    found: list[Allowed] = []
    downloads, companies = allowed
    for rest in rests:
        found.append((downloads, companies) if downloads and companies else (0, 0))
        downloads, companies = (0, 0) if rest is None else (max(0, downloads - rest[0]), max(0, companies - rest[1]))
    return found
