"""The bundled prices of the sample companies."""

from datetime import date

import pytest

from sec_assets.errors import AbsentError, InputError
from sec_assets.market.bars import check_bars
from sec_assets.market.bundled import BundledPrices
from sec_assets.sample.universe import companies

TODAY = date(2030, 12, 31)
TICKERS = sorted(share.ticker for company in companies().values() for share in company.classes)


def test_every_sample_ticker_has_only_usable_raw_bars_or_is_absent():
    with_prices = 0
    for ticker in TICKERS:
        try:
            bars = BundledPrices().bars(ticker, today=TODAY)
        except AbsentError:
            continue
        checked = check_bars(bars, today=TODAY)
        assert checked.bad.is_empty(), ticker
        assert checked.good["price_basis"].unique().to_list() == ["raw"]
        assert checked.good["adjustment_factor"][-1] == 1.0
        with_prices += 1
    assert with_prices > len(TICKERS) // 2


def test_nothing_after_today_is_known():
    whole = BundledPrices().bars(TICKERS[0], today=TODAY)
    day = whole["date"][whole.height // 2]
    known = BundledPrices().bars(TICKERS[0], today=day)
    assert known["date"].max() == day
    assert known["adjustment_factor"][-1] == 1.0


def test_an_unknown_ticker_is_absent():
    with pytest.raises(AbsentError, match="not one of the sample companies"):
        BundledPrices().bars("NOSUCHX", today=TODAY)


def test_hostile_text_is_refused():
    with pytest.raises(InputError):
        BundledPrices().bars("../AAPL", today=TODAY)
