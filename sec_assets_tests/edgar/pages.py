"""One page of a submissions file, read as the pages of a whole company are."""

from datetime import datetime

from sec_assets.edgar.submissions import LoadedFilings, RawFilings, RawPage, finish_filings, parse_company, read_page


def read_one_page(columns: dict, cik: str, page: str, fetched_at: datetime) -> LoadedFilings:
    raw = RawFilings(cik, parse_company({}, cik), (RawPage(page, fetched_at, read_page(columns, page)),))
    [(_, loaded)] = finish_filings([raw])
    return loaded
