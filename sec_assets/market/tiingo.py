"""The price source `tiingo`: end-of-day bars with a free key, raw prices with dividends and splits.

Limits as stated by tiingo.com/pricing for free keys: 50 requests an hour, 1,000 a day, 500 symbols a month, internal
use only. `parse_eod` is pure; the factor comes from the actions (`adjustment.py`).
"""

import json
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

import polars as pl

from sec_assets.errors import AbsentError, BannedError, MalformedError, SettingError
from sec_assets.market.adjustment import adjustment_factors
from sec_assets.market.bars import as_bars
from sec_assets.market.symbols import tiingo_symbol
from sec_assets.outside.http import OutsideHttp

BASE_URL = "https://api.tiingo.com"
_KEY_VARIABLE = "TIINGO_API_KEY"
_FIELDS = {
    "date": "date",
    "open": "open",
    "high": "high",
    "low": "low",
    "close": "close",
    "volume": "volume",
    "divCash": "dividend",
    "splitFactor": "split_factor",
}


@dataclass(frozen=True)
class Tiingo:
    """Prices from Tiingo's `daily/<ticker>/prices`; the key travels in a header, never in the address."""

    key: str | None = field(repr=False)
    base_url: str = BASE_URL
    per_minute: float = 60.0
    pace_file: Path | None = None
    retry_wait_seconds: float = 1.0
    name: str = field(default="tiingo", init=False)

    def bars(self, ticker: str, *, today: date) -> pl.DataFrame:
        """Return the whole series (schema BARS, raw) up to `today`.

        Raises:
            SettingError: the key is missing or refused.
            AbsentError: Tiingo does not know the ticker.
            MalformedError: an answer that is not a list of bars.
            OutageError: unreachable, or the allowance is used up.
        """
        symbol = tiingo_symbol(ticker)
        if not self.key:
            raise SettingError(f"{_KEY_VARIABLE} is not set: the price source tiingo needs a key")
        body = self._http.get(
            f"{self.base_url}/tiingo/daily/{quote(symbol, safe='')}/prices",
            subject=symbol,
            params={"startDate": "1960-01-01", "endDate": today.isoformat(), "format": "json"},
        )
        return parse_eod(body, symbol=symbol)

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
            headers={"Authorization": f"Token {self.key}", "Accept": "application/json"},
            retry_wait_seconds=self.retry_wait_seconds,
        )


def parse_eod(body: bytes, *, symbol: str) -> pl.DataFrame:
    """Return the bars (schema BARS, raw) of a JSON list of `{date, open, …, divCash, splitFactor}`.

    Raises:
        AbsentError: an empty list, or the notice that the symbol is unknown.
        BannedError: the notice that an allowance is used up.
        MalformedError: anything else.
    """
    try:
        rows = json.loads(body)
    except ValueError as error:
        raise MalformedError(f"tiingo: the answer for {symbol} is not JSON ({len(body)} bytes)") from error
    if not isinstance(rows, list):
        raise _notice(rows, symbol)
    if not rows:
        raise AbsentError(f"tiingo has no bars for {symbol}")
    if not all(isinstance(row, dict) and {"date", "close", "divCash", "splitFactor"} <= row.keys() for row in rows):
        raise MalformedError(f"tiingo: bars of {symbol} lack date, close, divCash or splitFactor")
    columns = {
        ours: pl.Series(
            [row.get(theirs) for row in rows], dtype=pl.String if ours == "date" else pl.Float64, strict=False
        )
        for theirs, ours in _FIELDS.items()
    }
    # The time part is always midnight UTC and means nothing: the date is the session's.
    frame = pl.DataFrame(columns).with_columns(pl.col("date").str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False))
    return as_bars(adjustment_factors(frame).with_columns(price_basis=pl.lit("raw")))


def _notice(answer: Any, symbol: str) -> Exception:
    detail = str(answer.get("detail", "")) if isinstance(answer, dict) else ""
    if "not found" in detail.lower():
        return AbsentError(f"tiingo does not know {symbol}")
    if "run over" in detail.lower() or "limit" in detail.lower():
        return BannedError("tiingo: the allowance of the key is used up; wait, or list another source first")
    return MalformedError(f"tiingo: the answer for {symbol} is not a list of bars: {detail[:120]!r}")
