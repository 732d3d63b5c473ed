import pytest

from sec_assets.edgar.tickers import join_lists, load_tickers, normalize_ticker, parse_exchanges, parse_tickers
from sec_assets.edgar.urls import tickers_exchange_url, tickers_url
from sec_assets.errors import AbsentError, InputError, MalformedError
from sec_assets_tests.edgar.mirrors import mirror_client, put

PLAIN = {
    "0": {"cik_str": 320193, "ticker": "AAPL", "title": "Apple Inc."},
    "1": {"cik_str": 1067983, "ticker": "BRK-B", "title": "BERKSHIRE HATHAWAY INC"},
    "2": {"cik_str": 1067983, "ticker": "BRK-A", "title": "BERKSHIRE HATHAWAY INC"},
}
EXCHANGES = {
    "fields": ["cik", "name", "ticker", "exchange"],
    "data": [
        [320193, "Apple Inc.", "AAPL", "Nasdaq"],
        [1067983, "BERKSHIRE HATHAWAY INC", "BRK-B", "NYSE"],
        [1067983, "BERKSHIRE HATHAWAY INC", "BRK-A", None],
        [1940674, "SMX (Security Matters) Public Ltd Co", "SMX", "Nasdaq"],
        [1940674, "SMX (Security Matters) Public Ltd Co", "SMXWW", "Nasdaq"],
    ],
}


def test_both_real_lists_become_one_table(evidence, tmp_path):
    with mirror_client(evidence / "edgar_mirror", tmp_path) as client:
        tickers = load_tickers(client)
    frame = tickers.frame
    apple = frame.filter(ticker="AAPL").to_dicts()
    assert apple == [
        {
            "cik": "0000320193",
            "ticker": "AAPL",
            "name": "Apple Inc.",
            "exchange": "Nasdaq",
            "is_primary": True,
            "security_type": None,
        }
    ]
    assert frame.height >= 10_230
    assert frame["ticker"].is_unique().all()
    assert frame.filter("is_primary")["cik"].is_unique().all()
    assert frame.filter("is_primary").height == frame["cik"].n_unique()
    assert dict(frame.filter(frame["cik"] == "0001067983").select("ticker", "is_primary").iter_rows()) == {
        "BRK-A": False,
        "BRK-B": True,
    }
    assert frame["exchange"].null_count() > 0
    assert "" not in frame["exchange"].to_list()
    types = dict(frame.filter(ticker="SMXWW").select("ticker", "security_type").iter_rows())
    assert types == {"SMXWW": "warrant"}
    assert all("listed for" in problem for problem in tickers.problems)


def test_the_exchange_list_adds_exchanges_and_missing_tickers():
    plain, no_problems = parse_tickers(PLAIN)
    exchanges, none_either = parse_exchanges(EXCHANGES)
    joined = join_lists(plain, exchanges, [*no_problems, *none_either])
    assert joined.problems == ()
    assert joined.frame.select("ticker", "exchange", "is_primary", "security_type").rows() == [
        ("AAPL", "Nasdaq", True, None),
        ("BRK-A", None, False, "common"),
        ("BRK-B", "NYSE", True, "common"),
        ("SMX", "Nasdaq", True, None),
        ("SMXWW", "Nasdaq", False, "warrant"),
    ]


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ({"cik_str": "abc", "ticker": "X", "title": "x"}, "'abc' is not a CIK"),
        ({"cik_str": 0, "ticker": "X", "title": "x"}, "0 is not a CIK"),
        ({"cik_str": True, "ticker": "X", "title": "x"}, "True is not a CIK"),
        ({"cik_str": 1.5, "ticker": "X", "title": "x"}, "1.5 is not a CIK"),
        ({"cik_str": 5, "ticker": "", "title": "x"}, "'' is not a ticker"),
        ({"cik_str": 5, "ticker": None, "title": "x"}, "None is not a ticker"),
        ({"cik_str": 5, "ticker": "<b>X", "title": "x"}, "'<b>X' is not a ticker"),
        (["not", "a", "row"], "None is not a CIK"),
    ],
)
def test_a_bad_row_is_reported_and_its_neighbours_are_kept(row, complaint):
    listed, problems = parse_tickers({"0": PLAIN["0"], "1": row, "2": PLAIN["2"]})
    assert [entry.ticker for entry in listed] == ["AAPL", "BRK-A"]
    assert len(problems) == 1
    assert complaint in problems[0]
    assert "row 1" in problems[0]


