from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sec_assets.edgar.holdings import parse_holdings, read_holdings
from sec_assets.errors import SettingError


def problems_of(text: str | bytes) -> list[tuple[int, str]]:
    return parse_holdings(text.encode() if isinstance(text, str) else text).problems.rows()


def test_good_lines_keep_their_numbers_to_the_last_digit():
    holdings = parse_holdings(b"ticker,shares,cost_basis\naapl,12.50,1843.75\nbrk.b,0.000000000001,\n")
    assert holdings.problems.is_empty()
    assert holdings.lots.rows() == [(2, "AAPL", "12.50", "1843.75"), (3, "BRK-B", "0.000000000001", None)]


def test_lots_of_one_ticker_are_summed_exactly():
    holdings = parse_holdings(b"ticker,shares,cost_basis\nAAPL,0.1,10\nAAPL,0.2,20.10\nMSFT,1,\nMSFT,2,5\n")
    assert holdings.problems.is_empty()
    assert holdings.positions().rows() == [
        ("AAPL", Decimal("0.300000000000"), Decimal("30.100000000000"), 2),
        ("MSFT", Decimal("3.000000000000"), None, 2),
    ]


def test_a_line_repeated_exactly_is_reported_and_not_counted():
    holdings = parse_holdings(b"ticker,shares,cost_basis\nAAPL,10,5\nMSFT,1,1\naapl,10.0,5.00\n")
    assert holdings.problems.rows() == [(4, "repeats line 2 exactly (AAPL); not counted again")]
    assert holdings.positions()["shares"].to_list() == [Decimal(10), Decimal(1)]


def test_byte_order_mark_column_order_case_blank_lines_and_line_ends_do_not_matter():
    text = "\ufeffCost_Basis, Shares ,TICKER\r\n\r\n5,1,AAPL\r\n,,\r\n6,2,MSFT"
    holdings = parse_holdings(text.encode())
    assert holdings.problems.is_empty()
    assert holdings.lots.rows() == [(3, "AAPL", "1", "5"), (5, "MSFT", "2", "6")]


def test_the_cost_column_may_be_left_out():
    assert parse_holdings(b"ticker,shares\nAAPL,1\n").lots.rows() == [(2, "AAPL", "1", None)]


def test_an_unknown_column_is_reported_and_the_rest_is_used():
    holdings = parse_holdings(b"ticker,shares,cost_basis,colour\nAAPL,1,2,red\n")
    assert holdings.lots.height == 1
    [(line, problem)] = holdings.problems.rows()
    assert line == 1
    assert "'colour' is ignored" in problem


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('AAPL,"1,000",5', "shares is '1,000': expected a plain number"),
        ("AAPL,1.000.0,5", "expected a plain number"),
        ("AAPL,$5,5", "expected a plain number"),
        ("AAPL,1e3,5", "expected a plain number"),
        ("AAPL,NaN,5", "expected a plain number"),
        ("AAPL,Infinity,5", "expected a plain number"),
        ("AAPL,1_000,5", "expected a plain number"),
        ("AAPL,١٢,5", "expected a plain number"),
        ("AAPL,,5", "shares is ''"),
        ("AAPL,-3,5", "shares is -3: negative numbers"),
        ("AAPL,0,5", "AAPL: shares is 0; expected a number above 0"),
        ("AAPL,3,-5", "cost_basis is -5: negative numbers"),
        ("AAPL,3,free", "cost_basis is 'free'"),
        ("AAPL,0.0000000000001,5", "at most 18 digits before and 12 behind"),
        (f"AAPL,1{'0' * 18},5", "at most 18 digits before and 12 behind"),
        (",3,5", "'' is not a ticker"),
        ("../etc,3,5", "is not a ticker"),
        ("AAPL", "1 cells where 3 are needed"),
    ],
)
def test_a_line_that_cannot_be_used_is_named_with_its_number(line, problem):
    holdings = parse_holdings(f"ticker,shares,cost_basis\nMSFT,1,1\n{line}\nORCL,1,1\n".encode())
    assert holdings.lots["ticker"].to_list() == ["MSFT", "ORCL"]
    [(number, text)] = holdings.problems.rows()
    assert number == 3
    assert problem in text


@pytest.mark.parametrize("body", [b"", b"\n\n", b"\xef\xbb\xbf", b"ticker,shares,cost_basis\n"])
def test_a_file_without_holdings_says_so(body):
    [(line, problem)] = problems_of(body)
    assert line == 1
    assert "no holdings" in problem


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("AAPL,10,5\nMSFT,1,1\n", "['ticker', 'shares'] are missing"),
        ("ticker;shares;cost_basis\nAAPL;1;2\n", "are missing"),
        ("ticker,shares,shares\nAAPL,1,2\n", "appear twice"),
    ],
)
def test_a_header_that_cannot_be_used_shows_what_is_expected(text, problem):
    found = problems_of(text)
    assert any(problem in sentence and "AAPL,12.5,1843.75" in sentence for _, sentence in found)
    assert parse_holdings(text.encode()).lots.is_empty()


def test_other_encodings_and_broken_quotes_are_named_with_their_line():
    assert problems_of(b"ticker,shares\nAAPL,1\nM\xc9,1\n") == [(3, "not UTF-8 text; save the file as CSV UTF-8")]
    holdings = parse_holdings(b'ticker,shares\nAAPL,1\n"MSFT,1\n')
    assert holdings.lots["ticker"].to_list() == ["AAPL"]
    assert "not readable as CSV" in holdings.problems["problem"][0]


def test_a_missing_file_names_its_place_and_shows_the_format(tmp_path):
    with pytest.raises(SettingError, match=r"portfolio\.csv cannot be read") as caught:
        read_holdings(tmp_path / "portfolio.csv")
    assert "ticker,shares,cost_basis" in str(caught.value)
    (tmp_path / "portfolio.csv").write_text("ticker,shares,cost_basis\nAAPL,1,2\n")
    assert read_holdings(tmp_path / "portfolio.csv").lots.height == 1


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=200))
def test_any_bytes_give_rows_or_problems_never_an_exception(body):
    holdings = parse_holdings(body)
    assert holdings.lots.height + holdings.problems.height > 0
    holdings.positions()


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from(["AAPL", "MSFT", "BRK-B"]), st.decimals("0.0001", "1e12", places=4)), min_size=1)
)
def test_every_line_is_a_lot_or_a_problem_and_sums_are_exact(lines):
    text = "ticker,shares\n" + "".join(f"{ticker},{shares:f}\n" for ticker, shares in lines)
    holdings = parse_holdings(text.encode())
    assert holdings.lots.height + holdings.problems.height == len(lines)
    sums = dict(holdings.positions().select("ticker", "shares").iter_rows())
    for ticker in sums:
        expected = sum({shares for name, shares in lines if name == ticker}, Decimal(0))
        assert sums[ticker] == expected
    assert holdings.lots.select(pl.col("shares").cast(pl.Decimal(38, 12)).sum()).item() == sum(sums.values())
