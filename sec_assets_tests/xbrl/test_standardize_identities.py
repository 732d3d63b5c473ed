"""Accounting identities: each holds within the rounding its facts declare, and each can be broken."""

import polars as pl
import pytest

from sec_assets.xbrl.standardize import standardize
from sec_assets.xbrl.standardize.identities import IDENTITIES, by_company_year, judge
from sec_assets_tests.xbrl.small_facts import filing, frame

YEAR, END = "2023-01-01/2023-12-31", "2023-12-31"
MILLION = 1_000_000


def balance(assets: int, liabilities: int, equity: int, **other: int) -> list[tuple]:
    facts = {"Assets": assets, "Liabilities": liabilities, "StockholdersEquity": equity, **other}
    return [(name, END, value * MILLION) for name, value in facts.items()]


def cash(operating: int, investing: int, financing: int, change: int) -> list[tuple]:
    names = ("Operating", "Investing", "Financing")
    flows = [
        (f"NetCashProvidedByUsedIn{name}Activities", YEAR, value * MILLION)
        for name, value in zip(names, (operating, investing, financing), strict=True)
    ]
    return [*flows, ("CashAndCashEquivalentsPeriodIncreaseDecrease", YEAR, change * MILLION)]


def eps(income: int, per_share: str, shares: int) -> list[tuple]:
    return [
        ("NetIncomeLoss", YEAR, income),
        ("EarningsPerShareBasic", YEAR, per_share, {"unit": "USD/shares", "decimals": "2"}),
        ("WeightedAverageNumberOfSharesOutstandingBasic", YEAR, shares, {"unit": "shares", "decimals": "-3"}),
    ]


def judged(*facts: tuple, identity: str) -> list[tuple]:
    rows = judge(standardize(frame(filing("a", "2024-02-01", *facts)))).filter(identity=identity)
    return rows.select("holds", "hint").rows()


@pytest.mark.parametrize(
    ("facts", "holds"),
    [
        (balance(100, 60, 40), True),
        (balance(100, 60, 41), True),  # one million is the last place
        (balance(100, 60, 43), False),
        (balance(100, 60, 35, TemporaryEquityCarryingAmountAttributableToParent=5), True),
    ],
    ids=["exact", "rounded", "broken", "redeemable"],
)
def test_a_balance_sheet_balances_within_its_decimals(facts: list[tuple], holds: bool):
    assert judged(*facts, identity="balance_sheet") == [(holds, None)]


def test_liabilities_derived_from_the_identity_are_not_asked():
    facts = [("Assets", END, 100), ("LiabilitiesAndStockholdersEquity", END, 100), ("StockholdersEquity", END, 40)]
    assert judged(*facts, identity="balance_sheet") == []


def test_cash_rolls_forward():
    assert judged(*cash(50, -20, -10, 20), identity="cash_roll_forward") == [(True, None)]
    assert judged(*cash(50, -20, -10, 25), identity="cash_roll_forward") == [(False, None)]


@pytest.mark.parametrize(
    ("flows", "hint"),
    [
        ((-50, -20, -10, 20), "operating flow with the other sign"),
        ((50, -20, -10, -20), "change in cash with the other sign"),
        ((50, 20, 50, 20), "more than one turned sign would make it hold"),
        ((1, 2, -3, 4), None),  # the investing flow, but among numbers of a few last places some sign always fits
    ],
)
def test_a_turned_sign_is_hinted_at(flows: tuple[int, int, int, int], hint: str | None):
    assert judged(*cash(*flows), identity="cash_roll_forward") == [(False, hint)]


def test_a_filers_own_concept_that_closes_the_roll_forward_is_part_of_it():
    own = ("x:CashOfBusinessesHeldForSale", YEAR, 5 * MILLION, {"is_extension": True})
    other = ("x:CashPrizes", YEAR, 4 * MILLION, {"is_extension": True})
    rows = standardize(frame(filing("a", "2024-02-01", *cash(50, -20, -10, 25), own, other)))
    assert rows.filter(line_item="other_cash_changes").select("value", "concept").rows() == [
        (5 * MILLION, "x:CashOfBusinessesHeldForSale")
    ]
    assert judge(rows).filter(identity="cash_roll_forward")["holds"].to_list() == [True]


