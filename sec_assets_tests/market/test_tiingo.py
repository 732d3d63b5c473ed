"""Tiingo: documents and the connection."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from sec_assets.errors import AbsentError, BannedError, MalformedError, SettingError
from sec_assets.market.tiingo import Tiingo, parse_eod
from sec_assets_tests.market.conftest import MarketServer

TODAY = date(2026, 1, 9)
KEY = "tiingo-s3cret"


def row(day: str, close: float, *, dividend: float = 0.0, split: float = 1.0) -> dict[str, Any]:
    bar = {"date": f"{day}T00:00:00.000Z", "open": close, "high": close, "low": close, "close": close, "volume": 100}
    return bar | {"adjClose": close, "adjVolume": 100, "divCash": dividend, "splitFactor": split}


ROWS = [row("2020-08-27", 500.0), row("2020-08-28", 504.0, dividend=5.0), row("2020-08-31", 126.0, split=4.0)]


@pytest.fixture
def tiingo(server: MarketServer) -> Iterator[Tiingo]:
    source = Tiingo(KEY, server.url, per_minute=60_000.0, retry_wait_seconds=0.001)
    yield source
    source.close()


def test_raw_bars_with_a_factor_from_the_actions():
    bars = parse_eod(json.dumps(ROWS).encode(), symbol="AAPL")
    assert bars["date"].to_list() == [date(2020, 8, 27), date(2020, 8, 28), date(2020, 8, 31)]
    assert bars["close"].to_list() == [500.0, 504.0, 126.0]
    assert bars["adjustment_factor"].to_list() == pytest.approx([0.99 / 4, 0.25, 1.0])
    assert bars["price_basis"].unique().to_list() == ["raw"]
    assert bars["split_factor"].to_list() == [1.0, 1.0, 4.0]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ([], AbsentError),
        ({"detail": "Not found."}, AbsentError),
        ({"detail": "Error: You have run over your hourly request allocation."}, BannedError),
        ({"detail": "something else"}, MalformedError),
        ([1], MalformedError),
        ([{"date": "2020-01-02"}], MalformedError),
        ("x", MalformedError),
    ],
)
def test_other_answers_are_errors(answer: object, error: type[Exception]):
    with pytest.raises(error, match="tiingo"):
        parse_eod(json.dumps(answer).encode(), symbol="AAPL")


def test_text_is_malformed():
    with pytest.raises(MalformedError, match="not JSON"):
        parse_eod(b"Error: Ticker 'X' not found", symbol="X")


def test_the_key_travels_in_a_header_only(server: MarketServer, tiingo: Tiingo):
    server.always(200, json.dumps(ROWS).encode())
    assert tiingo.bars("BRK.B", today=TODAY).height == 3
    path, headers = server.requests[0]
    assert urlsplit(path).path == "/tiingo/daily/BRK-B/prices"
    assert parse_qs(urlsplit(path).query)["endDate"] == ["2026-01-09"]
    assert headers["Authorization"] == f"Token {KEY}"
    assert KEY not in path
    assert KEY not in repr(tiingo)


def test_a_missing_key_is_a_setting_and_asks_nobody(server: MarketServer):
    with pytest.raises(SettingError, match="TIINGO_API_KEY is not set"):
        Tiingo(None, server.url).bars("AAPL", today=TODAY)
    assert server.requests == []


def test_a_refused_key_is_a_setting_that_is_not_shown(server: MarketServer, tiingo: Tiingo):
    server.always(401, b'{"detail": "Invalid token."}')
    with pytest.raises(SettingError, match="TIINGO_API_KEY") as caught:
        tiingo.bars("AAPL", today=TODAY)
    assert KEY not in str(caught.value)
