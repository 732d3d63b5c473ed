"""Ticker text: what is accepted, and how each price source spells it.

Tickers come from EDGAR (`BRK-B`, `BAC-PL`) and from holdings files, so they are untrusted text on their way into paths
and addresses. Everything that builds an address or looks up a file asks here first; which source is asked is `load.py`.
"""

import re

from sec_assets.errors import InputError

_TICKER = re.compile(r"\^?[A-Z0-9][A-Z0-9.\-^=]{0,19}")
_PREFERRED = re.compile(r"([A-Z0-9]+)-P([A-Z])")


def checked_ticker(text: str) -> str:
    """Return `text` unchanged when it is a ticker: capitals, digits and `. - ^ =`, at most 21 characters.

    Raises:
        InputError: anything else, such as lower case, a path or white space.
    """
    if _TICKER.fullmatch(text) is None:
        raise InputError(
            f"{text[:40]!r} is not a ticker: expected capitals, digits and . - ^ = such as AAPL or BRK-B, at most 21"
        )
    return text


def yahoo_symbol(ticker: str) -> str:
    """Spell a ticker as Yahoo does: classes and preferred series behind a dash (`BRK-B`, `BAC-PL`)."""
    return checked_ticker(ticker).replace(".", "-")


def alphavantage_symbol(ticker: str) -> str:
    """Spell a ticker as Alpha Vantage does: classes behind a dash (`BRK-B`)."""
    return checked_ticker(ticker).replace(".", "-")


def tiingo_symbol(ticker: str) -> str:
    """Spell a ticker as Tiingo does: dashes only, a preferred series as `SPG-P-J`."""
    dashed = checked_ticker(ticker).replace(".", "-")
    preferred = _PREFERRED.fullmatch(dashed)
    return f"{preferred[1]}-P-{preferred[2]}" if preferred else dashed


def file_stems(ticker: str) -> tuple[str, ...]:
    """Return the spellings under which a file about `ticker` may lie, lower case, the most literal first."""
    literal = checked_ticker(ticker).lower()
    spellings = (literal, literal.replace("-", "."), literal.replace(".", "-"), re.sub(r"[.-]", "_", literal))
    return tuple(dict.fromkeys(spellings))
