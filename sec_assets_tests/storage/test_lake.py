"""The lake: whole files or none, nothing rewritten without need, damage reported with the way out."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from sec_assets.errors import CorruptError, SecAssetsError, StorageError
from sec_assets.storage.files import sweep_temporaries, write_atomically
from sec_assets.storage.lake import Lake
from sec_assets.tables import PRICES, TICKER_MAP

_ROW = {
    "cik": "0000000001",
    "ticker": "A",
    "date": date(2025, 1, 2),
    "close": 10.0,
    "adjustment_factor": 1.0,
    "price_basis": "raw",
    "source": "t",
}


def test_written_rows_come_back_sorted_by_key(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    later = _ROW | {"date": date(2025, 1, 3)}
    lake.write(PRICES, PRICES.frame([later, _ROW]), cik="1")
    assert lake.read(PRICES, cik="0000000001")["date"].to_list() == [date(2025, 1, 2), date(2025, 1, 3)]


def test_the_same_content_again_leaves_the_file_alone(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    assert lake.write(PRICES, PRICES.frame([_ROW]), cik="1").changed
    before = lake.path(PRICES, "1").stat()
    assert not lake.write(PRICES, PRICES.frame([_ROW]), cik="1").changed
    assert lake.path(PRICES, "1").stat().st_mtime_ns == before.st_mtime_ns
    assert lake.write(PRICES, PRICES.frame([_ROW | {"close": 11.0}]), cik="1").changed


def test_companies_without_rows_get_an_empty_partition(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.write_partitions(PRICES, PRICES.frame([_ROW]), ["0000000001", "0000000002"])
    assert lake.ciks(PRICES) == ["0000000001", "0000000002"]
    assert lake.read(PRICES, cik="2").is_empty()
    with pytest.raises(ValueError, match="not asked for"):
        lake.write_partitions(PRICES, PRICES.frame([_ROW]), ["0000000002"])


def test_a_damaged_file_is_named_with_the_command_that_rebuilds_it(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.write(PRICES, PRICES.frame([_ROW]), cik="1")
    lake.write(PRICES, PRICES.frame([_ROW | {"cik": "0000000002"}]), cik="2")
    path = lake.path(PRICES, "1")
    path.write_bytes(path.read_bytes()[:-40] + b"x" * 40)
    with pytest.raises(CorruptError, match=r"0000000001\.parquet is damaged.*--select prices --partition 0000000001"):
        lake.read(PRICES, cik="1")
    frame, complaints = lake.read_each(PRICES, ["0000000001", "0000000002"])
    assert frame["cik"].to_list() == ["0000000002"]
    assert list(complaints) == ["0000000001"]


def test_columns_in_another_order_and_narrower_types_come_back_as_declared(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.write(PRICES, PRICES.frame([_ROW]), cik="1")
    ours = lake.read(PRICES, cik="1")
    ours.select(reversed(ours.columns)).with_columns(pl.col("close").cast(pl.Float32)).write_parquet(
        lake.path(PRICES, "1")
    )
    assert lake.read(PRICES, cik="1").equals(ours)
    assert lake.read(PRICES, cik="1").schema == PRICES.schema


def test_a_frame_that_does_not_fit_the_table_is_refused(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    with pytest.raises(SecAssetsError, match="unknown columns"):
        lake.write(TICKER_MAP, pl.DataFrame({"cik": ["1"], "tickr": ["A"]}))
    with pytest.raises(SecAssetsError, match="required columns"):
        lake.write(TICKER_MAP, pl.DataFrame({"cik": ["1"]}))
    assert not lake.has(TICKER_MAP)


_FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from sec_assets.errors import StorageError
from sec_assets.storage.files import write_atomically
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    write_atomically(Path(sys.argv[1]), b"x" * 100_000)
except StorageError as error:
    print(error)
"""


def test_a_full_disk_is_one_clear_sentence_and_the_old_file_stays(tmp_path: Path) -> None:
    target = tmp_path / "file"
    write_atomically(target, b"old")
    done = subprocess.run(
        [sys.executable, "-c", _FULL_DISK, str(target)], capture_output=True, text=True, timeout=60, check=True
    )
    assert f"cannot write {target}" in done.stdout
    assert "run again" in done.stdout
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_folder_that_cannot_be_written_is_a_storage_error(tmp_path: Path) -> None:
    blocker = tmp_path / "readonly"
    blocker.mkdir()
    blocker.chmod(0o500)
    if os.geteuid() == 0:  # root may write anywhere: take the one folder even root cannot write
        blocker = Path("/proc/sec_assets")
    with pytest.raises((StorageError, FileNotFoundError)):
        write_atomically(blocker / "x" / "file", b"x")


def test_temporaries_of_crashed_writers_are_swept(tmp_path: Path) -> None:
    (tmp_path / ".tmp-1-abc").write_bytes(b"half")
    (tmp_path / "whole").write_bytes(b"whole")
    assert sweep_temporaries(tmp_path, older_than_seconds=-1) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["whole"]
