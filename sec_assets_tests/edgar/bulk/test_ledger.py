import multiprocessing
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier
from pathlib import Path

import polars as pl

from sec_assets.edgar.bulk.ledger import Ledger

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
COMPANIES = 30


def members(ciks: range) -> pl.DataFrame:
    """Return one member for each company, as `Directory.members` has them."""
    return pl.DataFrame(
        {"cik": list(ciks), "page": 0, "crc32": [7 * cik for cik in ciks], "size": 10},
        schema={"cik": pl.Int64, "page": pl.Int32, "crc32": pl.UInt32, "size": pl.Int64},
    )


def record_one_by_one(path: Path, first: int, start: Barrier) -> None:
    listed = members(range(1, COMPANIES + 1))
    start.wait(60)
    for cik in range(first, COMPANIES + 1, 2):
        Ledger(path).record(listed, [f"{cik:010d}"], NOW)


def test_two_runs_at_once_forget_nothing_of_each_other(tmp_path: Path) -> None:
    path = tmp_path / "bulk" / "submissions.parquet"
    spawn = multiprocessing.get_context("spawn")
    start = spawn.Barrier(2)
    runs = [spawn.Process(target=record_one_by_one, args=(path, first, start)) for first in (1, 2)]
    for run in runs:
        run.start()
    for run in runs:
        run.join(120)
    assert [run.exitcode for run in runs] == [0, 0]
    known = Ledger(path).read()
    assert known["cik"].to_list() == list(range(1, COMPANIES + 1))
    everyone = [f"{cik:010d}" for cik in range(1, COMPANIES + 1)]
    assert Ledger(path).compare(members(range(1, COMPANIES + 1)), everyone).unchanged == everyone


def test_a_company_recorded_again_has_its_new_members_only(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "submissions.parquet")
    ledger.record(members(range(1, 4)), ["0000000001", "0000000002", "0000000003"], NOW)
    changed = members(range(1, 4)).with_columns(
        crc32=pl.when(pl.col("cik") == 2).then(99).otherwise("crc32").cast(pl.UInt32)
    )
    everyone = ["0000000001", "0000000002", "0000000003", "0000000004"]
    found = ledger.compare(changed, everyone)
    assert (found.changed, found.unchanged, found.never_listed) == (
        ["0000000002"],
        ["0000000001", "0000000003"],
        ["0000000004"],
    )
    ledger.record(changed, ["0000000002"], NOW)
    assert ledger.read().height == 3
    assert ledger.compare(changed, everyone).changed == []
