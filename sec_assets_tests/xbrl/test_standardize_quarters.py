from datetime import UTC, date, datetime

import polars as pl
import pytest

from sec_assets.xbrl.standardize import as_of, latest, standardize
from sec_assets_tests.xbrl.small_facts import filing, frame

Q1 = "2023-01-01/2023-03-31"
H1 = "2023-01-01/2023-06-30"
M9 = "2023-01-01/2023-09-30"
FY = "2023-01-01/2023-12-31"
Q4 = "2023-10-01/2023-12-31"
CASH = "NetCashProvidedByUsedInOperatingActivities"


def quarters(*filings: list[dict]) -> pl.DataFrame:
    return standardize(frame(*filings)).filter("is_derived").sort("period_end", "accepted_at")


def cash_year(concept: str = CASH) -> list[list[dict]]:
    return [
        filing("q1", "2023-05-01", (concept, Q1, 10_000_000), form="10-Q"),
        filing("q2", "2023-08-01", (concept, H1, 25_000_000), form="10-Q"),
        filing("q3", "2023-11-01", (concept, M9, 45_000_000), form="10-Q"),
        filing("fy", "2024-02-01", (concept, FY, 70_000_000), form="10-K"),
    ]


def test_cumulative_flows_split_into_quarters_that_belong_to_the_filing_that_completed_them():
    found = quarters(*cash_year())
    columns = found.select("period_start", "period_end", "value", "fiscal_period", "accession_number", "form", "filed")
    assert columns.rows() == [
        (date(2023, 4, 1), date(2023, 6, 30), 15_000_000, "Q2", "q2", "10-Q", date(2023, 8, 1)),
        (date(2023, 7, 1), date(2023, 9, 30), 20_000_000, "Q3", "q3", "10-Q", date(2023, 11, 1)),
        (date(2023, 10, 1), date(2023, 12, 31), 25_000_000, "Q4", "fy", "10-K", date(2024, 2, 1)),
    ]
    assert found["rule"][2] == "Q4 = FY 2023-01-01/2023-12-31 (fy) − 9M 2023-01-01/2023-09-30 (q3)"


@pytest.mark.parametrize(
    ("concept", "unit"),
    [("EarningsPerShareBasic", "USD/shares"), ("WeightedAverageNumberOfSharesOutstandingBasic", "shares")],
)
def test_figures_that_do_not_add_up_are_not_subtracted(concept: str, unit: str):
    nine = filing("q3", "2023-11-01", (concept, M9, 3, {"unit": unit}), form="10-Q")
    year = filing("fy", "2024-02-01", (concept, FY, 4, {"unit": unit}))
    assert quarters(nine, year).height == 0


def test_a_reported_quarter_makes_the_derivation_needless():
    reported = filing("fy", "2024-02-01", ("Revenues", FY, 70), ("Revenues", Q4, 26))
    assert quarters(filing("q3", "2023-11-01", ("Revenues", M9, 45), form="10-Q"), reported).height == 0


def test_periods_that_begin_on_different_days_are_not_subtracted():
    nine = filing("q3", "2023-11-01", ("Revenues", "2023-01-02/2023-09-30", 45), form="10-Q")
    assert quarters(nine, filing("fy", "2024-02-01", ("Revenues", FY, 70))).height == 0


@pytest.mark.parametrize(
    "total", [("SalesRevenueNet", FY, 70), ("Revenues", FY, 70, {"unit": "EUR"})], ids=["concept", "unit"]
)
def test_another_concept_or_unit_is_another_basis(total: tuple):
    nine = filing("q3", "2023-11-01", ("Revenues", M9, 45), form="10-Q")
    assert quarters(nine, filing("fy", "2024-02-01", total)).height == 0


def test_a_year_restated_alone_gives_no_new_quarter():
    restated = filing("fy2", "2025-02-01", (CASH, FY, 90_000_000), form="10-K")
    fourth = quarters(*cash_year(), restated).filter(pl.col("period_end") == date(2023, 12, 31))
    assert fourth.select("value", "accession_number").rows() == [(25_000_000, "fy")]


