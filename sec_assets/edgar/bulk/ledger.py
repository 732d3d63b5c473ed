"""Which members of an archive have been read into the lake: CRC-32 and size of each, in one small Parquet file.

The next night's archive is the same but for some thousand members; only companies one of whose members changed, came
or went are read again. Losing the file costs one full pass, never a row: it is written after the lake is.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from sec_assets.storage.locks import locked
from sec_assets.storage.memory import recall, remember
from sec_assets.tables import UTC_INSTANT

_SCHEMA = pl.Schema(
    {"cik": pl.Int64, "page": pl.Int32, "crc32": pl.UInt32, "size": pl.Int64, "confirmed_at": UTC_INSTANT}
)

_PATIENCE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Changes:
    """What a new archive means for the wanted companies: read again, left alone, or not in it (any more)."""

    changed: list[str]
    unchanged: list[str]
    never_listed: list[str]
    deleted: list[str]


@dataclass(frozen=True, slots=True)
class Ledger:
    """The ledger of one archive at `path`."""

    path: Path

    def read(self) -> pl.DataFrame:
        """Return cik (Int64), page, crc32, size of every member that was read, and when that was last found to hold (UTC).

        No rows if the file is lost or damaged.
        """
        return recall(self.path, _SCHEMA)

    def compare(self, members: pl.DataFrame, ciks: Collection[str]) -> Changes:
        """Sort the wanted companies by what happened to their members since they were read.

        Args:
            members: `Directory.members` of the new archive.
            ciks: the wanted companies.
        """
        wanted = pl.DataFrame({"cik": [int(cik) for cik in sorted(ciks)]}, schema={"cik": pl.Int64})
        now = _marks(members.join(wanted, on="cik", how="semi"))
        then = _marks(self.read().join(wanted, on="cik", how="semi"))
        both = wanted.join(now, on="cik", how="left").join(then, on="cik", how="left", suffix="_then")
        listed, known = pl.col("marks").is_not_null(), pl.col("marks_then").is_not_null()
        same = pl.col("marks") == pl.col("marks_then")
        return Changes(
            changed=_ciks(both.filter(listed & ~same.fill_null(value=False))),
            unchanged=_ciks(both.filter(listed & same)),
            never_listed=_ciks(both.filter(~listed & ~known)),
            deleted=_ciks(both.filter(~listed & known)),
        )

    def confirmed_since(self, since: datetime) -> set[str]:
        """Return the companies whose rows were found to be those of the newest archive at `since` or later."""
        return set(_ciks(self.read().filter(pl.col("confirmed_at") >= since).unique("cik")))

    def record(self, members: pl.DataFrame, ciks: Iterable[str], at: datetime) -> None:
        """Remember the members of companies that are in the lake now, in place of what was known of them.

        Runs that record at the same time take turns, so that none forgets what the other did.

        Raises:
            StorageError: disk full or not writable.
        """
        done = pl.DataFrame({"cik": [int(cik) for cik in ciks]}, schema={"cik": pl.Int64})
        new = (
            members.join(done, on="cik", how="semi")
            .with_columns(pl.lit(at).alias("confirmed_at"))
            .select(list(_SCHEMA))
        )
        with locked(self.path.parent / "locks", self.path.name, _PATIENCE_SECONDS):
            rows = pl.concat([self.read().join(done, on="cik", how="anti"), new]).sort("cik", "page")
            remember(self.path, rows)


def _marks(members: pl.DataFrame) -> pl.DataFrame:
    """Return one comparable text per company that has a main file."""
    mark = pl.concat_str("page", "crc32", "size", separator=":")
    grouped = members.sort("cik", "page").group_by("cik", maintain_order=True)
    return grouped.agg(mark.str.join(" ").alias("marks"), pl.col("page").min()).filter(pl.col("page") == 0).drop("page")


def _ciks(rows: pl.DataFrame) -> list[str]:
    return [f"{cik:010d}" for cik in rows["cik"]]
