from datetime import date

import pytest

from sec_assets.edgar.daily_index import load_daily_index, load_full_index, parse_master
from sec_assets.edgar.urls import full_index_url
from sec_assets.errors import AbsentError, MalformedError
from sec_assets_tests.edgar.mirrors import mirror_client, put

HEAD = "Description:  Master Index\n\nCIK|Company Name|Form Type|Date Filed|Filename\n" + "-" * 80 + "\n"


def test_a_real_day(evidence, tmp_path):
    with mirror_client(evidence / "edgar_mirror", tmp_path) as client:
        index = load_daily_index(client, date(2018, 12, 31))
    assert index.problems == ()
    assert index.frame.height == 2_599  # 2,619 lines, of which 20 are repeats
    assert index.frame.row(0) == (
        "0001000228", "HENRY SCHEIN INC", "4", date(2018, 12, 31), "0001209191-18-064398",
        "edgar/data/1000228/0001209191-18-064398.txt",
    )  # fmt: skip
    assert index.frame["filing_date"].max() == date(2018, 12, 31)


def test_a_holiday_has_no_list(evidence, tmp_path):
    with mirror_client(evidence / "edgar_mirror", tmp_path) as client, pytest.raises(AbsentError):
        load_daily_index(client, date(2019, 1, 1))


def test_a_quarter_with_dashes_latin_letters_bars_in_names_and_dos_line_ends(tmp_path):
    body = HEAD + (
        "42|SOCI\xc9T\xc9 | FILS|10-K/A|2024-05-03|edgar/data/42/0000000042-24-000001.txt\r\n"
        "\r\n"
        "43|B|8-K|2024-05-03|edgar/data/43/000000004324000002/0000000043-24-000002.txt\n"
    )
    put(tmp_path / "mirror", full_index_url(2024, 2), body.encode("latin-1"))
    with mirror_client(tmp_path / "mirror", tmp_path / "data") as client:
        index = load_full_index(client, 2024, 2)
    assert index.problems == ()
    assert index.frame.select("cik", "company", "form", "filing_date", "accession_number").rows() == [
        ("0000000042", "SOCI\xc9T\xc9 | FILS", "10-K/A", date(2024, 5, 3), "0000000042-24-000001"),
        ("0000000043", "B", "8-K", date(2024, 5, 3), "0000000043-24-000002"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "x|A|8-K|2024-05-03|edgar/data/42/0000000042-24-000001.txt",
        "42|A|8-K|2024-13-03|edgar/data/42/0000000042-24-000001.txt",
        "42|A|8-K|2024-05-03|../../0000000042-24-000001.txt",
        "42|A|8-K|2024-05-03",
        "<html>",
    ],
)
def test_a_line_that_cannot_be_read_is_reported_and_its_neighbours_are_kept(line):
    good = "42|A|8-K|2024-05-03|edgar/data/42/0000000042-24-000009.txt"
    index = parse_master(f"{HEAD}{line}\n{good}\n".encode())
    assert index.frame["accession_number"].to_list() == ["0000000042-24-000009"]
    [problem] = index.problems
    assert line in problem


def test_a_day_without_filings_is_empty():
    assert parse_master(HEAD.encode()).frame.is_empty()


@pytest.mark.parametrize("body", [b"", b"<html><body>503</body></html>", b"CIK|Company Name|Form Type", b"-----\n"])
def test_what_is_no_index_is_an_error(body):
    with pytest.raises(MalformedError, match="not a master index"):
        parse_master(body)


def test_error_pages_and_other_lists_are_errors(evidence):
    mirror = evidence / "edgar_mirror"
    bodies = [path.read_bytes() for path in (mirror / "_errors").rglob("*") if path.is_file()]
    bodies.append((mirror / "_loose/full-index/empty-form.idx").read_bytes())
    assert len(bodies) >= 9
    for body in bodies:
        with pytest.raises(MalformedError):
            parse_master(body)
