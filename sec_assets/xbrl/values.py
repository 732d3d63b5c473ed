"""Numbers as text, exactly: what is a number, does it fit our decimal type, where does its point go.

No binary floating point and no rounding: a number that needs more than 26 digits before the point or 12 behind it does
not fit and is reported as such. The `decimals` and `precision` attributes are here too. Turning displayed text
into numbers is `transforms/`.
"""

import re
from functools import lru_cache
from typing import Final

from sec_assets.errors import MalformedError

INTEGER_DIGITS: Final = 26
FRACTION_DIGITS: Final = 12

FITS: Final = re.compile(r"[+-]?[0-9]{1,26}(?:\.[0-9]{1,12})?").fullmatch
"""Matches numbers that our decimal type takes as they stand."""

_NUMBER = re.compile(r"([+-]?)(?:([0-9]+)(?:\.([0-9]*))?|\.([0-9]+))(?:[eE]([+-]?[0-9]+))?")
_WHOLE = re.compile(r"[+-]?[0-9]{1,6}")
_LONGEST_EXPONENT = 9
_UNBOUNDED = frozenset({"INF", "+INF", "-INF", "NaN"})


def exact_text(text: str) -> str | None:
    """Return a number in plain digits that fits 26+12 digits; None when it is a number but does not fit.

    Trailing zeros and the exponent are worked out first, so `1.50000000000000e2` is `150`.

    Raises:
        MalformedError: not a number in the sense of XML Schema's decimal or double.
    """
    return shifted(text, 0)


def shifted(text: str, places: int) -> str | None:
    """Return a number multiplied by ten to the power of `places` in plain digits; None when it does not fit.

    Raises:
        MalformedError: not a number.
    """
    match = _NUMBER.fullmatch(text)
    if match is None:
        if text in _UNBOUNDED:
            return None
        raise MalformedError(f"{text[:80]!r} is not a number")
    sign, whole, fraction, bare, exponent = match.groups()
    whole, fraction = whole or "", fraction or bare or ""
    digits = (whole + fraction).lstrip("0")
    significant = digits.rstrip("0")
    if not significant:
        return "0"
    if exponent and len(exponent) > _LONGEST_EXPONENT:
        return None
    # The number is 0.DIGITS × 10^point.
    point = len(digits) - len(fraction) + int(exponent or 0) + places
    if point > INTEGER_DIGITS or len(significant) - point > FRACTION_DIGITS:
        return None
    return ("-" if sign == "-" else "") + _placed(significant, point)


def whole_number(text: str) -> int:
    """Return a whole number of up to six digits, such as a scale.

    Raises:
        MalformedError: anything else.
    """
    stripped = text.strip()
    if _WHOLE.fullmatch(stripped) is None:
        raise MalformedError(f"{text[:60]!r} is not a whole number")
    return int(stripped)


def _placed(digits: str, point: int) -> str:
    if point <= 0:
        return "0." + "0" * -point + digits
    if point >= len(digits):
        return digits + "0" * (point - len(digits))
    return f"{digits[:point]}.{digits[point:]}"


def decimals_text(decimals: str | None, precision: str | None, number: str | None) -> str | None:
    """Return the accuracy of a numeric fact as its `decimals`: a whole number, `INF`, or None when unknown.

    A `precision` is turned into decimals as XBRL 2.1 section 4.6.6 has it: precision − 1 − exponent of the number.
    """
    return _decimals(decimals) if decimals is not None else _from_precision(precision, number)


@lru_cache(maxsize=1024)
def _decimals(decimals: str) -> str | None:
    text = decimals.strip()
    if text == "INF":
        return text
    return str(int(text)) if _WHOLE.fullmatch(text) else None


def _from_precision(precision: str | None, number: str | None) -> str | None:
    text = (precision or "").strip()
    if text == "INF":
        return text
    if number is None or not _WHOLE.fullmatch(text) or int(text) <= 0:
        return None
    whole, _, fraction = number.lstrip("+-").partition(".")
    whole, zeros = whole.lstrip("0"), len(fraction) - len(fraction.lstrip("0"))
    if not whole and not fraction.strip("0"):
        return "INF"
    exponent = len(whole) - 1 if whole else -zeros - 1
    return str(int(text) - 1 - exponent)
