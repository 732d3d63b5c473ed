"""The price source `yahoo`: Yahoo's unofficial chart service, asked only when the user lists it.

No key, no promise: it answers 429 to the busy, so it has its own pace of 40 requests a minute. What a chart document
means is `yahoo_chart.py`.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import polars as pl

from sec_assets.market.symbols import yahoo_symbol
from sec_assets.market.yahoo_chart import parse_chart
from sec_assets.outside.http import OutsideHttp

BASE_URL = "https://query2.finance.yahoo.com"
_USER_AGENT = "Mozilla/5.0 (compatible; sec_assets)"


@dataclass(frozen=True)
class Yahoo:
    """Prices from Yahoo's `v8/finance/chart`."""

    base_url: str = BASE_URL
    per_minute: float = 40.0
    pace_file: Path | None = None
    retry_wait_seconds: float = 1.0
    name: str = field(default="yahoo", init=False)

    def bars(self, ticker: str, *, today: date) -> pl.DataFrame:
        """Return the whole series (schema BARS) up to `today`; see `parse_chart`.

        Raises:
            AbsentError: Yahoo does not know the ticker, or has no bars.
            MalformedError: an answer that is not a chart of daily bars.
            OutageError: unreachable, or refused for now.
        """
        symbol = yahoo_symbol(ticker)
        # range=max silently turns daily bars into monthly ones; explicit bounds do not. Two days more than `today`
        # cover every time zone.
        end = datetime.combine(today + timedelta(days=2), datetime.min.time(), UTC)
        body = self._http.get(
            f"{self.base_url}/v8/finance/chart/{quote(symbol, safe='')}",
            subject=symbol,
            params={
                "interval": "1d",
                "period1": "-2208988800",
                "period2": str(int(end.timestamp())),
                "events": "div,split",
                "includePrePost": "false",
            },
        )
        return parse_chart(body, symbol=symbol)

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
            headers={"User-Agent": _USER_AGENT, "Accept": "application/json"},
            retry_wait_seconds=self.retry_wait_seconds,
        )
