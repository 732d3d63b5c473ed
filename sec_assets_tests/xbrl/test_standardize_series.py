"""Series over versions: restatements, trailing years, and shares on one basis across splits."""

from datetime import date
from decimal import Decimal

import polars as pl

from sec_assets.xbrl.standardize import latest, standardize
from sec_assets.xbrl.standardize.splits import stock_splits
from sec_assets.xbrl.standardize.trailing import trailing_years
from sec_assets.xbrl.standardize.versions import first_reported, restatements
from sec_assets_tests.xbrl.small_facts import filing, frame

YEAR, BEFORE = "2023-01-01/2023-12-31", "2022-01-01/2022-12-31"
Q = ["2023-01-01/2023-03-31", "2023-04-01/2023-06-30", "2023-07-01/2023-09-30", "2023-10-01/2023-12-31"]


def test_a_restatement_names_old_and_new_and_the_filing():
    financials = standardize(
        frame(filing("a", "2023-02-01", ("Revenues", BEFORE, 100)), filing("b", "2024-02-01", ("Revenues", BEFORE, 90)))
    )
    rows = restatements(financials)
    columns = ("old_value", "new_value", "difference", "old_accession_number", "accession_number", "is_rounding_only")
    assert rows.select(columns).rows() == [(100, 90, -10, "a", "b", True)]  # both are known to the million only
    assert first_reported(financials)["value"].to_list() == [100]
    assert latest(financials)["value"].to_list() == [90]


def test_decimals_tell_rounding_from_restatement():
    exact = ("Revenues", BEFORE, 136_516_000, {"decimals": "-3"})
    for value, is_rounding in ((137_000_000, True), (138_000_000, False)):
        rounded = ("Revenues", BEFORE, value, {"decimals": "-6"})
        financials = standardize(frame(filing("a", "2023-02-01", exact), filing("b", "2024-02-01", rounded)))
        assert restatements(financials)["is_rounding_only"].to_list() == [is_rounding]


def test_without_decimals_nobody_can_tell():
    filings = [filing(name, day, ("Revenues", BEFORE, value, {"decimals": None})) for name, day, value in
               (("a", "2023-02-01", 100), ("b", "2024-02-01", 101))]  # fmt: skip
    assert restatements(standardize(frame(*filings)))["is_rounding_only"].to_list() == [None]


def test_the_same_value_again_is_no_restatement():
    filings = [filing(name, day, ("Revenues", BEFORE, 100)) for name, day in (("a", "2023-02-01"), ("b", "2024-02-01"))]
    assert restatements(standardize(frame(*filings))).height == 0


def test_four_quarters_that_chain_are_a_trailing_year_known_when_the_last_is():
    filings = [
        filing(f"q{n}", f"2023-{3 * n + 1:02d}-20", ("Revenues", day, 10 * n), form="10-Q")
        for n, day in enumerate(Q[:3], start=1)
    ]
    filings.append(filing("q0", "2023-01-20", ("Revenues", "2022-10-01/2022-12-31", 5), form="10-Q"))
    rows = trailing_years(latest(standardize(frame(*filings))))
    columns = ("period_start", "period_end", "value", "accession_number", "rule")
    assert rows.select(columns).rows() == [
        (date(2022, 10, 1), date(2023, 9, 30), Decimal(65), "q3", "sum of four quarters")
    ]


def test_a_gap_between_quarters_gives_no_trailing_year():
    days = [Q[0], Q[1], "2023-07-02/2023-09-30", Q[3]]
    filings = [filing(f"q{n}", "2024-01-20", ("Revenues", day, 1), form="10-Q") for n, day in enumerate(days)]
    assert trailing_years(latest(standardize(frame(*filings)))).height == 0


def test_the_fiscal_year_itself_is_taken_before_the_sum_of_its_quarters():
    facts = [("Revenues", day, 10) for day in Q]
    rows = trailing_years(latest(standardize(frame(filing("a", "2024-02-01", *facts, ("Revenues", YEAR, 41))))))
    assert rows.select("value", "rule").rows() == [(41, "the fiscal year itself")]


def shares(period: str, value: int) -> tuple:
    return ("WeightedAverageNumberOfSharesOutstandingBasic", period, value, {"unit": "shares"})


def eps(period: str, value: str) -> tuple:
    return ("EarningsPerShareBasic", period, value, {"unit": "USD/shares", "decimals": "2"})


def split(ratio: str, day: str) -> tuple:
    return ("StockholdersEquityNoteStockSplitConversionRatio1", day, ratio, {"unit": "pure"})


OLD = filing("a", "2023-02-01", shares(BEFORE, 1000), eps(BEFORE, "8.00"))


def test_a_split_that_ratio_and_shares_agree_on_puts_older_filings_on_the_new_basis():
    new = filing(
        "b", "2024-02-01", shares(BEFORE, 4000), shares(YEAR, 4100), eps(YEAR, "2.50"), split("4", "2023-06-09")
    )
    financials = standardize(frame(OLD, new))
    assert stock_splits(financials).rows() == [("0000000001", 4, date(2023, 2, 1), date(2024, 2, 1), date(2023, 6, 9))]
    series = first_reported(financials).filter(line_item="eps_basic")
    assert series.select("value", "split_factor", "adjusted_value").rows() == [
        (Decimal("8.00"), 4, Decimal("2.00")), (Decimal("2.50"), 1, Decimal("2.50")),
    ]  # fmt: skip
    counts = first_reported(financials).filter(line_item="shares_basic")
    assert counts["adjusted_value"].to_list() == [4000, 4100]
    assert financials.filter(line_item="stock_split_ratio")["split_factor"].null_count() == 1


def test_a_reverse_split_may_be_reported_either_way():
    for ratio in ("10", "0.1"):
        new = filing("b", "2024-02-01", shares(BEFORE, 100), split(ratio, "2023-06-09"))
        series = first_reported(standardize(frame(OLD, new))).filter(line_item="eps_basic")
        assert series["adjusted_value"].to_list() == [80]


def test_a_ratio_without_a_jump_of_shares_is_not_the_filers_own_split():
    new = filing("b", "2024-02-01", shares(BEFORE, 1000), eps(YEAR, "9.00"), split("20", "2023-06-09"))
    series = first_reported(standardize(frame(OLD, new))).filter(line_item="eps_basic")
    assert series["adjusted_value"].to_list() == [8, 9]


def test_a_jump_without_a_ratio_is_a_restatement_not_a_split():
    new = filing("b", "2024-02-01", shares(BEFORE, 1500))
    assert stock_splits(standardize(frame(OLD, new))).height == 0


def test_a_split_that_nothing_confirms_or_refutes_leaves_earlier_filings_without_a_basis():
    new = filing("b", "2024-02-01", eps(YEAR, "2.50"), split("4", "2023-06-09"))
    series = first_reported(standardize(frame(OLD, new))).filter(line_item="eps_basic")
    assert series["adjusted_value"].to_list() == [None, Decimal("2.50")]


def test_two_splits_multiply():
    middle = filing("b", "2024-02-01", shares(BEFORE, 2000), shares(YEAR, 2100), split("2", "2023-06-09"))
    new = filing("c", "2025-02-01", shares(YEAR, 6300), split("3", "2024-06-09"))
    series = standardize(frame(OLD, middle, new)).filter(pl.col("line_item") == "shares_basic")
    assert series.sort("filed", "period_end")["adjusted_value"].to_list() == [6000, 6000, 6300, 6300]
