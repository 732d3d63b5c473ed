"""From settings to sources."""

from datetime import date
from pathlib import Path

import pytest

from sec_assets.errors import SettingError
from sec_assets.market.load import load_prices
from sec_assets.market.sources import open_sources
from sec_assets.settings import load_settings
from sec_assets_tests.market.test_load import APPLE, tickers

TODAY = date(2026, 1, 9)


def test_sources_come_in_the_order_of_the_setting():
    settings = load_settings({"SEC_ASSETS_PRICES": "yahoo,tiingo,csv,alphavantage,sample"})
    with open_sources(settings) as sources:
        assert [source.name for source in sources] == ["yahoo", "tiingo", "csv", "alphavantage", "sample"]


def test_yahoo_is_never_asked_unless_it_is_listed():
    for source in ("sample", "live"):
        settings = load_settings({"SEC_ASSETS_SOURCE": source, "SEC_USER_AGENT": "Example admin@example.com"})
        with open_sources(settings) as sources:
            assert "yahoo" not in [one.name for one in sources]


def test_folders_and_keys_reach_their_sources(tmp_path: Path):
    (tmp_path / "AAPL.csv").write_text("Date,Close\n2020-01-02,2\n")
    settings = load_settings({"SEC_ASSETS_PRICES": "csv", "SEC_ASSETS_PRICES_CSV": str(tmp_path)})
    with open_sources(settings) as sources:
        assert load_prices(tickers(APPLE), sources, today=TODAY).frame["close"].to_list() == [2.0]


def test_sources_that_lack_their_settings_name_them_when_asked():
    settings = load_settings({"SEC_ASSETS_PRICES": "csv,tiingo,alphavantage"})
    with (
        open_sources(settings) as sources,
        pytest.raises(SettingError, match=r"SEC_ASSETS_PRICES_CSV.*TIINGO_API_KEY.*ALPHAVANTAGE_API_KEY"),
    ):
        load_prices(tickers(APPLE), sources, today=TODAY)
