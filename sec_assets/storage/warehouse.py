"""The DuckDB warehouse: every table of the lake in one file, sorted by its key, with views for analysts.

Facts are sorted by concept first, among some hundred companies at a time: one concept of all companies and one company are
both read from few places, and no sort grows with the lake. A new file is built beside the old one and swapped in by a rename:
open readers keep their snapshot, new ones see the new data, nobody waits for a lock. The caller opens the connection for
building (DuckDB admits one writing process).
"""

from importlib import resources
from pathlib import Path

import duckdb
import polars as pl
from arro3.core import Table as ArrowTable

from sec_assets.errors import AbsentError, CorruptError
from sec_assets.storage.files import storage_errors, sync_folder
from sec_assets.storage.lake import Lake
from sec_assets.storage.places import at_hand
from sec_assets.storage.slices import slices_of
from sec_assets.storage.status import StatusLog
from sec_assets.tables import STATUS, TABLES, Table

_SORTED_BYTES = 8_000_000
"""Of Parquet, that are sorted together: half a million facts, some five of DuckDB's row groups."""


def build(
    connection: duckdb.DuckDBPyConnection, lake: Lake, status: StatusLog, *, folder: Path | None = None
) -> dict[str, int]:
    """Fill an empty database from the lake and return the rows per table.

    Tables that were never written exist and are empty. Complexity: linear, as what is sorted together is bounded. Of a
    lake in an object store, so much at a time is copied into `folder` (by default the system's for temporary files).

    Raises:
        CorruptError: names every damaged file of the lake and how to rebuild it; nothing is left out silently.
    """
    for table in TABLES.values():
        _insert_frame(connection, table, status.latest() if table is STATUS else table.frame())
        if table is not STATUS:
            _load(connection, lake, table, folder)
    for script in ("views", "statements"):
        connection.execute(resources.files("sec_assets.storage").joinpath(f"sql/{script}.sql").read_text("utf-8"))
    return _rows(connection)


def renew(
    connection: duckdb.DuckDBPyConnection,
    lake: Lake,
    status: StatusLog,
    changes: pl.DataFrame,
    *,
    folder: Path | None = None,
) -> dict[str, int]:
    """Replace the rows of changed partitions (`table`, `cik`; see `storage.renewal`) and return the rows per table.

    The table of verdicts is replaced in any case. The rest is as with `build`.
    """
    for name, part in changes.partition_by("table", as_dict=True).items():
        table, ciks = TABLES[str(name[0])], part["cik"].drop_nulls().to_list()
        if part["cik"].null_count():
            connection.execute(f'DELETE FROM "{table.name}"')  # noqa: S608 (our own table names)
            _load(connection, lake, table, folder)
        else:
            connection.execute(f'DELETE FROM "{table.name}" WHERE cik IN (SELECT unnest($ciks))', {"ciks": ciks})  # noqa: S608
            _load(connection, lake, table, folder, only=frozenset(ciks))
    _insert_frame(connection, STATUS, status.latest())
    return _rows(connection)


def swap_in(built: Path, target: Path) -> None:
    """Make the finished file `built` the warehouse `target`.

    Raises:
        StorageError: the folder cannot be written; the old warehouse is still there.
    """
    with storage_errors(target):
        built.replace(target)
        sync_folder(target.parent)


def query(path: Path, sql: str, parameters: list[object] | None = None) -> pl.DataFrame:
    """Run one read-only statement on the warehouse and return its rows.

    Raises:
        AbsentError: the warehouse has not been built yet.
    """
    if not path.is_file():
        raise AbsentError(f"{path} does not exist yet; build it with: dagster asset materialize --select warehouse")
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        return pl.DataFrame(ArrowTable.from_arrow(connection.sql(sql, params=parameters or [])))


def _rows(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    return {
        name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchall()[0][0]  # noqa: S608 (our own table names)
        for name in TABLES
    }


def _load(
    connection: duckdb.DuckDBPyConnection,
    lake: Lake,
    table: Table,
    folder: Path | None,
    only: frozenset[str] | None = None,
) -> None:
    """Add the rows of a table, or only those of some companies."""
    sizes = ((cik, size) for cik, size, _ in lake.partitions(table) if only is None or cik in only)
    parts = [[lake.path(table, cik) for cik in part] for part in slices_of(sizes, most_bytes=_SORTED_BYTES)]
    if only is None and lake.has(table):
        parts.append([lake.path(table)])
    for places in parts:
        with at_hand(places, folder) as files:
            _load_files(connection, lake, table, [str(file) for file in files])


def _load_files(connection: duckdb.DuckDBPyConnection, lake: Lake, table: Table, files: list[str]) -> None:
    columns = ", ".join(f'"{name}"' for name in table.schema)
    order = ", ".join(f'"{name}"' for name in sorted(table.key, key=lambda name: name != "concept"))
    try:
        connection.execute(
            f'INSERT INTO "{table.name}" SELECT {columns} FROM read_parquet($files) ORDER BY {order}',  # noqa: S608
            {"files": files},
        )
    except duckdb.Error as error:
        damaged = _damaged(lake, table)
        raise CorruptError(f"table {table.name}: {'; '.join(damaged) if damaged else error}") from error


def _damaged(lake: Lake, table: Table) -> list[str]:
    """Read every file of a table and return the complaints, each naming its file."""
    complaints: list[str] = []
    for cik in [*lake.ciks(table), None]:
        try:
            lake.read(table, cik=cik)
        except CorruptError as error:
            complaints.append(str(error))
    return complaints


def _insert_frame(connection: duckdb.DuckDBPyConnection, table: Table, frame: pl.DataFrame) -> None:
    connection.register("frame_to_insert", ArrowTable.from_arrow(frame))
    connection.execute(f'CREATE OR REPLACE TABLE "{table.name}" AS SELECT * FROM frame_to_insert')  # noqa: S608
    connection.unregister("frame_to_insert")
