"""The price source `sample`: the bundled, deterministic prices of the sample companies.

The prices themselves are made in `sec_assets/sample/`; here they only get their adjustment factors, like those of any
source with raw prices and actions.
"""

from dataclasses import dataclass, field
from datetime import date

import polars as pl

from sec_assets.errors import AbsentError
from sec_assets.market.adjustment import adjustment_factors
from sec_assets.market.bars import as_bars
from sec_assets.market.symbols import checked_ticker
from sec_assets.sample import market


@dataclass(frozen=True)
class BundledPrices:
    """Prices of the companies of the bundled sample."""

    name: str = field(default="sample", init=False)

    def bars(self, ticker: str, *, today: date) -> pl.DataFrame:
        """Return the bars (schema BARS, raw, USD) up to `today`.

        Raises:
            AbsentError: the ticker is not one of the sample.
        """
        frame = market.prices(checked_ticker(ticker))
        if frame is None:
            raise AbsentError(f"sample: {ticker} is not one of the sample companies")
        known = adjustment_factors(frame.filter(pl.col("date") <= today))
        return as_bars(known.with_columns(price_basis=pl.lit("raw"), currency=pl.lit("USD")))
