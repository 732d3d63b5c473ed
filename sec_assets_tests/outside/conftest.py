"""The loopback server of the market's tests."""

from sec_assets_tests.market.conftest import server

__all__ = ["server"]
