"""Ticker text and its spellings."""

import pytest

from sec_assets.errors import InputError
from sec_assets.market.symbols import alphavantage_symbol, checked_ticker, file_stems, tiingo_symbol, yahoo_symbol


@pytest.mark.parametrize("text", ["AAPL", "BRK-B", "BRK.B", "^GSPC", "EURUSD=X", "0P000071W8.TO", "A"])
def test_tickers_pass_unchanged(text: str):
    assert checked_ticker(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "..",
        "../x",
        "A/B",
        "A\\B",
        "aapl",
        "A B",
        "A\n",
        "A%2F",
        "A?x=1",
        "A#",
        "A&b",
        "-A",
        "Ä",
        "A" * 22,
        "A\0",
    ],
)
def test_anything_else_is_refused(text: str):
    with pytest.raises(InputError, match="is not a ticker"):
        checked_ticker(text)


@pytest.mark.parametrize("spell", [yahoo_symbol, tiingo_symbol, alphavantage_symbol, file_stems])
def test_every_spelling_refuses_hostile_text(spell):
    with pytest.raises(InputError):
        spell("../../etc/passwd")


def test_classes_of_shares_are_spelt_as_each_source_does():
    assert {
        spell(text) for spell in (yahoo_symbol, tiingo_symbol, alphavantage_symbol) for text in ("BRK-B", "BRK.B")
    } == {"BRK-B"}
    assert yahoo_symbol("SPG-PJ") == "SPG-PJ"
    assert tiingo_symbol("SPG-PJ") == "SPG-P-J"


def test_files_are_looked_up_literally_first_then_in_other_spellings():
    assert file_stems("BRK-B") == ("brk-b", "brk.b", "brk_b")
    assert file_stems("BRK.B") == ("brk.b", "brk-b", "brk_b")
    assert file_stems("AAPL") == ("aapl",)
