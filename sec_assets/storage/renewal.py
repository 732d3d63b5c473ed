"""Which partitions the warehouse no longer holds as the lake has them, so that a small change costs little.

A list of what a warehouse was made from lies with the receipts. It counts only for the very file it was written for, and only
for the code that wrote it: a list that is lost, or a warehouse that another program has written to, means building anew.
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from sec_assets.storage.lake import Lake
from sec_assets.storage.memory import recall, remember
from sec_assets.storage.places import listing, state_of
from sec_assets.storage.receipts import code_identity
from sec_assets.tables import STATUS, TABLES

PARTITIONS = pl.Schema({"table": pl.String, "cik": pl.String, "bytes": pl.Int64, "state": pl.String})
"""A file of the lake; `cik` is null for a table without partitions."""

_KEY = ("table", "cik")
_NOTED = pl.Schema({**PARTITIONS, "renewed": pl.Boolean, "warehouse": pl.String})
_MOST_RENEWED = 0.25
"""Of the bytes: rows that came later lie apart from their concept's others, which reading a concept has to pay for."""


def inventory(lake: Lake) -> pl.DataFrame:
    """Return every file of the lake that the warehouse is made from (schema PARTITIONS)."""
    whole = [(stem, None, size, state) for stem, size, state in listing(lake.root) if stem in TABLES]
    parts = [(table.name, *part) for table in TABLES.values() if table is not STATUS for part in lake.partitions(table)]
    return pl.DataFrame([*whole, *parts], schema=PARTITIONS, orient="row")


@dataclass(frozen=True, slots=True)
class MadeFrom:
    """The list of what a warehouse was made from, kept at `path`."""

    path: Path

    def changes(self, warehouse: Path, now: pl.DataFrame) -> pl.DataFrame | None:
        """Return the partitions (`table`, `cik`) in which lake and warehouse differ; None if building anew is the better way.

        Args:
            warehouse: the file that may be renewed.
            now: `inventory` of the lake.
        """
        known = recall(self.path, _NOTED)
        if known.is_empty() or known["warehouse"].unique().to_list() != [_identity(warehouse)]:
            return None
        changed = _changed(known, now)
        renewed = pl.concat([changed, known.filter("renewed").select(_KEY)]).unique()
        share = _bytes_of(renewed, pl.concat([now, known.select(list(PARTITIONS))])) / max(1, known["bytes"].sum())
        return changed if share <= _MOST_RENEWED else None

    def note(self, warehouse: Path, made_from: pl.DataFrame, changes: pl.DataFrame | None) -> None:
        """Remember that `warehouse` holds what `made_from` lists, `changes` of it renewed, or all of it built anew.

        Raises:
            StorageError: the folder cannot be written.
        """
        renewed = pl.DataFrame(schema={name: PARTITIONS[name] for name in _KEY})
        if changes is not None:
            renewed = pl.concat([changes, recall(self.path, _NOTED).filter("renewed").select(_KEY)]).unique()
        marked = made_from.join(renewed.with_columns(renewed=True), on=_KEY, how="left", nulls_equal=True)
        rows = marked.with_columns(pl.col("renewed").fill_null(value=False), warehouse=pl.lit(_identity(warehouse)))
        remember(self.path, rows.select(list(_NOTED)))


def _changed(known: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """Return the partitions that are new, gone, or in another state."""
    both = known.join(now, on=_KEY, how="full", nulls_equal=True, coalesce=True, suffix="_now")
    return both.filter(pl.col("state").ne_missing(pl.col("state_now"))).select(_KEY)


def _bytes_of(partitions: pl.DataFrame, listed: pl.DataFrame) -> int:
    """Return the bytes of partitions, the larger where two listings tell of one."""
    sizes = listed.group_by(_KEY).agg(pl.col("bytes").max())
    return int(partitions.join(sizes, on=_KEY, how="left", nulls_equal=True)["bytes"].sum())


def _identity(warehouse: Path) -> str:
    return f"{state_of(warehouse)} {code_identity()} {duckdb.__version__}"
