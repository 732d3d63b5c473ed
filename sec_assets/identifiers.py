"""CIK and accession number: how EDGAR writes them, and how we do.

Inside this project a CIK is always a string of ten digits with leading zeros (the partition key), and an accession
number always has its dashes (`0000320193-25-000057`). EDGAR's Archives paths want the CIK without zeros and the
accession number without dashes; those spellings exist only in `edgar/urls.py`.
"""

import re

from sec_assets.errors import InputError

_ACCESSION = re.compile(r"([0-9]{10})-?([0-9]{2})-?([0-9]{6})")


def normalize_cik(value: str | int) -> str:
    """Return a CIK as ten digits with leading zeros.

    Args:
        value: `320193`, `"320193"`, `"0000320193"` or `"CIK0000320193"`.

    Raises:
        InputError: not a whole number between 1 and 9,999,999,999.
    """
    text = str(value).strip().upper().removeprefix("CIK")
    if not (text.isascii() and text.isdigit()) or not 0 < int(text) <= 9_999_999_999:
        raise InputError(f"{value!r} is not a CIK: expected a whole number of at most ten digits, such as 320193")
    return f"{int(text):010d}"


def normalize_accession(value: str) -> str:
    """Return an accession number with dashes, `NNNNNNNNNN-YY-NNNNNN`.

    Raises:
        InputError: not an accession number, with or without dashes.
    """
    match = _ACCESSION.fullmatch(str(value).strip())
    if match is None:
        raise InputError(f"{value!r} is not an accession number: expected 18 digits, such as 0000320193-25-000057")
    return "-".join(match.groups())
