"""Changed year ends: periods between the old and the new year have no quarter's name, and years keep their numbers."""

import polars as pl

from sec_assets.xbrl.standardize import standardize
from sec_assets_tests.xbrl.small_facts import filing, frame

OLD = "2021-07-01/2022-06-30"
TRANSITION = "2022-07-01/2022-12-31"
NEW = "2023-01-01/2023-12-31"


def labels(*filings: list[dict]) -> dict[str, tuple]:
    rows = standardize(frame(*filings)).filter(line_item="revenue")
    periods = rows["period_start"].cast(str) + "/" + rows["period_end"].cast(str)
    return dict(zip(periods, rows.select("fiscal_year", "fiscal_period").rows(), strict=True))


def revenue(*periods: str) -> list[tuple]:
    return [("Revenues", period, 1) for period in periods]


def old_year() -> list[dict]:
    return filing("a", "2022-08-20", *revenue(OLD, "2022-04-01/2022-06-30"), ("Assets", "2022-06-30", 5))


def new_year() -> list[dict]:
    return filing("c", "2024-02-20", *revenue(NEW, "2023-10-01/2023-12-31"), ("Assets", "2023-12-31", 5))


def test_a_transition_report_names_its_whole_period_and_leaves_its_parts_without_a_quarter():
    report = filing(
        "b",
        "2023-02-20",
        *revenue(TRANSITION, OLD, "2022-07-01/2022-09-30"),
        ("Assets", "2022-12-31", 5),
        ("Assets", "2022-06-30", 5),
        form="10-KT",
    )
    assert labels(old_year(), report, new_year()) == {
        OLD: (2022, "FY"),
        "2022-04-01/2022-06-30": (2022, "Q4"),
        TRANSITION: (2022, "TP"),
        "2022-07-01/2022-09-30": (2022, None),
        "2022-10-01/2022-12-31": (2022, None),  # derived
        NEW: (2023, "FY"),
        "2023-10-01/2023-12-31": (2023, "Q4"),
    }


def test_a_change_shows_by_its_year_ends_alone():
    quarterly = filing("b", "2022-11-01", *revenue("2022-07-01/2022-09-30"), form="10-Q")
    found = labels(old_year(), quarterly, new_year())
    assert found["2022-07-01/2022-09-30"] == (2022, None)
    assert found[OLD] == (2022, "FY")
    assert found[NEW] == (2023, "FY")


def test_years_of_52_and_53_weeks_are_no_change():
    ends = ["2020-12-26", "2021-12-25", "2022-12-31", "2023-12-30"]
    starts = ["2019-12-29", "2020-12-27", "2021-12-26", "2023-01-01"]
    filings = [
        filing(f"a{n}", f"{end[:4]}-12-31", *revenue(f"{start}/{end}"))
        for n, (start, end) in enumerate(zip(starts, ends, strict=True))
    ]
    assert [label for _, label in labels(*filings).values()] == ["FY"] * 4


def test_a_missing_annual_report_is_no_change():
    first = filing("a", "2021-02-20", *revenue("2020-01-01/2020-12-31"))
    later = filing("b", "2024-02-20", *revenue(NEW), ("Revenues", "2021-10-01/2021-12-31", 1))
    assert labels(first, later)["2021-10-01/2021-12-31"] == (2021, "Q4")


def test_the_balance_at_the_end_of_the_transition_is_its_own():
    report = filing("b", "2023-02-20", *revenue(TRANSITION), ("Assets", "2022-12-31", 7), form="10-KT")
    rows = standardize(frame(old_year(), report, new_year())).filter(pl.col("line_item") == "total_assets")
    assert rows.select("fiscal_year", "fiscal_period").rows() == [(2022, "FY"), (2022, "TP"), (2023, "FY")]
