"""Daily prices and headlines of the sample.

AAPL and GOOGL have really recorded prices of 2024-03-25 to 2026-03-20; other real tickers have none here, because no
series is ever invented for a real ticker. Invented companies get walks from the parameters in `walks.json`, with the
dividends and the split their reports tell. Headlines are made in `headlines.py`.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import polars as pl

from sec_assets.sample import figures, packaged
from sec_assets.sample.headlines import headlines_rss
from sec_assets.sample.packaged import noise
from sec_assets.sample.universe import Company, company_of_ticker

__all__ = ["headlines_rss", "holdings_csv", "prices"]

_RECORDED = ("AAPL", "GOOGL")
_SCHEMA = {
    "date": pl.Date,
    "open": pl.Float64,
    "high": pl.Float64,
    "low": pl.Float64,
    "close": pl.Float64,
    "volume": pl.Int64,
    "dividend": pl.Float64,
    "split_factor": pl.Float64,
}


def holdings_csv() -> str:
    """Return the sample portfolio: ticker, shares, cost_basis (what the whole lot cost)."""
    return packaged.text("holdings.csv")


@lru_cache(maxsize=32)
def prices(ticker: str) -> pl.DataFrame | None:
    """Return daily bars of a ticker, None where the sample has none.

    Columns: date; open, high, low, close (currency per share, as traded); volume (shares); dividend (currency per
    share, on its ex-date, else 0); split_factor (shares after for one before, else 1).
    """
    if ticker in _RECORDED:
        rows = _recorded(ticker)
    elif ticker in packaged.document("walks.json"):
        rows = _walked(ticker)
    else:
        return None
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def _recorded(ticker: str) -> list[tuple[Any, ...]]:
    """Rows of the shipped file: cents, with open, high and low as differences from the close."""
    rows = []
    for row in packaged.table(f"prices_{ticker}.csv"):
        close = int(row["close"])
        bar = [(close + int(row[name])) / 100 for name in ("open", "high", "low")]
        dividend = int(row["dividend"] or 0) / 100
        rows.append((_day(row["date"]), *bar, close / 100, int(row["volume"]), dividend, 1.0))
    return rows


def _day(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))


@lru_cache(maxsize=1)
def sessions() -> tuple[date, ...]:
    """Return the trading sessions of the sample."""
    return tuple(_day(row["date"]) for row in packaged.table("prices_AAPL.csv"))


@dataclass(frozen=True)
class _Walk:
    """Parameters of an invented series; `like` shares the luck of another ticker."""

    start: float
    drift: float
    vol: float
    volume: int
    like: str = ""
    since: str = "2024-01-01"
    jumps: dict[str, float] = field(default_factory=dict)


def _walked(ticker: str) -> list[tuple[Any, ...]]:
    walk = _Walk(**packaged.document("walks.json")[ticker])
    company = company_of_ticker(ticker)
    assert company is not None, ticker  # noqa: S101 - walks.json names companies of the sample
    dividends, splits = _dividends(company), _splits(company)
    rows, previous = [], walk.start
    for session in sessions():
        if session < date.fromisoformat(walk.since):
            continue
        split = splits.get(session, 1.0)
        dividend = dividends.get(session, 0.0)
        change = walk.drift + walk.vol * _luck(ticker, walk, session) + walk.jumps.get(str(session), 0.0)
        opened = max(0.05, (previous / split - dividend) * (1 + change / 2 * noise(ticker, session, "open")))
        close = max(0.05, (previous / split - dividend) * (1 + change))
        high = max(opened, close) * (1 + walk.vol / 2 * abs(noise(ticker, session, "high")))
        low = min(opened, close) * (1 - walk.vol / 2 * abs(noise(ticker, session, "low")))
        busy = walk.volume * (1 + 0.4 * noise(ticker, session, "volume") + 9 * abs(change)) * _basis(splits, session)
        bar = [round(price, 2) for price in (opened, high, low, close)]
        rows.append((session, *bar, int(busy), dividend, split))
        previous = close
    return rows


def _luck(ticker: str, walk: _Walk, session: date) -> float:
    """A number of variance near one: the market's part, the company's part, and a class of shares' own little part."""
    own = walk.like or ticker
    market = noise("market", session) + noise("market", session, 2)
    company = noise(own, session) + noise(own, session, 2)
    apart = noise(ticker, session, "class") if walk.like else 0.0
    return 0.55 * market + 1.05 * company + 0.2 * apart


def _basis(splits: dict[date, float], session: date) -> float:
    factor = 1.0
    for day, split in splits.items():
        factor *= split if session >= day else 1.0
    return factor


def _next_session(day: date) -> date | None:
    return next((session for session in sessions() if session >= day), None)


def _splits(company: Company) -> dict[date, float]:
    split = company.given.get("split")
    day = _next_session(date.fromisoformat(split["on"])) if split else None
    return {day: float(split["factor"])} if split and day else {}


def _dividends(company: Company) -> dict[date, float]:
    """The dividends the reports tell, on an ex-date three weeks before the end of each quarter."""
    found = {}
    for quarter in company.quarters():
        day = _next_session(quarter.end - timedelta(days=21))
        if day is None or quarter.end < sessions()[0]:
            continue
        told = figures.version(company, day)
        amount = float(figures.flow(company, (quarter,), "dividend_per_share", told))
        if amount:
            found[day] = amount
    return found
