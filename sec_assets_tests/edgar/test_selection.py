from datetime import date

from sec_assets.edgar.selection import select_filings
from sec_assets.settings import DEFAULT_FORMS
from sec_assets.tables import FILINGS_INDEX
from sec_assets_tests.edgar.mirrors import mirror_client
from sec_assets_tests.edgar.pages import load_filings


def index(*filings: tuple[str, str, str]):
    return FILINGS_INDEX.frame(
        {
            "cik": cik,
            "accession_number": f"0000000001-24-{number:06d}",
            "form": form,
            "filing_date": date.fromisoformat(filed),
        }
        for number, (cik, form, filed) in enumerate(filings)
    )


def test_only_the_chosen_forms_amendments_named_apart():
    frame = index(("1", "10-K", "2024-01-01"), ("1", "10-K/A", "2024-02-01"), ("1", "4", "2024-03-01"))
    assert select_filings(frame, ["10-K"], 3)["form"].to_list() == ["10-K"]
    assert select_filings(frame, ["10-K", "10-K/A"], 3)["form"].to_list() == ["10-K/A", "10-K"]


def test_the_window_goes_back_from_the_newest_chosen_filing_of_each_company():
    frame = index(
        ("1", "10-K", "2024-02-29"),
        ("1", "10-K", "2023-02-28"),
        ("1", "10-K", "2023-02-27"),
        ("1", "4", "2026-01-01"),
        ("2", "10-K", "2010-06-30"),
        ("2", "10-K", "2009-06-30"),
        ("2", "10-K", "2009-06-29"),
    )
    chosen = select_filings(frame, ["10-K"], 1)
    assert chosen.select("cik", "filing_date").rows() == [
        ("1", date(2024, 2, 29)),
        ("1", date(2023, 2, 28)),
        ("2", date(2010, 6, 30)),
        ("2", date(2009, 6, 30)),
    ]


def test_nothing_chosen_is_an_empty_index():
    frame = index(("1", "4", "2024-01-01"))
    assert select_filings(frame, ["10-K"], 3).is_empty()
    assert select_filings(FILINGS_INDEX.frame(), ["10-K"], 3).schema == FILINGS_INDEX.schema


def test_three_years_of_apple(evidence, tmp_path):
    with mirror_client(evidence / "edgar_mirror", tmp_path) as client:
        apple = load_filings(client, "320193").index
    chosen = select_filings(apple, DEFAULT_FORMS, 3)
    assert chosen.height == 39
    assert chosen["filing_date"].is_sorted(descending=True)
    assert chosen.group_by("form").len().sort("form").rows() == [("10-K", 3), ("10-Q", 9), ("8-K", 27)]
