"""Facts that are fractions: a numerator and a denominator instead of one number.

XBRL 2.1 section 5.1.1 has them for values without a decimal expansion, such as one third. EDGAR refuses them, other
regulators did not; the value is written `1/3`, and is a number where it can be one exactly.
"""

from fractions import Fraction

from sec_assets.errors import MalformedError
from sec_assets.xbrl.values import exact_text

_DIGITS = 12


def fraction_value(numerator: str, denominator: str) -> tuple[str, str | None]:
    """Return (`numerator/denominator`, the number in plain digits where it has one of 26+12 digits, else None).

    Raises:
        MalformedError: one of the two is not a number, or the denominator is zero.
    """
    above, below = exact_text(numerator), exact_text(denominator)
    if below == "0":
        raise MalformedError("a fraction has the denominator 0")
    text = f"{numerator}/{denominator}"
    if above is None or below is None:
        return text, None
    scaled = Fraction(above) / Fraction(below) * 10**_DIGITS
    return text, exact_text(f"{scaled.numerator}e-{_DIGITS}") if scaled.denominator == 1 else None
