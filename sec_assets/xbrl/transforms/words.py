"""Numbers and durations in English words: `eighteen million three hundred thousand`, `three-year`, `364-day`.

Dashes of all kinds, commas and `and` may join the words. Anything that is not part of a number is an error: `about four
days` is not a duration.
"""

import re

from sec_assets.errors import MalformedError
from sec_assets.xbrl.transforms.numbers import DASHES
from sec_assets.xbrl.transforms.printed import printed

_SEPARATORS = re.compile(rf"[\s\u00a0,{re.escape(DASHES)}]+")
_UNITS = {
    word: number
    for number, word in enumerate(
        [
            "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
            "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
        ],
        start=1,
    )
}  # fmt: skip
_TENS = {
    word: number * 10
    for number, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
}
_SCALES = {
    word: 1000**power
    for power, word in enumerate(["thousand", "million", "billion", "trillion", "quadrillion", "quintillion"], start=1)
}
_ZERO = frozenset({"zero", "no", "none", "nil"})
_DURATION_UNITS = {"year": "Y", "years": "Y", "month": "M", "months": "M", "day": "D", "days": "D"}
_LARGEST_COUNT = 4


def number_words(text: str) -> str:
    """Return a whole number written in words (ixt-sec:numwordsen); `no`, `none` and `zero` are 0."""
    return str(_number(_split(text), text))


def duration_words(text: str) -> str:
    """Return an XML Schema duration of years, months and days in words or figures (ixt-sec:durwordsen)."""
    result, count, order = "", [], "YMD"
    for word in _split(text):
        unit = _DURATION_UNITS.get(word)
        if unit is None:
            count.append(word)
            continue
        if unit not in order:
            raise MalformedError(f"{text[:60]!r} is not a duration: years, months and days come in this order")
        order = order[order.index(unit) + 1 :]
        number = _count(count, text)
        result += f"{number}{unit}" if number else ""
        count = []
    if count or order == "YMD":
        raise MalformedError(f"{text[:60]!r} is not a duration in words")
    return f"P{result or '0D'}"


def _split(text: str) -> list[str]:
    stripped = printed(text)
    if not stripped or "\u00a0" in (stripped[0], stripped[-1]):
        raise MalformedError(f"{text[:60]!r} is not a number in words")
    return [word for word in _SEPARATORS.split(stripped.lower()) if word and word != "and"]


def _count(words: list[str], text: str) -> int:
    if len(words) == 1 and words[0].isascii() and words[0].isdigit() and len(words[0]) <= _LARGEST_COUNT:
        return int(words[0])
    return _number(words, text)


def _number(words: list[str], text: str) -> int:
    if len(words) == 1 and words[0] in _ZERO:
        return 0
    total, group, limit = 0, 0, 1000**7
    for word in words:
        scale = _SCALES.get(word)
        if scale is not None:
            if not group or scale >= limit:
                break
            total, group, limit = total + group * scale, 0, scale
            continue
        grown = _grown(group, word)
        if grown is None:
            break
        group = grown
    else:
        if words:
            return total + group
    raise MalformedError(f"{text[:60]!r} is not a number in words")


def _grown(group: int, word: str) -> int | None:
    """Return a group below one thousand with one more word, None where the word cannot follow."""
    rest = group % 100
    if word == "hundred":
        return group * 100 if 0 < group < 20 else None
    if word in _TENS:
        return group + _TENS[word] if rest == 0 else None
    unit = _UNITS.get(word)
    if unit is None:
        return None
    return group + unit if rest == 0 or (rest >= 20 and rest % 10 == 0 and unit < 10) else None
