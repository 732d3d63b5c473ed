"""What came out for some companies of one asset, and the places it came from. Shared by all pipeline modules."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl

from sec_assets.errors import StoppedError
from sec_assets.storage.documents import DocumentStore
from sec_assets.storage.lake import Lake, Written
from sec_assets.tables import Table


@dataclass(frozen=True, slots=True)
class Store:
    """Where a pipeline function reads and writes; small and picklable, so that workers can have it."""

    lake: Lake
    documents: DocumentStore


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out for some companies.

    Attributes:
        ciks: the companies this outcome is about.
        frame: their new rows; None when `written` tells what a worker has already stored.
        written: what a worker has stored itself.
        failed: companies without result, and why; their old partitions stay as they are.
        partial: companies whose result lacks something, and what.
        notes: companies that rightly have no rows, and why.
        extra: rows of a side table that belong to the same outcome.
    """

    ciks: Sequence[str]
    frame: pl.DataFrame | None = None
    written: dict[str, Written] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    partial: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    extra: tuple[Table, pl.DataFrame] | None = None


def never_made(lake: Lake, table: Table, ciks: Sequence[str]) -> dict[str, str]:
    """Return the companies without a partition of `table`, with the reason why nothing can be made from it.

    That their input failed or was never asked for is not the same as an input without rows.
    """
    made = lake.made(table, ciks)
    return {
        cik: f"table {table.name} has never been made for it; materialize that first, or see why it failed in the table status"
        for cik in ciks
        if cik not in made
    }


def until(stop: threading.Event, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    """Yield outcomes until `stop` is set.

    Raises:
        StoppedError: it was set before the last outcome.
    """
    for outcome in outcomes:
        yield outcome
        if stop.is_set():
            raise StoppedError("stopped as asked; what is done is kept")


def in_words(problems: Sequence[str], many: str, one: str | None = None, limit: int = 3) -> str:
    """Return "3 documents are missing: first; second; …" for a status row, naming at most `limit` problems.

    `one` takes the place of `many` for a single problem.
    """
    shown = "; ".join(problems[:limit])
    more = f"; and {len(problems) - limit} more" if len(problems) > limit else ""
    return f"{len(problems)} {one if one and len(problems) == 1 else many}: {shown}{more}"
