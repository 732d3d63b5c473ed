import re
from datetime import date
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sec_assets.edgar import urls
from sec_assets.errors import InputError
from sec_assets.storage.documents import relative_path

APPLE, FILING = "0000320193", "0000320193-24-000123"


def test_archives_want_the_bare_cik_and_the_accession_number_without_dashes():
    folder = "https://www.sec.gov/Archives/edgar/data/320193/000032019324000123"
    assert urls.filing_folder_url(APPLE, FILING) == folder
    assert urls.filing_index_url(320193, "000032019324000123") == f"{folder}/index.json"
    assert urls.full_submission_url(APPLE, FILING) == f"{folder}/{FILING}.txt"
    assert urls.document_url(APPLE, FILING, "aapl-20240928.htm") == f"{folder}/aapl-20240928.htm"


def test_every_kind_of_recorded_address_is_spelled_as_recorded(evidence):
    mirror = evidence / "edgar_mirror"
    for url in (
        urls.tickers_url(),
        urls.tickers_exchange_url(),
        urls.tickers_funds_url(),
        urls.submissions_url("320193"),
        urls.submissions_page_url("CIK0000320193-submissions-001.json"),
        urls.companyfacts_url(320193),
        urls.filing_index_html_url("19617", "0000019617-26-000241"),
        urls.daily_index_url(date(2018, 12, 31)),
        urls.document_url(APPLE, FILING, "aapl-20240928.htm"),
    ):
        path = mirror / url.removeprefix("https://")
        assert path.is_file() or path.with_name(path.name + ".gz").is_file(), url


def test_the_feed_and_the_quarterly_index():
    assert urls.getcurrent_url(200, 100) == (
        "https://www.sec.gov/cgi-bin/browse-edgar?action=getcurrent&count=100&start=200&type=&owner=include&output=atom"
    )
    assert urls.full_index_url(2024, 3) == "https://www.sec.gov/Archives/edgar/full-index/2024/QTR3/master.idx"


@pytest.mark.parametrize(("year", "quarter"), [(2024, 0), (2024, 5), (1992, 4)])
def test_a_quarter_that_cannot_be_is_refused(year, quarter):
    with pytest.raises(InputError, match="quarter from 1 to 4"):
        urls.full_index_url(year, quarter)


@pytest.mark.parametrize(
    ("served", "raw"),
    [("xslF345X05/form4.xml", "form4.xml"), ("xsl144X01/primary_doc.xml", "primary_doc.xml"), ("a b.htm", "a b.htm")],
)
def test_the_rendering_folder_is_taken_off_a_name(served, raw):
    assert urls.safe_name(served) == raw


UNSAFE = (
    "",
    " ",
    "../x.htm",
    "a/b.htm",
    "xslF345X05/../x",
    "xslA/xslB/x.xml",
    "a\\b",
    "..",
    ".hidden",
    "a\x00b",
    "a\nb",
)
UNSAFE += ("a%2fb", "a?b", "a#b", "c:d", "x" * 201, " x.htm", "x.htm ", "a\u202eb", "\ud800.htm", "..xml", "a..htm")


@pytest.mark.parametrize("name", UNSAFE)
def test_unsafe_names_are_refused(name):
    with pytest.raises(InputError, match="refused"):
        urls.safe_name(name)


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=60))
def test_no_name_leaves_the_folder_of_its_filing(name):
    try:
        url = urls.document_url(APPLE, FILING, name)
    except InputError:
        return
    folder, _, last = relative_path(url).rpartition("/")
    assert folder == "www.sec.gov/Archives/edgar/data/320193/000032019324000123"
    assert last
    assert last != ".."
    assert not urlsplit(url).query
    assert not urlsplit(url).fragment


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=40))
def test_no_page_name_but_edgars_own_becomes_an_address(name):
    if re.fullmatch(r"CIK[0-9]{10}-submissions-[0-9]{3,6}\.json", name):
        return
    with pytest.raises(InputError):
        urls.submissions_page_url(name)


@settings(deadline=None, max_examples=60)
@given(st.integers(min_value=1, max_value=9_999_999_999))
def test_all_spellings_of_a_cik_give_the_same_address(cik):
    assert len({urls.submissions_url(form) for form in (cik, str(cik), f"{cik:010d}", f"CIK{cik:010d}")}) == 1
    assert urls.filing_folder_url(f"{cik:010d}", FILING).split("/")[-2] == str(cik)
