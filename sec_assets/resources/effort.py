"""How hard downloads work, as a resource; the backfill command puts another in its place that is followed and stopped."""

import dagster as dg

from sec_assets.edgar.effort import Effort
from sec_assets.resources.settings import SettingsResource
from sec_assets.storage.status import Verdict


class EffortResource(dg.ConfigurableResource):
    """The workers of the settings; nobody follows, nobody stops."""

    settings: dg.ResourceDependency[SettingsResource]

    def load(self) -> Effort:
        """Return how much is done at once.

        Raises:
            SettingError: names the variable, its value and what is allowed.
        """
        return Effort(self.settings.load().download_workers)

    def settled(self, asset: str, cik: str, verdict: Verdict, changed: bool) -> None:
        """Tell nobody that a company is stored."""