def test_eps_times_shares_is_income():
    assert judged(*eps(10_000_000, "2.00", 5_000_000), identity="eps_times_shares") == [(True, None)]
    assert judged(*eps(10_000_000, "2.50", 5_000_000), identity="eps_times_shares") == [(False, None)]


def test_a_lost_scale_is_hinted_at():
    facts = eps(10_000_000, "2.00", 5_000_000)
    facts[2] = ("WeightedAverageNumberOfSharesOutstandingBasic", YEAR, 5, {"unit": "shares", "decimals": "0"})
    cover = ("dei:EntityCommonStockSharesOutstanding", END, 6, {"unit": "shares"})
    ((holds, hint),) = judged(*facts, cover, identity="eps_times_shares")
    assert not holds
    assert hint.startswith("1,000,000 times")


def quarters(*values: int, year: int, revised: int | None = None) -> pl.DataFrame:
    days = ["2023-01-01/2023-03-31", "2023-04-01/2023-06-30", "2023-07-01/2023-09-30", "2023-10-01/2023-12-31"]
    filings = [
        filing(f"q{n}", f"2023-{3 * n + 1:02d}-20", ("Revenues", day, value * MILLION), form="10-Q")
        for n, (day, value) in enumerate(zip(days[:3], values[:3], strict=True), start=1)
    ]
    filings.append(
        filing("fy", "2024-02-01", ("Revenues", days[3], values[3] * MILLION), ("Revenues", YEAR, year * MILLION))
    )
    if revised is not None:
        filings.append(filing("q1b", "2024-04-20", ("Revenues", days[0], revised * MILLION), form="10-Q"))
    return judge(standardize(frame(*filings))).filter(identity="quarters_make_the_year")


def test_four_quarters_make_the_year():
    assert quarters(10, 20, 30, 40, year=100)["holds"].to_list() == [True]
    assert quarters(10, 20, 30, 40, year=110)["holds"].to_list() == [False]


def test_a_year_to_date_that_was_revised_alone_is_hinted_at():
    nine = filing("q3", "2023-11-01", ("Revenues", "2023-01-01/2023-09-30", 66 * MILLION), form="10-Q")
    days = ["2023-01-01/2023-03-31", "2023-04-01/2023-06-30", "2023-07-01/2023-09-30"]
    quarterly = [
        filing(f"q{n}", "2023-10-20", ("Revenues", day, 20 * MILLION), form="10-Q") for n, day in enumerate(days)
    ]
    rows = standardize(frame(*quarterly, nine, filing("fy", "2024-02-01", ("Revenues", YEAR, 100 * MILLION))))
    judged_rows = judge(rows).filter(identity="quarters_make_the_year")
    assert judged_rows.select("line_item", "holds", "hint").rows() == [
        ("revenue", False, "the nine months are not the sum of their quarters: revised within the year")
    ]


def test_a_quarter_revised_within_the_year_counts_as_restated_later():
    assert quarters(10, 20, 30, 40, year=104, revised=14)["holds"].to_list() == [True]


def test_company_years_are_counted_once_however_many_identities_they_break():
    one = filing("a", "2024-02-01", *balance(100, 60, 30), *cash(50, -20, -10, 25))
    two = filing("b", "2024-02-01", *balance(100, 60, 40), cik="0000000002")
    years = by_company_year(judge(standardize(frame(one, two))))
    assert years.rows() == [("0000000001", 2023, 2, 2, 0), ("0000000002", 2023, 1, 0, 0)]


def test_nothing_asked_gives_an_empty_frame_and_every_identity_is_named():
    assert judge(standardize(frame())).height == 0
    assert set(IDENTITIES) == {"balance_sheet", "cash_roll_forward", "quarters_make_the_year", "eps_times_shares"}
