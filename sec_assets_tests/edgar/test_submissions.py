import gzip
import json
from datetime import UTC, date, datetime

import polars as pl
import pytest

from sec_assets.edgar.submissions import merge_first_seen
from sec_assets.edgar.urls import submissions_page_url, submissions_url
from sec_assets.errors import AbsentError, MalformedError
from sec_assets.tables import COMPANIES, FILINGS_INDEX
from sec_assets_tests.edgar.mirrors import mirror_client, put
from sec_assets_tests.edgar.pages import load_filings, read_one_page

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
LATER = datetime(2026, 2, 2, tzinfo=UTC)
CIK = "0000000042"


def columns(*accessions: str, **replaced: list) -> dict:
    n = len(accessions)
    return {
        "accessionNumber": list(accessions),
        "filingDate": ["2024-05-03"] * n,
        "reportDate": ["2024-03-30"] * n,
        "acceptanceDateTime": ["2024-05-02T22:04:25.000Z"] * n,
        "act": ["34"] * n,
        "form": ["10-Q"] * n,
        "fileNumber": ["001-36743"] * n,
        "filmNumber": [""] * n,
        "items": [""] * n,
        "size": [100] * n,
        "isXBRL": [1] * n,
        "isInlineXBRL": [1] * n,
        "primaryDocument": ["q.htm"] * n,
        "primaryDocDescription": ["10-Q"] * n,
        **replaced,
    }


def submissions(recent: dict, *pages: dict, cik: str = CIK) -> dict:
    return {"cik": cik, "name": "Example Co", "sic": "3571", "filings": {"recent": recent, "files": list(pages)}}


def load(tmp_path, body, **pages):
    mirror = tmp_path / "mirror"
    put(mirror, submissions_url(CIK), body)
    for name, page in pages.items():
        put(mirror, submissions_page_url(f"CIK{CIK}-submissions-{name.removeprefix('p')}.json"), page)
    with mirror_client(mirror, tmp_path / "data") as client:
        return load_filings(client, CIK)


def test_apple_has_every_filing_of_both_pages_once(evidence, tmp_path):
    with mirror_client(evidence / "edgar_mirror", tmp_path) as client:
        apple = load_filings(client, "320193")
    assert apple.index.height == 1_993
    assert apple.index["accession_number"].is_unique().all()
    assert dict(apple.index.schema) == dict(FILINGS_INDEX.schema)
    assert apple.index["filing_date"].min() == date(1994, 1, 26)
    assert apple.index["filing_date"].max() == date(2026, 2, 26)
    assert apple.problems == ("CIK0000320193-submissions-001.json holds 988 of 1206 filings announced for it",)
    [annual] = apple.index.filter(accession_number="0000320193-24-000123").to_dicts()
    assert annual["form"] == "10-K"
    assert annual["report_date"] == date(2024, 9, 28)
    assert annual["primary_document"] == "aapl-20240928.htm"
    assert annual["acceptance_raw"] == "2024-11-01T06:01:36.000Z"
    assert annual["accepted_at"] == datetime(2024, 11, 1, 10, 1, 36, tzinfo=UTC)
    assert (annual["is_xbrl"], annual["is_inline_xbrl"], annual["size"]) == (True, True, 9_759_333)
    assert dict(apple.company.schema) == dict(COMPANIES.schema)
    [company] = apple.company.to_dicts()
    assert (company["cik"], company["name"], company["fiscal_year_end"]) == ("0000320193", "Apple Inc.", "0926")
    assert json.loads(company["former_names"])[1]["name"] == "APPLE COMPUTER INC"


def test_every_recorded_company_is_read_with_as_many_filings_as_its_pages_hold(evidence, tmp_path):
    folder = evidence / "edgar_mirror/data.sec.gov/submissions"
    expected: dict[str, set[str]] = {}
    for path in folder.iterdir():
        body = json.loads(gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes())
        page = body["filings"]["recent"] if "filings" in body else body
        expected.setdefault(path.name[3:13], set()).update(page["accessionNumber"])
    assert len(expected) > 20
    with mirror_client(evidence / "edgar_mirror", tmp_path) as client:
        for cik, accessions in expected.items():
            loaded = load_filings(client, cik)
            assert set(loaded.index["accession_number"]) == accessions
            assert set(loaded.index["cik"]) == {cik}


def test_a_filing_on_two_pages_counts_once_and_the_newer_page_wins(tmp_path):
    recent = columns("0000000042-24-000002", "0000000042-24-000001")
    older = columns("0000000042-24-000001", "0000000042-23-000009", size=[7, 8])
    page = {"name": f"CIK{CIK}-submissions-001.json", "filingCount": 2}
    loaded = load(tmp_path, submissions(recent, page), p001=older)
    assert loaded.problems == ()
    assert loaded.index.select("accession_number", "size").rows() == [
        ("0000000042-23-000009", 8),
        ("0000000042-24-000001", 100),
        ("0000000042-24-000002", 100),
    ]


def test_a_missing_page_is_named_and_the_rest_is_kept(tmp_path):
    page = {"name": f"CIK{CIK}-submissions-001.json", "filingCount": 2}
    loaded = load(tmp_path, submissions(columns("0000000042-24-000002"), page))
    assert loaded.index.height == 1
    [problem] = loaded.problems
    assert "CIK0000000042-submissions-001.json" in problem
    assert "missing" in problem


