"""EDGAR as a resource: one client per step, built inside the worker process that runs it."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from sec_assets.edgar.client import EdgarClient
from sec_assets.resources.settings import SettingsResource
from sec_assets.settings import Settings


class EdgarResource(dg.ConfigurableResource):
    """Access to EDGAR from the source that the settings choose."""

    settings: dg.ResourceDependency[SettingsResource]

    @contextmanager
    def client(self) -> Iterator[EdgarClient]:
        """Open a client for the length of a step.

        Raises:
            SettingError: a setting is missing, e.g. SEC_USER_AGENT in live mode.
        """
        with EdgarClient.from_settings(self.settings.load()) as client:
            yield client

    def load(self) -> Settings:
        """Return the settings the client is built from."""
        return self.settings.load()
