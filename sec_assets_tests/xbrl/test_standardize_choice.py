"""Which concept stands for an item: no stale one, the filer's habit among equals, its own names last; and what stays unknown."""

import polars as pl
import pytest

from sec_assets.xbrl.standardize import latest, standardize
from sec_assets.xbrl.standardize.line_items import candidates_frame, items_frame
from sec_assets_tests.xbrl.small_facts import filing, frame

YEAR, BEFORE = "2023-01-01/2023-12-31", "2022-01-01/2022-12-31"
NINE = "2023-01-01/2023-09-30"
END = "2023-12-31"
CONTRACT = "RevenueFromContractWithCustomerExcludingAssessedTax"


def revenue(*filings: list[dict]) -> pl.DataFrame:
    return standardize(frame(*filings)).filter(line_item="revenue", is_derived=False).sort("filed", "period_end")


def test_a_concept_that_lacks_the_filings_own_year_is_stale_for_older_years_too():
    rows = revenue(filing("a", "2024-02-01", (CONTRACT, YEAR, 100), (CONTRACT, BEFORE, 90), ("Revenues", BEFORE, 80)))
    assert rows["value"].to_list() == [90, 100]
    assert rows["rule"][0].endswith("; us-gaap:Revenues is not reported for the filing's own period")
    assert rows["rule"][1] == "3rd choice: revenue from customers is all the revenue"


def test_a_stale_concept_still_gives_what_no_other_has():
    rows = revenue(filing("a", "2024-02-01", (CONTRACT, YEAR, 100), ("Revenues", BEFORE, 80)))
    assert rows["value"].to_list() == [80, 100]


def test_among_equal_values_the_concept_used_most_is_named_so_that_quarters_can_be_derived():
    quarters = [
        filing("q2", "2023-08-01", (CONTRACT, "2023-01-01/2023-06-30", 60), form="10-Q"),
        filing("q3", "2023-11-01", (CONTRACT, NINE, 90), form="10-Q"),
    ]
    year = filing("fy", "2024-02-01", (CONTRACT, YEAR, 130), ("Revenues", YEAR, 130))
    rows = standardize(frame(*quarters, year)).filter(line_item="revenue")
    assert rows.filter(period_type="year")["concept"].to_list() == [f"us-gaap:{CONTRACT}"]
    assert rows.filter(fiscal_period="Q4")["value"].to_list() == [40]


def test_of_different_values_the_better_ranked_is_taken_whatever_the_habit():
    quarter = filing("q3", "2023-11-01", (CONTRACT, NINE, 90), form="10-Q")
    year = filing("fy", "2024-02-01", (CONTRACT, YEAR, 130), ("Revenues", YEAR, 150))
    assert revenue(quarter, year).filter(period_type="year")["value"].to_list() == [150]


def test_a_concept_that_counts_the_other_way_is_turned():
    facts = filing("a", "2024-02-01", ("PaymentsForProceedsFromOtherInvestingActivities", YEAR, 7))
    assert standardize(frame(facts)).filter(line_item="other_investing")["value"].to_list() == [-7]


def test_the_filers_own_concept_of_a_standard_name_is_the_last_resort():
    own = ("x:Revenues", YEAR, 70, {"is_extension": True})
    rows = revenue(filing("a", "2024-02-01", own))
    assert rows.select("value", "concept", "rule").rows() == [
        (70, "x:Revenues", "the filer's own concept of the name of us-gaap:Revenues")
    ]
    assert revenue(filing("a", "2024-02-01", own, (CONTRACT, YEAR, 60)))["value"].to_list() == [60]


def test_long_term_debt_never_counts_the_part_due_within_a_year_twice():
    def debt(*facts: tuple) -> dict[str, object]:
        rows = standardize(frame(filing("a", "2024-02-01", *facts)))
        return dict(rows.select("line_item", "value").iter_rows())

    both = debt(("LongTermDebt", END, 100), ("LongTermDebtCurrent", END, 15), ("LiabilitiesCurrent", END, 40))
    assert (both["long_term_debt"], both["total_debt"]) == (85, 100)
    unclassified = debt(("LongTermDebt", END, 100))
    assert (unclassified["long_term_debt"], unclassified["total_debt"]) == (100, 100)
    unknown = debt(("LongTermDebt", END, 100), ("LiabilitiesCurrent", END, 40))
    assert unknown["long_term_debt_including_current"] == 100
    assert "long_term_debt" not in unknown


def test_real_estate_companies_have_their_items():
    facts = [
        ("NotesPayable", END, 500), ("RealEstateInvestmentPropertyNet", END, 900),
        ("PaymentsToAcquireRealEstateHeldForInvestment", YEAR, 120), ("OperatingLeaseLeaseIncome", YEAR, 80),
    ]  # fmt: skip
    rows = dict(standardize(frame(filing("a", "2024-02-01", *facts))).select("line_item", "value").iter_rows())
    assert rows["notes_payable"] == rows["long_term_debt"] == 500
    assert rows["real_estate_net"] == 900
    assert rows["purchases_of_real_estate"] == 120
    assert rows["rental_income"] == 80


def gaps(*filings: list[dict]) -> list[tuple]:
    rows = standardize(frame(*filings)).filter(pl.col("value").is_null())
    return rows.select("line_item", "fiscal_period", "reason").rows()


NET = "NetIncomeLoss"


@pytest.mark.parametrize(
    ("nine_months", "year", "expected"),
    [
        (
            ("EarningsPerShareBasic", NINE, 3, {"unit": "USD/shares"}),
            ("EarningsPerShareBasic", YEAR, 4, {"unit": "USD/shares"}),
            ("eps_basic", "averages and amounts per share of quarters do not add up to the year's"),
        ),
        ((NET, NINE, 3), ("Revenues", YEAR, 100), ("revenue", "nine months from 2023-01-01 are not reported")),
        (
            ("SalesRevenueNet", NINE, 70),
            ("Revenues", YEAR, 100),
            ("revenue", "the nine months are reported as us-gaap:SalesRevenueNet, the year as us-gaap:Revenues"),
        ),
    ],
    ids=["per share", "no nine months", "other concept"],
)
def test_an_unknown_fourth_quarter_says_why(nine_months: tuple, year: tuple, expected: tuple):
    found = gaps(
        filing("q3", "2023-11-01", nine_months, form="10-Q"), filing("fy", "2024-02-01", year, ("Assets", END, 5))
    )
    assert found == [(expected[0], "Q4", expected[1])]


def test_a_row_without_value_never_hides_a_value():
    late = filing("q4", "2024-04-01", ("Revenues", "2023-10-01/2023-12-31", 40), form="8-K")
    filings = [
        filing("q3", "2023-11-01", (NET, NINE, 3), form="10-Q"),
        filing("fy", "2024-02-01", ("Revenues", YEAR, 100)),
        late,
    ]
    rows = standardize(frame(*filings)).filter(line_item="revenue", period_type="quarter")
    assert sorted(rows["value"].to_list(), key=str) == [40, None]
    assert latest(rows)["value"].to_list() == [40]


def test_the_table_of_line_items_has_no_concept_of_another_period_kind_for_one_item():
    kinds = candidates_frame().filter(pl.col("line_item") != "stock_split_ratio").group_by("line_item").agg(
        pl.col("is_instant").n_unique()
    )  # fmt: skip
    assert kinds["is_instant"].max() == 1
    assert set(items_frame()["statement"]) == {"income", "balance", "cash_flow", "per_share", "shares", "cover"}
