"""The report: exact money, nothing from the future, every foreign text harmless, holes said aloud."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from sec_assets.edgar.holdings import parse_holdings
from sec_assets.report.files import write_report
from sec_assets.report.page import build_report
from sec_assets.report.positions import ReportInputs, as_of, value_positions
from sec_assets.tables import (
    COMPANIES,
    FILINGS_INDEX,
    FINANCIALS,
    NEWS,
    PRICES,
    SENTIMENT,
    SIGNALS,
    STATUS,
    TECHNICALS,
    TICKER_MAP,
)

_A, _B = "0000000001", "0000000002"
_HOSTILE = '<script>alert("x")</script> & "quoted"'


def _bar(cik: str, ticker: str, day: date, close: float, currency: str | None = None) -> dict[str, object]:
    return {
        "cik": cik, "ticker": ticker, "date": day, "close": close, "adjustment_factor": 1.0, "price_basis": "raw",
        "source": "test", "currency": currency,
    }  # fmt: skip


def _inputs(
    csv: str = "ticker,shares,cost_basis\nAAA,3,100\nBBB,10.5,\nZZZ,1,5\n", **other: pl.DataFrame
) -> ReportInputs:
    holdings = parse_holdings(csv.encode())
    tables = {
        "ticker_map": TICKER_MAP.frame(
            [
                {"cik": _A, "ticker": "AAA", "name": _HOSTILE, "is_primary": True},
                {"cik": _B, "ticker": "BBB", "name": "B Corp", "is_primary": True},
            ]
        ),
        "prices": PRICES.frame(
            [_bar(_A, "AAA", date(2026, 3, 19), 40.0), _bar(_A, "AAA", date(2026, 3, 20), 50.1), _bar(_B, "BBB", date(2025, 1, 2), 7.0)]
        ),
        "news": NEWS.frame(
            [
                {"cik": _A, "article_id": "1", "published_at": datetime(2026, 3, 1, tzinfo=UTC), "source": "t", "title": _HOSTILE,
                 "url": "https://example.com/?a=1&b=\"x"},
                {"cik": _A, "article_id": "2", "published_at": datetime(2026, 3, 2, tzinfo=UTC), "source": "t", "title": "bad link",
                 "url": "javascript:alert(1)"},
                {"cik": _A, "article_id": "3", "published_at": datetime(2026, 4, 2, tzinfo=UTC), "source": "t", "title": "from the future"},
            ]
        ),
        "status": STATUS.frame(
            [{"asset": "artifacts", "cik": _A, "state": "partial", "rows": 1, "attempts": 1, "error": _HOSTILE,
              "run_id": "r", "at": datetime(2026, 3, 1, tzinfo=UTC)}]
        ),
        "companies": COMPANIES.frame(), "filings_index": FILINGS_INDEX.frame(), "financials": FINANCIALS.frame(),
        "technicals": TECHNICALS.frame(), "sentiment": SENTIMENT.frame(), "signals": SIGNALS.frame(),
    } | other  # fmt: skip
    problems = [f"line {line}: {text}" for line, text in holdings.problems.iter_rows()]
    return ReportInputs(positions=holdings.positions(), problems=problems, **tables)


def test_positions_are_valued_exactly_and_holes_have_a_note() -> None:
    inputs = _inputs()
    day = as_of(inputs)
    assert day == date(2026, 3, 20)
    rows = {row["ticker"]: row for row in value_positions(inputs, day).iter_rows(named=True)}
    assert rows["AAA"]["market_value"] == Decimal("150.3")
    assert rows["AAA"]["gain"] == Decimal("50.3")
    assert rows["AAA"]["weight"] == pytest.approx(1.0)
    assert rows["BBB"]["market_value"] is None
    assert rows["BBB"]["note"] == "newest price is of 2025-01-02"
    assert rows["ZZZ"]["note"] == "ticker is not in EDGAR's list"


def test_amounts_of_two_currencies_are_never_added() -> None:
    prices = PRICES.frame(
        [_bar(_A, "AAA", date(2026, 3, 20), 50.0, "USD"), _bar(_B, "BBB", date(2026, 3, 20), 10.0, "EUR")]
    )
    report = build_report(_inputs(prices=prices))
    assert "105.00 EUR and 150.00 USD" in report.html
    assert report.positions["weight"].null_count() == report.positions.height


def test_foreign_text_is_text_and_nothing_is_loaded_from_elsewhere() -> None:
    page = build_report(_inputs("ticker,shares,cost_basis\nAAA,3,100\n<b>x</b>,1,1\n")).html
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "<b>x</b>" not in page
    assert "javascript:" not in page
    assert 'href="https://example.com/?a=1&amp;b=&quot;x"' in page
    assert "default-src 'none'" in page
    assert "from the future" not in page


def test_a_portfolio_nothing_is_known_of_still_gives_a_page() -> None:
    empty = _inputs(
        "ticker,shares,cost_basis\nQQQ,1,1\n", prices=PRICES.frame(), news=NEWS.frame(), status=STATUS.frame()
    )
    report = build_report(empty)
    assert "no known session" in report.html
    assert report.positions["note"].to_list() == ["ticker is not in EDGAR's list"]


def test_page_parquet_and_json_say_the_same(tmp_path: Path) -> None:
    report = build_report(_inputs())
    page, parquet, data = write_report(report, tmp_path / "reports")
    loaded = json.loads(data.read_text("utf-8"))
    assert loaded["as_of"] == "2026-03-20"
    assert [row["ticker"] for row in loaded["positions"]] == pl.read_parquet(parquet)["ticker"].to_list()
    assert next(row for row in loaded["positions"] if row["ticker"] == "AAA")["market_value"] == "150.3"
    assert "150.30" in page.read_text("utf-8")
    before = {path: path.read_bytes() for path in (page, parquet, data)}
    write_report(build_report(_inputs()), tmp_path / "reports")
    assert {path: path.read_bytes() for path in before} == before


def _signal(day: date, name: str, amount: float) -> dict[str, object]:
    return {
        "cik": _A, "as_of": day, "name": name, "category": "risk", "value": amount, "unit": "ratio", "confidence": 1.0,
        "inputs": "{}",
    }  # fmt: skip


def test_signals_say_of_which_day_they_are() -> None:
    rows = [_signal(date(2026, 2, 1), "volatility_20", 0.2), _signal(date(2026, 3, 25), "volatility_20", 0.9)]
    report = build_report(_inputs(signals=SIGNALS.frame(rows)))
    board = {row["ticker"]: row for row in report.data["signals"]}  # type: ignore[attr-defined]
    assert board["AAA"]["volatility_20"] == 0.2
    assert board["AAA"]["as_of"] == date(2026, 2, 1)
    assert "2026-02-01" in report.html


def _revenue(start: date, end: date, amount: int, year: int, period: str | None, number: int) -> dict[str, object]:
    return {
        "cik": _A, "line_item": "revenue", "statement": "income", "period_start": start, "period_end": end, "value": Decimal(amount),
        "period_type": "year", "fiscal_year": year, "fiscal_period": period, "unit": "USD", "concept": "us-gaap:X", "rule": "x",
        "is_derived": False, "accession_number": f"0000000001-25-{number:06d}", "filed": date(2025, 2, number),
        "accepted_at": datetime(2025, 2, number, 21, tzinfo=UTC),
    }  # fmt: skip


def test_each_fiscal_year_has_one_bar_twelve_months_in_a_quarterly_report_have_none() -> None:
    rows = [
        _revenue(date(2023, 1, 1), date(2023, 12, 31), 100, 2023, "FY", 1),
        _revenue(date(2023, 1, 1), date(2023, 12, 31), 101, 2023, "FY", 2),
        _revenue(date(2023, 4, 1), date(2024, 3, 31), 120, 2024, None, 3),
    ]
    shown = build_report(_inputs(financials=FINANCIALS.frame(rows))).data["statements"]
    assert [(row["fiscal_year"], row["value"]) for row in shown] == [(2023, 101.0)]  # type: ignore[attr-defined]


def test_everything_missing_is_listed() -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    rows = [
        {"asset": f"asset{n:02}", "cik": _A, "state": "failed", "rows": 0, "attempts": 1, "run_id": "r", "at": at, "error": "why"}
        for n in range(40)
    ]  # fmt: skip
    assert len(build_report(_inputs(status=STATUS.frame(rows))).data["failures"]) == 40  # type: ignore[arg-type]
