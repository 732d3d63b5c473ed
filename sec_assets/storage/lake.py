"""The lake: one Parquet file per table and company, each replaced as a whole.

`lake/<table>/<cik>.parquet`, or `lake/<table>.parquet` for tables without partitions, in a folder or an object store. A
write with the content that is already there leaves the file alone, so that a second run changes nothing. What a table
looks like is `tables/`, how a place is read and written is `places`.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from sec_assets.errors import CorruptError
from sec_assets.identifiers import normalize_cik
from sec_assets.storage.places import Place, files_in, for_each, listing, noted_rows, replace, size_of, with_each
from sec_assets.tables import Table

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Written:
    """What a write did: rows and bytes of the file, and whether it differs from what was there."""

    rows: int
    bytes: int
    changed: bool


@dataclass(frozen=True, slots=True)
class Lake:
    """Typed access to the Parquet files below `root`.

    Every method raises `StorageError` where `root` is in an object store that cannot be reached.
    """

    root: Place

    def path(self, table: Table, cik: str | None = None) -> Place:
        """Return where a table lies, or one company's partition of it."""
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

    def write_arrow(self, table: Table, rows: "pa.Table", *, cik: str) -> Written:
        """Replace one partition by rows that are as `storage.arrow` wants them, sorted by the key of `table`.

        Raises:
            StorageError: disk full or not writable; the old file is still there.
            SecAssetsError: the rows do not fit the table.
        """
        # Arrow takes 40 MB of every process that imports it: only who has its tables pays for that.
        from sec_assets.storage.arrow import parquet_of

        return self._replace(self.path(table, cik), parquet_of(table, rows), rows.num_rows)

    def _put(self, path: Place, conformed: pl.DataFrame) -> Written:
        buffer = io.BytesIO()
        conformed.write_parquet(buffer, compression="zstd", statistics=True)
        return self._replace(path, buffer.getvalue(), conformed.height)

    def _replace(self, path: Place, body: bytes, rows: int) -> Written:
        return Written(rows, len(body), changed=replace(path, body, rows=rows))

    def write_partitions(self, table: Table, frame: pl.DataFrame, ciks: Sequence[str]) -> dict[str, Written]:
        """Replace the partition of every company in `ciks`; one without rows in `frame` gets an empty file."""
        conformed = table.conform(frame)  # once for all: it costs more than writing a small partition
        parts = {str(key[0]): part for key, part in conformed.partition_by("cik", as_dict=True).items()}
        strangers = sorted(set(parts) - set(ciks))
        if strangers:
            raise ValueError(f"table {table.name}: rows of companies that were not asked for: {strangers[:5]}")
        empty = table.frame()
        return dict(with_each(self.root, lambda cik: self._put(self.path(table, cik), parts.get(cik, empty)), ciks))

    def written(self, table: Table, ciks: Iterable[str]) -> dict[str, Written]:
        """Return rows and bytes of partitions that are there, without reading their rows."""
        return dict(with_each(self.root, lambda cik: _look_at(self.path(table, cik)), ciks))

    def rows(self, table: Table) -> int:
        """Return how many rows a table has in all its files."""
        places = [self.path(table, cik) for cik in self.ciks(table)] + ([self.path(table)] if self.has(table) else [])
        files = [place for place in places if isinstance(place, Path)]
        if len(files) < len(places):
            return sum(written.rows for written in for_each(self.root, _look_at, places))
        return int(pl.scan_parquet(files, glob=False).select(pl.len()).collect().item()) if files else 0

    def read(self, table: Table, *, cik: str | None = None) -> pl.DataFrame:
        """Read one file; a partition that was never written is an empty frame of the table's schema.

        Raises:
            CorruptError: the file is damaged or has another schema; names the file and the way to rebuild it.
        """
        path = self.path(table, cik)
        if isinstance(path, Path) and not path.is_file():
            return table.frame()
        try:
            source = path if isinstance(path, Path) else io.BytesIO(path.read_bytes())
            rows = pl.read_parquet(source, glob=False, hive_partitioning=False)
            if rows.schema == table.schema:
                return rows
            return rows.cast(table.schema).select(list(table.schema))
        except FileNotFoundError:
            return table.frame()
        except (pl.exceptions.PolarsError, OSError) as error:
            key = f" --partition {path.stem}" if cik else ""
            raise CorruptError(
                f"{path} is damaged ({error}); rebuild it with: dagster asset materialize --select {table.name}{key}"
            ) from error

    def read_many(self, table: Table, ciks: Iterable[str]) -> pl.DataFrame:
        """Read the partitions of several companies as one frame; see `read`."""
        frames = list(for_each(self.root, lambda cik: self.read(table, cik=cik), ciks))
        return pl.concat(frames) if frames else table.frame()

    def read_each(self, table: Table, ciks: Iterable[str]) -> tuple[pl.DataFrame, dict[str, str]]:
        """Read several partitions; a damaged one becomes an entry of the second value (CIK -> complaint)."""
        frames: list[pl.DataFrame] = [table.frame()]
        complaints: dict[str, str] = {}
        for cik, found in with_each(self.root, lambda cik: self._read_or_complain(table, cik), ciks):
            if isinstance(found, str):
                complaints[cik] = found
            else:
                frames.append(found)
        return pl.concat(frames), complaints

    def _read_or_complain(self, table: Table, cik: str) -> pl.DataFrame | str:
        try:
            return self.read(table, cik=cik)
        except CorruptError as error:
            return str(error)

    def has(self, table: Table, *, cik: str | None = None) -> bool:
        """Tell whether the file was ever written."""
        return self.path(table, cik).is_file()

    def made(self, table: Table, ciks: Iterable[str]) -> set[str]:
        """Return those of the companies whose partition was ever written."""
        found = with_each(self.root, lambda cik: self.has(table, cik=cik), ciks)
        return {cik for cik, there in found if there}

    def partitions(self, table: Table) -> list[tuple[str, int, str]]:
        """Return (CIK, bytes, state) of every partition of `table`, sorted; a state is another after each write."""
        return sorted(part for part in listing(self.root / table.name) if part[0].isdigit())

    def ciks(self, table: Table) -> list[str]:
        """Return the companies that have a partition of `table`, sorted."""
        return sorted(stem for path in files_in(self.root / table.name) if (stem := path.stem).isdigit())


def _look_at(path: Place) -> Written:
    noted = None if isinstance(path, Path) else noted_rows(path)
    if noted is not None:
        return Written(*noted, changed=False)
    source = path if isinstance(path, Path) else io.BytesIO(path.read_bytes())
    rows = pl.scan_parquet(source, glob=False, hive_partitioning=False).select(pl.len()).collect().item()
    return Written(rows, size_of(path), changed=False)
