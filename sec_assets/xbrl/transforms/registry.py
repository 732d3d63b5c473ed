"""Which transformation a format means: by the namespace of its registry, never by its prefix.

Filers bind one prefix to different registries over the years. Here are XBRL International's registries 1 to 5 (numbers,
booleans, dates in figures and in English) and SEC's own. A format that is not here is an error of the fact that uses it.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache

from sec_assets.errors import MalformedError
from sec_assets.xbrl.transforms import numbers
from sec_assets.xbrl.transforms.dates import date_format
from sec_assets.xbrl.transforms.places import place_code
from sec_assets.xbrl.transforms.sec import ballot_box, duration_in, exchange_code, filer_category, quarter_end
from sec_assets.xbrl.transforms.words import duration_words, number_words

Transformation = Callable[[str], str]
_XBRL = "http://www.xbrl.org/inlineXBRL/transformation/"
_SEC = "http://www.sec.gov/inlineXBRL/transformation/2015-08-31"


def transform(namespace: str | None, name: str, text: str) -> str:
    """Return the value meant by `text` in format `name` of the registry `namespace`.

    Raises:
        MalformedError: unknown registry or format, or the text is not what the format describes.
    """
    registry = _registries().get(namespace or "")
    if registry is None:
        raise MalformedError(f"{namespace!r} is not a known transformation registry")
    transformation = registry.get(name)
    if transformation is None:
        raise MalformedError(f"format {name!r} of {namespace} is not read")
    return transformation(text)


@lru_cache(maxsize=1)
def _registries() -> Mapping[str, Mapping[str, Transformation]]:
    third = _second() | {"datemonthyear": date_format("my")}
    fourth = _fourth()
    fifth = fourth | {
        "num-dot-decimal-apos": numbers.dot_decimal_apostrophe,
        "num-comma-decimal-apos": numbers.comma_decimal_apostrophe,
    }
    return {
        f"{_XBRL}2010-04-20": _first(),
        f"{_XBRL}2011-07-31": _second(),
        f"{_XBRL}2015-02-26": third,
        f"{_XBRL}2020-02-12": fourth,
        f"{_XBRL}2022-02-16": fifth,
        _SEC: _sec(),
    }


def _first() -> dict[str, Transformation]:
    return {
        "numcommadot": numbers.dot_decimal_grouped,
        "numdotcomma": numbers.comma_decimal_grouped,
        "numcomma": numbers.comma_decimal_ungrouped,
        "numspacedot": numbers.space_groups_dot,
        "numspacecomma": numbers.space_groups_comma,
        "numdash": numbers.dash_is_zero,
        **dict.fromkeys(("dateslashus", "datedotus"), date_format("mdy")),
        **dict.fromkeys(("dateslasheu", "datedoteu"), date_format("dmy")),
        **dict.fromkeys(("datelongus", "dateshortus"), date_format("Mdy")),
        **dict.fromkeys(("datelonguk", "dateshortuk"), date_format("dMy")),
        **dict.fromkeys(("datelongmonthdayus", "dateshortmonthdayus"), date_format("Md")),
        **dict.fromkeys(("datelongdaymonthuk", "dateshortdaymonthuk"), date_format("dM")),
        **dict.fromkeys(("datelongmonthyear", "dateshortmonthyear"), date_format("My")),
        **dict.fromkeys(("datelongyearmonth", "dateshortyearmonth"), date_format("yM")),
        "dateslashmonthdayus": date_format("md"),
        "dateslashdaymontheu": date_format("dm"),
    }


def _second() -> dict[str, Transformation]:
    return {
        "numdotdecimal": numbers.dot_decimal_grouped,
        "numcommadecimal": numbers.comma_decimal_grouped,
        "numunitdecimal": numbers.unit_decimal,
        "zerodash": numbers.dash_is_zero,
        "nocontent": numbers.fixed(""),
        "booleantrue": numbers.fixed("true"),
        "booleanfalse": numbers.fixed("false"),
        "datedaymonth": date_format("dm"),
        "datedaymonthen": date_format("dM"),
        "datedaymonthyear": date_format("dmy"),
        "datedaymonthyearen": date_format("dMy"),
        "datemonthday": date_format("md"),
        "datemonthdayen": date_format("Md"),
        "datemonthdayyear": date_format("mdy"),
        "datemonthdayyearen": date_format("Mdy"),
        "datemonthyearen": date_format("My"),
        "dateyearmonthen": date_format("yM"),
    }


def _fourth() -> dict[str, Transformation]:
    return {
        "num-dot-decimal": numbers.dot_decimal,
        "num-comma-decimal": numbers.comma_decimal,
        "num-unit-decimal": numbers.unit_decimal,
        "fixed-zero": numbers.fixed("0"),
        "fixed-empty": numbers.fixed(""),
        "fixed-true": numbers.fixed("true"),
        "fixed-false": numbers.fixed("false"),
        "date-day-month": date_format("dm"),
        "date-day-month-year": date_format("dmy"),
        "date-day-monthname-en": date_format("dM"),
        "date-day-monthname-year-en": date_format("dMy"),
        "date-month-day": date_format("md"),
        "date-month-day-year": date_format("mdy"),
        "date-month-year": date_format("my"),
        "date-monthname-day-en": date_format("Md"),
        "date-monthname-day-year-en": date_format("Mdy"),
        "date-monthname-year-en": date_format("My"),
        "date-year-month": date_format("ym"),
        "date-year-month-day": date_format("ymd"),
        "date-year-monthname-en": date_format("yM"),
    }


def _sec() -> dict[str, Transformation]:
    return {
        **{f"dur{unit}": duration_in(unit) for unit in ("year", "month", "week", "day", "hour")},
        "durwordsen": duration_words,
        "numwordsen": number_words,
        "numinf": numbers.fixed("INF"),
        "numneginf": numbers.fixed("-INF"),
        "numnan": numbers.fixed("NaN"),
        "datequarterend": quarter_end,
        "boolballotbox": ballot_box("true", "false"),
        "yesnoballotbox": ballot_box("Yes", "No"),
        "exchnameen": exchange_code,
        "entityfilercategoryen": filer_category,
        "countrynameen": place_code("country"),
        "stateprovnameen": place_code("state"),
        "edgarprovcountryen": place_code("edgar"),
    }
