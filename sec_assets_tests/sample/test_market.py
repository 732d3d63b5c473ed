"""Prices, headlines and the portfolio of the sample."""

import csv
import io

import feedparser
import polars as pl
import pytest

from sec_assets.sample import market
from sec_assets.sample.filings import LAST_DAY, filings_of
from sec_assets.sample.universe import companies, company_of_ticker

TICKERS = [share.ticker for company in companies().values() for share in company.classes]
PRICED = [ticker for ticker in TICKERS if market.prices(ticker) is not None]


def test_only_recorded_or_invented_series_exist() -> None:
    assert set(TICKERS) - set(PRICED) == {"GOOG", "MRVL", "SNOW", "XQUTX"}
    assert market.prices("XGHST") is None


@pytest.mark.parametrize("ticker", PRICED)
def test_bars_are_sound(ticker: str) -> None:
    bars = market.prices(ticker)
    assert bars is not None
    assert bars["date"].is_sorted()
    assert bars["date"].n_unique() == bars.height
    assert bars["date"].max() == LAST_DAY
    low, high = pl.min_horizontal("open", "close"), pl.max_horizontal("open", "close")
    assert bars.filter(
        (pl.col("low") > low) | (pl.col("high") < high) | (pl.col("low") <= 0) | (pl.col("volume") <= 0)
    ).is_empty()
    assert bars.null_count().sum_horizontal().item() == 0


@pytest.mark.parametrize("ticker", ["AAPL", "GOOGL"])
def test_recorded_prices_are_the_recorded_ones_without_their_dividend_adjustment(evidence, ticker: str) -> None:
    recorded = pl.read_csv(evidence / f"market/prices/recent_2024-2026/{ticker}.csv", try_parse_dates=True)
    bars = market.prices(ticker)
    assert bars is not None
    assert bars["date"].to_list() == recorded["Date"].to_list()
    factors = bars["close"] / recorded["Close"].cast(pl.Float64)
    assert factors.is_between(0.9999, 1.009).all()
    last = bars.height - 20
    assert factors[last:].is_between(0.9999, 1.0001).all()


@pytest.mark.parametrize(("ticker", "count"), [("AAPL", 7), ("GOOGL", 3)])
def test_recorded_dividends_explain_the_adjustment_of_the_recording(evidence, ticker: str, count: int) -> None:
    recorded = pl.read_csv(evidence / f"market/prices/recent_2024-2026/{ticker}.csv", try_parse_dates=True)
    bars = market.prices(ticker)
    assert bars is not None
    assert bars.filter(pl.col("dividend") > 0).height == count
    steps = 1 - bars["dividend"] / bars["close"].shift(1)
    factor = 1.0
    for place in range(bars.height - 1, 0, -1):
        assert abs(bars["close"][place] * factor - recorded["Close"][place]) < 0.02
        factor *= steps[place]


def test_known_closes_of_apple() -> None:
    bars = market.prices("AAPL")
    assert bars is not None
    known = {"2024-03-25": 170.85, "2024-06-28": 210.62, "2024-12-31": 250.42}
    closes = {str(day): close for day, close in bars.select("date", "close").iter_rows()}
    assert {day: closes[day] for day in known} == known


def test_the_split_quarters_the_price_and_dividends_match_the_reports() -> None:
    bars = market.prices("XMRTX")
    assert bars is not None
    split = bars.filter(pl.col("split_factor") != 1)
    assert split["split_factor"].to_list() == [4.0]
    place = bars["date"].to_list().index(split["date"].item())
    assert 3.5 < bars["close"][place - 1] / bars["close"][place] < 4.5
    paid = bars.filter(pl.col("dividend") > 0)
    assert paid["dividend"].to_list() == [0.53, 0.53, 0.53, 0.53, 0.58, 0.145, 0.145, 0.145]


@pytest.mark.parametrize("ticker", [ticker for ticker in TICKERS if ticker != "XQUTX"])
def test_headlines_parse_as_rss(ticker: str) -> None:
    body = market.headlines_rss(ticker)
    assert body is not None
    feed = feedparser.parse(body)
    assert not feed.bozo
    assert feed.version == "rss20"
    assert 5 <= len(feed.entries) <= 15
    assert all(entry.title and entry.link and entry.id and entry.published_parsed for entry in feed.entries)
    assert max(entry.published_parsed[:3] for entry in feed.entries) <= LAST_DAY.timetuple()[:3]
    assert len({entry.id for entry in feed.entries}) == len(feed.entries)


def test_headlines_of_real_companies_only_restate_figures() -> None:
    for company in companies().values():
        if company.real:
            for entry in feedparser.parse(market.headlines_rss(company.classes[0].ticker)).entries:
                assert entry.title.startswith(f"{company.name} reports ")
                assert entry.summary.startswith("For the period ended ")


def test_one_company_has_no_news_and_one_headline_is_hostile() -> None:
    assert market.headlines_rss("XQUTX") is None
    assert market.headlines_rss("XGHST") is None
    body = market.headlines_rss("XRSTX")
    assert body is not None
    assert b"&lt;script&gt;" in body
    assert b"<script" not in body


def test_portfolio_holds_companies_of_the_sample() -> None:
    rows = list(csv.DictReader(io.StringIO(market.holdings_csv())))
    assert list(rows[0]) == ["ticker", "shares", "cost_basis"]
    held = [row["ticker"] for row in rows]
    assert len(held) == len(set(held)) >= 10
    assert all(company_of_ticker(ticker) for ticker in held)
    assert {"GOOGL", "GOOG", "XDUO-A", "XDUO-B"} <= set(held)
    assert all(filings_of(company.cik) for ticker in held if (company := company_of_ticker(ticker)))
