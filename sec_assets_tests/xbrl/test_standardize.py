from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from sec_assets.tables import FINANCIALS, XBRL_FACTS
from sec_assets.xbrl.standardize import line_items, standardize
from sec_assets.xbrl.standardize.formulas import formulas
from sec_assets_tests.xbrl.small_facts import filing, frame

YEAR = "2023-01-01/2023-12-31"
END = "2023-12-31"
CLASS = "us-gaap:StatementClassOfStockAxis="


def value_of(financials: pl.DataFrame, line_item: str) -> Decimal | None:
    rows = financials.filter(line_item=line_item)
    assert rows.height <= 1, rows
    return rows["value"][0] if rows.height else None


def rule_of(financials: pl.DataFrame, line_item: str) -> str:
    return financials.filter(line_item=line_item)["rule"].item()


def test_names_of_line_items_are_unique_and_each_can_be_filled():
    names = [item.name for item in line_items()]
    assert len(names) == len(set(names)) >= 120
    assert [item.name for item in line_items() if not item.candidates and not item.formulas] == [
        "other_cash_changes"  # found among the filer's own concepts
    ]
    for item in line_items():
        concepts = [candidate.concept for candidate in item.candidates]
        assert len(concepts) == len(set(concepts)), item.name
        assert all(candidate.reason for candidate in item.candidates), item.name


def test_every_sector_and_both_taxonomies_have_line_items():
    sectors = {item.sector for item in line_items()}
    assert sectors == {"all", "commercial", "bank", "insurer", "reit"}
    ifrs = [item.name for item in line_items() if any(c.concept.startswith("ifrs-full:") for c in item.candidates)]
    assert len(ifrs) >= 80


def test_formulas_speak_of_declared_line_items_only():
    names = {item.name for item in line_items()}
    for formula in formulas():
        assert {formula.line_item, *(term.line_item for term in formula.terms)} <= names
        assert formula.without is None or formula.without in names


def test_no_facts_give_an_empty_frame_of_the_table():
    result = standardize(XBRL_FACTS.frame())
    assert result.height == 0
    assert result.schema == FINANCIALS.schema


def test_the_first_candidate_reported_for_the_period_wins_and_the_rule_says_which():
    facts = frame(
        filing(
            "a",
            "2024-02-01",
            ("RevenueFromContractWithCustomerExcludingAssessedTax", YEAR, 90),
            ("Revenues", YEAR, 100),
            ("SalesRevenueNet", "2022-01-01/2022-12-31", 80),
        )
    )
    revenue = standardize(facts).filter(line_item="revenue").sort("period_end")
    assert revenue["value"].to_list() == [80, 100]
    assert revenue["concept"].to_list() == ["us-gaap:SalesRevenueNet", "us-gaap:Revenues"]
    assert revenue["rule"].to_list() == [
        "5th choice: total net sales in taxonomies before 2018",
        "2nd choice: total of all kinds of revenue",
    ]


def test_a_stand_in_is_not_used_by_a_filing_that_has_the_whole_for_another_period():
    facts = frame(
        filing(
            "a",
            "2023-08-01",
            ("DepreciationDepletionAndAmortization", "2023-01-01/2023-06-30", 50),
            ("Depreciation", "2023-04-01/2023-06-30", 7),
            form="10-Q",
        ),
        filing("b", "2023-11-01", ("Depreciation", "2023-07-01/2023-09-30", 8), form="10-Q"),
    )
    rows = standardize(facts).filter(line_item="depreciation_amortization")
    assert rows.sort("accession_number")["value"].to_list() == [50, 8]


@pytest.mark.parametrize(
    "overrides",
    [
        {"dimensions": "us-gaap:StatementBusinessSegmentsAxis=x:CloudMember"},
        {"occurrence": 1},
        {"is_nil": True, "numeric": None},
        {"unit": "USD/shares"},
        {"unit": "x:widgets"},
        {"is_instant": True, "period_start": None},
        {"form": "DEF 14A"},
        {"form": "11-K"},
    ],
    ids=lambda overrides: next(iter(overrides)),
)
def test_facts_that_are_not_the_filers_own_total_are_left_out(overrides: dict):
    assert standardize(frame(filing("a", "2024-02-01", ("Revenues", YEAR, 100, overrides)))).height == 0


def test_values_stay_exact():
    text = "12345678901234567890123456.123456789012"
    facts = frame(filing("a", "2024-02-01", ("Revenues", YEAR, text)))
    assert value_of(standardize(facts), "revenue") == Decimal(text)


def test_shares_are_summed_over_classes_only_where_the_cover_has_no_total():
    shares = "dei:EntityCommonStockSharesOutstanding"
    class_a = {"unit": "shares", "dimensions": f"{CLASS}us-gaap:CommonClassAMember"}
    class_c = {"unit": "shares", "dimensions": f"{CLASS}goog:CapitalClassCMember"}
    other = {"unit": "shares", "dimensions": f"{CLASS}us-gaap:CommonClassAMember; dei:LegalEntityAxis=x:SubMember"}
    day = "2024-01-23"
    classes = (shares, day, 5893, class_a), (shares, day, 5671, class_c), (shares, day, 1, other)
    total = (shares, day, 11564, {"unit": "shares"})
    without = standardize(frame(filing("a", "2024-02-01", *classes)))
    assert value_of(without, "shares_outstanding") == 11564
    assert (
        rule_of(without, "shares_outstanding") == "sum of 2 classes, no total on the cover: CapitalClassC, CommonClassA"
    )
    assert not without["is_derived"].any()
    given = standardize(frame(filing("a", "2024-02-01", *classes, total)))
    assert rule_of(given, "shares_outstanding") == "first choice: on the cover page"


