"""Statements on the page: quarters and years side by side, as known on the report's day, every text harmless."""

import re
from datetime import date

import polars as pl

from sec_assets.report.statement_tables import statement_tables
from sec_assets.tables import FINANCIALS
from sec_assets.xbrl.standardize import standardize
from sec_assets_tests.xbrl.small_facts import CIK, filing, frame

YEAR, NINE = "2023-01-01/2023-12-31", "2023-01-01/2023-09-30"
MILLION = 1_000_000
POSITIONS = pl.DataFrame({"ticker": ["<b>AAA"], "cik": [CIK], "name": ['<script>alert("x")</script>']})


def eps(period: str, value: str) -> tuple:
    return ("EarningsPerShareBasic", period, value, {"unit": "USD/shares"})


FINANCIALS_OF_A_YEAR = standardize(
    frame(
        filing("q3", "2023-11-01", ("Revenues", NINE, 700 * MILLION), eps(NINE, "3"), form="10-Q"),
        filing(
            "fy",
            "2024-02-01",
            ("Revenues", YEAR, 1000 * MILLION),
            eps(YEAR, "4"),
            ("Assets", "2023-12-31", 5000 * MILLION),
        ),
        filing("fyb", "2024-06-01", ("Revenues", YEAR, 900 * MILLION), form="10-K/A"),
    )
)


def cells(html: str, label: str) -> list[str]:
    row = re.search(f"<tr><td>{label}</td>(.*?)</tr>", html)
    assert row, html
    return [re.sub("<[^>]+>", "", cell) for cell in re.findall("<td.*?</td>", row[1])]


def test_quarters_and_years_stand_side_by_side_in_millions():
    html = statement_tables(FINANCIALS_OF_A_YEAR, POSITIONS, date(2024, 3, 1))
    assert re.findall(r'<th class="[^"]*">(.*?)</th>', html)[:2] == ["Q4 2023<br>2023-12-31", "FY 2023<br>2023-12-31"]
    assert cells(html, "Revenue") == ["300*", "1,000"]
    assert cells(html, "Total assets") == ["5,000", "5,000"]
    assert "Income statement: USD in millions; * derived" in html


def test_what_is_not_known_says_why():
    html = statement_tables(FINANCIALS_OF_A_YEAR, POSITIONS, date(2024, 3, 1))
    assert cells(html, "EPS basic") == ["–", "4.00"]
    assert 'title="averages and amounts per share of quarters do not add up to the year&#x27;s"' in html


def test_nothing_from_after_the_day_is_shown():
    assert "1,000" in statement_tables(FINANCIALS_OF_A_YEAR, POSITIONS, date(2024, 5, 31))
    assert cells(statement_tables(FINANCIALS_OF_A_YEAR, POSITIONS, date(2024, 6, 1)), "Revenue")[1] == "900"


def test_names_are_escaped():
    html = statement_tables(FINANCIALS_OF_A_YEAR, POSITIONS, None)
    assert "<script" not in html
    assert "<b>" not in html
    assert "&lt;script&gt;" in html


def test_without_statements_there_is_nothing_to_fold():
    assert statement_tables(FINANCIALS.frame(), POSITIONS, None) == ""


def test_a_withheld_value_says_what_was_filed():
    facts = [
        ("NetIncomeLoss", YEAR, 20_000 * MILLION),
        ("EarningsPerShareBasic", YEAR, "4.00", {"unit": "USD/shares", "decimals": "2"}),
        ("WeightedAverageNumberOfSharesOutstandingBasic", YEAR, "5000", {"unit": "shares", "decimals": "0"}),
    ]
    html = statement_tables(standardize(frame(filing("fy", "2024-02-01", *facts))), POSITIONS, date(2024, 3, 1))
    assert cells(html, "Shares basic") == ["–"]
    assert 'title="filed as 5000: EPS × shares is the income only with 1,000,000 times as many shares"' in html
