"""Which source answers, and what is said about the others."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from sec_assets.errors import (
    AbsentError,
    BannedError,
    InputError,
    MalformedError,
    SecAssetsError,
    SettingError,
    UnreachableError,
)
from sec_assets.market.bars import as_bars
from sec_assets.market.csv_folder import CsvFolders
from sec_assets.market.load import PriceDesk, PriceProblem, load_prices
from sec_assets.market.tiingo import Tiingo
from sec_assets.market.yahoo import Yahoo
from sec_assets.tables import PRICES
from sec_assets_tests.market.conftest import MarketServer

TODAY = date(2026, 1, 9)
APPLE, MICROSOFT, ALPHABET = ("0000320193", "AAPL"), ("0000789019", "MSFT"), ("0001652044", "GOOG")


def tickers(*pairs: tuple[str, str]) -> pl.DataFrame:
    return pl.DataFrame(pairs, schema=["cik", "ticker"], orient="row")


def bar(day: int = 5, close: float = 10.0) -> dict[str, object]:
    return {"date": date(2026, 1, day), "close": close, "adjustment_factor": 1.0, "price_basis": "raw"}


@dataclass
class Shelf:
    """A source with given bars per ticker, or an error to raise; remembers who was asked for."""

    name: str
    stock: dict[str, list[dict[str, object]] | SecAssetsError] = field(default_factory=dict)
    otherwise: SecAssetsError | None = None
    asked: list[str] = field(default_factory=list)

    def bars(self, ticker: str, *, today: date) -> pl.DataFrame:
        self.asked.append(ticker)
        found = self.stock.get(ticker, self.otherwise or AbsentError(f"{self.name}: no {ticker}"))
        if isinstance(found, SecAssetsError):
            raise found
        return as_bars(pl.DataFrame(found))


def test_the_first_source_with_bars_answers_and_is_named():
    first, second = Shelf("first", {"AAPL": [bar()]}), Shelf("second", {"AAPL": [bar()], "MSFT": [bar(close=20.0)]})
    loaded = load_prices(tickers(APPLE, MICROSOFT), [first, second], today=TODAY)
    assert loaded.frame.select("cik", "ticker", "close", "source").rows() == [
        (*APPLE, 10.0, "first"),
        (*MICROSOFT, 20.0, "second"),
    ]
    assert loaded.frame.schema == PRICES.schema
    assert second.asked == ["MSFT"]
    assert loaded.problems == (PriceProblem(*MICROSOFT, "first", "first: no MSFT"),)
    assert loaded.outage is None


def test_a_ticker_nobody_has_is_a_problem_with_what_each_source_said():
    loaded = load_prices(tickers(APPLE, MICROSOFT), [Shelf("a", {"MSFT": [bar()]}), Shelf("b")], today=TODAY)
    assert loaded.frame["ticker"].to_list() == ["MSFT"]
    assert loaded.problems[-1] == PriceProblem(*APPLE, None, "no prices of AAPL: a: no AAPL; b: no AAPL")
    assert loaded.unfinished == ()


def test_dropped_bars_are_reported_with_their_dates():
    shelf = Shelf("a", {"AAPL": [bar(5), bar(6, -1.0), bar(7, -2.0), bar(8, 11.0)]})
    loaded = load_prices(tickers(APPLE), [shelf], today=TODAY)
    assert loaded.frame["date"].to_list() == [date(2026, 1, 5), date(2026, 1, 8)]
    (problem,) = loaded.problems
    assert (problem.source, problem.bars) == ("a", 2)
    assert problem.reason == "a price is not a positive number: 2026-01-06, 2026-01-07"


def test_a_source_with_nothing_but_bad_bars_does_not_answer():
    loaded = load_prices(
        tickers(APPLE), [Shelf("a", {"AAPL": [bar(5, -1.0)]}), Shelf("b", {"AAPL": [bar()]})], today=TODAY
    )
    assert loaded.frame["source"].to_list() == ["b"]
    assert [(problem.source, problem.bars) for problem in loaded.problems] == [("a", 1)]


def test_an_outage_falls_to_the_next_source():
    down = Shelf("down", otherwise=UnreachableError("down: no answer"))
    loaded = load_prices(tickers(APPLE), [down, Shelf("b", {"AAPL": [bar()]})], today=TODAY)
    assert loaded.frame["source"].to_list() == ["b"]
    assert loaded.outage is None


def test_an_outage_nobody_makes_up_for_leaves_the_ticker_unfinished_and_the_others_done():
    shelf = Shelf("a", {"AAPL": [bar()], "MSFT": UnreachableError("a: no answer for MSFT"), "GOOG": [bar()]})
    loaded = load_prices(tickers(APPLE, MICROSOFT, ALPHABET), [shelf, Shelf("b")], today=TODAY)
    assert loaded.frame["ticker"].to_list() == ["AAPL", "GOOG"]
    assert loaded.unfinished == (MICROSOFT,)
    assert isinstance(loaded.outage, UnreachableError)
    assert "a: no answer for MSFT; b: no MSFT" in str(loaded.outage)


def test_a_source_that_failed_three_times_in_a_row_is_left_alone():
    many = [(f"{i:010d}", f"T{i}") for i in range(1, 7)]
    down = Shelf("down", otherwise=UnreachableError("down: no answer"))
    loaded = load_prices(tickers(*many), [down], today=TODAY)
    assert down.asked == ["T1", "T2", "T3"]
    assert len(loaded.unfinished) == 6
    assert "not asked again" in loaded.problems[-1].reason


def test_a_source_that_recovers_is_asked_on():
    many = [(f"{i:010d}", f"T{i}") for i in range(1, 8)]
    failures: dict[str, list[dict[str, object]] | SecAssetsError] = {
        f"T{i}": UnreachableError("a: no answer") for i in (1, 2, 4, 5)
    }
    shelf = Shelf("a", failures | {"T3": [bar()], "T6": [bar()], "T7": [bar()]})
    loaded = load_prices(tickers(*many), [shelf], today=TODAY)
    assert len(shelf.asked) == 7
    assert loaded.frame["ticker"].to_list() == ["T3", "T6", "T7"]


def test_a_ban_is_obeyed_at_once():
    shelf = Shelf("a", otherwise=BannedError("a refuses"))
    loaded = load_prices(tickers(APPLE, MICROSOFT), [shelf], today=TODAY)
    assert shelf.asked == ["AAPL"]
    assert isinstance(loaded.outage, BannedError)
    assert loaded.unfinished == (APPLE, MICROSOFT)


def test_a_missing_key_of_one_source_does_not_matter_while_another_works():
    keyless = Shelf("keyed", otherwise=SettingError("KEY is not set"))
    loaded = load_prices(tickers(APPLE, MICROSOFT), [keyless, Shelf("b", {"AAPL": [bar()]})], today=TODAY)
    assert keyless.asked == ["AAPL"]
    assert loaded.frame["ticker"].to_list() == ["AAPL"]
    assert loaded.problems[-1].reason.startswith("no prices of MSFT: KEY is not set")


def test_when_no_source_is_set_up_the_settings_are_named():
    sources = [
        Shelf("a", otherwise=SettingError("A_KEY is not set")),
        Shelf("b", otherwise=SettingError("B_KEY is not set")),
    ]
    with pytest.raises(SettingError, match="A_KEY is not set; B_KEY is not set"):
        load_prices(tickers(APPLE), sources, today=TODAY)


def test_without_any_source_the_setting_is_named():
    with pytest.raises(SettingError, match="SEC_ASSETS_PRICES"):
        load_prices(tickers(APPLE), [], today=TODAY)


def test_a_bad_answer_is_not_called_absence():
    sources = [Shelf("a"), Shelf("b", otherwise=MalformedError("b: a web page"))]
    loaded = load_prices(tickers(APPLE), sources, today=TODAY)
    assert loaded.problems[-1].reason == "no prices of AAPL: a: no AAPL; b: a web page"


def test_no_tickers_give_an_empty_table():
    loaded = load_prices(tickers(), [Shelf("a")], today=TODAY)
    assert loaded.frame.is_empty()
    assert loaded.frame.schema == PRICES.schema


def test_one_company_may_have_several_tickers_and_one_ticker_is_loaded_once():
    shelf = Shelf("a", {"GOOG": [bar()], "GOOGL": [bar()]})
    pairs = (ALPHABET, (ALPHABET[0], "GOOGL"), ALPHABET)
    loaded = load_prices(tickers(*pairs), [shelf], today=TODAY)
    assert loaded.frame["ticker"].to_list() == ["GOOG", "GOOGL"]
    assert shelf.asked == ["GOOG", "GOOGL"]


def test_hostile_tickers_are_rows_not_requests(server: MarketServer, tmp_path: Path):
    yahoo = Yahoo(server.url, per_minute=60_000.0)
    loaded = load_prices(tickers((APPLE[0], "../../etc/passwd")), [CsvFolders([tmp_path]), yahoo], today=TODAY)
    assert server.requests == []
    assert "is not a ticker" in loaded.problems[-1].reason
    assert loaded.outage is None


def test_real_files_first_and_a_real_connection_for_the_rest(evidence: Path, server: MarketServer):
    server.always(429, b"")
    tiingo = Tiingo("key", server.url, per_minute=60_000.0, retry_wait_seconds=0.001)
    csv = CsvFolders([evidence / "market/prices/sp500_5yr_2013-2018"])
    loaded = load_prices(tickers(APPLE, ("0000091142", "AOS"), ("0001018724", "NOPE")), [csv, tiingo], today=TODAY)
    tiingo.close()
    assert loaded.frame.group_by("ticker").len().sort("ticker").rows() == [("AAPL", 1259), ("AOS", 1258)]
    assert loaded.problems[0].reason.startswith("open, close or high and low contradict each other: 2014-05-19")
    assert loaded.unfinished == (("0001018724", "NOPE"),)
    assert isinstance(loaded.outage, BannedError)


def test_every_kind_of_input_error_is_a_row():
    loaded = load_prices(tickers(APPLE), [Shelf("a", otherwise=InputError("a: odd"))], today=TODAY)
    assert loaded.problems[-1] == PriceProblem(*APPLE, None, "no prices of AAPL: a: odd")


def test_a_desk_remembers_over_calls_who_is_down():
    keyless, banned = (
        Shelf("keyed", otherwise=SettingError("KEY was refused")),
        Shelf("b", otherwise=BannedError("b refuses")),
    )
    desk = PriceDesk([keyless, banned, Shelf("c", {"MSFT": [bar()]})], TODAY)
    assert desk.load(tickers(APPLE)).unfinished == (APPLE,)
    assert desk.load(tickers(MICROSOFT)).frame["source"].to_list() == ["c"]
    assert (keyless.asked, banned.asked) == (["AAPL"], ["AAPL"])


def test_a_ticker_with_nothing_but_bad_bars_says_so():
    loaded = load_prices(tickers(APPLE), [Shelf("a", {"AAPL": [bar(5, -1.0)]})], today=TODAY)
    assert loaded.problems[-1].reason == "no prices of AAPL: a: none of 1 bars is usable"
