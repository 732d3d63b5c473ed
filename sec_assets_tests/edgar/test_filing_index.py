import gzip
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sec_assets.edgar.filing_index import (
    Filing,
    choose_documents,
    names_do_not_tell,
    parse_index_page,
    parse_listing,
)
from sec_assets.errors import MalformedError

ACCESSION = "0000000042-24-000001"


def filing(form: str = "10-K", primary: str | None = "a.htm", **more) -> Filing:
    values = {"items": None, "is_xbrl": False, "is_inline_xbrl": False, **more}
    return Filing(ACCESSION, form, primary_document=primary, **values)


def chosen(subject: Filing, listing, types=None) -> list[tuple[str, str, str | None]]:
    return [(doc.name, doc.kind, doc.document_type) for doc in choose_documents(subject, listing, types)[0]]


def page(evidence, name: str) -> bytes:
    [path] = (evidence / "edgar_mirror/www.sec.gov/Archives/edgar/data").glob(f"*/{name}-index.html*")
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def test_a_real_listing_of_an_8k(evidence):
    names = parse_listing((evidence / "edgar_mirror/_loose/index_json/0001213900-24-004875-index.json").read_bytes())
    assert len(names) == 25
    subject = Filing("0001213900-24-004875", "8-K", "1.01,8.01,9.01", "ea191807-8k_datchat.htm", True, True)
    assert not names_do_not_tell(subject, names)
    assert chosen(subject, names) == [
        ("ea191807-8k_datchat.htm", "primary", "8-K"),
        ("ea191807-8k_datchat_htm.xml", "xbrl_instance", "XML"),
        ("ea191807ex99-1_datchat.htm", "exhibit", "EX-99.1"),
        ("ea191807ex99-2_datchat.htm", "exhibit", "EX-99.2"),
        ("ea191807ex99-3_datchat.htm", "exhibit", "EX-99.3"),
    ]


def test_a_real_index_page_tells_the_press_release_whose_name_does_not(evidence):
    types = parse_index_page(page(evidence, "0000019617-26-000241"))
    assert types["jpmcpressrelease06252026.htm"] == "EX-99.1"
    assert types["jpm-20260624.htm"] == "8-K"
    assert types["jpm-20260624_htm.xml"] == "XML"
    assert len(types) == 9
    subject = Filing("0000019617-26-000241", "8-K", "8.01,9.01", "jpm-20260624.htm", True, True)
    names = list(types)
    assert names_do_not_tell(subject, names)
    assert chosen(subject, names, types) == [
        ("jpm-20260624.htm", "primary", "8-K"),
        ("jpm-20260624_htm.xml", "xbrl_instance", "XML"),
        ("jpmcpressrelease06252026.htm", "exhibit", "EX-99.1"),
    ]


def test_a_real_index_page_of_a_filing_with_a_separate_instance(evidence):
    types = parse_index_page(page(evidence, "0001564590-18-004771"))
    subject = Filing("0001564590-18-004771", "10-K", None, "crr-10k_20171231.htm", True, False)
    assert chosen(subject, list(types), types) == [
        ("crr-10k_20171231.htm", "primary", "10-K"),
        ("crr-20171231.xml", "xbrl_instance", "EX-101.INS"),
    ]


def test_rendered_and_raw_form_of_one_document_are_one_name(evidence):
    assert parse_index_page(page(evidence, "0000950142-22-003095")) == {"es220296680_4-davis.xml": "4"}


def test_an_old_page_without_document_names_tells_nothing(evidence):
    assert parse_index_page(page(evidence, "0000912057-00-023442")) == {}


def test_names_of_exhibits_agree_with_the_types_in_real_submissions(evidence):
    """Every name taken for an exhibit 99 is one; those that hide it are left to the index page."""
    hits = misses = 0
    for path in (evidence / "edgar_mirror/www.sec.gov/Archives/edgar/data").rglob("*.txt*"):
        body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for kind, name in re.findall(rb"<TYPE>([^\n<]+)\n<SEQUENCE>\d+\n<FILENAME>(\S+)", body):
            text = name.decode()
            taken = any(doc.name == text and doc.kind == "exhibit" for doc in choose_documents(filing(), [text])[0])
            if text.endswith((".htm", ".html", ".txt")):
                true = re.match(rb"EX-99(\D|$)", kind.strip()) is not None
                assert true or not taken, (kind, name)
                hits, misses = hits + (true and taken), misses + (true and not taken)
    assert hits >= 30
    assert misses <= 6


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("d123456dex991.htm", "EX-99.1"),
        ("a8-kex991q1202412302023.htm", "EX-99.1"),
        ("exhibit991.htm", "EX-99.1"),
        ("tm2412345d1_ex99-1.htm", "EX-99.1"),
        ("ex-99_2.htm", "EX-99.2"),
        ("ex99.txt", "EX-99"),
        ("EX99_10.HTM", "EX-99.10"),
        ("dp230854_ex9901.htm", "EX-99.1"),
        ("b405635ex_99-2.txt", "EX-99.2"),
        ("exhibit_99-1.html", "EX-99.1"),
        ("ex_991234.htm", None),
        ("index99.htm", None),
        ("ex991.pdf", None),
        ("ex99-1_001.jpg", None),
        ("dex199.htm", None),
        ("ex9.htm", None),
        ("R99.htm", None),
    ],
)
def test_which_names_are_exhibits_99(name, kind):
    exhibits = [doc.document_type for doc in choose_documents(filing(), [name])[0] if doc.kind == "exhibit"]
    assert exhibits == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("listing", "instances"),
    [
        (["a.htm", "a_htm.xml", "a_lab.xml", "FilingSummary.xml"], ["a_htm.xml"]),
        (["a.htm", "x-20101231.xml", "x-20101231_cal.xml", "x-20101231_pre.xml", "R1.xml"], ["x-20101231.xml"]),
        (["a.htm", "odd.xml", "odd_def.xml", "defnref.xml", "Financial_Report.xml"], ["odd.xml"]),
        (["a.htm", "odd.xml", "x-20101231.xml"], ["x-20101231.xml"]),
        (["a.htm", "a_htm.xml", "ex-filingfees_htm.xml", "b_exfilingfees_htm.xml"], ["a_htm.xml"]),
        (["a.htm", "primary_doc.xml"], []),
    ],
)
def test_which_file_is_the_xbrl_instance(listing, instances):
    documents, _ = choose_documents(filing(is_xbrl=True), listing)
    assert [doc.name for doc in documents if doc.kind == "xbrl_instance"] == instances


