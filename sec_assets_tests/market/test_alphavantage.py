"""Alpha Vantage: documents and the connection."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from sec_assets.errors import AbsentError, BannedError, MalformedError, SettingError
from sec_assets.market.alphavantage import AlphaVantage, parse_daily
from sec_assets_tests.market.conftest import MarketServer

TODAY = date(2026, 1, 9)
KEY = "av-s3cret"
BAR = {"1. open": "10.5", "2. high": "12", "3. low": "10", "4. close": "11.25", "5. volume": "1234"}
DAILY = {"Meta Data": {"2. Symbol": "IBM"}, "Time Series (Daily)": {"2026-01-08": BAR, "2026-01-07": BAR}}


@pytest.fixture
def alphavantage(server: MarketServer) -> Iterator[AlphaVantage]:
    source = AlphaVantage(KEY, server.url, per_minute=60_000.0, retry_wait_seconds=0.001)
    yield source
    source.close()


def test_daily_bars_are_raw_with_unknown_actions():
    rows = parse_daily(json.dumps(DAILY).encode(), symbol="IBM").sort("date")
    assert rows["date"].to_list() == [date(2026, 1, 7), date(2026, 1, 8)]
    first = rows.row(0, named=True)
    assert (first["open"], first["high"], first["low"], first["close"], first["volume"]) == (
        10.5,
        12.0,
        10.0,
        11.25,
        1234,
    )
    assert (first["price_basis"], first["adjustment_factor"]) == ("raw", 1.0)
    assert first["dividend"] is first["split_factor"] is None


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (
            {"Information": f"We have detected your API key as {KEY} and the rate limit is 25 requests per day."},
            BannedError,
        ),
        ({"Note": "Thank you for using our service! Our standard call frequency is 5 calls per minute."}, BannedError),
        ({"Error Message": "Invalid API call. Please retry or visit the documentation."}, AbsentError),
        ({"Error Message": "the parameter apikey is invalid or missing."}, SettingError),
        (DAILY | {"Meta Data": {"2. Symbol": "MSFT"}}, MalformedError),
        ({"Time Series (Daily)": {}}, AbsentError),
        ({"Time Series (Daily)": {"2026-01-08": 1}}, MalformedError),
        ({}, MalformedError),
        ([], MalformedError),
    ],
)
def test_an_answer_without_bars_is_an_error_never_no_data(answer: object, error: type[Exception]):
    with pytest.raises(error) as caught:
        parse_daily(json.dumps(answer).encode(), symbol="IBM")
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("name", ["mock_time_series", "global_quote", "symbol_search", "mock_technical_indicator"])
def test_recorded_answers_of_other_functions_are_refused(evidence: Path, name: str):
    with pytest.raises(MalformedError, match="no daily series"):
        parse_daily((evidence / "market/alpha_vantage" / name).read_bytes(), symbol="MSFT")


def test_the_service_is_asked_for_the_compact_daily_series(server: MarketServer, alphavantage: AlphaVantage):
    server.always(200, json.dumps(DAILY).encode())
    assert alphavantage.bars("IBM", today=TODAY).height == 2
    query = parse_qs(urlsplit(server.requests[0][0]).query)
    assert query == {"function": ["TIME_SERIES_DAILY"], "symbol": ["IBM"], "outputsize": ["compact"], "apikey": [KEY]}
    assert KEY not in repr(alphavantage)


def test_an_outage_does_not_show_the_key(server: MarketServer, alphavantage: AlphaVantage):
    server.always(200, b"<html>maintenance</html>", "text/html")
    with pytest.raises(MalformedError, match="web page") as caught:
        alphavantage.bars("IBM", today=TODAY)
    assert KEY not in str(caught.value)


def test_a_missing_key_is_a_setting_and_asks_nobody(server: MarketServer):
    with pytest.raises(SettingError, match="ALPHAVANTAGE_API_KEY is not set"):
        AlphaVantage(None, server.url).bars("IBM", today=TODAY)
    assert server.requests == []
