"""Values that their own filing proves wrong: withheld with the reason, hiding nothing, and nothing is derived from them."""

import gzip
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path

import duckdb
import polars as pl
import pytest
from rich.console import Console

from sec_assets.statement_board import boards
from sec_assets.storage import warehouse
from sec_assets.storage.lake import Lake
from sec_assets.storage.status import StatusLog
from sec_assets.tables import FINANCIALS, TICKER_MAP
from sec_assets.xbrl.instance import InstanceDocument, parse_instances
from sec_assets.xbrl.standardize import as_of, latest, standardize
from sec_assets.xbrl.standardize.fiscal import period_type
from sec_assets.xbrl.standardize.formulas import apply_formulas
from sec_assets.xbrl.standardize.grid import grid
from sec_assets.xbrl.standardize.identities import by_company_year, judge
from sec_assets.xbrl.standardize.select import select
from sec_assets.xbrl.standardize.trailing import trailing_years
from sec_assets.xbrl.standardize.versions import first_reported, restatements
from sec_assets.xbrl.standardize.withheld import as_judged, is_withheld, shares_kept
from sec_assets_tests.xbrl.small_facts import filing, frame

YEAR, END = "2023-01-01/2023-12-31", "2023-12-31"
NINE, FOURTH = "2023-01-01/2023-09-30", date(2023, 10, 1)
Q1, Q2, HALF = "2023-01-01/2023-03-31", "2023-04-01/2023-06-30", "2023-01-01/2023-06-30"
MILLION = 1_000_000
INVESTING, FINANCING = "investing_cash_flow", "financing_cash_flow"


def cash(operating: int, investing: int, financing: int, change: int, period: str = YEAR) -> list[tuple]:
    names = ("Operating", "Investing", "Financing")
    flows = [
        (f"NetCashProvidedByUsedIn{name}Activities", period, value * MILLION)
        for name, value in zip(names, (operating, investing, financing), strict=True)
    ]
    return [*flows, ("CashAndCashEquivalentsPeriodIncreaseDecrease", period, change * MILLION)]


def per_share(income: int, eps: str, shares: str, kind: str = "Basic") -> list[tuple]:
    weighted = "SharesOutstandingBasic" if kind == "Basic" else "DilutedSharesOutstanding"
    return [
        ("NetIncomeLoss", YEAR, income, {"decimals": "-3"}),
        (f"EarningsPerShare{kind}", YEAR, eps, {"unit": "USD/shares", "decimals": "2"}),
        (f"WeightedAverageNumberOf{weighted}", YEAR, shares, {"unit": "shares", "decimals": "1"}),
    ]


def cover(shares: int) -> tuple:
    return ("dei:EntityCommonStockSharesOutstanding", "2024-01-20", shares, {"unit": "shares", "decimals": "INF"})


def made(*facts: tuple) -> pl.DataFrame:
    return standardize(frame(filing("a", "2024-02-01", *facts)))


def withheld(*facts: tuple) -> list[str]:
    return sorted(made(*facts).filter(is_withheld())["line_item"])


@pytest.mark.parametrize(
    ("flows", "names"),
    [
        ((50, 20, 10, 20), [FINANCING, INVESTING]),
        ((50, 20, 10, 22), [FINANCING, INVESTING]),  # two millions are what four rounded numbers may be off
        ((50, 20, 10, 23), []),
        ((50, 20, -10, 20), [INVESTING]),
        ((50, -20, 15, 15), [FINANCING]),
        ((50, 20, 0, 30), [INVESTING]),  # turning a flow of nothing as well changes nothing
        ((50, 20, 50, 20), []),  # either the operating flow or the financing flow
        ((-50, -20, -10, 20), []),  # the operating flow
        ((50, -20, -10, -20), []),  # the change
        ((50, -20, -10, 30), []),  # no sign makes it hold
        ((1, 2, -3, 4), []),  # among numbers of a few last places some sign always fits
        ((50, 20, 50, -20), []),  # the investing flow and either of the others
        ((-50, 20, 30, 60), []),  # the operating and the investing flow
        ((50, -20, -10, 20), []),
    ],
)
def test_flows_are_withheld_where_only_their_other_sign_makes_the_change(
    flows: tuple[int, int, int, int], names: list[str]
):
    assert withheld(*cash(*flows)) == names