def test_no_instance_is_looked_for_where_the_filing_carries_none():
    assert chosen(filing(), ["a.htm", "form4.xml"]) == [("a.htm", "primary", "10-K")]


def test_the_extracted_instance_is_asked_for_even_if_not_yet_listed():
    subject = filing(primary="x-20240330.htm", is_xbrl=True, is_inline_xbrl=True)
    for listing in (None, ["x-20240330.htm"]):
        assert ("x-20240330_htm.xml", "xbrl_instance", "XML") in chosen(subject, listing)


def test_the_rendering_folder_of_the_primary_document_is_taken_off():
    subject = filing("3", "xslF345X05/form3.xml")
    assert chosen(subject, ["form3.xml"]) == [("form3.xml", "primary", "3")]


def test_without_a_primary_document_the_complete_submission_takes_its_place():
    assert chosen(filing(primary=None), None) == [(f"{ACCESSION}.txt", "primary", "10-K")]


def test_a_primary_document_that_is_not_listed_is_asked_for_together_with_the_complete_submission():
    listing = ["other.htm", f"{ACCESSION}.txt"]
    assert chosen(filing(), listing) == [("a.htm", "primary", "10-K"), (f"{ACCESSION}.txt", "primary", "10-K")]
    assert chosen(filing(), ["other.htm"]) == [("a.htm", "primary", "10-K")]


def test_the_listing_decides_on_upper_and_lower_case():
    assert chosen(filing(primary="A.HTM"), ["a.htm"]) == [("a.htm", "primary", "10-K")]


def test_unsafe_names_are_handed_back_and_never_chosen():
    listing = ["a.htm", "../../ex99-1.htm", "ex99-2.htm", "x\x00ex99.htm"]
    documents, refused = choose_documents(filing(), listing)
    assert [doc.name for doc in documents] == ["a.htm", "ex99-2.htm"]
    assert [name for name, _ in refused] == ["../../ex99-1.htm", "x\x00ex99.htm"]
    documents, refused = choose_documents(filing(primary="../a.htm"), ["b.htm"])
    assert [doc.name for doc in documents] == [f"{ACCESSION}.txt"]
    assert [name for name, _ in refused] == ["../a.htm"]


@pytest.mark.parametrize(
    ("subject", "listing", "expected"),
    [
        (filing("8-K", items="2.02,9.01"), ["a.htm", "release.htm"], True),
        (filing("8-K/A", items="7.01"), ["a.htm"], True),
        (filing("8-K", items="5.02"), ["a.htm", "release.htm"], False),
        (filing("8-K", items="2.02"), ["a.htm", "ex99-1.htm"], False),
        (filing("6-K"), ["a.htm"], True),
        (filing("40-F"), ["a.htm"], True),
        (filing("10-K"), ["a.htm"], False),
    ],
)
def test_when_the_index_page_is_worth_a_request(subject, listing, expected):
    assert names_do_not_tell(subject, listing) is expected


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b"{}", b'{"directory": {}}', b'{"directory": {"item": [{"name": 5}]}}', b"[" * 99999],
)
def test_what_is_no_listing_is_an_error(body):
    with pytest.raises(MalformedError, match="not a folder listing"):
        parse_listing(body)


def test_error_pages_are_no_index_pages(evidence):
    errors = evidence / "edgar_mirror/_errors"
    pages = [path for path in errors.rglob("*") if path.is_file()]
    assert len(pages) >= 8
    for body in [b"", b"\x00", b"{}", *(path.read_bytes() for path in pages)]:
        with pytest.raises(MalformedError, match="not a filing's index page"):
            parse_index_page(body)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.text(max_size=20), max_size=8), st.text(max_size=20), st.booleans())
def test_whatever_is_listed_the_choice_is_safe_and_each_name_once(listing, primary, flagged):
    documents, refused = choose_documents(filing("8-K", primary, is_xbrl=flagged, is_inline_xbrl=flagged), listing)
    names = [doc.name.lower() for doc in documents]
    assert len(names) == len(set(names))
    assert documents[0].kind == "primary"
    assert not any("/" in name or "\x00" in name or ".." in name for name in names)
    assert {name for name, _ in refused} <= {*listing, primary}
