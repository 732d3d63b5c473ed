"""The text of filings: items and headings as real filings have them, words that differ with fortunes."""

import html
import re

import pytest

from sec_assets.sample.filings import Filing, by_accession, filings_of
from sec_assets.sample.folder import documents_of
from sec_assets.sample.site import respond
from sec_assets.sample.universe import companies

ITEMS_10K = (
    "1",
    "1A",
    "1B",
    "1C",
    "2",
    "3",
    "4",
    "5",
    "6",
    "7",
    "7A",
    "8",
    "9",
    "9A",
    "9B",
    "9C",
    "10",
    "11",
    "12",
    "13",
    "14",
    "15",
    "16",
)


def body(filing: Filing, name: str | None = None) -> bytes:
    return respond(
        f"https://www.sec.gov/Archives/edgar/data/{int(filing.cik)}/{filing.folder}/{name or filing.primary}"
    ).body


def words(filing: Filing) -> str:
    visible = re.sub(r"<ix:header>.*?</ix:header>", "", body(filing).decode(), flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", visible)))


def newest(cik: str, form: str) -> Filing:
    return next(filing for filing in reversed(filings_of(cik)) if filing.form == form)


@pytest.mark.parametrize(
    "filing", [f for f in by_accession().values() if f.form == "10-K" and f.kind == "report"], ids=lambda f: f.accession
)
def test_annual_reports_have_every_item_twice(filing: Filing) -> None:
    text = words(filing)
    for number in ITEMS_10K:
        assert len(re.findall(rf"\bItem {number}\. ", text)) >= 2, number
    assert 15_000 <= len(body(filing)) <= 100_000


@pytest.mark.parametrize("form", ["10-Q", "20-F"])
def test_quarterly_and_foreign_reports_have_their_items(form: str) -> None:
    wanted = {
        "10-Q": ("Item 1. Legal Proceedings", "Item 1A. Risk Factors"),
        "20-F": ("Item 3.D. Risk Factors", "Item 4. ", "Item 5. "),
    }
    for filing in by_accession().values():
        if filing.form == form and filing.fiscal_year == 2025:
            text = words(filing)
            assert all(part in text for part in wanted[form])


def test_words_follow_fortunes() -> None:
    bad, good = words(newest("0009900009", "10-K")), words(newest("0009900004", "10-K"))
    for phrase in (
        "substantial doubt about our ability to continue as a going concern",
        "material weakness",
        "delisted",
    ):
        assert phrase in bad
        assert phrase not in good
    assert "excellent year" in good
    assert "were effective" in good
    assert "were not effective" in bad


def test_text_varies_by_year() -> None:
    reports = [filing for filing in filings_of("0009900007") if filing.form == "10-K"]
    heads = [
        set(re.findall(r"<span style=\"font-style[^>]*>([^<]*)</span>", body(filing).decode())) for filing in reports
    ]
    assert heads[0] != heads[1] != heads[2]


def test_current_reports_name_their_items_and_events() -> None:
    gone = [f for f in filings_of("0009900009") if f.items.startswith("5.02")]
    assert ["Chief Executive Officer" in words(f) for f in gone] == [True, False]
    assert "resigned as Chief Financial Officer" in words(gone[1])
    for filing in by_accession().values():
        if filing.form == "8-K":
            text = words(filing)
            assert all(f"Item {number}" in text for number in filing.items.split(","))
            types = {listed.type for listed in documents_of(filing)}
            assert ("EX-99.1" in types) == ("9.01" in filing.items)


def test_releases_tell_the_amounts_of_the_report_that_follows() -> None:
    filing = next(f for f in filings_of("0000320193") if f.accession == "0000320193-25-000077")
    release = body(filing, "aapl-20251030-ex991.htm").decode()
    assert "revenue of $416.2 billion" in release
    assert "net income of $112.0 billion" in release


def test_company_without_xbrl_files_plain_text() -> None:
    filing = newest("0009900010", "10-K")
    assert filing.primary.endswith(".txt")
    text = body(filing).decode()
    assert "<PAGE>" in text
    assert "<TABLE>" in text
    assert "<div" not in text
    assert not filing.is_xbrl


def test_full_submission_wraps_every_document() -> None:
    filing = newest("0009900001", "10-K")
    text = body(filing, f"{filing.accession}.txt").decode()
    assert text.startswith(f"<SEC-DOCUMENT>{filing.accession}.txt : ")
    names = re.findall(r"^<FILENAME>(.+)$", text, re.M)
    assert names == [listed.name for listed in documents_of(filing)]
    assert text.count("</DOCUMENT>") == len(names)
    assert "<XML>\n<?xml" in text


def test_no_document_names_a_real_person_or_claims_to_be_real() -> None:
    for company in companies().values():
        for filing in filings_of(company.cik)[-2:]:
            if filing.kind != "ownership":
                assert "Sample document." in words(filing)


def test_losses_are_called_losses() -> None:
    filing = newest("0001640147", "10-K")
    assert "a net loss of $1.3 billion" in words(filing)
    assert "net income of" not in words(filing)


def test_fortunes_and_officers_change_over_the_years() -> None:
    first, last = (f for f in filings_of("0009900008") if f.form == "10-K" and f.fiscal_year in {2023, 2025})
    assert "excellent year" in words(first)
    assert "not effective because of a material weakness" in words(last)
    assert "Morgan Nobody (Chief Financial Officer)" in words(first)
    assert "Morgan Nobody" not in words(last)
