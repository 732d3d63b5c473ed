"""Items are found by their headings, and by nothing that only looks like one."""

from datetime import UTC, date, datetime

import pytest

from sec_assets.tables import FILING_TEXT
from sec_assets.text.items import FilingDocument, split_filings, split_text

BODY = "We make things and sell them in many places over the whole year. " * 6


def items(text: str, form: str) -> list[str]:
    return [part.item for part in split_text(text, form)]


def annual(heading: str = "Item {}. {}") -> str:
    titles = [
        ("1", "Business"),
        ("1A", "Risk Factors"),
        ("2", "Properties"),
        ("7", "Management's Discussion and Analysis"),
    ]
    return "\n\n".join(f"{heading.format(number, title)}\n\n{BODY}" for number, title in titles)


@pytest.mark.parametrize(
    "heading",
    [
        "Item {}. {}", "ITEM {} {}", "Item {}.\t{}", "item {} - {}", "Item {}:\n\n{}", "ITEM {}.\n{}", "* Item {} \u2014 {}",
        "PART I, Item {}. {}", "                Item {}.  {}", "{}. {}", "Items {}. {}",
    ],
)  # fmt: skip
def test_headings_are_found_however_they_are_written(heading: str) -> None:
    assert items(annual(heading), "10-K") == ["1", "1A", "2", "7"]


def test_spaced_letters_and_transition_marks_are_read() -> None:
    text = f"Item 1. Business\n\n{BODY}\n\nItem 1 A. Risk Factors\n\n{BODY}\n\nItem 9A(T). Controls and Procedures\n\n{BODY}"
    assert items(text, "10-K") == ["1", "1A", "9A"]


def test_the_table_of_contents_opens_nothing() -> None:
    contents = "Item 1.\tBusiness\t3\nItem 1A.\tRisk Factors\t9\nItem 2.\tProperties\t20\nItem 7.\tManagement's Discussion\t21\n\n"
    parts = split_text(f"Table of Contents\n\n{contents}{annual()}", "10-K")
    assert [part.item for part in parts] == ["1", "1A", "2", "7"]
    assert all(len(part.text) > len(BODY) - 10 for part in parts)


@pytest.mark.parametrize(
    "reference",
    [
        "Item 2 of this report describes our plants.",
        "Item 2, which follows, describes our plants.",
        "as described in more detail in the section\nItem 2. Properties of this report on our plants and our land.",
        "Item 2. Properties (continued)",
    ],
)
def test_cross_references_open_nothing(reference: str) -> None:
    text = f"Item 1. Business\n\n{BODY}\n\n{reference}\n\n{BODY}\n\nItem 2. Properties\n\n{BODY}"
    first, second = split_text(text, "10-K")
    assert reference.split("\n")[-1] in first.text
    assert second.text.startswith("Item 2. Properties\n\nWe make")


def test_combined_and_reserved_items_keep_their_headings() -> None:
    text = (
        f"Items 1 and 2. Business and Properties\n\n{BODY}\n\nItem 3. Legal Proceedings\n\nNone.\n\n"
        f"Item 6. [Reserved]\n\nItem 7. Management's Discussion\n\n{BODY}"
    )
    parts = {part.item: part.title for part in split_text(text, "10-K")}
    assert parts == {
        "1": "Items 1 and 2. Business and Properties", "3": "Item 3. Legal Proceedings", "6": "Item 6. [Reserved]",
        "7": "Item 7. Management's Discussion",
    }  # fmt: skip


def test_headings_running_over_pages_open_on_their_first_page() -> None:
    running = "\n\n".join(f"ITEM 1. BUSINESS\n\n{BODY}" for _ in range(4))
    parts = split_text(f"{running}\n\nITEM 2. PROPERTIES\n\n{BODY}", "10-K")
    assert [part.item for part in parts] == ["1", "2"]
    assert parts[0].text.count("We make things") == 24


def test_parts_of_a_quarterly_report_have_their_own_codes() -> None:
    text = (
        f"PART I. FINANCIAL INFORMATION\n\nItem 1. Financial Statements\n\n{BODY}\n\nItem 2. Management's Discussion\n\n{BODY}\n\n"
        f"PART II. OTHER INFORMATION\n\nItem 1. Legal Proceedings\n\n{BODY}\n\nItem 1A. Risk Factors\n\n{BODY}\n\n"
        f"Item 2. Unregistered Sales of Equity Securities\n\nNone.\n\nItem 6. Exhibits\n\n31.1 Certification\n\nSIGNATURES\n\nJ. Doe"
    )
    assert items(text, "10-Q") == ["part1.1", "part1.2", "part2.1", "part2.1A", "part2.2", "part2.6"]
    assert "J. Doe" not in split_text(text, "10-Q")[-1].text
    assert "PART II" not in split_text(text, "10-Q")[1].text


