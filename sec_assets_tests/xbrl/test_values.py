from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sec_assets.errors import MalformedError
from sec_assets.xbrl.values import decimals_text, exact_text, shifted, whole_number


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("1.50", "1.5"),
        ("-0", "0"),
        ("+7", "7"),
        (".5", "0.5"),
        ("5.", "5"),
        ("-1.5e3", "-1500"),
        ("1E-3", "0.001"),
        ("000123", "123"),
        ("1.5000000000000000000000000000000", "1.5"),
        ("12345678901234567890123456.000000000001", "12345678901234567890123456.000000000001"),
        ("0e999999999999", "0"),
    ],
)
def test_a_number_is_written_in_plain_digits(text: str, exact: str) -> None:
    assert exact_text(text) == exact


@pytest.mark.parametrize(
    "text", ["0.0000000000001", "123456789012345678901234567", "1e26", "1e-13", "INF", "NaN", "1e9999999999"]
)
def test_a_number_that_does_not_fit_is_none_never_rounded(text: str) -> None:
    assert exact_text(text) is None


@pytest.mark.parametrize("text", ["", "1,000", "abc", "1 000", "--1", "0x10", "1e", "٣", "."])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        exact_text(text)


def test_a_million_digits_are_no_problem() -> None:
    assert exact_text("1" * 1_000_000) is None
    assert exact_text("0" * 1_000_000 + "1") == "1"


@given(st.decimals(allow_nan=False, allow_infinity=False), st.integers(-15, 15))
def test_shifting_equals_exact_decimal_arithmetic(number: Decimal, places: int) -> None:
    with localcontext() as context:
        context.prec = 3000
        expected = number.scaleb(places) if number else Decimal(0)
        found = shifted(str(number), places)
        if found is not None:
            assert Decimal(found) == expected
        else:
            _, digits, exponent = expected.normalize().as_tuple()
            assert isinstance(exponent, int)
            assert len(digits) + exponent > 26 or exponent < -12


@pytest.mark.parametrize(
    ("decimals", "precision", "number", "expected"),
    [
        ("-6", None, "1000000", "-6"),
        (" INF ", None, "1", "INF"),
        ("+2", None, "1", "2"),
        ("many", None, "1", None),
        (None, "3", "123456", "-3"),
        (None, "3", "0.00123456", "5"),
        (None, "INF", "1", "INF"),
        (None, "4", "0", "INF"),
        (None, "0", "12", None),
        (None, None, "12", None),
        ("2", "3", "123", "2"),
    ],
)
def test_accuracy_is_told_as_decimals(
    decimals: str | None, precision: str | None, number: str, expected: str | None
) -> None:
    assert decimals_text(decimals, precision, number) == expected


def test_a_scale_is_a_small_whole_number() -> None:
    assert whole_number(" -3 ") == -3
    for text in ("", "1.5", "99999999", "x"):
        with pytest.raises(MalformedError):
            whole_number(text)
