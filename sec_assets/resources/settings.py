"""The settings as a resource: read when a step asks, so that importing the definitions needs no environment."""

import os

import dagster as dg
from pydantic import Field

from sec_assets.settings import Settings, load_settings


class SettingsResource(dg.ConfigurableResource):
    """The environment's settings, with overrides for tests and notebooks."""

    overrides: dict[str, str] = Field(
        default_factory=dict, description="variables that take the place of the process environment's"
    )

    def load(self) -> Settings:
        """Return the checked settings.

        Raises:
            SettingError: names the variable, its value and what is allowed.
        """
        return load_settings({**os.environ, **self.overrides})