def test_the_row_stays_with_what_was_filed_and_why_it_is_not_shown():
    rows = made(*cash(50, 20, 10, 20)).filter(is_withheld())
    assert rows["value"].to_list() == rows["adjusted_value"].to_list() == [None, None]
    assert set(rows["concept"]) == {f"us-gaap:NetCashProvidedByUsedIn{n}Activities" for n in ("Investing", "Financing")}
    assert rows.filter(line_item=INVESTING).select("fiscal_period", "is_derived", "reason").rows() == [
        (
            "FY", False,
            "filed as 20000000: the change in cash is the sum of its flows only by taking the investing and financing "
            "flows with the other sign",
        )
    ]  # fmt: skip


@pytest.mark.parametrize("fx", [0, 3])
def test_exchange_rates_and_discontinued_operations_are_read_as_the_identity_reads_them(fx: int):
    other = [
        ("EffectOfExchangeRateOnCashAndCashEquivalents", YEAR, 3 * MILLION),
        ("CashProvidedByUsedInOperatingActivitiesDiscontinuedOperations", YEAR, 4 * MILLION),
    ]
    assert withheld(*cash(50, 20, 10, 20 + fx), *other) == [FINANCING, INVESTING]


@pytest.mark.parametrize(
    ("income", "eps", "shares", "is_withheld"),
    [
        (10_000_000_000, "2.00", "5000", True),
        (10_000_000, "2.00", "5000", True),
        (10_000_000, "2.00", "5000000", False),
        (100_000_000, "2.00", "5000", False),  # ten thousand is no scale
        (10_040_000, "2.00", "5000", True),  # half a per cent, beside the rounding of the EPS
        (10_700_000, "20.00", "500", False),
        (1_050_000, "0.10", "10000", True),  # five per cent: within the EPS's half cent
        (10_000, "0.01", "1000", False),  # half a cent is half of it: not told
        (10_000_000_000, "0.00", "5000", False),
        (-10_000_000, "-2.00", "5000", True),
        (10_000_000, "-2.00", "5000", False),
    ],
)
def test_shares_are_withheld_where_only_their_scale_makes_the_income(
    income: int, eps: str, shares: str, is_withheld: bool
):
    assert withheld(*per_share(income, eps, shares)) == ["shares_basic"] * is_withheld
    assert withheld(*per_share(income, eps, shares, "Diluted")) == ["shares_diluted"] * is_withheld


def test_the_other_counts_of_the_filing_say_whether_the_shares_or_the_income_are_off():
    facts = per_share(10_000_000_000, "2.00", "5000000")
    balance = ("CommonStockSharesIssued", END, 6_000, {"unit": "shares", "decimals": "0"})
    assert withheld(*facts) == ["shares_basic"]
    assert withheld(*facts, cover(6_000_000)) == []
    assert withheld(*facts, cover(6_000_000_000)) == ["shares_basic"]
    assert withheld(*facts, cover(6_000_000_000), balance) == ["shares_basic"]  # a slip in the same table
    assert withheld(*facts, balance) == []


def test_the_reason_of_shares_has_the_number_as_filed():
    (reason,) = made(*per_share(8_468_800_000, "11.63", "727.9")).filter(is_withheld())["reason"]
    assert reason == "filed as 727.9: EPS × shares is the income only with 1,000,000 times as many shares"


def test_a_slip_in_one_filing_hides_no_other_filings_value():
    before = filing("a", "2023-02-01", *cash(50, -20, -10, 20))
    slip = filing("b", "2024-02-01", *cash(50, 20, 10, 20))
    rows = standardize(frame(before, slip)).filter(line_item=INVESTING, period_type="year")
    assert rows.select("accession_number", "value").sort("accession_number").rows() == [
        ("a", -20 * MILLION), ("b", None),
    ]  # fmt: skip
    for view in (latest, first_reported, lambda rows: as_of(rows, datetime(2025, 1, 1, tzinfo=UTC))):
        assert view(rows).select("accession_number", "value").rows() == [("a", -20 * MILLION)]
    assert trailing_years(latest(rows))["value"].to_list() == [-20 * MILLION]
    assert restatements(rows).is_empty()
    after = standardize(frame(slip, filing("c", "2025-02-01", *cash(50, -20, -10, 20))))
    assert first_reported(after.filter(line_item=INVESTING, period_type="year"))["accession_number"].to_list() == ["c"]


