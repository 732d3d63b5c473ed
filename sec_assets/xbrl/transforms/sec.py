"""SEC's own transformations: durations in figures, ballot boxes, exchanges, filer categories, calendar quarters.

What SEC counts off is cut, not rounded: 2.7 years are 2 years, 8 months and 12 days, a month being 30.4375 days.
Countries and states are in `places.py`, words in `words.py`.
"""

import re
from collections.abc import Callable
from decimal import Decimal

from sec_assets.errors import MalformedError
from sec_assets.xbrl.transforms.printed import printed

_DECIMAL = re.compile(r"([+-]?)([0-9]{1,15}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})")
_DAYS_PER_MONTH = Decimal("30.4375")
_WORD_GAP = re.compile(r"[\s\u00a0]+")
_QUARTERS = {
    "1": "03-31", "first": "03-31", "2": "06-30", "second": "06-30", "3": "09-30", "third": "09-30",
    "4": "12-31", "fourth": "12-31", "last": "12-31",
}  # fmt: skip
_QUARTER = "1|2|3|4|first|second|third|fourth|last"
_QUARTER_YEAR = re.compile(rf"(?:(?![0-9]{{2}})\w[^0-9]*?)?({_QUARTER})(?![0-9])[^0-9]*([0-9]{{4}})", re.IGNORECASE)
_YEAR_QUARTER = re.compile(rf"([0-9]{{4}})[^0-9]*?({_QUARTER})(?:(?![0-9]).*\w)?", re.IGNORECASE | re.DOTALL)
_BOXES = {"\u2610": False, "\u2611": True, "\u2612": True}
_EXCHANGES = {
    "box exchange": "BOX", "cboe byx exchange": "CboeBYX", "cboe bzx exchange": "CboeBZX", "cboe c2 exchange": "C2",
    "cboe edga exchange": "CboeEDGA", "cboe edgx exchange": "CboeEDGX", "cboe exchange": "CBOE",
    "chicago stock exchange": "CHX", "investors exchange": "IEX", "miami international securities exchange": "MIAX",
    "miax pearl": "PEARL", "nasdaq bx": "BX", "nasdaq gemx": "GEMX", "nasdaq ise": "ISE", "nasdaq mrx": "MRX",
    "nasdaq phlx": "Phlx", "new york stock exchange": "NYSE", "nyse": "NYSE", "nyse american": "NYSEAMER",
    "nyse arca": "NYSEArca", "nyse national": "NYSENAT", "nasdaq": "NASDAQ", "nasdaq stock market": "NASDAQ",
    "nasdaq global market": "NASDAQ", "nasdaq global select market": "NASDAQ",
}  # fmt: skip
_COMPANY_SUFFIX = re.compile(r",? (?:llc|inc\.?)$")
_FILER_CATEGORIES = {
    "large accelerated filer": "Large Accelerated Filer",
    "accelerated filer": "Accelerated Filer",
    "non accelerated filer": "Non-accelerated Filer",
}


def plain_words(text: str) -> str:
    """Return printed words with single spaces; a non-breaking space may stand between words, not around them.

    Raises:
        MalformedError: a non-breaking space at either end.
    """
    stripped = printed(text)
    if stripped and "\u00a0" in (stripped[0], stripped[-1]):
        raise MalformedError(f"{text[:60]!r} begins or ends with a non-breaking space")
    return _WORD_GAP.sub(" ", stripped)


def duration_in(unit: str) -> Callable[[str], str]:
    """Return a transformation of a decimal count of `year`, `month`, `week`, `day` or `hour` to a duration."""
    split = {"year": _years, "month": _months, "week": _weeks, "day": _days, "hour": _hours}[unit]

    def transformation(text: str) -> str:
        match = _DECIMAL.fullmatch(printed(text))
        if match is None:
            raise MalformedError(f"{text[:60]!r} is not a count of {unit}s")
        sign, digits = match.groups()
        parts = split(Decimal(digits))
        # The largest unit is always shown, smaller ones only where there is something.
        shown = [f"{number}{name}" for place, (number, name) in enumerate(parts) if number or place == 0]
        days = "".join(part for part in shown if not part.endswith("H"))
        hours = "".join(f"T{part}" for part in shown if part.endswith("H"))
        return f"{'-' if sign == '-' and any(n for n, _ in parts) else ''}P{days}{hours}"

    return transformation


def _years(count: Decimal) -> list[tuple[int, str]]:
    return [(int(count), "Y"), *_months((count - int(count)) * 12)]


def _months(count: Decimal) -> list[tuple[int, str]]:
    return [(int(count), "M"), (int((count - int(count)) * _DAYS_PER_MONTH), "D")]


def _weeks(count: Decimal) -> list[tuple[int, str]]:
    return [(int(count * 7), "D")]


def _days(count: Decimal) -> list[tuple[int, str]]:
    return [(int(count), "D"), (int((count - int(count)) * 24), "H")]


def _hours(count: Decimal) -> list[tuple[int, str]]:
    return [(int(count), "H")]


def ballot_box(when_checked: str, when_empty: str) -> Callable[[str], str]:
    """Return a transformation of a ballot box character (boolballotbox, yesnoballotbox)."""

    def transformation(text: str) -> str:
        checked = _BOXES.get(printed(text))
        if checked is None:
            raise MalformedError(f"{text[:60]!r} is not a ballot box")
        return when_checked if checked else when_empty

    return transformation


def quarter_end(text: str) -> str:
    """Return the last day of a calendar quarter such as `Q3 1999` (datequarterend)."""
    words = plain_words(text)
    match = _QUARTER_YEAR.fullmatch(words)
    if match is not None:
        return f"{match.group(2)}-{_QUARTERS[match.group(1).lower()]}"
    match = _YEAR_QUARTER.fullmatch(words)
    if match is not None:
        return f"{match.group(1)}-{_QUARTERS[match.group(2).lower()]}"
    raise MalformedError(f"{text[:60]!r} is not a quarter of a year")


def exchange_code(text: str) -> str:
    """Return EDGAR's code of an exchange, e.g. `NYSEArca` for `NYSE Arca, Inc.` (exchnameen)."""
    name = _COMPANY_SUFFIX.sub("", plain_words(text).lower()).removeprefix("the ")
    code = _EXCHANGES.get(name)
    if code is None:
        raise MalformedError(f"{text[:60]!r} is not an exchange EDGAR has a code for")
    return code


def filer_category(text: str) -> str:
    """Return the filer category as the cover page taxonomy spells it (entityfilercategoryen)."""
    category = _FILER_CATEGORIES.get(re.sub(r"\W+", " ", plain_words(text)).lower())
    if category is None:
        raise MalformedError(f"{text[:60]!r} is not a filer category")
    return category
