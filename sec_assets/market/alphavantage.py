"""The price source `alphavantage`: the last 100 raw daily bars with a free key of 25 requests a day.

A stopgap for a handful of tickers. The service knows the key only in the address and reports limits as JSON with
status 200 under `Information` or `Note`, sometimes quoting the key: both are kept out of every message here. It tells
nothing of dividends and splits, so the factor is 1 and both columns are null.
"""

import json
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from sec_assets.errors import AbsentError, BannedError, MalformedError, SettingError
from sec_assets.market.bars import as_bars
from sec_assets.market.symbols import alphavantage_symbol
from sec_assets.outside.http import OutsideHttp

BASE_URL = "https://www.alphavantage.co"
_KEY_VARIABLE = "ALPHAVANTAGE_API_KEY"
_SERIES = "Time Series (Daily)"
_FIELDS = {"1. open": "open", "2. high": "high", "3. low": "low", "4. close": "close", "5. volume": "volume"}


@dataclass(frozen=True)
class AlphaVantage:
    """Prices from Alpha Vantage's TIME_SERIES_DAILY, compact."""

    key: str | None = field(repr=False)
    base_url: str = BASE_URL
    per_minute: float = 60.0
    pace_file: Path | None = None
    retry_wait_seconds: float = 1.0
    name: str = field(default="alphavantage", init=False)

    def bars(self, ticker: str, *, today: date) -> pl.DataFrame:  # noqa: ARG002 - the service knows only "the last 100"
        """Return the last 100 bars (schema BARS, raw, factor 1).

        Raises:
            SettingError: the key is missing or refused.
            AbsentError: the ticker is unknown.
            MalformedError: an answer that is not a daily series.
            OutageError: unreachable, or the allowance is used up.
        """
        symbol = alphavantage_symbol(ticker)
        if not self.key:
            raise SettingError(f"{_KEY_VARIABLE} is not set: the price source alphavantage needs a key")
        body = self._http.get(
            f"{self.base_url}/query",
            subject=symbol,
            params={"function": "TIME_SERIES_DAILY", "symbol": symbol, "outputsize": "compact", "apikey": self.key},
        )
        return parse_daily(body, symbol=symbol)

    def close(self) -> None:
        """Close the connections, if any were opened."""
        if "_http" in self.__dict__:
            self._http.close()

    @cached_property
    def _http(self) -> OutsideHttp:
        return OutsideHttp(
            self.name,
            per_minute=self.per_minute,
            pace_file=self.pace_file,
            key_variable=_KEY_VARIABLE,
            secret=self.key,
            retry_wait_seconds=self.retry_wait_seconds,
        )


def parse_daily(body: bytes, *, symbol: str) -> pl.DataFrame:
    """Return the bars (schema BARS) of a TIME_SERIES_DAILY answer.

    Raises:
        AbsentError: an `Error Message` about the call, which is how unknown symbols are reported.
        SettingError: an `Error Message` about the key.
        BannedError: an `Information` or `Note`: the allowance is used up, or the service is not in the plan.
        MalformedError: anything else that is not a daily series, or one of another symbol.
    """
    try:
        answer = json.loads(body)
    except ValueError as error:
        raise MalformedError(f"alphavantage: the answer for {symbol} is not JSON ({len(body)} bytes)") from error
    series = answer.get(_SERIES) if isinstance(answer, dict) else None
    if not isinstance(series, dict) or not all(isinstance(values, dict) for values in series.values()):
        raise _notice(answer, symbol)
    meta = answer.get("Meta Data")
    given = str(meta.get("2. Symbol", symbol)) if isinstance(meta, dict) else symbol
    if given.upper() != symbol:
        raise MalformedError(f"alphavantage: asked for {symbol}, answered with {given[:20]!r}")
    if not series:
        raise AbsentError(f"alphavantage has no bars for {symbol}")
    columns: dict[str, pl.Series] = {"date": pl.Series(list(series), dtype=pl.String)}
    for theirs, ours in _FIELDS.items():
        texts = pl.Series([values.get(theirs) for values in series.values()], dtype=pl.String, strict=False)
        columns[ours] = texts.cast(pl.Float64, strict=False)
    frame = pl.DataFrame(columns).with_columns(pl.col("date").str.to_date("%Y-%m-%d", strict=False))
    return as_bars(frame.with_columns(adjustment_factor=pl.lit(1.0), price_basis=pl.lit("raw")))


def _notice(answer: Any, symbol: str) -> Exception:
    fields = answer if isinstance(answer, dict) else {}
    if "Information" in fields or "Note" in fields:
        return BannedError(
            "alphavantage: the allowance of the key is used up or does not cover daily bars; "
            "wait until tomorrow, or list another source first"
        )
    message = str(fields.get("Error Message", ""))
    if "apikey" in message.lower():
        return SettingError(f"{_KEY_VARIABLE}: alphavantage refused the key; value not shown")
    if message:
        return AbsentError(f"alphavantage does not know {symbol}")
    return MalformedError(
        f"alphavantage: no daily series for {symbol}; the answer holds {sorted(map(str, fields))[:5]}"
    )
