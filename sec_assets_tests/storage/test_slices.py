"""Slices of companies keep their order, lose nobody, and are bounded."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sec_assets.storage.lake import Lake
from sec_assets.storage.slices import slices
from sec_assets.tables import PRICES

SIZES = (5, 5, 30, 1, 1, 1, 0, 12)
CIKS = [f"{number:010d}" for number in range(1, len(SIZES) + 2)]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    lake = Lake(tmp_path_factory.mktemp("lake"))
    for cik, size in zip(CIKS, SIZES, strict=False):  # the last company was never made
        path: Path = lake.path(PRICES, cik)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x" * size)
    return lake


def test_a_large_company_is_alone(lake: Lake) -> None:
    found = list(slices(lake, PRICES, CIKS, most=4, most_bytes=12))
    assert found == [CIKS[:2], CIKS[2:3], CIKS[3:7], CIKS[7:9]]


@given(most=st.integers(1, 10), most_bytes=st.integers(1, 60))
def test_nobody_is_lost_and_no_bound_is_broken(lake: Lake, most: int, most_bytes: int) -> None:
    sizes = dict(zip(CIKS, (*SIZES, 0), strict=True))
    found = list(slices(lake, PRICES, CIKS, most=most, most_bytes=most_bytes))
    assert [cik for part in found for cik in part] == CIKS
    assert all(len(part) <= most for part in found)
    assert all(len(part) == 1 or sum(sizes[cik] for cik in part) <= most_bytes for part in found)


def test_no_companies_are_no_slices(lake: Lake) -> None:
    assert list(slices(lake, PRICES, [], most=4)) == []
