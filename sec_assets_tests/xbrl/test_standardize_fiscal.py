import pytest

from sec_assets.xbrl.standardize import standardize
from sec_assets_tests.xbrl.small_facts import filing, frame


def labels(*filings: list[dict]) -> dict[str, tuple]:
    rows = standardize(frame(*filings)).filter(line_item="revenue")
    periods = rows["period_start"].cast(str) + "/" + rows["period_end"].cast(str)
    return dict(zip(periods, rows.select("period_type", "fiscal_year", "fiscal_period").rows(), strict=True))


def revenue(*periods: str) -> list[tuple]:
    return [("Revenues", period, 1) for period in periods]


def test_length_tells_the_kind_of_period_and_the_calendar_its_place():
    year = filing("a", "2023-11-03", *revenue("2022-09-25/2023-09-30", "2023-07-02/2023-09-30"))
    quarters = filing(
        "b",
        "2024-08-02",
        *revenue(
            "2023-10-01/2023-12-30",
            "2023-12-31/2024-03-30",
            "2023-10-01/2024-03-30",
            "2024-03-31/2024-06-29",
            "2023-10-01/2024-06-29",
            "2023-07-02/2024-06-29",
            "2024-06-01/2024-06-29",
            "2023-12-31/2024-06-29",
        ),
        form="10-Q",
    )
    assert labels(year, quarters) == {
        "2022-09-25/2023-09-30": ("year", 2023, "FY"),
        "2023-07-02/2023-09-30": ("quarter", 2023, "Q4"),
        "2023-10-01/2023-12-30": ("quarter", 2024, "Q1"),
        "2023-12-31/2024-03-30": ("quarter", 2024, "Q2"),
        "2023-10-01/2024-03-30": ("half_year", 2024, "H1"),
        "2024-03-31/2024-06-29": ("quarter", 2024, "Q3"),
        "2023-10-01/2024-06-29": ("nine_months", 2024, "9M"),
        "2023-07-02/2024-06-29": ("year", 2024, None),
        "2024-06-01/2024-06-29": ("other", 2024, None),
        "2023-12-31/2024-06-29": ("half_year", 2024, None),
    }


@pytest.mark.parametrize(("focus", "expected"), [("2023", 2023), ("2024", 2024), (None, 2024)])
def test_a_year_ending_in_january_has_the_number_its_filer_gives_it(focus: str | None, expected: int):
    cover = {"DocumentFiscalYearFocus": focus} if focus else {}
    periods = "2023-01-30/2024-02-03", "2022-01-31/2023-01-29", "2023-10-30/2024-02-03"
    found = labels(filing("a", "2024-03-20", *revenue(*periods), cover=cover))
    assert found == {
        periods[0]: ("year", expected, "FY"),
        periods[1]: ("year", expected - 1, "FY"),
        periods[2]: ("quarter", expected, "Q4"),
    }


def test_a_year_of_weeks_that_ends_in_the_first_days_of_january_belongs_to_the_old_year():
    ends = filing("a", "2023-02-10", *revenue("2022-01-03/2023-01-01", "2021-01-04/2022-01-02"))
    found = labels(ends, filing("b", "2024-02-10", *revenue("2023-01-02/2023-12-31")))
    assert [year for _, year, _ in found.values()] == [2021, 2022, 2023]


def test_one_wrong_focus_does_not_move_a_year():
    filings = [
        filing(
            f"a{year}",
            f"{year + 1}-02-20",
            *revenue(f"{year}-01-01/{year}-12-31"),
            cover={"DocumentFiscalYearFocus": str(year + (year == 2022))},
        )
        for year in (2021, 2022, 2023)
    ]
    assert [year for _, year, _ in labels(*filings).values()] == [2021, 2022, 2023]


def test_without_an_annual_report_the_cover_of_a_quarterly_one_gives_the_calendar():
    period = "2024-02-04/2024-05-04"
    by_day = {"DocumentFiscalYearFocus": "2024", "CurrentFiscalYearEndDate": "--02-01"}
    by_quarter = {"DocumentFiscalYearFocus": "2024", "DocumentFiscalPeriodFocus": "Q1"}
    for cover in (by_day, by_quarter):
        found = labels(filing("a", "2024-06-10", *revenue(period), form="10-Q", cover=cover))
        assert found == {period: ("quarter", 2024, "Q1")}


def test_without_any_calendar_there_are_no_fiscal_labels():
    found = labels(filing("a", "2024-06-10", *revenue("2024-01-01/2024-03-31"), form="6-K"))
    assert found == {"2024-01-01/2024-03-31": ("quarter", None, None)}


def test_quarters_of_twelve_and_sixteen_weeks_keep_their_place():
    year = filing("a", "2024-02-10", *revenue("2023-01-01/2023-12-30"))
    weeks = "2023-01-01/2023-03-25", "2023-03-26/2023-06-17", "2023-06-18/2023-09-09", "2023-09-10/2023-12-30"
    found = labels(year, filing("b", "2024-02-10", *revenue(*weeks), form="8-K"))
    assert [found[period][2] for period in weeks] == ["Q1", "Q2", "Q3", "Q4"]


def test_a_period_that_ends_after_the_filing_is_no_year_end():
    slip = filing("a", "2024-02-10", *revenue("2023-01-01/2023-12-31", "2031-07-01/2032-06-30"))
    assert labels(slip)["2023-01-01/2023-12-31"] == ("year", 2023, "FY")


def test_dates_of_the_cover_page_are_not_quarters():
    facts = filing(
        "a",
        "2024-02-10",
        *revenue("2023-01-01/2023-12-31"),
        ("dei:EntityPublicFloat", "2023-06-30", 5),
        ("Assets", "2023-12-31", 5),
        ("Assets", "2023-06-30", 5),
    )
    rows = standardize(frame(facts)).filter(period_type="instant").select("line_item", "fiscal_year", "fiscal_period")
    assert set(rows.rows()) == {
        ("public_float", 2023, None),
        ("total_assets", 2023, "FY"),
        ("total_assets", 2023, "Q2"),
    }