def test_a_fourth_quarter_is_not_told_from_a_withheld_year():
    nine = filing("q3", "2023-11-01", *cash(30, -15, -5, 10, NINE), form="10-Q")
    rows = standardize(frame(nine, filing("fy", "2024-02-01", *cash(50, 20, 10, 20))))
    fourth = rows.filter(pl.col("period_start") == FOURTH).sort("line_item").select("line_item", "value", "reason")
    reason = "the year as filed is withheld: see its own reason"
    assert fourth.rows() == [
        (FINANCING, None, reason), (INVESTING, None, reason), ("net_change_in_cash", 10 * MILLION, None),
        ("operating_cash_flow", 20 * MILLION, None),
    ]  # fmt: skip
    assert set(trailing_years(latest(rows))["line_item"]) == {"net_change_in_cash", "operating_cash_flow"}
    mended = standardize(
        frame(
            nine, filing("fy", "2024-02-01", *cash(50, 20, 10, 20)), filing("m", "2024-05-01", *cash(50, -20, -10, 20))
        )
    )
    (told,) = (
        mended.filter(pl.col("period_start") == FOURTH, line_item=INVESTING).select("value", "accession_number").rows()
    )
    assert told == (-5 * MILLION, "m")


def test_a_fourth_quarter_is_not_told_from_withheld_nine_months():
    nine = filing("q3", "2023-11-01", *cash(30, 15, 5, 10, NINE), form="10-Q")
    rows = standardize(frame(nine, filing("fy", "2024-02-01", *cash(50, -20, -10, 20))))
    fourth = rows.filter(pl.col("period_start") == FOURTH, line_item=INVESTING).select("value", "reason")
    assert fourth.rows() == [(None, "the nine months as filed are withheld: see their own reason")]


def test_a_withheld_quarter_keeps_its_place_in_its_filing():
    rows = standardize(
        frame(
            filing("q1", "2023-05-01", *cash(30, -15, -5, 10, Q1), form="10-Q"),
            filing("q2", "2023-08-01", *cash(20, 10, 5, 5, Q2), *cash(50, -25, -10, 15, HALF), form="10-Q"),
        )
    )
    second = rows.filter(pl.col("period_start") == date(2023, 4, 1), line_item=INVESTING)
    assert second.select("accession_number", "value", is_withheld()).rows() == [("q2", None, True)]
    assert not rows.select(FINANCIALS.key).is_duplicated().any()


def test_formulas_neither_use_a_value_that_is_not_there_nor_take_it_for_zero():
    facts = [
        ("NetCashProvidedByUsedInOperatingActivities", YEAR, 50), ("PaymentsToAcquirePropertyPlantAndEquipment", YEAR, 20),
        ("CashAndCashEquivalentsAtCarryingValue", END, 10), ("ShortTermInvestments", END, 5),
    ]  # fmt: skip
    rows = select(frame(filing("a", "2024-02-01", *facts))).with_columns(period_type(), is_derived=pl.lit(value=False))
    targets = {"free_cash_flow", "cash_and_short_term_investments"}
    assert targets <= set(apply_formulas(rows)["line_item"])
    gone = pl.col("line_item").is_in(["operating_cash_flow", "short_term_investments"])
    without = apply_formulas(rows.with_columns(value=pl.when(~gone).then("value")))
    assert not targets & set(without["line_item"])


def test_what_is_withheld_is_counted_as_filed_and_not_as_shown():
    rows = standardize(
        frame(
            filing("a", "2024-02-01", *cash(50, 20, 10, 20)),
            filing("b", "2024-02-01", *cash(50, -20, -10, 20), cik="0000000002"),
            filing("c", "2024-02-01", *cash(50, -20, -10, 30), cik="0000000003"),
        )
    )
    told = as_judged(rows)
    assert told.select("cik", "identity", "line_item", "holds", "expected").unique().sort("line_item").rows() == [
        ("0000000001", "cash_roll_forward", FINANCING, None, None),
        ("0000000001", "cash_roll_forward", INVESTING, None, None),
    ]
    assert told["hint"].str.starts_with("filed as ").all()
    years = by_company_year(pl.concat([judge(rows), told]))
    assert years.select("asked", "violated", "withheld").rows() == [(0, 0, 2), (1, 0, 0), (1, 1, 0)]
    assert shares_kept(years) == (1 / 2, 1 / 3)
    assert shares_kept(years.clear()) == (1.0, 1.0)


def test_reasons_of_unknown_quarters_are_not_taken_for_withheld_values():
    nine = filing("q3", "2023-11-01", ("Revenues", NINE, 700 * MILLION), form="10-Q")
    rows = standardize(frame(nine, filing("fy", "2024-02-01", *per_share(10_000_000, "2.00", "5000000"))))
    assert rows["reason"].count() > 0
    assert not rows.select(is_withheld()).to_series().any()


