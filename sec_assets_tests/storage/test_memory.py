"""Small files in which a run remembers what it did: lost, damaged, unreadable."""

from pathlib import Path

import polars as pl
import pytest

from sec_assets.storage.memory import recall, remember

_SCHEMA = pl.Schema({"cik": pl.String, "pages": pl.Int32})


@pytest.mark.parametrize(
    "body",
    [b"", b"PAR1", b"no Parquet at all", None],
    ids=["empty", "cut off", "something else", "lost"],
)
def test_a_lost_or_damaged_file_is_as_good_as_empty(tmp_path: Path, body: bytes | None) -> None:
    path = tmp_path / "seen.parquet"
    if body is not None:
        path.write_bytes(body)
    assert recall(path, _SCHEMA).equals(pl.DataFrame(schema=_SCHEMA))


def test_a_file_of_another_schema_is_as_good_as_empty(tmp_path: Path) -> None:
    path = tmp_path / "seen.parquet"
    remember(path, pl.DataFrame({"cik": ["0000000042"], "pages": ["one"]}))
    assert recall(path, _SCHEMA).equals(pl.DataFrame(schema=_SCHEMA))


def test_what_is_remembered_is_recalled(tmp_path: Path) -> None:
    path, rows = tmp_path / "seen.parquet", pl.DataFrame({"cik": ["0000000042"], "pages": [3]}, schema=_SCHEMA)
    remember(path, rows)
    assert recall(path, _SCHEMA).equals(rows)


def test_a_file_that_cannot_be_read_is_not_taken_for_a_lost_one(tmp_path: Path) -> None:
    path = tmp_path / "seen.parquet"
    path.mkdir()
    with pytest.raises(IsADirectoryError, match=r"seen\.parquet"):
        recall(path, _SCHEMA)