def test_a_restatement_of_both_inputs_gives_a_new_version_when_the_second_is_public():
    nine = filing("q3b", "2024-11-01", (CASH, M9, 40_000_000), form="10-Q")
    year = filing("fyb", "2025-02-01", (CASH, FY, 60_000_000), form="10-K")
    fourth = quarters(*cash_year(), nine, year).filter(pl.col("period_end") == date(2023, 12, 31))
    assert fourth.select("value", "accession_number").rows() == [(25_000_000, "fy"), (20_000_000, "fyb")]


def test_a_part_first_seen_as_a_comparative_waits_for_a_total_filed_after_it():
    year = filing("fy", "2024-02-01", (CASH, FY, 70_000_000))
    comparative = filing("q3b", "2024-11-01", (CASH, M9, 44_000_000), form="10-Q")
    assert quarters(year, comparative).height == 0
    again = filing("fyb", "2025-02-01", (CASH, FY, 70_000_000))
    fourth = quarters(year, comparative, again)
    assert fourth.select("value", "accession_number").rows() == [(26_000_000, "fyb")]


def test_rounding_is_not_a_restatement():
    rounded = filing("fyb", "2025-02-01", (CASH, FY, 70_400_000), form="10-K")
    fourth = quarters(*cash_year(), rounded).filter(pl.col("period_end") == date(2023, 12, 31))
    assert fourth["value"].to_list() == [25_000_000, 25_400_000]


def test_nothing_is_known_before_it_was_public():
    financials = standardize(frame(*cash_year()))
    for row in financials.filter("is_derived").iter_rows(named=True):
        before = as_of(financials, row["accepted_at"].replace(hour=20))
        same = (pl.col("line_item") == row["line_item"]) & (pl.col("period_end") == row["period_end"])
        assert before.filter(same, pl.col("is_derived")).height == 0
        assert as_of(financials, row["accepted_at"]).filter(same, pl.col("is_derived")).height == 1


def test_the_past_does_not_change_when_new_filings_come():
    filings = [
        *cash_year(),
        filing("q3b", "2024-11-01", (CASH, M9, 40_000_000), form="10-Q"),
        filing("fyb", "2025-02-01", (CASH, FY, 60_000_000), form="10-K"),
    ]
    everything = standardize(frame(*filings))
    for number in range(1, len(filings)):
        known = standardize(frame(*filings[:number]))
        instant = known["accepted_at"].max()
        assert isinstance(instant, datetime)
        values = ["line_item", "period_start", "period_end", "accession_number", "value"]
        assert as_of(everything, instant).select(values).equals(latest(known).select(values))


def test_latest_takes_the_newest_version_and_an_amendment_hides_nothing_it_does_not_report():
    financials = standardize(
        frame(
            filing("a", "2024-02-01", ("Revenues", FY, 70), ("NetIncomeLoss", FY, 7)),
            filing("b", "2024-04-01", ("Revenues", FY, 71), form="10-K/A"),
        )
    )
    rows = latest(financials).select("line_item", "value", "accession_number").sort("line_item").rows()
    assert rows == [("net_income", 7, "a"), ("revenue", 71, "b")]
    assert financials.filter(line_item="revenue").height == 2


def test_without_an_acceptance_time_a_row_is_public_after_its_filing_day():
    facts = frame(filing("a", "2024-02-01", ("Revenues", FY, 70))).with_columns(
        accepted_at=pl.lit(None, dtype=pl.Datetime("us", "UTC"))
    )
    financials = standardize(facts)
    assert as_of(financials, datetime(2024, 2, 1, 23, 59, tzinfo=UTC)).height == 0
    assert as_of(financials, datetime(2024, 2, 2, 3, 0, tzinfo=UTC)).height == 1


def test_as_of_refuses_an_instant_without_a_zone():
    with pytest.raises(ValueError, match="time zone"):
        as_of(standardize(frame()), datetime(2024, 2, 1))  # noqa: DTZ001
