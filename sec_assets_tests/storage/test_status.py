"""The status table: newest verdict counts, attempts add up, folding loses nothing."""

import threading
from concurrent.futures import ThreadPoolExecutor
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


def test_one_asset_is_folded_by_itself(tmp_path: Path) -> None:
    log = StatusLog(tmp_path)
    for asset in ("news", "prices"):
        for hour in range(3):
            log.record(asset, {_A: Verdict("ok", hour)}, run_id="r", at=_NOW + timedelta(hours=hour))
    assert log.compact("news") == 3
    assert {asset: len(list(tmp_path.glob(f"status/{asset}/*"))) for asset in ("news", "prices")} == {
        "news": 1,
        "prices": 3,
    }


def test_attempts_known_from_before_are_added_to(tmp_path: Path) -> None:
    log = StatusLog(tmp_path)
    failed = {_A: Verdict("failed", 0, "again"), _B: Verdict("failed", 0, "first")}
    log.record("news", {_A: failed[_A]}, run_id="r1", at=_NOW)
    before = log.attempts("news")
    assert before == {_A: 1}
    for cik, verdict in failed.items():
        log.record("news", {cik: verdict}, run_id="r2", at=_NOW + timedelta(hours=1), before=before)
    assert log.attempts("news") == {_A: 2, _B: 1}


def test_several_that_fold_at_once_lose_no_company(tmp_path: Path) -> None:
    log = StatusLog(tmp_path)
    ciks = [f"{number:010d}" for number in range(1, 61)]
    with ThreadPoolExecutor(3) as pool:
        folding = [pool.submit(lambda: [log.compact("news") for _ in range(30)]) for _ in range(3)]
        for cik in ciks:
            log.record("news", {cik: Verdict("ok", 1)}, run_id="r", at=_NOW, before={})
        for one in folding:
            one.result()
    assert log.latest("news")["cik"].to_list() == ciks


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
