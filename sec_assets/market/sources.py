"""The price sources that the settings name, in their order.

Building a source opens nothing: a missing key or folder shows when the source is first asked, so that a list of sources
works with those that are set up.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from sec_assets.market.alphavantage import AlphaVantage
from sec_assets.market.bundled import BundledPrices
from sec_assets.market.csv_folder import CsvFolders
from sec_assets.market.load import PriceReader
from sec_assets.market.tiingo import Tiingo
from sec_assets.market.yahoo import Yahoo
from sec_assets.settings import PriceSource, Settings


@contextmanager
def open_sources(settings: Settings) -> Iterator[Sequence[PriceReader]]:
    """Give the price sources of `settings.price_sources`, and close their connections at the end."""
    with ExitStack() as stack:
        yield tuple(_source(name, settings, stack) for name in settings.price_sources)


def _source(name: PriceSource, settings: Settings, stack: ExitStack) -> PriceReader:
    if name == "sample":
        return BundledPrices()
    if name == "csv":
        return CsvFolders(settings.price_csv)
    pace_file = settings.state / f"pace-{name}.sqlite"
    if name == "tiingo":
        source = Tiingo(settings.tiingo_key, pace_file=pace_file)
    elif name == "alphavantage":
        source = AlphaVantage(settings.alphavantage_key, pace_file=pace_file)
    else:
        source = Yahoo(pace_file=pace_file)
    stack.callback(source.close)
    return source
