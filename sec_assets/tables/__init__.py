"""Every table of the platform, declared once: names, columns, types, units, meaning, keys."""

from sec_assets.tables.analysis import SIGNALS, STATUS
from sec_assets.tables.edgar import ARTIFACTS, COMPANIES, FILINGS_INDEX, FINANCIALS, TICKER_MAP
from sec_assets.tables.facts import (
    COMPANYFACTS,
    FILING_COVER,
    TICKER_HISTORY,
    XBRL_FACTS,
    XBRL_FOOTNOTES,
    XBRL_PROBLEMS,
    XBRL_TEXTS,
)
from sec_assets.tables.market import PRICES, TECHNICALS
from sec_assets.tables.model import EXACT, UTC_INSTANT, Column, Table
from sec_assets.tables.text import FILING_TEXT, NEWS, SENTIMENT

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        TICKER_MAP, COMPANIES, FILINGS_INDEX, ARTIFACTS, XBRL_FACTS, XBRL_TEXTS, XBRL_FOOTNOTES, XBRL_PROBLEMS,
        FILING_COVER, TICKER_HISTORY, COMPANYFACTS, FINANCIALS, FILING_TEXT,
        PRICES, TECHNICALS, NEWS, SENTIMENT, SIGNALS, STATUS,
    )
}  # fmt: skip

__all__ = [
    "ARTIFACTS", "COMPANIES", "COMPANYFACTS", "EXACT", "FILINGS_INDEX", "FILING_COVER", "FILING_TEXT", "FINANCIALS", "NEWS", "PRICES",
    "SENTIMENT", "SIGNALS", "STATUS", "TABLES", "TECHNICALS", "TICKER_HISTORY", "TICKER_MAP", "UTC_INSTANT", "XBRL_FACTS", "XBRL_FOOTNOTES",
    "XBRL_PROBLEMS", "XBRL_TEXTS", "Column", "Table",
]  # fmt: skip
