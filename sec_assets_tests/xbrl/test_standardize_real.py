"""Figures and identities of real companies: their companyfacts histories, and two of Apple's own instances."""

import gzip
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from sec_assets.tables import FINANCIALS
from sec_assets.xbrl.instance import InstanceDocument, parse_instances
from sec_assets.xbrl.standardize import as_of, latest, standardize
from sec_assets.xbrl.standardize.identities import IDENTITIES, by_company_year, judge
from sec_assets_tests.xbrl.companyfacts_frames import companyfacts_frame

APPLE, ALPHABET, SNOWFLAKE = "0000320193", "0001652044", "0001640147"
MARVELL, LOGISTIC, WALMART = "0001835632", "0001997711", "0000104169"
MILLION = 1_000_000
SAME = ["cik", "accession_number", "period_start", "period_end"]


@pytest.fixture(scope="module")
def financials(evidence: Path) -> pl.DataFrame:
    folder = "data.sec.gov/api/xbrl/companyfacts"
    mirror = evidence / "edgar_mirror"
    files = [mirror / folder / f"CIK{cik}.json.gz" for cik in (APPLE, ALPHABET, SNOWFLAKE, MARVELL, LOGISTIC)]
    files += [mirror / "_trimmed" / folder / f"CIK{cik}.json.gz" for cik in (WALMART, "0000019617")]
    return standardize(pl.concat([companyfacts_frame(file) for file in files]))


def wide(financials: pl.DataFrame, *line_items: str) -> pl.DataFrame:
    """Return one row per filing and period that has all of the items, which become columns."""
    rows = financials.filter(pl.col("line_item").is_in(line_items))
    return rows.pivot("line_item", index=SAME, values="value").drop_nulls(line_items)


def share_within(frame: pl.DataFrame, difference: pl.Expr, tolerance: int = 0) -> float:
    assert frame.height > 0
    return frame.select((difference.abs() <= tolerance).mean()).item()


def test_the_key_is_unique(financials: pl.DataFrame):
    assert not financials.select(FINANCIALS.key).is_duplicated().any()
    assert financials["value"].dtype == pl.Decimal(38, 12)


@pytest.mark.parametrize(
    ("cik", "line_item", "year", "period", "value"),
    [
        (APPLE, "revenue", 2023, "FY", 383_285 * MILLION),
        (APPLE, "revenue", 2023, "Q4", 89_498 * MILLION),
        (APPLE, "net_income", 2023, "FY", 96_995 * MILLION),
        (APPLE, "net_income", 2023, "Q4", 22_956 * MILLION),
        (APPLE, "eps_diluted", 2023, "FY", Decimal("6.13")),
        (APPLE, "gross_profit", 2023, "FY", 169_148 * MILLION),
        (APPLE, "operating_cash_flow", 2023, "FY", 110_543 * MILLION),
        (APPLE, "capex", 2023, "FY", 10_959 * MILLION),
        (APPLE, "free_cash_flow", 2023, "FY", 99_584 * MILLION),
        (APPLE, "total_assets", 2023, "FY", 352_583 * MILLION),
        (APPLE, "total_liabilities", 2023, "FY", 290_437 * MILLION),
        (APPLE, "equity", 2023, "FY", 62_146 * MILLION),
        (APPLE, "cash", 2023, "FY", 29_965 * MILLION),
        (APPLE, "short_term_debt", 2023, "FY", 15_807 * MILLION),
        (APPLE, "revenue", 2024, "FY", 391_035 * MILLION),
        (ALPHABET, "revenue", 2023, "FY", 307_394 * MILLION),
        (ALPHABET, "gross_profit", 2023, "FY", 174_062 * MILLION),
        (ALPHABET, "net_income", 2023, "FY", 73_795 * MILLION),
        (SNOWFLAKE, "revenue", 2024, "FY", 2_806_489_000),
        (MARVELL, "revenue", 2024, "FY", 5_507_700_000),
        (WALMART, "total_liabilities", 2025, "FY", 163_131 * MILLION),
        (LOGISTIC, "revenue", 2023, "FY", 39_436_343),
    ],
)
def test_figures_as_published(
    financials: pl.DataFrame, cik: str, line_item: str, year: int, period: str, value: object
):
    rows = latest(financials).filter(cik=cik, line_item=line_item, fiscal_year=year, fiscal_period=period)
    assert rows["value"].to_list() == [value]


@pytest.mark.parametrize(
    ("cik", "end", "year"),
    [
        (APPLE, date(2023, 9, 30), 2023),
        (APPLE, date(2022, 9, 24), 2022),
        (SNOWFLAKE, date(2024, 1, 31), 2024),
        (MARVELL, date(2024, 2, 3), 2024),
        (WALMART, date(2025, 1, 31), 2025),
    ],
)
def test_fiscal_years_have_the_filers_numbers(financials: pl.DataFrame, cik: str, end: date, year: int):
    rows = financials.filter(cik=cik, line_item="revenue", period_type="year", period_end=end)
    assert rows["fiscal_year"].unique().to_list() == [year]
    assert rows["fiscal_period"].unique().to_list() == ["FY"]


def test_no_fiscal_period_is_given_twice(financials: pl.DataFrame):
    labelled = latest(financials).drop_nulls("fiscal_period")
    key = ["cik", "line_item", "period_type", "fiscal_year", "fiscal_period"]
    assert labelled.filter(pl.col("period_type") != "instant").select(key).is_duplicated().sum() == 0


