from pathlib import Path

import pytest
from lxml import etree

from sec_assets.errors import MalformedError
from sec_assets.xbrl.transforms.registry import transform

SEC = "http://www.sec.gov/inlineXBRL/transformation/2015-08-31"
XBRL = "http://www.xbrl.org/inlineXBRL/transformation/"
EVIDENCE = Path(__file__).resolve().parents[4] / "shared/xbrl_conformance/ixt-sec/conf/tests.xml"


def conformance_cases() -> list[tuple[str, str, str | None]]:
    """(format, input, expected output or None where the input is invalid) of SEC's own test suite."""
    if not EVIDENCE.is_file():
        return []
    root = etree.parse(EVIDENCE).getroot()
    return [
        (
            element.get("name", "").partition(":")[2],
            variation.get("input", ""),
            variation.get("output", "") if variation.get("result") == "valid" else None,
        )
        for element in root.iterchildren("{*}transform")
        for variation in element.iterchildren("{*}variation")
    ]


@pytest.mark.parametrize(("name", "text", "expected"), conformance_cases())
def test_secs_conformance_suite(name: str, text: str, expected: str | None) -> None:
    if expected is None:
        with pytest.raises(MalformedError):
            transform(SEC, name, text)
    else:
        assert transform(SEC, name, text) == expected


def test_the_conformance_suite_is_whole(evidence: Path) -> None:
    assert evidence.is_dir()
    assert len(conformance_cases()) == 787


@pytest.mark.parametrize(
    ("registry", "name", "text", "expected"),
    [
        ("2010-04-20", "numcommadot", "1,234.5", "1234.5"),
        ("2010-04-20", "numdotcomma", "1.234,5", "1234.5"),
        ("2010-04-20", "numspacedot", "1 234.5", "1234.5"),
        ("2010-04-20", "numspacecomma", "1\u00a0234,5", "1234.5"),
        ("2010-04-20", "numcomma", "1234,5", "1234.5"),
        ("2010-04-20", "numdash", "-", "0"),
        ("2010-04-20", "dateslashus", "9/28/2024", "2024-09-28"),
        ("2010-04-20", "dateslasheu", "28/9/24", "2024-09-28"),
        ("2010-04-20", "datelongus", "September 28, 2024", "2024-09-28"),
        ("2010-04-20", "dateshortuk", "28 Sep 2024", "2024-09-28"),
        ("2010-04-20", "datelongmonthyear", "September 2024", "2024-09"),
        ("2011-07-31", "numdotdecimal", "1,234", "1234"),
        ("2011-07-31", "nocontent", "anything", ""),
        ("2015-02-26", "numdotdecimal", " 1\u00a0234.50 ", "1234.50"),
        ("2015-02-26", "numcommadecimal", "1.234,50", "1234.50"),
        ("2015-02-26", "numunitdecimal", "12 dollars 5 cents", "12.05"),
        ("2015-02-26", "zerodash", "\u2014", "0"),
        ("2015-02-26", "booleanfalse", "\u2610", "false"),
        ("2015-02-26", "booleantrue", "457(r)", "true"),
        ("2015-02-26", "datemonthdayyearen", "June\u00a030, 2023", "2023-06-30"),
        ("2015-02-26", "datemonthday", "6-30", "--06-30"),
        ("2015-02-26", "datedaymonthyear", "30.6.2023", "2023-06-30"),
        ("2020-02-12", "num-dot-decimal", "1,23,4.5", "1234.5"),
        ("2020-02-12", "num-dot-decimal", ".5", ".5"),
        ("2020-02-12", "num-comma-decimal", "1 234,5", "1234.5"),
        ("2020-02-12", "fixed-zero", "\u2014", "0"),
        ("2020-02-12", "fixed-empty", "none", ""),
        ("2020-02-12", "fixed-true", "x" * 5000, "true"),
        ("2020-02-12", "date-monthname-day-year-en", "DECEMBER\u00a031, 2023", "2023-12-31"),
        ("2020-02-12", "date-monthname-day-en", "September 28th", "--09-28"),
        ("2020-02-12", "date-monthname-day-en", "February 29", "--02-29"),
        ("2020-02-12", "date-month-day", "12/1", "--12-01"),
        ("2020-02-12", "date-year-month-day", "2024.9.8", "2024-09-08"),
        ("2020-02-12", "date-month-year", "9/2024", "2024-09"),
        ("2022-02-16", "num-dot-decimal-apos", "1'234.5", "1234.5"),
        ("2022-02-16", "date-day-monthname-year-en", "28 Sep 2024", "2024-09-28"),
    ],
)
def test_formats_of_the_international_registries(registry: str, name: str, text: str, expected: str) -> None:
    assert transform(XBRL + registry, name, text) == expected


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("duryear", "2.7", "P2Y8M12D"),
        ("duryear", "6.25", "P6Y3M"),
        ("duryear", "0.5", "P0Y6M"),
        ("duryear", "0", "P0Y"),
        ("duryear", "-0", "P0Y"),
        ("durmonth", "0.5", "P0M15D"),
        ("durday", "0.5", "P0DT12H"),
        ("durwordsen", "three\u2011year", "P3Y"),
        ("durwordsen", "364-day", "P364D"),
        ("durwordsen", "36-month", "P36M"),
        ("durwordsen", "one hundred and twenty days", "P120D"),
        ("numwordsen", "No", "0"),
        ("numwordsen", "nineteen hundred", "1900"),
        ("numwordsen", "two billion, one million and three", "2001000003"),
        ("exchnameen", "The Nasdaq Global Select Market", "NASDAQ"),
        ("exchnameen", "New York Stock exchange", "NYSE"),
        ("entityfilercategoryen", "Large\n    Accelerated Filer", "Large Accelerated Filer"),
        ("entityfilercategoryen", "Non-accelerated filer", "Non-accelerated Filer"),
        ("stateprovnameen", "Virgin Islands, U.S.", "VI"),
        ("edgarprovcountryen", "Ireland", "L2"),
        ("numinf", "x", "INF"),
    ],
)
def test_secs_formats_as_filers_print_them(name: str, text: str, expected: str) -> None:
    assert transform(SEC, name, text) == expected


