from datetime import date

import pytest

from sec_assets.edgar.full_index import companies_that_filed
from sec_assets.edgar.urls import daily_index_url, full_index_url
from sec_assets.errors import MalformedError
from sec_assets_tests.edgar.mirrors import mirror_client, put

HEAD = "Description:  Master Index\n\nCIK|Company Name|Form Type|Date Filed|Filename\n" + "-" * 80 + "\n"


def listing(*filings: tuple[int, date], dashes: bool = False) -> bytes:
    lines = [
        f"{cik}|SOCI\xc9T\xc9|8-K|{day if dashes else f'{day:%Y%m%d}'}|edgar/data/{cik}/0000000001-24-{number:06d}.txt"
        for number, (cik, day) in enumerate(filings)
    ]
    return (HEAD + "\n".join(lines)).encode("latin-1")


@pytest.fixture
def place(tmp_path):
    return tmp_path / "mirror", tmp_path / "data"


def test_everybody_who_filed_on_the_days_and_nobody_else(place):
    friday, monday, tuesday = date(2024, 5, 3), date(2024, 5, 6), date(2024, 5, 7)
    put(place[0], daily_index_url(friday), listing((43, friday), (42, friday)))
    put(place[0], daily_index_url(monday), listing((42, monday), (44, monday), (45, date(2024, 4, 1))))
    with mirror_client(*place) as client:
        found = companies_that_filed(client, friday, tuesday)
        assert companies_that_filed(client, monday, monday).ciks == ("0000000042", "0000000044")
    assert found.ciks == ("0000000042", "0000000043", "0000000044")
    assert found.unlisted == (tuesday,)
    assert (found.through, found.lists) == (monday, 2)
    assert found.problems == ()


def test_a_long_span_is_read_from_quarters_and_its_end_from_days(place):
    put(place[0], full_index_url(2024, 1), listing((41, date(2024, 2, 1)), (40, date(2024, 1, 31)), dashes=True))
    put(place[0], full_index_url(2024, 2), listing((42, date(2024, 4, 2)), dashes=True))
    put(place[0], daily_index_url(date(2024, 5, 31)), listing((43, date(2024, 5, 31))))
    with mirror_client(*place) as client:
        found = companies_that_filed(client, date(2024, 2, 1), date(2024, 5, 31))
    assert found.ciks == ("0000000041", "0000000042", "0000000043")
    assert len(found.unlisted) == 19


def test_a_weekend_needs_no_request_and_an_error_page_is_no_list(place):
    place[0].mkdir()
    with mirror_client(*place) as client:
        assert companies_that_filed(client, date(2024, 5, 4), date(2024, 5, 5)).unlisted == ()
        put(place[0], daily_index_url(date(2024, 5, 6)), b"<html>busy</html>")
        with pytest.raises(MalformedError):
            companies_that_filed(client, date(2024, 5, 4), date(2024, 5, 6))


def test_a_real_day(evidence, tmp_path):
    with mirror_client(evidence / "edgar_mirror", tmp_path) as client:
        found = companies_that_filed(client, date(2018, 12, 31), date(2019, 1, 1))
    assert "0001000228" in found.ciks
    assert len(found.ciks) > 1_000
    assert found.unlisted == (date(2019, 1, 1),)