def test_of_several_currencies_that_of_the_balance_sheet_is_taken():
    cny, usd = {"unit": "CNY"}, {"unit": "USD"}
    facts = frame(
        filing(
            "a",
            "2024-04-01",
            ("ifrs-full:Assets", END, 700, cny),
            ("ifrs-full:Liabilities", END, 300, cny),
            ("ifrs-full:Assets", END, 100, usd),
            ("ifrs-full:Revenue", YEAR, 70, cny),
            ("ifrs-full:Revenue", YEAR, 10, usd),
            ("ifrs-full:BasicEarningsLossPerShare", YEAR, 7, {"unit": "CNY/shares"}),
            ("ifrs-full:BasicEarningsLossPerShare", YEAR, 1, {"unit": "USD/shares"}),
            ("ifrs-full:GrossProfit", YEAR, 5, usd),
            form="20-F",
        )
    )
    result = standardize(facts)
    assert value_of(result, "revenue") == 70
    assert value_of(result, "eps_basic") == 7
    assert value_of(result, "gross_profit") == 5
    assert result.filter(line_item="revenue")["unit"].item() == "CNY"
    assert rule_of(result, "revenue").endswith(
        "; in CNY, the currency of most of its balance sheet (reported in CNY, USD)"
    )


def test_missing_totals_follow_from_other_items_of_the_filing():
    facts = frame(
        filing(
            "a",
            "2024-02-01",
            ("Revenues", YEAR, 100),
            ("CostOfRevenue", YEAR, 60),
            ("NetCashProvidedByUsedInOperatingActivities", YEAR, 30),
            ("PaymentsToAcquirePropertyPlantAndEquipment", YEAR, 12),
            ("LiabilitiesAndStockholdersEquity", END, 500),
            ("StockholdersEquity", END, 180),
            ("MinorityInterest", END, 15),
            ("RedeemableNoncontrollingInterestEquityCarryingAmount", END, 5),
            ("CommercialPaper", END, 4),
            ("LongTermDebtCurrent", END, 6),
        )
    )
    result = standardize(facts)
    assert value_of(result, "gross_profit") == 40
    assert value_of(result, "free_cash_flow") == 18
    assert value_of(result, "equity_including_noncontrolling") == 195
    assert value_of(result, "total_liabilities") == 300
    assert value_of(result, "short_term_debt") == 10
    assert rule_of(result, "free_cash_flow") == "not reported: operating_cash_flow − capex"
    derived = result.filter("is_derived")
    assert derived.height == 5
    assert derived["accession_number"].unique().to_list() == ["a"]
    assert derived.filter(line_item="gross_profit")["concept"].item() == "us-gaap:Revenues − us-gaap:CostOfRevenue"


def test_a_reported_total_is_never_replaced_by_a_formula():
    facts = frame(
        filing("a", "2024-02-01", ("Revenues", YEAR, 100), ("CostOfRevenue", YEAR, 60), ("GrossProfit", YEAR, 39))
    )
    assert value_of(standardize(facts), "gross_profit") == 39


def test_gross_profit_is_not_derived_from_a_part_of_the_costs():
    facts = frame(filing("a", "2024-02-01", ("Revenues", YEAR, 100), ("CostOfGoodsSold", YEAR, 60)))
    assert value_of(standardize(facts), "gross_profit") is None


def test_an_optional_summand_known_for_another_day_is_missing_not_zero():
    facts = frame(
        filing(
            "a",
            "2024-02-01",
            ("StockholdersEquity", END, 180),
            ("StockholdersEquity", "2021-12-31", 150),
            ("MinorityInterest", END, 15),
        )
    )
    total = standardize(facts).filter(line_item="equity_including_noncontrolling")
    assert total.select("period_end", "value").rows() == [(date(2023, 12, 31), 195)]


def test_formulas_do_not_mix_currencies():
    facts = frame(
        filing("a", "2024-02-01", ("Revenues", YEAR, 100, {"unit": "CAD"}), ("CostOfRevenue", YEAR, 60), form="40-F")
    )
    assert value_of(standardize(facts), "gross_profit") is None


def test_companies_of_one_frame_do_not_touch_each_other():
    one = filing("a", "2024-02-01", ("Revenues", YEAR, 100), ("CostOfRevenue", YEAR, 60), cik="0000000001")
    two = filing("a", "2024-02-01", ("Revenues", YEAR, 7), cik="0000000002")
    together = standardize(frame(one, two))
    apart = pl.concat([standardize(frame(one)), standardize(frame(two))])
    assert together.equals(apart.sort(FINANCIALS.key))
