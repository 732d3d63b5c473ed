"""EDGAR as a resource: one client per step, built inside the worker process that runs it."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from sec_assets.edgar.client import EdgarClient
from sec_assets.resources.settings import SettingsResource
from sec_assets.storage.origin import claim


class EdgarResource(dg.ConfigurableResource):
    """Access to EDGAR from the source that the settings choose."""

    settings: dg.ResourceDependency[SettingsResource]

    @contextmanager
    def client(self) -> Iterator[EdgarClient]:
        """Open a client for the length of a step.

        Raises:
            SettingError: a setting is missing, or the data folder holds data of the other kind of source.
        """
        settings = self.settings.load()
        claim(settings.data, settings.source)
        with EdgarClient.from_settings(settings) as client:
            yield client