@pytest.mark.parametrize(
    "page",
    [
        "<html><title>Request Rate Threshold Exceeded</title></html>",
        "[]",
        {"form": []},
        columns("0000000042-24-000001", size=[1, 2]),
    ],
)
def test_a_page_that_is_something_else_is_named_and_the_rest_is_kept(tmp_path, page):
    entry = {"name": f"CIK{CIK}-submissions-001.json", "filingCount": 1}
    loaded = load(tmp_path, submissions(columns("0000000042-24-000002"), entry), p001=page)
    assert loaded.index.height == 1
    assert len(loaded.problems) == 1
    assert "submissions-001" in loaded.problems[0]


@pytest.mark.parametrize("name", ["CIK0000000001-submissions-001.json", "../../etc/passwd", "x", None])
def test_a_page_of_another_company_or_place_is_not_asked_for(tmp_path, name):
    loaded = load(tmp_path, submissions(columns("0000000042-24-000002"), {"name": name, "filingCount": 1}))
    assert loaded.index.height == 1
    assert len(loaded.problems) == 1


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (submissions(columns(), cik="0000000043"), "describes company"),
        (submissions(columns(), cik="garbage"), "not a CIK"),
        ({"cik": CIK, "filings": {}}, "filings.recent is missing"),
        ({"cik": CIK, "filings": {"recent": columns(), "files": "x"}}, "not a list of pages"),
        ({"cik": CIK, "filings": {"recent": {"form": []}}}, "columns .* are missing"),
        (submissions(columns("0000000042-24-000002", form=["10-K", "10-Q"])), "differ in length"),
        (["x"], "expected an object"),
        ("<!DOCTYPE html><html><body>maintenance</body></html>", "HTML|JSON"),
    ],
)
def test_what_is_no_submissions_file_is_an_error_never_an_empty_index(tmp_path, body, complaint):
    with pytest.raises(MalformedError, match=complaint):
        load(tmp_path, body)


def test_an_unknown_company_is_absent(tmp_path):
    (tmp_path / "mirror").mkdir()
    with mirror_client(tmp_path / "mirror", tmp_path / "data") as client, pytest.raises(AbsentError):
        load_filings(client, CIK)


def test_a_company_that_never_filed_has_an_empty_index(tmp_path):
    loaded = load(tmp_path, submissions(columns()))
    assert loaded.index.is_empty()
    assert dict(loaded.index.schema) == dict(FILINGS_INDEX.schema)
    assert loaded.problems == ()
    assert loaded.company["name"].to_list() == ["Example Co"]


def test_rows_that_cannot_be_used_are_named_and_their_neighbours_kept():
    body = columns(
        *(f"0000000042-24-00000{n}" for n in range(5)),
        filingDate=["2024-05-03", "soon", "2024-05-03", "2024-05-03", None],
        form=["10-Q", "10-Q", "", "10-Q", "10-Q"],
        reportDate=["", "2024-03-30", "2024-03-30", "2024-13-45", "2024-03-30"],
        isXBRL=[1, 0, 1, None, 1],
        isInlineXBRL=[0] * 5,
    )
    loaded = read_one_page(body, CIK, "page.json", AT)
    frame = loaded.index
    assert frame["accession_number"].to_list() == ["0000000042-24-000000", "0000000042-24-000003"]
    assert frame["is_xbrl"].to_list() == [True, None]
    assert frame["report_date"].to_list() == [None, None]
    assert [problem.split(":")[1][:30] for problem in loaded.problems] == [
        " filing '0000000042-24-000001'",
        " filing '0000000042-24-000002'",
        " filing '0000000042-24-000004'",
        " filing 0000000042-24-000003",
    ]


def test_missing_optional_columns_are_null():
    body = {name: values for name, values in columns("0000000042-24-000001").items() if name not in {"act", "size"}}
    loaded = read_one_page(body, CIK, "page.json", AT)
    assert loaded.problems == ()
    assert loaded.index.select("act", "size", "film_number").rows() == [(None, None, None)]


def indexed(fetched_at: datetime, *accessions: str, size: int = 1) -> pl.DataFrame:
    return FILINGS_INDEX.frame(
        {
            "cik": CIK,
            "accession_number": accession,
            "form": "8-K",
            "filing_date": date(2024, 1, 2),
            "size": size,
            "fetched_at": fetched_at,
        }
        for accession in accessions
    )


def test_a_second_read_of_the_same_changes_nothing():
    old = indexed(AT, "0000000042-24-000001", "0000000042-24-000002")
    again = indexed(LATER, "0000000042-24-000001", "0000000042-24-000002")
    assert merge_first_seen(old, again).equals(old)
    assert merge_first_seen(FILINGS_INDEX.frame(), again).equals(again)


def test_new_filings_are_added_corrections_taken_and_removed_ones_kept():
    old = indexed(AT, "0000000042-24-000001", "0000000042-24-000002")
    new = indexed(LATER, "0000000042-24-000002", "0000000042-24-000003", size=5)
    merged = merge_first_seen(old, new)
    assert merged.select("accession_number", "size", "fetched_at").rows() == [
        ("0000000042-24-000001", 1, AT),
        ("0000000042-24-000002", 5, AT),
        ("0000000042-24-000003", 5, LATER),
    ]