def test_statements_on_the_terminal_name_what_is_withheld():
    rows = latest(made(*per_share(8_468_800_000, "11.63", "727.9")))
    arranged = grid(rows)
    assert [line.values for line in arranged.lines if line.line_item == "shares_basic"] == [[None]]
    console = Console(width=200, file=StringIO())
    for board in boards(arranged, "AAA"):
        console.print(board)
    assert isinstance(console.file, StringIO)
    text = " ".join(console.file.getvalue().split())
    assert "Shares basic, FY 2023: filed as 727.9: EPS × shares is the income only with 1,000,000 times" in text


AMD, MCDONALDS = "0000002488", "0000063908"
ANSWERS = {
    AMD: [("0000002488-23-000047", "amd-20221231.htm"), ("0000002488-24-000012", "amd-20231230.htm")],
    MCDONALDS: [("0000063908-23-000076", "mcd-20230630.htm"), ("0000063908-24-000072", "mcd-20231231.htm")],
}


@pytest.fixture(scope="module")
def recorded(evidence: Path) -> pl.DataFrame:
    documents = [
        _document(evidence, cik, accession, name) for cik, filings in ANSWERS.items() for accession, name in filings
    ]
    return standardize(parse_instances(documents).frame)


def _document(evidence: Path, cik: str, accession: str, name: str) -> InstanceDocument:
    folder = evidence / "edgar_mirror/www.sec.gov/Archives/edgar/data" / str(int(cik)) / accession.replace("-", "")
    public = datetime(2000 + int(accession[11:13]), 8 if "-23-000076" in accession else 2, 14, 21, tzinfo=UTC)
    form = "10-Q" if public.month == 8 else "10-K"
    body = gzip.decompress((folder / f"{name}.gz").read_bytes())
    return InstanceDocument(cik, accession, name, body, form, public.date(), public)


def test_recorded_slips_are_withheld_and_nothing_else(recorded: pl.DataFrame):
    rows = recorded.filter(is_withheld()).sort("cik", "line_item", "period_end")
    assert rows.select("cik", "line_item", pl.col("period_end").dt.year(), "accession_number").rows() == [
        (AMD, FINANCING, 2021, "0000002488-24-000012"),
        (AMD, INVESTING, 2021, "0000002488-24-000012"),
        *((MCDONALDS, item, year, "0000063908-24-000072") for item in ("shares_basic", "shares_diluted") for year in (2021, 2022, 2023)),
    ]  # fmt: skip
    assert rows["value"].null_count() == rows.height
    assert rows["reason"][-1].startswith("filed as 732.3: ")
    assert judge(recorded)["holds"].all()


def test_flows_of_amd_keep_the_signs_of_the_filing_before(recorded: pl.DataFrame):
    year = recorded.filter(cik=AMD, period_end=date(2021, 12, 25))
    assert latest(year).filter(pl.col("line_item").is_in([INVESTING, FINANCING]))["value"].to_list() == [
        -1_895 * MILLION, -686 * MILLION,
    ]  # fmt: skip
    assert not year["value"].is_in([Decimal(1_895 * MILLION), Decimal(686 * MILLION)]).any()


def test_the_warehouse_shows_no_withheld_value_and_hides_none(recorded: pl.DataFrame, tmp_path: Path):
    lake = Lake(tmp_path / "lake")
    for cik in ANSWERS:
        lake.write(FINANCIALS, recorded.filter(cik=cik), cik=cik)
    lake.write(TICKER_MAP, TICKER_MAP.frame([{"cik": AMD, "ticker": "AMD", "name": "AMD", "is_primary": True}]))
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        warehouse.build(connection, lake, StatusLog(lake.root))
    flow = f"line_item = '{INVESTING}' AND period_end = DATE '2021-12-25'"
    views = [
        f"financials_latest WHERE cik = cik_of('AMD') AND {flow}",
        f"financials_as_first_reported WHERE cik = cik_of('AMD') AND {flow}",
        f"financials_as_of(DATE '2024-12-31') WHERE cik = cik_of('AMD') AND {flow}",
        f"financials_trailing_years WHERE cik = cik_of('AMD') AND {flow}",
        f"company_statements('AMD') WHERE {flow}",
    ]
    for view in views:
        assert warehouse.query(path, f"SELECT value FROM {view}")["value"].to_list() == [-686 * MILLION], view
    shares = "SELECT value, reason FROM company_statements('63908') WHERE line_item = 'shares_diluted'"
    rows = warehouse.query(path, shares)
    assert rows["value"].to_list() == [None] * 3
    assert rows["reason"].str.starts_with("filed as 7").all()
