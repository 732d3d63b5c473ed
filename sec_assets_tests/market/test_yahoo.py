"""Asking Yahoo, over a real connection."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from sec_assets.errors import AbsentError, BannedError, InputError, MalformedError
from sec_assets.market.yahoo import Yahoo
from sec_assets_tests.market.conftest import MarketServer

TODAY = date(2026, 1, 9)


@pytest.fixture
def yahoo(server: MarketServer) -> Iterator[Yahoo]:
    source = Yahoo(server.url, per_minute=60_000.0, retry_wait_seconds=0.001)
    yield source
    source.close()


def test_the_whole_daily_series_with_its_events_is_asked_for(
    server: MarketServer, yahoo: Yahoo, recorded_chart: Callable[[str], dict[str, Any]]
):
    server.always(200, json.dumps(recorded_chart("chart-QQQ-2020-01-01-to-2020-01-03.json")).encode())
    assert yahoo.bars("QQQ", today=TODAY)["date"].to_list() == [date(2020, 1, 2)]
    path, headers = server.requests[0]
    query = parse_qs(urlsplit(path).query)
    assert urlsplit(path).path == "/v8/finance/chart/QQQ"
    assert (query["interval"], query["events"], query["period2"]) == (["1d"], ["div,split"], ["1768089600"])
    assert headers["User-Agent"].startswith("Mozilla/")


def test_special_characters_are_escaped_in_the_address(server: MarketServer, yahoo: Yahoo):
    for ticker in ("^GSPC", "EURUSD=X", "BRK.B"):
        with pytest.raises(AbsentError):
            yahoo.bars(ticker, today=TODAY)
    assert [urlsplit(path).path.rsplit("/", 1)[1] for path, _ in server.requests] == ["%5EGSPC", "EURUSD%3DX", "BRK-B"]


@pytest.mark.parametrize("ticker", ["../../v7/finance/quote", "A/B", "AAPL?x=1", "AAPL#", "A\r\nHost: evil"])
def test_hostile_tickers_never_reach_the_network(server: MarketServer, yahoo: Yahoo, ticker: str):
    with pytest.raises(InputError, match="not a ticker"):
        yahoo.bars(ticker, today=TODAY)
    assert server.requests == []


def test_a_ban_and_a_consent_page_are_told_apart_from_absence(server: MarketServer, yahoo: Yahoo):
    server.always(429, b"Too Many Requests", "text/plain")
    with pytest.raises(BannedError):
        yahoo.bars("AAPL", today=TODAY)
    server.always(200, b"<html>consent</html>", "text/html")
    with pytest.raises(MalformedError):
        yahoo.bars("AAPL", today=TODAY)


def test_the_usual_pace_is_forty_a_minute():
    assert Yahoo().per_minute == 40.0
