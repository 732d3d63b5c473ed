import pytest

from sec_assets.edgar.universe import resolve_universe
from sec_assets.errors import SettingError
from sec_assets.tables import TICKER_MAP

TICKERS = TICKER_MAP.frame(
    {"cik": cik, "ticker": ticker, "exchange": exchange, "is_primary": primary}
    for cik, ticker, exchange, primary in (
        ("0001067983", "BRK-B", "NYSE", True),
        ("0001067983", "BRK-A", "NYSE", False),
        ("0000320193", "AAPL", "Nasdaq", True),
        ("0000000099", "OLD", None, True),
    )
)


def test_all_is_every_company_once_and_sorted():
    universe = resolve_universe("all", TICKERS)
    assert universe.ciks == ("0000000099", "0000320193", "0001067983")
    assert universe.problems == ()


def test_holdings_name_the_tickers_nobody_knows():
    universe = resolve_universe("holdings", TICKERS, ["AAPL", "brk.b", "AAPL", "NOPE", "a b"])
    assert universe.ciks == ("0000320193", "0001067983")
    assert [("NOPE" in text, "'a b'" in text) for text in universe.problems] == [(True, False), (False, True)]


def test_tickers_of_the_setting():
    universe = resolve_universe("tickers: BRK.A , BRK-B,,XXX", TICKERS)
    assert universe.ciks == ("0001067983",)
    assert len(universe.problems) == 1
    assert "SEC_ASSETS_UNIVERSE: ticker XXX" in universe.problems[0]


def test_a_company_without_ticker_can_be_asked_for_by_cik():
    universe = resolve_universe("ciks:5,CIK0000320193,320193,abc,0", TICKERS)
    assert universe.ciks == ("0000000005", "0000320193")
    assert len(universe.problems) == 2


def test_exchanges_in_any_case_and_the_unknown_named_with_the_known():
    universe = resolve_universe("exchange:nyse,NASDAQ,LSE", TICKERS)
    assert universe.ciks == ("0000320193", "0001067983")
    assert universe.problems == ("SEC_ASSETS_UNIVERSE: exchange 'LSE' is unknown; known are NYSE, Nasdaq",)


@pytest.mark.parametrize("spec", ["", "everything", "tickers:", "ciks: ,", "holdings", "all:x", "exchange"])
def test_anything_else_is_refused(spec):
    with pytest.raises(SettingError, match="allowed are"):
        resolve_universe(spec, TICKERS, ["AAPL"] if spec != "holdings" else None)
