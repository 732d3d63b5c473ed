"""The status table: newest verdict counts, attempts add up, folding loses nothing."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sec_assets.errors import CorruptError
from sec_assets.storage.status import StatusLog, Verdict

_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_A, _B = "0000000001", "0000000002"


def test_the_newest_verdict_counts_and_attempts_add_up(tmp_path: Path) -> None:
    log = StatusLog(tmp_path)
    log.record("prices", {_A: Verdict("failed", 0, "first"), _B: Verdict("ok", 3)}, run_id="r1", at=_NOW)
    log.record("prices", {_A: Verdict("failed", 0, "second")}, run_id="r2", at=_NOW + timedelta(hours=1))
    row = log.latest("prices", [_A]).row(0, named=True)
    assert (row["attempts"], row["error"], row["run_id"]) == (2, "second", "r2")
    log.record("prices", {_A: Verdict("ok", 5)}, run_id="r3", at=_NOW + timedelta(hours=2))
    assert log.latest("prices", [_A])["attempts"].item() == 0
    assert log.latest("prices")["rows"].to_list() == [5, 3]


def test_folding_keeps_the_table_as_it_is(tmp_path: Path) -> None:
    log = StatusLog(tmp_path)
    for hour in range(5):
        log.record("prices", {_A: Verdict("ok", hour)}, run_id=f"r{hour}", at=_NOW + timedelta(hours=hour))
    before = log.latest()
    assert log.compact() == 5
    assert log.latest().equals(before)
    assert len(list(tmp_path.rglob("*.parquet"))) == 1


def test_writers_and_folding_at_once_lose_no_company(tmp_path: Path) -> None:
    log = StatusLog(tmp_path)
    ciks = [f"{number:010d}" for number in range(1, 41)]
    writer = threading.Thread(
        target=lambda: [log.record("news", {cik: Verdict("ok", 1)}, run_id="r", at=_NOW) for cik in ciks]
    )
    writer.start()
    while writer.is_alive():
        log.compact()
        log.latest("news")
    assert log.latest("news")["cik"].to_list() == ciks


def test_a_damaged_status_file_is_named(tmp_path: Path) -> None:
    log = StatusLog(tmp_path)
    log.record("prices", {_A: Verdict("ok", 1)}, run_id="r", at=_NOW)
    next(tmp_path.rglob("*.parquet")).write_bytes(b"not parquet")
    with pytest.raises(CorruptError, match="is damaged"):
        log.latest()
