import datetime as dt
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pytest

from sec_assets.errors import SecAssetsError
from sec_assets.storage.arrow import arrow_schema, parquet_of
from sec_assets.storage.lake import Lake
from sec_assets.tables import COMPANYFACTS

CIK = "0000000007"


def frame() -> pl.DataFrame:
    common = {
        "cik": CIK,
        "namespace": "x",
        "is_extension": False,
        "dimensions": "",
        "is_nil": False,
        "source": "companyfacts",
    }
    rows = [
        common | {
            "accession_number": f"0000000007-24-00000{n}", "concept": "us-gaap:Assets", "period": f"2024-09-{n}", "is_instant": True,
            "occurrence": 0, "ordinal": n, "value": f"{n}.50", "numeric": Decimal(n) + Decimal("0.5"), "unit": "USD" if n % 2 else None,
            "period_end": dt.date(2024, 9, n), "filed": None,
        }
        for n in range(10, 31)
    ]  # fmt: skip
    return COMPANYFACTS.frame(rows)


def arrow(rows: pl.DataFrame) -> pa.Table:
    """Return a frame as the writer wants it."""
    plain = rows.to_arrow(compat_level=pl.CompatLevel.oldest())
    schema = arrow_schema(COMPANYFACTS)
    columns = [
        plain[field.name].cast(pa.string()).combine_chunks().dictionary_encode()
        if pa.types.is_dictionary(field.type)
        else plain[field.name]
        for field in schema
    ]  # fmt: skip
    return pa.Table.from_arrays(columns, schema=schema)


def test_every_reader_finds_the_rows_and_the_types_of_the_table(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    assert lake.write_arrow(COMPANYFACTS, arrow(frame()), cik=CIK).changed
    path = lake.path(COMPANYFACTS, CIK)
    assert pl.read_parquet(path).schema == COMPANYFACTS.schema
    assert lake.read(COMPANYFACTS, cik=CIK).equals(frame())
    lake.write(COMPANYFACTS, frame(), cik="0000000008")  # written the other way, read as one table
    both = pl.scan_parquet(tmp_path / "companyfacts" / "*.parquet").select(pl.len(), pl.col("numeric").sum()).collect()
    assert both.row(0) == (42, Decimal(861))
    with duckdb.connect() as connection:
        found = connection.execute(
            "select count(*), sum(numeric), max(ordinal), count(unit), typeof(any_value(concept)) from read_parquet($1)",
            [str(tmp_path / "companyfacts" / "*.parquet")],
        ).fetchone()
    assert found == (42, Decimal(861), 30, 20, "VARCHAR")


def test_the_same_rows_leave_the_file_alone(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    first = lake.write_arrow(COMPANYFACTS, arrow(frame()), cik=CIK)
    second = lake.write_arrow(COMPANYFACTS, arrow(frame()), cik=CIK)
    assert (first.rows, first.bytes, first.changed) == (21, second.bytes, True)
    assert not second.changed


def test_rows_that_do_not_fit_the_table_are_refused() -> None:
    rows = arrow(frame())
    with pytest.raises(SecAssetsError, match="table companyfacts: these are not its columns"):
        parquet_of(COMPANYFACTS, rows.drop_columns(["unit"]))
    place = rows.schema.get_field_index("concept")
    holes = rows.set_column(place, rows.schema.field(place), pa.nulls(rows.num_rows, rows.schema.field(place).type))
    with pytest.raises(SecAssetsError, match=r"required columns \['concept'\] hold nulls"):
        parquet_of(COMPANYFACTS, holes)