@pytest.mark.parametrize(
    ("namespace", "name", "text"),
    [
        (XBRL + "2015-02-26", "numdotdecimal", "1,2"),
        (XBRL + "2020-02-12", "num-dot-decimal", ""),
        (XBRL + "2020-02-12", "num-dot-decimal", "(5)"),
        (XBRL + "2020-02-12", "num-dot-decimal", "-5"),
        (XBRL + "2020-02-12", "num-dot-decimal", "9" * 500),
        (XBRL + "2020-02-12", "date-monthname-day-year-en", "February 30, 2024"),
        (XBRL + "2020-02-12", "date-monthname-day-year-en", "Smarch 1, 2024"),
        (XBRL + "2020-02-12", "date-month-day", "13/1"),
        (XBRL + "2015-02-26", "zerodash", "--"),
        (SEC, "durwordsen", "two days one year"),
        (SEC, "durwordsen", "years"),
        (SEC, "numwordsen", "one one"),
        (SEC, "numwordsen", "twenty ten"),
        (SEC, "numwordsen", "million"),
        (SEC, "numwordsen", "thousand million"),
        (SEC, "datequarterend", "first " * 50),
        (XBRL + "2020-02-12", "date-day-monthname-year-de", "1. Januar 2024"),
        (XBRL + "2020-02-12", "numdotdecimal", "1"),
        (XBRL + "1999-01-01", "numdotdecimal", "1"),
        (None, "numdotdecimal", "1"),
    ],
)
def test_what_is_not_of_the_format_is_refused(namespace: str | None, name: str, text: str) -> None:
    with pytest.raises(MalformedError):
        transform(namespace, name, text)