def test_assets_equal_liabilities_and_equity(financials: pl.DataFrame):
    sides = wide(financials, "total_assets", "liabilities_and_equity")
    assert share_within(sides, pl.col("total_assets") - pl.col("liabilities_and_equity")) == 1
    parts = wide(financials, "total_assets", "total_liabilities", "equity_including_noncontrolling").join(
        wide(financials, "redeemable_equity"), on=SAME, how="left", nulls_equal=True
    )
    claims = pl.col("total_liabilities") + pl.col("equity_including_noncontrolling")
    assert share_within(parts, pl.col("total_assets") - claims - pl.col("redeemable_equity").fill_null(0)) == 1


def test_reported_gross_profit_equals_revenue_less_cost(financials: pl.DataFrame):
    reported = wide(financials.filter(~pl.col("is_derived")), "revenue", "cost_of_revenue", "gross_profit")
    assert share_within(reported, pl.col("gross_profit") - pl.col("revenue") + pl.col("cost_of_revenue")) == 1


def test_identities_hold_but_for_a_filers_own_reclassifications(financials: pl.DataFrame):
    judged = judge(financials)
    asked = dict(judged.group_by("identity").len().iter_rows())
    assert set(asked) == set(IDENTITIES)
    assert min(asked.values()) > 250
    broken = judged.filter(~pl.col("holds"))
    assert set(broken["identity"]) <= {"quarters_make_the_year"}
    assert set(broken["cik"]) <= {MARVELL}
    assert broken["hint"].null_count() == 0
    years = by_company_year(judged)
    assert years.height > 50
    assert years.select((pl.col("violated") > 0).mean()).item() < 0.06


def test_a_restated_year_keeps_both_versions_and_shows_the_one_of_its_time(financials: pl.DataFrame):
    cash = financials.filter(
        cik=APPLE, line_item="operating_cash_flow", period_end=date(2016, 9, 24), fiscal_period="FY"
    )
    assert set(cash["value"].to_list()) == {65_824 * MILLION, 66_231 * MILLION}
    for instant, value in ((datetime(2017, 6, 1, tzinfo=UTC), 65_824), (datetime(2019, 6, 1, tzinfo=UTC), 66_231)):
        assert as_of(cash, instant)["value"].to_list() == [value * MILLION]


def instance(evidence: Path, cik: str, accession: str, name: str, form: str, accepted_at: datetime) -> InstanceDocument:
    folder = evidence / "edgar_mirror/www.sec.gov/Archives/edgar/data" / str(int(cik)) / accession.replace("-", "")
    return InstanceDocument(
        cik=cik,
        accession_number=accession,
        name=name,
        body=gzip.decompress((folder / f"{name}.gz").read_bytes()),
        form=form,
        filed=accepted_at.date(),
        accepted_at=accepted_at,
    )


@pytest.fixture(scope="module")
def from_instances(evidence: Path) -> pl.DataFrame:
    filings = [
        (APPLE, "0000320193-23-000077", "aapl-20230701_htm.xml", "10-Q", datetime(2023, 8, 3, 20, 30, tzinfo=UTC)),
        (APPLE, "0000320193-23-000106", "aapl-20230930_htm.xml", "10-K", datetime(2023, 11, 2, 22, 8, tzinfo=UTC)),
        (ALPHABET, "0001652044-20-000021", "goog-20200331_htm.xml", "10-Q", datetime(2020, 4, 28, 22, 0, tzinfo=UTC)),
    ]
    return standardize(parse_instances(instance(evidence, *filing) for filing in filings).frame)


def test_two_instances_of_apple_give_the_fourth_quarter(from_instances: pl.DataFrame):
    rows = from_instances.filter(cik=APPLE)
    fourth = rows.filter(fiscal_year=2023, fiscal_period="Q4", line_item="revenue")
    assert fourth.select("value", "accession_number", "is_derived").rows() == [
        (89_498 * MILLION, "0000320193-23-000106", True)
    ]
    cover = rows.filter(line_item="shares_outstanding").select("period_end", "value").sort("period_end").rows()
    assert cover == [(date(2023, 7, 21), 15_634_232_000), (date(2023, 10, 20), 15_552_752_000)]


def test_instances_and_companyfacts_give_the_same_financials(from_instances: pl.DataFrame, financials: pl.DataFrame):
    accessions = from_instances["accession_number"].unique().to_list()
    is_quarter_derived = pl.col("is_derived") & pl.col("rule").str.contains(" = ", literal=True)
    kept = [*FINANCIALS.key, "value", "unit", "period_type", "fiscal_year", "fiscal_period", "concept", "is_derived"]
    ours, theirs = (
        frame.filter(
            pl.col("accession_number").is_in(accessions), ~is_quarter_derived, pl.col("value").is_not_null()
        ).select(*kept, "rule")
        for frame in (from_instances, financials)
    )
    by_class = ours.filter(cik=ALPHABET, line_item="shares_outstanding")
    assert by_class["value"].to_list() == [682_620_213]
    assert theirs.height > 600
    more = ours.join(theirs, on=FINANCIALS.key, how="anti", nulls_equal=True)
    assert more.height < 12
    assert more["rule"].str.contains("^sum of |the same for |^not reported: ").all()  # of dimensions, or made of those
    assert ours.join(more, on=FINANCIALS.key, how="anti", nulls_equal=True).select(kept).equals(theirs.select(kept))
