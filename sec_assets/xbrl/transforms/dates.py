"""Printed dates to `YYYY-MM-DD`, `--MM-DD` or `YYYY-MM`; numeric ones and English month names.

Other languages of the registries are not read: EDGAR's filings are in English. A year of one or two digits is in this
century, as the registries have it. A day that does not exist is an error, not a date.
"""

import re
from collections.abc import Callable
from datetime import date

from sec_assets.errors import MalformedError
from sec_assets.xbrl.transforms.printed import printed

_MONTHS = {
    name: number
    for number, (short, rest) in enumerate(
        (
            ("jan", "uary"), ("feb", "ruary"), ("mar", "ch"), ("apr", "il"), ("may", ""), ("jun", "e"),
            ("jul", "y"), ("aug", "ust"), ("sep", "tember"), ("oct", "ober"), ("nov", "ember"), ("dec", "ember"),
        ),
        start=1,
    )
    for name in (short, short + rest)
}  # fmt: skip
_PARTS = {
    "d": r"(?P<d>[0-9]{1,2})",
    "m": r"(?P<m>[0-9]{1,2})",
    "M": r"(?P<M>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + ")",
    "y": r"(?P<y>[0-9]{4}|[0-9]{1,2})",
}
_LEAP_YEAR = 2000


def date_format(parts: str) -> Callable[[str], str]:
    """Return a transformation of dates printed in the order `parts`.

    Args:
        parts: letters of what is printed: `d` day, `m` month number, `M` English month name or its first three
            letters, `y` year; e.g. `Mdy` reads `September 28, 2024`. Anything but digits may stand between.
    """
    ending = "[a-z]{0,2}" if parts[-1] == "d" else ""
    pattern = re.compile("[^0-9]+".join(_PARTS[part] for part in parts) + ending, re.IGNORECASE)

    def transformation(text: str) -> str:
        match = pattern.fullmatch(printed(text))
        if match is None:
            raise MalformedError(f"{text[:60]!r} is not a date of this format")
        return _iso(match.groupdict(), text)

    return transformation


def _iso(parts: dict[str, str], text: str) -> str:
    month = _MONTHS[parts["M"].lower()] if "M" in parts else int(parts["m"])
    year = _year(parts["y"]) if "y" in parts else _LEAP_YEAR
    try:
        day = date(year, month, int(parts.get("d", "1")))
    except ValueError as error:
        raise MalformedError(f"{text[:60]!r} is not a day of the calendar") from error
    if "y" not in parts:
        return day.strftime("--%m-%d")
    return day.isoformat() if "d" in parts else day.isoformat()[:7]


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)
