"""What a table is: columns with types, units and meaning, and the key its rows are unique on.

Only the description of tables belongs here, and `conform`, which holds a frame to it. The tables themselves are
declared in the sibling modules, one per subject; reading and writing them is `storage/`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

from sec_assets.errors import SecAssetsError

UTC_INSTANT = pl.Datetime("us", "UTC")
"""An instant: microseconds, always UTC."""

EXACT = pl.Decimal(38, 12)
"""Exact decimal: 26 digits before the point and 12 behind it, no binary rounding."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `unit` is USD, shares, days, bytes, … where it is the same for all rows."""

    name: str
    dtype: pl.DataType | type[pl.DataType]
    description: str
    unit: str | None = None
    required: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the lake; rows are unique on `key` and stored sorted by it; `schema` has its columns in order."""

    name: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    schema: pl.Schema = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        schema = pl.Schema({column.name: column.dtype for column in self.columns})
        object.__setattr__(self, "schema", schema)  # building it anew costs as much as writing a small column

    def frame(self, rows: Iterable[dict[str, object]] = ()) -> pl.DataFrame:
        """Build a conformed frame from row dictionaries; columns left out are null."""
        given = list(rows)
        if not given:
            return pl.DataFrame(schema=self.schema)
        return self.conform(pl.DataFrame(given, schema=self.schema, strict=False, orient="row"))

    def conform(self, frame: pl.DataFrame, *, is_sorted: bool = False) -> pl.DataFrame:
        """Return `frame` with exactly this table's columns, types and order, sorted by the key.

        Columns that are not required may be left out and become null.

        Args:
            frame: the rows.
            is_sorted: they come in the order of the key, nulls first.

        Raises:
            SecAssetsError: an unknown column, a required one missing or holding nulls, or a value that does not fit.
        """
        given = set(frame.columns)
        unknown = sorted(given - set(self.schema))
        if unknown:
            raise SecAssetsError(f"table {self.name}: unknown columns {unknown}; declared are {list(self.schema)}")
        absent = [c.name for c in self.columns if c.required and c.name not in given]
        if absent:
            raise SecAssetsError(f"table {self.name}: required columns {absent} are missing")
        try:
            conformed = frame.select(
                (pl.col(c.name) if c.name in given else pl.lit(None, dtype=c.dtype).alias(c.name)).cast(c.dtype)
                for c in self.columns
            )
        except pl.exceptions.PolarsError as error:
            raise SecAssetsError(f"table {self.name}: a value does not fit its declared type: {error}") from error
        for column in self.columns:
            if column.required and conformed[column.name].null_count():
                raise SecAssetsError(f"table {self.name}: required column {column.name!r} holds nulls")
        return conformed if is_sorted else conformed.sort(self.key, nulls_last=False, maintain_order=True)
