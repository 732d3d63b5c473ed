"""The lake: one Parquet file per table and company, each replaced as a whole.

`lake/<table>/<cik>.parquet`, or `lake/<table>.parquet` for tables without partitions. A write with the content that is
already there leaves the file alone, so that a second run changes nothing. What a table looks like is `tables/`.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa

from sec_assets.errors import CorruptError
from sec_assets.identifiers import normalize_cik
from sec_assets.storage.arrow import parquet_of
from sec_assets.storage.files import write_atomically
from sec_assets.tables import Table


@dataclass(frozen=True, slots=True)
class Written:
    """What a write did: rows and bytes of the file, and whether it differs from what was there."""

    rows: int
    bytes: int
    changed: bool


@dataclass(frozen=True, slots=True)
class Lake:
    """Typed access to the Parquet files below `root`."""

    root: Path

    def path(self, table: Table, cik: str | None = None) -> Path:
        """Return the file of a table, or of one company's partition of it."""
        if cik is None:
            return self.root / f"{table.name}.parquet"
        return self.root / table.name / f"{normalize_cik(cik)}.parquet"

    def write(self, table: Table, frame: pl.DataFrame, *, cik: str | None = None) -> Written:
        """Replace one file by `frame`, conformed to `table` and sorted by its key.

        Raises:
            StorageError: disk full or not writable; the old file is still there.
            SecAssetsError: the frame does not fit the table.
        """
        return self._put(self.path(table, cik), table.conform(frame))

    def write_arrow(self, table: Table, rows: pa.Table, *, cik: str) -> Written:
        """Replace one partition by rows that are as `storage.arrow` wants them, sorted by the key of `table`.

        Raises:
            StorageError: disk full or not writable; the old file is still there.
            SecAssetsError: the rows do not fit the table.
        """
        return self._replace(self.path(table, cik), parquet_of(table, rows), rows.num_rows)

    def _put(self, path: Path, conformed: pl.DataFrame) -> Written:
        buffer = io.BytesIO()
        conformed.write_parquet(buffer, compression="zstd", statistics=True)
        return self._replace(path, buffer.getvalue(), conformed.height)

    def _replace(self, path: Path, body: bytes, rows: int) -> Written:
        if path.is_file() and path.stat().st_size == len(body) and path.read_bytes() == body:
            return Written(rows, len(body), changed=False)
        write_atomically(path, body)
        return Written(rows, len(body), changed=True)

    def write_partitions(self, table: Table, frame: pl.DataFrame, ciks: Sequence[str]) -> dict[str, Written]:
        """Replace the partition of every company in `ciks`; one without rows in `frame` gets an empty file."""
        conformed = table.conform(frame)  # once for all: it costs more than writing a small partition
        parts = {str(key[0]): part for key, part in conformed.partition_by("cik", as_dict=True).items()}
        strangers = sorted(set(parts) - set(ciks))
        if strangers:
            raise ValueError(f"table {table.name}: rows of companies that were not asked for: {strangers[:5]}")
        empty = table.frame()
        return {cik: self._put(self.path(table, cik), parts.get(cik, empty)) for cik in ciks}

    def read(self, table: Table, *, cik: str | None = None) -> pl.DataFrame:
        """Read one file; a partition that was never written is an empty frame of the table's schema.

        Raises:
            CorruptError: the file is damaged or has another schema; names the file and the way to rebuild it.
        """
        path = self.path(table, cik)
        if not path.is_file():
            return table.frame()
        try:
            return (
                pl.read_parquet(path, glob=False, hive_partitioning=False).cast(table.schema).select(list(table.schema))
            )
        except (pl.exceptions.PolarsError, OSError) as error:
            key = f" --partition {path.stem}" if cik else ""
            raise CorruptError(
                f"{path} is damaged ({error}); rebuild it with: dagster asset materialize --select {table.name}{key}"
            ) from error

    def read_many(self, table: Table, ciks: Iterable[str]) -> pl.DataFrame:
        """Read the partitions of several companies as one frame; see `read`."""
        frames = [self.read(table, cik=cik) for cik in ciks]
        return pl.concat(frames) if frames else table.frame()

    def read_each(self, table: Table, ciks: Iterable[str]) -> tuple[pl.DataFrame, dict[str, str]]:
        """Read several partitions; a damaged one becomes an entry of the second value (CIK -> complaint)."""
        frames: list[pl.DataFrame] = [table.frame()]
        complaints: dict[str, str] = {}
        for cik in ciks:
            try:
                frames.append(self.read(table, cik=cik))
            except CorruptError as error:
                complaints[cik] = str(error)
        return pl.concat(frames), complaints

    def has(self, table: Table, *, cik: str | None = None) -> bool:
        """Tell whether the file was ever written."""
        return self.path(table, cik).is_file()

    def ciks(self, table: Table) -> list[str]:
        """Return the companies that have a partition of `table`, sorted."""
        return sorted(path.stem for path in (self.root / table.name).glob("[0-9]*.parquet"))
