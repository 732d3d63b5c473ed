"""What has been built, counted from the warehouse and the status table."""

from collections.abc import Iterator

from rich.table import Table as Board

from sec_assets.settings import Settings
from sec_assets.storage import warehouse

_COUNTS = {
    "companies": "SELECT count(DISTINCT cik) FROM status",
    "filings": "SELECT count(*) FROM filings_index",
    "documents stored": "SELECT count(*) FROM artifacts WHERE status = 'stored'",
    "documents absent or failed": "SELECT count(*) FROM artifacts WHERE status <> 'stored'",
    "XBRL facts": "SELECT count(*) FROM xbrl_facts",
    "statement values": "SELECT count(*) FROM financials",
    "filing items": "SELECT count(*) FROM filing_text",
    "price sessions": "SELECT count(*) FROM prices",
    "articles": "SELECT count(*) FROM news",
    "signals": "SELECT count(*) FROM signals WHERE value IS NOT NULL",
    "companies with failures": "SELECT count(DISTINCT cik) FROM failures",
}


def counts(settings: Settings) -> dict[str, int]:
    """Return how many companies, filings, documents, facts, … the warehouse holds.

    Raises:
        AbsentError: the warehouse has not been built yet.
    """
    return {name: warehouse.query(settings.warehouse, sql).item() for name, sql in _COUNTS.items()}


def board(settings: Settings) -> Board:
    """Return the counts as a table for the terminal."""
    table = Board("what", "how many", title="built")
    for name, value in counts(settings).items():
        table.add_row(name, f"{value:,}")
    return table


def places(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield what lies where."""
    yield "report", str(settings.reports / "portfolio.html")
    yield "DuckDB", str(settings.warehouse)
    yield "Parquet lake", str(settings.lake)
