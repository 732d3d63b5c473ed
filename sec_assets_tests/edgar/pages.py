"""Submissions of a single company, or one page of them, read as those of many are."""

from datetime import datetime

from sec_assets.edgar.client import EdgarClient
from sec_assets.edgar.submissions import (
    LoadedFilings,
    RawFilings,
    RawPage,
    fetch_filings,
    finish_filings,
    parse_company,
    read_page,
)


def load_filings(client: EdgarClient, cik: str) -> LoadedFilings:
    [(_, loaded)] = finish_filings([fetch_filings(client, cik)])
    return loaded


def read_one_page(columns: dict, cik: str, page: str, fetched_at: datetime) -> LoadedFilings:
    raw = RawFilings(cik, parse_company({}, cik), (RawPage(page, fetched_at, read_page(columns, page)),), "")
    [(_, loaded)] = finish_filings([raw])
    return loaded
