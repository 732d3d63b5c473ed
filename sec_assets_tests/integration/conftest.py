"""Data folders that several tests start from: prepared once, copied by whoever changes them."""

import pytest

from sec_assets_tests.integration.home import BEHIND_TICKER_MAP, Home

SOUND, GHOST, FRACTURED = "0009900008", "0009900013", "0009900014"
"""A company of the sample without faults, one that has no submissions, and one with broken and missing documents."""


@pytest.fixture(scope="session")
def registered(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A data folder with three companies of the sample registered and nothing else; do not change it."""
    home = Home(
        tmp_path_factory.mktemp("registered") / "data",
        {"SEC_ASSETS_UNIVERSE": f"ciks:{SOUND},{GHOST},{FRACTURED}"},
    ).init()
    home.materialize("ticker_map")
    return home


@pytest.fixture(scope="session")
def built(registered: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The whole chain, run undisturbed once on a cluster of worker processes; do not change it."""
    home = registered.copy(tmp_path_factory.mktemp("built") / "data")
    home.materialize(BEHIND_TICKER_MAP, "--partition-range", f"{SOUND}...{FRACTURED}", config=None)
    return home