def test_a_row_of_the_exchange_list_with_too_few_cells_is_reported():
    listed, problems = parse_exchanges({**EXCHANGES, "data": [[320193, "Apple Inc.", "AAPL"], *EXCHANGES["data"]]})
    assert len(listed) == 5
    assert problems == ["company_tickers_exchange.json row 0: None is not a CIK"]


def test_a_ticker_of_two_companies_goes_to_the_first():
    plain, _ = parse_tickers({"0": PLAIN["0"], "1": {"cik_str": 7, "ticker": "AAPL", "title": "Other"}})
    joined = join_lists(plain, parse_exchanges({**EXCHANGES, "data": [[8, "Third", "AAPL", "OTC"]]})[0], [])
    assert joined.frame.select("cik", "exchange").rows() == [("0000320193", None)]
    assert len(joined.problems) == 2


@pytest.mark.parametrize("data", [[], {}, "text", None, {"0": {"cik_str": "x", "ticker": "y"}}])
def test_what_is_no_ticker_list_is_an_error_never_an_empty_table(data):
    with pytest.raises(MalformedError, match=r"company_tickers\.json"):
        parse_tickers(data)


@pytest.mark.parametrize("data", [[], {"fields": ["cik"], "data": []}, {"fields": EXCHANGES["fields"], "data": []}])
def test_what_is_no_exchange_list_is_an_error(data):
    with pytest.raises(MalformedError, match="exchange"):
        parse_exchanges(data)


def test_a_missing_exchange_list_is_a_problem_and_a_missing_ticker_list_an_error(tmp_path):
    mirror = tmp_path / "mirror"
    put(mirror, tickers_url(), PLAIN)
    with mirror_client(mirror, tmp_path / "a") as client:
        tickers = load_tickers(client)
    assert tickers.frame["exchange"].null_count() == 3
    assert len(tickers.problems) == 1
    put(mirror, tickers_exchange_url(), EXCHANGES)
    (mirror / "www.sec.gov/files/company_tickers.json").unlink()
    with mirror_client(mirror, tmp_path / "b") as client, pytest.raises(AbsentError):
        load_tickers(client)


@pytest.mark.parametrize(
    ("ticker", "kind"),
    [("TWO-PA", "preferred"), ("X-WT", "warrant"), ("X-WTA", "warrant"), ("X-UN", "unit"), ("X-RI", "right")],
)
def test_a_suffix_behind_a_hyphen_tells_the_type(ticker, kind):
    listed, _ = parse_tickers({"0": {"cik_str": 9, "ticker": ticker, "title": "t"}})
    assert join_lists(listed, [], []).frame["security_type"].to_list() == [kind]


def test_a_fifth_letter_tells_nothing_without_the_plain_ticker():
    listed, _ = parse_exchanges({**EXCHANGES, "data": [[9, "Snow", "SNOWW", "Nasdaq"]]})
    assert join_lists(listed, [], []).frame["security_type"].to_list() == [None]


@pytest.mark.parametrize(("typed", "ticker"), [("brk.b", "BRK-B"), (" BRK/B ", "BRK-B"), ("aapl", "AAPL")])
def test_a_ticker_is_written_as_edgar_does(typed, ticker):
    assert normalize_ticker(typed) == ticker


@pytest.mark.parametrize("typed", ["", "  ", "../x", "A B", "x" * 17, "É", "A\x00"])
def test_what_no_ticker_looks_like_is_refused(typed):
    with pytest.raises(InputError, match="not a ticker"):
        normalize_ticker(typed)
