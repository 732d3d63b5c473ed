"""Printed numbers and fixed values: `1,234.5`, `1.234,5`, a dash for zero.

The registries differ in how strict they are about digit groups, so each has its own pattern: up to registry 3 groups
have three digits, from registry 4 on separators may stand anywhere. The result is plain digits with a point; sign and
scale are attributes of the fact and applied by `inline.py`.
"""

import re
from collections.abc import Callable

from sec_assets.errors import MalformedError
from sec_assets.xbrl.transforms.printed import printed

_APOSTROPHES = "'`\u00b4\u2019\u2032"
DASHES = "-\u058a\u05be\u2010\u2011\u2012\u2013\u2014\u2015\ufe58\ufe63\uff0d"
_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+")


def _grouped(separators: str, point: str) -> re.Pattern[str]:
    return re.compile(rf"[0-9]{{1,3}}(?:[{separators}]?[0-9]{{3}})*(?:{point}[0-9]+)?")


def _loose(separators: str, point: str) -> re.Pattern[str]:
    return re.compile(rf"[{separators}0-9]*(?:{point}[ \u00a00-9]+)?")


_COMMA_GROUPS = _grouped(", \u00a0", r"\.")
_DOT_GROUPS = _grouped(". \u00a0", ",")
_SPACE_GROUPS_DOT = _grouped(" \u00a0", r"\.")
_SPACE_GROUPS_COMMA = _grouped(" \u00a0", ",")
_UNGROUPED_COMMA = re.compile(r"[0-9]+(?:,[0-9]+)?")
_LOOSE_DOT = _loose(", \u00a0", r"\.")
_LOOSE_COMMA = _loose(". \u00a0", ",")
_LOOSE_DOT_APOSTROPHE = _loose(f", \u00a0{_APOSTROPHES}", r"\.")
_LOOSE_COMMA_APOSTROPHE = _loose(f". \u00a0{_APOSTROPHES}", ",")
_WITH_UNIT = re.compile(r"([0-9.,\uff0c\uff0e]+)[^0-9.,\uff0c\uff0e]+([0-9]{1,2})[^0-9]*")
_DROPPED = dict.fromkeys(map(ord, f" \u00a0\uff0c\uff0e{_APOSTROPHES}"))
_WITHOUT_COMMA = _DROPPED | {ord(","): None}
_COMMA_AS_POINT = _DROPPED | {ord("."): None, ord(","): "."}
_NO_SEPARATORS = _WITHOUT_COMMA | {ord("."): None}


def _read(text: str, pattern: re.Pattern[str], replacing: dict[int, str | None]) -> str:
    stripped = printed(text)
    if pattern.fullmatch(stripped) is not None:
        number = stripped.translate(replacing)
        if _PLAIN.fullmatch(number) is not None:
            return number
    raise MalformedError(f"{text[:60]!r} is not a number of this format")


def dot_decimal_grouped(text: str) -> str:
    """Return `1,234.5` as `1234.5`; groups of three (numdotdecimal, numcommadot)."""
    return _read(text, _COMMA_GROUPS, _WITHOUT_COMMA)


def dot_decimal(text: str) -> str:
    """Return `1,234.5` or `.5` as a number, separators anywhere (num-dot-decimal)."""
    return _read(text, _LOOSE_DOT, _WITHOUT_COMMA)


def dot_decimal_apostrophe(text: str) -> str:
    """Return `1'234.5` as `1234.5` (num-dot-decimal-apos)."""
    return _read(text, _LOOSE_DOT_APOSTROPHE, _WITHOUT_COMMA)


def comma_decimal_grouped(text: str) -> str:
    """Return `1.234,5` as `1234.5`; groups of three (numcommadecimal, numdotcomma)."""
    return _read(text, _DOT_GROUPS, _COMMA_AS_POINT)


def comma_decimal(text: str) -> str:
    """Return `1.234,5` as `1234.5`, separators anywhere (num-comma-decimal)."""
    return _read(text, _LOOSE_COMMA, _COMMA_AS_POINT)


def comma_decimal_apostrophe(text: str) -> str:
    """Return `1'234,5` as `1234.5` (num-comma-decimal-apos)."""
    return _read(text, _LOOSE_COMMA_APOSTROPHE, _COMMA_AS_POINT)


def comma_decimal_ungrouped(text: str) -> str:
    """Return `1234,5` as `1234.5` (numcomma)."""
    return _read(text, _UNGROUPED_COMMA, _COMMA_AS_POINT)


def space_groups_dot(text: str) -> str:
    """Return `1 234.5` as `1234.5` (numspacedot)."""
    return _read(text, _SPACE_GROUPS_DOT, _DROPPED)


def space_groups_comma(text: str) -> str:
    """Return `1 234,5` as `1234.5` (numspacecomma)."""
    return _read(text, _SPACE_GROUPS_COMMA, _COMMA_AS_POINT)


def unit_decimal(text: str) -> str:
    """Return `1,234 dollars 5 cents` as `1234.05` (numunitdecimal, num-unit-decimal)."""
    match = _WITH_UNIT.fullmatch(printed(text))
    whole = match.group(1).translate(_NO_SEPARATORS) if match is not None else ""
    if match is None or not whole:
        raise MalformedError(f"{text[:60]!r} is not a number with units")
    return f"{whole}.{match.group(2):0>2}"


def dash_is_zero(text: str) -> str:
    """Return `0` for a dash of any kind (zerodash, numdash)."""
    stripped = printed(text)
    if len(stripped) == 1 and stripped in DASHES:
        return "0"
    raise MalformedError(f"{text[:60]!r} is not a dash")


def fixed(value: str) -> Callable[[str], str]:
    """Return a transformation that gives `value` whatever is printed (fixed-zero, booleantrue, nocontent, …)."""

    def transformation(_text: str) -> str:
        return value

    return transformation
