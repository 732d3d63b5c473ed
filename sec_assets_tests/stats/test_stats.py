"""Coverage counts what is there, whatever is damaged; a diagnosis groups reasons and names the command that mends them."""

import os
import time
from datetime import UTC, date, datetime

import polars as pl
import pytest

from sec_assets.stats import diagnosis
from sec_assets.stats.coverage import by_exchange, by_form, scan
from sec_assets.storage.lake import Lake
from sec_assets.tables import ARTIFACTS, FILINGS_INDEX, STATUS, TICKER_MAP

ONE, TWO, THREE, FOUR = (f"{number:010d}" for number in (1, 2, 3, 4))
AT = datetime(2026, 1, 2, tzinfo=UTC)


def verdict(asset: str, cik: str, state: str, error: str | None = None) -> dict:
    return {
        "asset": asset,
        "cik": cik,
        "state": state,
        "rows": 1,
        "attempts": 1,
        "error": error,
        "run_id": "r",
        "at": AT,
    }


def filing(cik: str, number: int, form: str) -> dict:
    accession = f"{cik}-24-{number:06d}"
    return {
        "cik": cik, "accession_number": accession, "form": form, "filing_date": date(2024, 1, 1), "is_xbrl": False,
        "is_inline_xbrl": False,
    }  # fmt: skip


def document(cik: str, number: int, form: str, status: str) -> dict:
    return {
        "cik": cik, "accession_number": f"{cik}-24-{number:06d}", "name": f"{status}{number}.htm", "kind": "primary",
        "form": form, "url": "https://www.sec.gov/x", "status": status, "attempts": 1,
        "bytes": 10 if status == "stored" else None,
    }  # fmt: skip


@pytest.fixture
def lake(tmp_path) -> Lake:
    lake = Lake(tmp_path)
    tickers = [(ONE, "A", "NYSE", True), (ONE, "A-P", "OTC", False), (TWO, "B", "NYSE", True), (THREE, "C", None, True)]
    names = ("cik", "ticker", "exchange", "is_primary")
    lake.write(TICKER_MAP, TICKER_MAP.frame([dict(zip(names, row, strict=True)) for row in tickers]))
    lake.write(
        FILINGS_INDEX,
        FILINGS_INDEX.frame([filing(ONE, 1, "10-K"), filing(ONE, 2, "8-K"), filing(ONE, 3, "4")]),
        cik=ONE,
    )
    lake.write(FILINGS_INDEX, FILINGS_INDEX.frame([filing(FOUR, 1, "10-K")]), cik=FOUR)
    rows = [document(ONE, 1, "10-K", "stored"), document(ONE, 1, "10-K", "absent"), document(ONE, 2, "8-K", "failed")]
    lake.write(ARTIFACTS, ARTIFACTS.frame(rows), cik=ONE)
    return lake


def status() -> pl.DataFrame:
    return STATUS.frame(
        [
            verdict("filings_index", ONE, "ok"),
            verdict(
                "filings_index", TWO, "failed", "https://data.sec.gov/a/CIK0000000002.json: not there (404) (1 try)"
            ),
            verdict(
                "filings_index", THREE, "failed", "https://data.sec.gov/a/CIK0000000003.json: not there (404) (3 try)"
            ),
            verdict("artifacts", ONE, "partial", "2 of 3 documents are missing: 0000000001-24-000001/x.htm: gone"),
            verdict("financials", ONE, "failed", "table xbrl_facts has never been made for it"),
        ]
    )


def test_companies_are_counted_once_under_the_exchange_of_their_first_ticker(lake):
    index, documents = scan(lake, FILINGS_INDEX), scan(lake, ARTIFACTS)
    counted = by_exchange(lake, status(), index.rows, documents.rows).rows_by_key("exchange", unique=True)
    assert counted == {
        "NYSE": (2, 1, 1, 2, 0, 3, 1, 2),
        "none given": (1, 0, 0, 1, 0, 0, 0, 0),
        "no ticker": (0, 1, 0, 0, 0, 1, 0, 0),
    }


def test_forms_are_the_chosen_ones(lake):
    counted = by_form(scan(lake, FILINGS_INDEX).rows, scan(lake, ARTIFACTS).rows, ("10-K", "8-K"))
    assert counted.rows() == [("10-K", 2, 1, 1, 1, 0, 10), ("8-K", 1, 1, 0, 0, 1, 0)]


def test_an_empty_lake_counts_nothing(tmp_path):
    lake = Lake(tmp_path)
    index, documents = scan(lake, FILINGS_INDEX), scan(lake, ARTIFACTS)
    assert by_exchange(lake, STATUS.frame(), index.rows, documents.rows).is_empty()
    assert by_form(index.rows, documents.rows, ("10-K",)).is_empty()


def test_damaged_files_are_named_and_the_rest_is_counted(lake):
    path = lake.path(FILINGS_INDEX, FOUR)
    path.write_bytes(path.read_bytes()[:50])
    scanned = scan(lake, FILINGS_INDEX)
    assert scanned.rows.select(pl.len()).collect().item() == 3
    (finding,) = diagnosis.damaged("filings_index", scanned)
    assert finding.level == "bad"
    assert finding.remedy.endswith(f"--select filings_index --partition {FOUR}")


def test_failures_that_differ_in_names_and_numbers_only_are_one_group():
    found = list(diagnosis.failures(status()))
    assert [(each.level, each.area, each.what) for each in found] == [
        ("bad", "filings_index", "2 companies failed"),
        ("look", "artifacts", "1 company partial"),
        ("bad", "financials", "1 company failed"),
    ]
    assert found[0].example.startswith(f"{TWO}: https://data.sec.gov/")
    assert [each.remedy for each in found] == [
        "sec-assets backfill --retry-failed",
        "sec-assets backfill --retry-failed",
        f"dagster asset materialize -m sec_assets.definitions --select 'key:\"financials\"+' --partition {ONE}",
    ]
    assert [each.level for each in diagnosis.failures(STATUS.frame())] == ["ok"]


def test_what_was_never_asked_for_is_told():
    finding = diagnosis.missing([ONE, TWO, FOUR], status())
    assert (finding.level, finding.example) == ("look", FOUR)
    assert diagnosis.missing([ONE], status()).level == "ok"


def test_left_overs_of_killed_writers_are_found_when_they_are_old(tmp_path):
    fresh, stale = tmp_path / ".tmp-1-a", tmp_path / "folder" / ".tmp-2-b"
    stale.parent.mkdir()
    for path in (fresh, stale):
        path.write_bytes(b"12345")
    assert diagnosis.temporaries([tmp_path]).level == "ok"
    os.utime(stale, (time.time() - 7200,) * 2)
    finding = diagnosis.temporaries([tmp_path])
    assert finding.what == "1 stale temporary file, 0.0 MB"
    assert finding.remedy == "sec-assets init"
