"""Price sources and news feeds as a resource: which are asked, in which order, comes from the settings."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import dagster as dg

from sec_assets.market.load import PriceReader
from sec_assets.market.sources import open_sources
from sec_assets.resources.settings import SettingsResource


class MarketDataResource(dg.ConfigurableResource):
    """Access to prices."""

    settings: dg.ResourceDependency[SettingsResource]

    @contextmanager
    def prices(self) -> Iterator[Sequence[PriceReader]]:
        """Open the price sources of the settings for the length of a step."""
        with open_sources(self.settings.load()) as sources:
            yield sources
