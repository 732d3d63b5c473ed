"""EDGAR as a resource: one client per step, built inside the worker process that runs it."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from sec_assets.edgar.client import EdgarClient
from sec_assets.edgar.transport.session import Timing
from sec_assets.resources.settings import SettingsResource
from sec_assets.storage.origin import claim


class EdgarResource(dg.ConfigurableResource):
    """Access to EDGAR from the source that the settings choose."""

    settings: dg.ResourceDependency[SettingsResource]

    @contextmanager
    def client(self, *, patience_seconds: float | None = None) -> Iterator[EdgarClient]:
        """Open a client for the length of a step or tick.

        Args:
            patience_seconds: longest wait for a turn or the end of a ban; by default a whole ban is waited out.

        Raises:
            SettingError: a setting is missing, or the data folder holds data of the other kind of source.
        """
        settings = self.settings.load()
        claim(settings.data, settings.source)
        timing = Timing() if patience_seconds is None else Timing(patience=patience_seconds)
        with EdgarClient(settings, timing=timing) as client:
            yield client
