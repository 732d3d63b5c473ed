"""Small Parquet files in which a run remembers what it did; losing one costs doing it again, never a row."""

import io
from pathlib import Path

import polars as pl

from sec_assets.storage.files import write_atomically


def recall(path: Path, schema: pl.Schema) -> pl.DataFrame:
    """Return the frame of such a file; one that is lost, damaged or of another schema is as good as empty."""
    try:
        return pl.read_parquet(io.BytesIO(path.read_bytes()), schema=schema)
    except (FileNotFoundError, pl.exceptions.PolarsError):
        return pl.DataFrame(schema=schema)


def remember(path: Path, frame: pl.DataFrame) -> None:
    """Replace such a file.

    Raises:
        StorageError: disk full or not writable; the old file is still there.
    """
    body = io.BytesIO()
    frame.write_parquet(body)
    write_atomically(path, body.getvalue())
