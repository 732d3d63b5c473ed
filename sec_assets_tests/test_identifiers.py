"""CIK and accession number: every spelling EDGAR uses becomes ours, everything else is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sec_assets.errors import InputError
from sec_assets.identifiers import normalize_accession, normalize_cik


@pytest.mark.parametrize("value", [320193, "320193", "0000320193", "CIK0000320193", " 320193 "])
def test_spellings_of_a_cik(value: str | int) -> None:
    assert normalize_cik(value) == "0000320193"


@pytest.mark.parametrize("value", ["", "0", "-1", "12345678901", "AAPL", "3201.93", "../320193", "٣٢٠١٩٣", "1_000"])
def test_what_is_not_a_cik_is_refused(value: str) -> None:
    with pytest.raises(InputError, match="is not a CIK"):
        normalize_cik(value)


@given(st.integers(min_value=1, max_value=9_999_999_999))
def test_a_cik_survives_normalising_twice(number: int) -> None:
    once = normalize_cik(number)
    assert len(once) == 10
    assert normalize_cik(once) == once


def test_accession_numbers_with_and_without_dashes() -> None:
    assert (
        normalize_accession("000032019325000057")
        == normalize_accession("0000320193-25-000057")
        == "0000320193-25-000057"
    )
    with pytest.raises(InputError, match="accession number"):
        normalize_accession("0000320193-25-57/..")
