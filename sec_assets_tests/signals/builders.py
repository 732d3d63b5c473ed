"""Small consistent tables of one company, to compute signals from."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import polars as pl

from sec_assets.market.indicators import technicals
from sec_assets.signals.engine import SignalInputs
from sec_assets.tables import FILING_TEXT, FILINGS_INDEX, FINANCIALS, PRICES, SENTIMENT, TICKER_MAP

CIK = "0000000001"


def filing(number: int, form: str, period_end: date, accepted: datetime, items: str = "") -> dict[str, object]:
    return {
        "cik": CIK, "accession_number": f"0000000001-25-{number:06d}", "form": form, "filing_date": accepted.date(),
        "report_date": period_end, "accepted_at": accepted, "items": items,
    }  # fmt: skip


def value(of: dict[str, object], item: str, amount: int, start: date | None, end: date, kind: str) -> dict[str, object]:
    return {
        "cik": CIK, "line_item": item, "statement": "income", "period_start": start, "period_end": end,
        "accession_number": of["accession_number"], "value": Decimal(amount), "unit": "USD", "period_type": kind,
        "concept": "us-gaap:X", "rule": "first choice", "is_derived": False, "form": of["form"], "filed": of["filing_date"],
        "accepted_at": of["accepted_at"],
    }  # fmt: skip


FY23 = filing(1, "10-K", date(2023, 12, 31), datetime(2024, 2, 10, 21, 0, tzinfo=UTC))
FY24 = filing(2, "10-K", date(2024, 12, 31), datetime(2025, 2, 11, 21, 30, tzinfo=UTC))
FY24_AMENDED = filing(3, "10-K/A", date(2024, 12, 31), datetime(2025, 9, 1, 20, 0, tzinfo=UTC))
OFFICER = filing(4, "8-K", date(2025, 3, 3), datetime(2025, 3, 3, 21, 0, tzinfo=UTC), "5.02,9.01")


def _year(
    of: dict[str, object], year: int, revenue: int, income: int, assets: int, equity: int
) -> list[dict[str, object]]:
    start, end = date(year, 1, 1), date(year, 12, 31)
    return [
        value(of, "revenue", revenue, start, end, "year"),
        value(of, "net_income", income, start, end, "year"),
        value(of, "total_assets", assets, None, end, "instant"),
        value(of, "equity", equity, None, end, "instant"),
    ]


def statements() -> pl.DataFrame:
    """2023 and 2024 as reported, and 2024 restated later with a lower profit."""
    rows = _year(FY23, 2023, 1000, 100, 2000, 800) + _year(FY24, 2024, 1200, 150, 2400, 1000)
    rows += _year(FY24, 2023, 1000, 100, 2000, 800) + _year(FY24_AMENDED, 2024, 1200, 60, 2310, 910)
    return FINANCIALS.frame(rows)


def prices(days: int = 420, start: date = date(2024, 6, 3)) -> pl.DataFrame:
    rows = [
        {
            "cik": CIK, "ticker": "XMPL", "date": start + timedelta(days=n), "open": 50 + n * 0.1, "high": 51 + n * 0.1,
            "low": 49 + n * 0.1, "close": 50 + n * 0.1, "adjustment_factor": 1.0, "volume": 1000, "price_basis": "raw",
            "source": "test",
        }
        for n in range(days)
    ]  # fmt: skip
    return PRICES.frame(rows)


def inputs(**other: pl.DataFrame) -> SignalInputs:
    tables = {
        "filings_index": FILINGS_INDEX.frame([FY23, FY24, FY24_AMENDED, OFFICER]),
        "ticker_map": TICKER_MAP.frame([{"cik": CIK, "ticker": "XMPL", "is_primary": True}]),
        "financials": statements(),
        "prices": prices(),
        "filing_text": FILING_TEXT.frame(),
        "sentiment": SENTIMENT.frame(),
    } | other
    return SignalInputs(**tables, technicals=technicals(tables["prices"]))