@pytest.mark.parametrize("form", ["8-K", "8-K/A"])
def test_current_reports_may_use_any_order_and_return_to_an_item(form: str) -> None:
    text = (
        "Item 9.01 Financial Statements and Exhibits\n\nSee below.\n\n"
        "Item 2.02. Results of Operations\n\nGood.\n\nItem 9.01 Exhibits\n\n99.1 Release"
    )
    parts = {part.item: part.text for part in split_text(text, form)}
    assert list(parts) == ["9.01", "2.02"]
    assert "See below." in parts["9.01"]
    assert "99.1 Release" in parts["9.01"]


def test_numbers_of_current_reports_before_2004_are_known() -> None:
    text = "Item 5. Other Events\n\nWe merged.\n\nItem 7. Financial Statements and Exhibits\n\n(c) Exhibits\n\n  SIGNATURE\n\nX"
    assert items(text, "8-K") == ["5", "7"]


def test_lettered_sections_of_a_foreign_annual_report_are_items() -> None:
    text = (
        f"ITEM 3. KEY INFORMATION\n\nA. Selected Financial Data\n\n{BODY}\n\nB. Capitalization and Indebtedness\n\nNot applicable.\n\n"
        f"D. Risk Factors\n\n{BODY}\n\nITEM 4. INFORMATION ON THE COMPANY\n\n4.A. History and Development\n\n{BODY}\n\n"
        f"ITEM 4A. UNRESOLVED STAFF COMMENTS\n\nNone.\n\nItem 5. Operating and Financial Review\n\n{BODY}\n\n"
        f"Item 16A. Audit Committee Financial Expert\n\n{BODY}"
    )
    assert items(text, "20-F") == ["3", "3.A", "3.B", "3.D", "4", "4.A", "4A", "5", "16A"]


@pytest.mark.parametrize(
    ("text", "form"), [(annual(), "6-K"), (annual(), "40-F"), ("We sold nothing this year.", "10-K")]
)
def test_without_items_the_whole_text_is_one_row(text: str, form: str) -> None:
    (part,) = split_text(text, form)
    assert (part.item, part.text) == ("document", text)


def test_an_index_at_the_end_is_not_mistaken_for_items() -> None:
    index = "\n".join(
        f"Item {n}.\t{t}\t{p}" for n, t, p in [("1", "Business", 3), ("1A", "Risk Factors", 5), ("2", "Properties", 9)]
    )
    assert items(f"{BODY * 20}\n\nFORM 10-K CROSS REFERENCE INDEX\n\n{index}", "10-K") == ["document"]


def test_statements_behind_the_signatures_belong_to_the_exhibits_item() -> None:
    text = (
        f"{annual()}\n\nItem 15. Exhibits\n\nList\n\nItem 16. Form 10-K Summary\n\nNone.\n\n"
        f"SIGNATURES\n\nJ. Doe\n\nBalance sheet\n\n{BODY * 40}"
    )
    parts = {part.item: part.text for part in split_text(text, "10-K")}
    assert "Balance sheet" in parts["15"]
    assert parts["16"].endswith("None.")


def test_rows_carry_what_the_index_knows_and_a_bad_document_stands_alone() -> None:
    accepted = datetime(2025, 2, 1, 21, 5, tzinfo=UTC)
    good = FilingDocument(
        "320193", "000032019325000001", "10-K", "a.txt", annual().encode(), date(2025, 2, 1), accepted
    )
    bad = FilingDocument("320193", "0000320193-25-000002", "10-K", "b.pdf", b"%PDF-1.7")
    split = split_filings([bad, good])
    assert split.frame.schema == FILING_TEXT.schema
    assert split.frame["item"].to_list() == ["1", "1A", "2", "7"]
    assert split.frame["ordinal"].to_list() == [0, 1, 2, 3]
    row = split.frame.row(0, named=True)
    assert (row["cik"], row["accession_number"], row["document"]) == ("0000320193", "0000320193-25-000001", "a.txt")
    assert (row["form"], row["filed"], row["accepted_at"]) == ("10-K", date(2025, 2, 1), accepted)
    assert row["n_words"] == len(row["text"].split())
    assert [(failure.name, "not text" in failure.reason) for failure in split.failures] == [("b.pdf", True)]


def test_an_unusable_accession_number_is_a_failure_of_that_document() -> None:
    split = split_filings([FilingDocument("320193", "nonsense", "10-K", "a.txt", b"text")])
    assert split.frame.is_empty()
    assert "nonsense" in split.failures[0].reason
