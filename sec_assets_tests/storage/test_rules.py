"""Rules: each can fail, and a file that is gone or damaged is never taken for one without breaches."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from sec_assets.storage.documents import DocumentStore
from sec_assets.storage.lake import Lake
from sec_assets.storage.rules import RULES, Breach, files_as_judged
from sec_assets.storage.status import StatusLog, Verdict
from sec_assets.tables import FINANCIALS, PRICES, TABLES

_CIKS = ["0000000001", "0000000002"]
_NOW = datetime(2025, 6, 1, tzinfo=UTC)
_BAR: dict[str, object] = {
    "cik": _CIKS[0], "ticker": "X", "date": date(2025, 1, 2), "open": 1.0, "high": 2.0, "low": 0.5, "close": 1.5,
    "adjustment_factor": 1.0, "price_basis": "raw", "source": "test",
}  # fmt: skip


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path)
    for cik in _CIKS:
        lake.write(PRICES, PRICES.frame([_BAR | {"cik": cik}]), cik=cik)
    return lake


def _breaches(lake: Lake, verdicts: dict[str, Verdict]) -> list[Breach]:
    judged = StatusLog(lake.root).record("prices", verdicts, run_id="r", at=_NOW)
    frame, damaged = lake.read_each(PRICES, _CIKS)
    return files_as_judged(judged, frame, damaged)


def test_files_as_judged_pass(lake: Lake) -> None:
    assert _breaches(lake, dict.fromkeys(_CIKS, Verdict("ok", 1))) == []


def test_a_file_that_is_gone_is_a_breach(lake: Lake) -> None:
    lake.path(PRICES, _CIKS[1]).unlink()
    found = _breaches(lake, dict.fromkeys(_CIKS, Verdict("ok", 1)))
    assert [breach.text for breach in found] == [f"{_CIKS[1]}: judged with 1 rows, its file has 0"]


def test_a_damaged_file_is_a_breach_and_said_once(lake: Lake) -> None:
    lake.path(PRICES, _CIKS[0]).write_bytes(b"PAR1")
    found = _breaches(lake, dict.fromkeys(_CIKS, Verdict("ok", 1)))
    assert len(found) == 1
    assert "0000000001.parquet is damaged" in found[0].text


def test_the_old_file_of_a_failed_company_is_no_breach(lake: Lake) -> None:
    assert _breaches(lake, {_CIKS[0]: Verdict("failed", 0, "why"), _CIKS[1]: Verdict("ok", 1)}) == []


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("bars_plausible", {"close": 3.0}),
        ("bars_plausible", {"adjustment_factor": 0.0}),
        ("bars_plausible", {"low": 2.5}),
        ("not_later_than_now", {"date": date(2025, 6, 2)}),
    ],
)
def test_price_rules_find_what_is_wrong(rule: str, change: dict[str, object], tmp_path: Path) -> None:
    (checked,) = (found for found in RULES["prices"] if found.name == rule)
    store = DocumentStore(tmp_path)
    assert checked.breaches(PRICES.frame([_BAR]), _NOW, store) == []
    assert checked.breaches(PRICES.frame([_BAR | change]), _NOW, store) != []


# Not per company, or written beside an asset's own table.
_NOT_CHECKED = {
    "ticker_map", "companies", "status", "xbrl_texts", "xbrl_footnotes", "xbrl_problems", "filing_cover", "ticker_history",
    "companyfacts",
}  # fmt: skip


def test_every_table_of_companies_has_rules_and_a_repeated_row_breaks_one(tmp_path: Path) -> None:
    bars = pl.concat([PRICES.frame([_BAR]), PRICES.frame([_BAR])])
    (unique,) = (rule for rule in RULES["prices"] if rule.name == "keys_unique")
    assert unique.breaches(bars, _NOW, DocumentStore(tmp_path)) != []
    assert set(RULES) <= set(TABLES)
    assert set(RULES) >= {name for name in TABLES if name not in _NOT_CHECKED}


def test_a_statement_value_or_a_reason_never_both(tmp_path: Path) -> None:
    (rule,) = (rule for rule in RULES["financials"] if rule.name == "explained")
    row = {
        "cik": _CIKS[0], "line_item": "revenue", "statement": "income", "period_end": date(2024, 12, 31), "period_type": "quarter",
        "accession_number": "0000000001-25-000001", "unit": "USD", "concept": "us-gaap:X", "rule": "x", "is_derived": False,
    }  # fmt: skip
    value, reason = {"value": Decimal(1)}, {"reason": "unknown"}
    for good in (value, reason):
        assert rule.breaches(FINANCIALS.frame([row | good]), _NOW, DocumentStore(tmp_path)) == []
    for bad in ({}, value | reason):
        assert rule.breaches(FINANCIALS.frame([row | bad]), _NOW, DocumentStore(tmp_path)) != []
