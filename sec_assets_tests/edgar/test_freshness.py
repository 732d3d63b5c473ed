"""How long cached answers count as fresh."""

from datetime import UTC, datetime, timedelta

import pytest

from sec_assets.edgar.transport.freshness import UNCHANGING, max_age
from sec_assets.settings import SourceName

NOW = datetime(2024, 3, 15, 12, tzinfo=UTC)


def age(url: str, *, at: datetime = NOW, source: SourceName = "live", hours: float = 1.0) -> timedelta | None:
    return max_age(url, at, source=source, submissions_hours=hours)


def test_tickers_stay_fresh_for_a_day_and_companies_as_long_as_is_set() -> None:
    assert age("https://www.sec.gov/files/company_tickers_exchange.json") == timedelta(days=1)
    assert age("https://data.sec.gov/submissions/CIK0000320193.json", hours=6) == timedelta(hours=6)
    assert age("http://gateway:80/data.sec.gov/submissions/CIK0000320193-submissions-001.json") == timedelta(hours=1)
    assert age("https://data.sec.gov/submissions/CIK0000320193.json", hours=0) is None


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("20240312", UNCHANGING),
        ("20240313", UNCHANGING),
        ("20240314", timedelta(hours=1)),
        ("20240315", timedelta(hours=1)),
    ],
)
def test_the_index_of_a_past_day_never_changes(day: str, expected: timedelta) -> None:
    assert age(f"https://www.sec.gov/Archives/edgar/daily-index/2024/QTR1/master.{day}.idx") == expected


def test_an_index_fetched_on_its_own_day_does_not_become_final_by_ageing() -> None:
    url = "https://www.sec.gov/Archives/edgar/daily-index/2024/QTR1/master.20240312.idx"
    assert age(url, at=datetime(2024, 3, 13, 1, tzinfo=UTC)) == timedelta(hours=1)


@pytest.mark.parametrize(
    ("quarter", "fetched", "expected"),
    [
        ("1993/QTR1", NOW, UNCHANGING),
        ("2023/QTR4", datetime(2024, 1, 9, tzinfo=UTC), UNCHANGING),
        ("2023/QTR4", datetime(2024, 1, 8, tzinfo=UTC), timedelta(hours=1)),
        ("2024/QTR1", NOW, timedelta(hours=1)),
        ("2023/QTR2", datetime(2023, 7, 9, tzinfo=UTC), UNCHANGING),
    ],
)
def test_the_index_of_a_quarter_stays_once_it_was_rebuilt_after_its_end(
    quarter: str, fetched: datetime, expected: timedelta
) -> None:
    for name in ("master.idx", "company.gz"):
        assert age(f"https://www.sec.gov/Archives/edgar/full-index/{quarter}/{name}", at=fetched) == expected


@pytest.mark.parametrize(
    "url",
    [
        "https://www.sec.gov/cgi-bin/browse-edgar?action=getcurrent&output=atom",
        "https://www.sec.gov/Archives/edgar/usgaap.rss.xml",
        "https://www.sec.gov/Archives/edgar/data/320193/000032019324000123/aapl.htm",
    ],
)
def test_feeds_and_documents_are_not_cached(url: str) -> None:
    assert age(url) is None


def test_nothing_local_is_cached() -> None:
    assert age("https://www.sec.gov/files/company_tickers.json", source="mirror") is None
    assert age("https://www.sec.gov/files/company_tickers.json", source="sample") is None
