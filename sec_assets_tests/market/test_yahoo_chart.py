"""What a chart document means, on recorded answers and on variations of them."""

import copy
import json
from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest

from sec_assets.errors import AbsentError, MalformedError
from sec_assets.market.yahoo_chart import parse_chart

Recorded = Callable[[str], dict[str, Any]]
SPLIT = "chart-AAPL-2020-08-31-to-2020-11-07.json"


def parsed(document: dict[str, Any], symbol: str) -> pl.DataFrame:
    return parse_chart(json.dumps(document).encode(), symbol=symbol)


def chart(**changes: Any) -> dict[str, Any]:
    """Four sessions around a 4:1 split on the third, newest last; a dividend of 0.2 (new shares) on the second."""
    result: dict[str, Any] = {
        "meta": {
            "currency": "USD",
            "symbol": "AAPL",
            "gmtoffset": -18000,
            "exchangeTimezoneName": "America/New_York",
            "dataGranularity": "1d",
            "regularMarketTime": 1598990400,
            "currentTradingPeriod": {"regular": {"start": 1598967000, "end": 1598990400}},
        },
        "timestamp": [1598535000, 1598621400, 1598880600, 1598967000],
        "indicators": {
            "quote": [
                {
                    "open": [125.0, 126.0, 127.0, 132.0],
                    "high": [127.0, 127.0, 131.0, 135.0],
                    "low": [123.0, 124.0, 126.0, 130.0],
                    "close": [125.0, 124.8, 129.0, 134.0],
                    "volume": [400, 404, 220, 150],
                }
            ],
            "adjclose": [{"adjclose": [122.5, 122.304, 126.42, 131.32]}],
        },
        "events": {
            "splits": {"1598880600": {"date": 1598880600, "numerator": 4, "denominator": 1}},
            "dividends": {"1598621400": {"date": 1598621400, "amount": 0.2}},
        },
    }
    result.update(copy.deepcopy(changes))
    return {"chart": {"result": [result], "error": None}}


def test_as_traded_values_are_restored_when_the_window_reaches_the_present():
    bars = parsed(chart(), "AAPL")
    assert bars["price_basis"].unique().to_list() == ["raw"]
    assert bars["close"].to_list() == [500.0, 499.2, 129.0, 134.0]
    assert bars["low"].to_list() == [492.0, 496.0, 126.0, 130.0]
    assert bars["volume"].to_list() == [100, 101, 220, 150]
    assert bars["dividend"].to_list() == [0.0, 0.8, 0.0, 0.0]
    assert bars["split_factor"].to_list() == [1.0, 1.0, 4.0, 1.0]
    adjusted = (bars["close"] * bars["adjustment_factor"]).to_list()
    assert adjusted == pytest.approx([122.5, 122.304, 126.42, 131.32], rel=1e-15)


def test_without_an_adjusted_close_the_factor_comes_from_the_actions():
    document = chart()
    del document["chart"]["result"][0]["indicators"]["adjclose"]
    factors = parsed(document, "AAPL")["adjustment_factor"].to_list()
    assert factors == pytest.approx([0.25 * (1 - 0.8 / 500), 0.25, 1.0, 1.0])


def test_a_window_of_the_past_stays_split_adjusted():
    document = chart()
    document["chart"]["result"][0]["meta"]["regularMarketTime"] += 86_400
    bars = parsed(document, "AAPL")
    assert bars["price_basis"].unique().to_list() == ["split_adjusted"]
    assert bars["close"].to_list() == [125.0, 124.8, 129.0, 134.0]
    del document["chart"]["result"][0]["indicators"]["adjclose"]
    factors = parsed(document, "AAPL")["adjustment_factor"].to_list()
    assert factors == pytest.approx([1 - 0.2 / 125, 1.0, 1.0, 1.0])


def test_the_session_that_is_still_trading_is_left_out():
    document = chart()
    document["chart"]["result"][0]["meta"]["regularMarketTime"] = 1598980000
    bars = parsed(document, "AAPL")
    assert bars["date"].to_list() == [date(2020, 8, 27), date(2020, 8, 28), date(2020, 8, 31)]
    assert bars["price_basis"][0] == "raw"


def test_an_event_between_sessions_belongs_to_the_next_one():
    saturday = {"1598700000": {"date": 1598700000, "numerator": 4, "denominator": 1}}
    bars = parsed(chart(events={"splits": saturday}), "AAPL")
    assert bars["split_factor"].to_list() == [1.0, 1.0, 4.0, 1.0]
    assert bars["close"].to_list() == [500.0, 499.2, 129.0, 134.0]


def test_nulls_inside_the_arrays_stay_nulls():
    document = chart()
    quote = document["chart"]["result"][0]["indicators"]["quote"][0]
    for values in quote.values():
        values[1] = None
    bars = parsed(document, "AAPL")
    assert bars["close"].to_list() == [500.0, None, 129.0, 134.0]
    assert bars["volume"].to_list() == [100, None, 220, 150]


def test_dates_are_sessions_of_the_exchange_over_daylight_saving_time():
    instants = [
        1604064600,
        1604327400,
    ]  # 09:30 in New York, on the Friday before and the Monday after the clocks change
    document = chart(timestamp=instants, events={})
    result = document["chart"]["result"][0]
    for values in (*result["indicators"]["quote"][0].values(), result["indicators"]["adjclose"][0]["adjclose"]):
        del values[2:]
    assert parsed(document, "AAPL")["date"].to_list() == [date(2020, 10, 30), date(2020, 11, 2)]
    result["meta"]["exchangeTimezoneName"] = "Mars/Olympus"
    assert parsed(document, "AAPL")["date"].to_list() == [date(2020, 10, 30), date(2020, 11, 2)]


