"""Arrow tables to the bytes of lake files: for writers that have their columns coded already and no need of a frame.

Texts are dictionary columns, which Parquet takes as they are; numbers and days are plain, as their own dictionaries cost more
than they save. No Arrow schema is stored, so that every reader sees texts, not dictionaries. Files are `lake.py`.
"""

from functools import lru_cache

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from sec_assets.errors import SecAssetsError
from sec_assets.tables import EXACT, UTC_INSTANT, Table

TEXT = pa.dictionary(pa.int32(), pa.string())

_TYPES: dict[object, pa.DataType] = {
    pl.String: TEXT,
    pl.Boolean: pa.bool_(),
    pl.Int32: pa.int32(),
    pl.Int64: pa.int64(),
    pl.Float64: pa.float64(),
    pl.Date: pa.date32(),
    UTC_INSTANT: pa.timestamp("us", "UTC"),
    EXACT: pa.decimal128(38, 12),
}
_BATCH_ROWS = 2**15


@lru_cache(maxsize=64)
def arrow_schema(table: Table) -> pa.Schema:
    """Return the Arrow types of a table's columns: texts as dictionaries, required columns without nulls."""
    return pa.schema([pa.field(c.name, _TYPES[c.dtype], nullable=not c.required) for c in table.columns])


def parquet_of(table: Table, rows: pa.Table) -> bytes:
    """Return the Parquet file of rows that are sorted by the key of `table`.

    Raises:
        SecAssetsError: other columns or types than those of `arrow_schema`, or nulls in a required column.
    """
    if not rows.schema.equals(arrow_schema(table)):
        raise SecAssetsError(f"table {table.name}: these are not its columns: {rows.schema.names}")
    holes = [c.name for c in table.columns if c.required and rows[c.name].null_count]
    if holes:
        raise SecAssetsError(f"table {table.name}: required columns {holes} hold nulls")
    sink = pa.BufferOutputStream()
    texts = [c.name for c in table.columns if c.dtype == pl.String]
    told = ["cik", *(c.name for c in table.columns if c.dtype in {pl.Date, UTC_INSTANT})]
    steps = {c.name: "DELTA_BINARY_PACKED" for c in table.columns if c.dtype in {pl.Int32, pl.Int64}}
    writer = pq.ParquetWriter(
        sink,
        rows.schema,
        compression="zstd",
        use_dictionary=texts,  # pyright: ignore[reportArgumentType]  (a list of columns is fine)
        column_encoding=steps,
        write_statistics=told,  # pyright: ignore[reportArgumentType]  (those of texts and decimals cost a third of the file)
        write_batch_size=_BATCH_ROWS,
        store_schema=False,
    )
    with writer:
        writer.write_table(rows)
    return sink.getvalue().to_pybytes()
