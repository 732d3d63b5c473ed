"""The thin client against a real server: retries, refusals, web pages, secrets."""

import logging
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sec_assets.errors import AbsentError, BannedError, MalformedError, SettingError, StorageError, UnreachableError
from sec_assets.outside.http import OutsideHttp
from sec_assets_tests.market.conftest import MarketServer, Reply

KEY = "s3cret+key"
Client = Callable[..., OutsideHttp]


@pytest.fixture
def client() -> Iterator[Client]:
    opened: list[OutsideHttp] = []

    def build(**options) -> OutsideHttp:
        settings: dict[str, Any] = {"per_minute": 60_000.0, "retry_wait_seconds": 0.001} | options
        opened.append(OutsideHttp("quotes", **settings))
        return opened[-1]

    yield build
    for http in opened:
        http.close()


def test_a_good_answer_is_returned_as_it_is(server: MarketServer, client: Client):
    server.always(200, b'{"a": 1}')
    assert client().get(f"{server.url}/x", subject="AAPL", params={"q": "1"}) == b'{"a": 1}'
    assert server.requests[0][0] == "/x?q=1"


def test_passing_trouble_is_retried(server: MarketServer, client: Client):
    server.script(Reply(503, b""), Reply(500, b"oops"), Reply(200, b"{}"))
    assert client().get(server.url, subject="AAPL") == b"{}"
    assert len(server.requests) == 3


def test_lasting_trouble_is_an_outage_after_three_tries(server: MarketServer, client: Client):
    server.always(502, b"<html>bad gateway</html>", "text/html")
    with pytest.raises(UnreachableError, match="quotes failed for AAPL \\(502\\)"):
        client().get(server.url, subject="AAPL")
    assert len(server.requests) == 3


def test_nobody_listening_is_an_outage_that_does_not_show_the_address(client: Client):
    with pytest.raises(UnreachableError, match="no answer for AAPL") as caught:
        client(secret=KEY).get("http://127.0.0.1:9/query", subject="AAPL", params={"apikey": KEY})
    assert "apikey" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_too_many_requests_is_not_tried_again(server: MarketServer, client: Client):
    server.always(429, b"Too Many Requests", "text/plain")
    with pytest.raises(BannedError, match="429"):
        client().get(server.url, subject="AAPL")
    assert len(server.requests) == 1


def test_a_web_page_with_status_200_is_a_failure(server: MarketServer, client: Client):
    server.always(200, b"\n<!DOCTYPE html><html>verify you are human</html>", "text/html")
    with pytest.raises(MalformedError, match="web page instead of data for AAPL"):
        client().get(server.url, subject="AAPL")


def test_404_means_the_symbol_is_unknown(server: MarketServer, client: Client):
    with pytest.raises(AbsentError, match="does not know NOPE"):
        client().get(server.url, subject="NOPE")


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_blames_the_key_where_there_is_one(server: MarketServer, client: Client, status: int):
    server.always(status, b"{}")
    with pytest.raises(SettingError, match="QUOTES_KEY"):
        client(key_variable="QUOTES_KEY").get(server.url, subject="AAPL")
    with pytest.raises(BannedError):
        client().get(server.url, subject="AAPL")


def test_a_redirect_is_not_followed(server: MarketServer, client: Client):
    server.answer = lambda path: Reply(302, b"", headers={"Location": f"{server.url}/elsewhere"})
    with pytest.raises(MalformedError, match="302"):
        client().get(server.url, subject="AAPL")
    assert len(server.requests) == 1


def test_the_key_stays_out_of_the_debug_log(server: MarketServer, client: Client, caplog: pytest.LogCaptureFixture):
    server.script(Reply(200, b"{}"), Reply(429, b""))
    http = client(secret=KEY)
    with caplog.at_level(logging.DEBUG):
        http.get(f"{server.url}/query", subject="AAPL", params={"apikey": KEY})
        with pytest.raises(BannedError):
            http.get(f"{server.url}/query", subject="AAPL", params={"apikey": KEY})
    assert "/query?apikey=***" in caplog.text
    assert KEY not in caplog.text
    assert "s3cret%2Bkey" not in caplog.text
    assert server.requests[0][0] == "/query?apikey=s3cret%2Bkey"


def test_requests_are_spaced_evenly_without_a_burst(server: MarketServer, client: Client):
    server.always(200, b"{}")
    http = client(per_minute=600.0)
    start = time.monotonic()
    for _ in range(4):
        http.get(server.url, subject="AAPL")
    assert time.monotonic() - start > 3 * 0.09


def test_an_endless_answer_is_cut_off(server: MarketServer, client: Client):
    server.always(200, b"1" * 100_000)
    with pytest.raises(MalformedError, match="more than 1024 bytes"):
        client(max_bytes=1024).get(server.url, subject="AAPL")


def test_a_feed_may_be_markup_and_may_be_elsewhere(server: MarketServer, client: Client):
    def answer(path: str) -> Reply:
        return (
            Reply(200, b"<rss/>") if path == "/there" else Reply(302, b"", headers={"Location": f"{server.url}/there"})
        )

    server.answer = answer
    assert client(markup=True, redirects=True).get(f"{server.url}/feed", subject="AAPL") == b"<rss/>"


_ASK_FIVE_TIMES = """
import sys
from pathlib import Path
from sec_assets.outside.http import OutsideHttp
with OutsideHttp("quotes", per_minute=1200.0, pace_file=Path(sys.argv[2])) as http:
    for _ in range(5):
        http.get(sys.argv[1], subject="AAPL")
"""


def test_processes_keep_one_pace_through_the_pace_file(server: MarketServer, tmp_path: Path):
    arrivals: list[float] = []

    def answer(path: str) -> Reply:
        arrivals.append(time.monotonic())
        return Reply(200, b"{}")

    server.answer = answer
    command = [sys.executable, "-c", _ASK_FIVE_TIMES, server.url, str(tmp_path / "state" / "pace.sqlite")]
    processes = [subprocess.Popen(command) for _ in range(2)]
    assert [process.wait(timeout=60) for process in processes] == [0, 0]
    assert len(arrivals) == 10
    assert arrivals[-1] - arrivals[0] > 9 * 0.045


def test_a_damaged_pace_file_is_an_error_that_names_it_never_a_licence(server: MarketServer, tmp_path: Path):
    pace_file = tmp_path / "pace.sqlite"
    pace_file.write_bytes(b"not a database" * 100)
    with pytest.raises(StorageError, match=r"pace\.sqlite"):
        OutsideHttp("quotes", per_minute=60.0, pace_file=pace_file)
    assert server.requests == []