def test_a_session_of_an_eastern_exchange_is_not_the_date_in_utc(recorded_chart: Recorded):
    bars = parsed(recorded_chart("chart-BTC-USD-2020-01-01-to-2020-01-03.json"), "BTC-USD")
    assert bars["date"].to_list() == [date(2020, 1, 1), date(2020, 1, 2), date(2020, 1, 3)]
    sydney = chart(timestamp=[1577919600], events={})  # 10:00 of 2 January in Sydney, still 1 January in London
    result = sydney["chart"]["result"][0]
    result["meta"]["exchangeTimezoneName"] = "Australia/Sydney"
    for values in (*result["indicators"]["quote"][0].values(), result["indicators"]["adjclose"][0]["adjclose"]):
        del values[1:]
    assert parsed(sydney, "AAPL")["date"].to_list() == [date(2020, 1, 2)]


def test_a_recorded_window_with_a_split_and_a_dividend(recorded_chart: Recorded):
    bars = parsed(recorded_chart(SPLIT), "AAPL")
    assert bars.height == 49
    assert bars["price_basis"].unique().to_list() == ["split_adjusted"]
    assert bars.filter(pl.col("split_factor") != 1).select("date", "split_factor").rows() == [(date(2020, 8, 31), 4.0)]
    assert bars.filter(pl.col("dividend") != 0).select("date", "dividend").rows() == [(date(2020, 11, 6), 0.205)]
    first = bars.row(0, named=True)
    assert first["close"] == 129.0399932861328
    assert first["close"] * first["adjustment_factor"] == pytest.approx(125.82673645019531, rel=1e-15)
    assert first["currency"] == "USD"


def test_the_factor_from_actions_agrees_with_the_recorded_adjusted_close(recorded_chart: Recorded):
    """Relative to the last bar, since later dividends are outside the window."""
    document = recorded_chart(SPLIT)
    given = parsed(document, "AAPL")["adjustment_factor"]
    del document["chart"]["result"][0]["indicators"]["adjclose"]
    computed = parsed(document, "AAPL")["adjustment_factor"]
    assert (computed / (given / given[-1])).to_list() == pytest.approx([1.0] * 49, rel=1e-6)


@pytest.mark.parametrize(
    ("name", "symbol", "currency", "close"),
    [
        ("chart-OCDO.L-2020-01-01-to-2020-01-03.json", "OCDO.L", None, 1259.5),
        ("chart-ORSTED.CO-2020-01-01-to-2020-01-03.json", "ORSTED.CO", "DKK", 681.0),
        ("chart-QQQ-2020-01-01-to-2020-01-03.json", "QQQ", "USD", 216.16000366210938),
    ],
)
def test_other_recorded_exchanges(recorded_chart: Recorded, name: str, symbol: str, currency: str | None, close: float):
    row = parsed(recorded_chart(name), symbol).row(0, named=True)
    assert (row["date"], row["close"], row["currency"]) == (date(2020, 1, 2), close, currency)


def test_an_unknown_symbol_is_absent():
    error = {"code": "Not Found", "description": "No data found, symbol may be delisted"}
    with pytest.raises(AbsentError, match="does not know NOPE"):
        parsed({"chart": {"result": None, "error": error}}, "NOPE")


def test_a_chart_without_bars_is_absent(recorded_chart: Recorded):
    with pytest.raises(AbsentError, match="no bars for AAPL"):
        parsed(chart(timestamp=[]), "AAPL")


def test_bars_that_are_not_daily_are_refused(recorded_chart: Recorded):
    with pytest.raises(MalformedError, match="'1m', not daily"):
        parsed(recorded_chart("chart-AAPL-2025-02-01-to-2025-02-02-includePrePost-false-interval-1m.json"), "AAPL")


def test_another_symbols_chart_is_refused():
    with pytest.raises(MalformedError, match="asked for MSFT, answered with 'AAPL'"):
        parsed(chart(), "MSFT")


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b"null", b'{"chart": 1}', b'{"chart": {}}', b'{"chart": {"result": [], "error": null}}',
     b'{"chart": {"result": [{}]}}', b'{"chart": {"error": "x"}}', b'{"finance": {"error": {"code": "Unauthorized"}}}'],
)  # fmt: skip
def test_anything_else_is_malformed(body: bytes):
    with pytest.raises(MalformedError, match="yahoo"):
        parse_chart(body, symbol="AAPL")


@pytest.mark.parametrize(
    "changes",
    [
        {"timestamp": [1598535000]},
        {"timestamp": ["x", 1, 2, 3]},
        {"timestamp": [10**30, 1, 2, 3]},
        {"meta": {"symbol": "AAPL"}},
        {"indicators": {"quote": [{}]}},
        {"events": {"splits": {"1": {"date": 1598880600, "numerator": 4, "denominator": 0}}}},
        {"events": {"splits": {"1": {"date": 1598880600, "numerator": -4, "denominator": 1}}}},
        {"events": {"dividends": {"1": {"date": 1598880600, "amount": -1}}}},
        {"events": {"dividends": [1]}},
    ],
)
def test_a_chart_out_of_shape_is_malformed_never_half_read(changes: dict[str, Any]):
    with pytest.raises(MalformedError, match="yahoo"):
        parsed(chart(**changes), "AAPL")
