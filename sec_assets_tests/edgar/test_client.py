"""The client against a real server that misbehaves in the ways EDGAR and networks do, and over a mirror folder."""

import gzip
import hashlib
import json
import logging
import os
import pickle
import random
import resource
import shutil
import socket
import sqlite3
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from sec_assets.edgar.client import EdgarClient
from sec_assets.edgar.transport import cache_sqlite
from sec_assets.edgar.transport.retry import Persistence
from sec_assets.edgar.transport.rules import Budget
from sec_assets.edgar.transport.session import Timing
from sec_assets.edgar.transport.sources import budget_of, limiter_file_of
from sec_assets.errors import (
    AbsentError,
    BannedError,
    InputError,
    MalformedError,
    SettingError,
    StorageError,
    UnreachableError,
)
from sec_assets.settings import Settings, load_settings
from sec_assets_tests.edgar.http_server import FakeEdgar, Handler, always, fake_edgar, in_turn

TICKERS = "https://www.sec.gov/files/company_tickers.json"
TICKERS_PATH = "/www.sec.gov/files/company_tickers.json"
FEED = "https://www.sec.gov/cgi-bin/browse-edgar?action=getcurrent&output=atom"
FEED_PATH = "/www.sec.gov/cgi-bin/browse-edgar?action=getcurrent&output=atom"
FILING = "https://www.sec.gov/Archives/edgar/data/320193/000032019324000123/aapl.htm"
FILING_PATH = "/www.sec.gov/Archives/edgar/data/320193/000032019324000123/aapl.htm"
AGENT = "Unit Tests secret-contact@example.com"
QUICK = Persistence(tries=4, offline_tries=2, body_tries=2, back_off=0.01)


def live_settings(data: Path, base: str, **more: str) -> Settings:
    environ = {"SEC_ASSETS_SOURCE": "live", "SEC_USER_AGENT": AGENT, "SEC_ASSETS_EDGAR_BASE": base}
    return load_settings({**environ, "SEC_ASSETS_DATA": str(data), **more})


def client_for(
    data: Path, base: str, *, pause: float = 610.0, timing: Timing | None = None, **more: str
) -> EdgarClient:
    budget = Budget(limit=50, window=0.01, gap=0.0002, pause=pause)
    return EdgarClient(live_settings(data, base, **more), budget=budget, persistence=QUICK, timing=timing)


@pytest.fixture
def edgar() -> Iterator[FakeEdgar]:
    with fake_edgar() as server:
        yield server


@pytest.fixture
def client(tmp_path: Path, edgar: FakeEdgar) -> Iterator[EdgarClient]:
    with client_for(tmp_path, edgar.base) as made:
        yield made


def stored_files(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


# -- what is sent, and what is kept ------------------------------------------------------------------------------------


def test_requests_declare_who_asks_and_accept_gzip(client: EdgarClient, edgar: FakeEdgar) -> None:
    edgar.default = always(200, gzip.compress(b"<feed/>"), Content_Encoding="gzip")
    assert client.get(FEED, expect="xml").body == b"<feed/>"
    headers = edgar.arrivals[0].headers
    assert headers["User-Agent"] == AGENT
    assert headers["Accept-Encoding"] == "gzip, deflate"


def test_tickers_are_cached_and_feeds_are_not(client: EdgarClient, edgar: FakeEdgar) -> None:
    edgar.default = always(200, b'{"0": 1}')
    first, second = client.get(TICKERS, expect="json"), client.get(TICKERS, expect="json")
    assert (first.from_cache, second.from_cache) == (False, True)
    assert second.body == first.body
    assert second.fetched_at <= first.fetched_at
    client.get(FEED)
    client.get(FEED)
    assert (edgar.count(TICKERS_PATH), edgar.count(FEED_PATH)) == (1, 2)


def test_a_refresh_asks_again_and_renews_the_cache(client: EdgarClient, edgar: FakeEdgar) -> None:
    edgar.default = in_turn(always(200, b'{"0": 1}'), always(200, b'{"0": 2}'))
    client.get(TICKERS)
    assert not client.get(TICKERS, refresh=True).from_cache
    assert client.get(TICKERS).body == b'{"0": 2}'
    assert edgar.count(TICKERS_PATH) == 2


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_fork_does_not_talk_over_the_connections_of_its_parent(client: EdgarClient, edgar: FakeEdgar) -> None:
    ports: list[int] = []

    def note(handler: Handler, _: int) -> None:
        ports.append(handler.client_address[1])
        handler.reply(200, b"fine")

    edgar.default = note
    client.get(FEED)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = 0 if client.get(FEED).body == b"fine" else 2
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0
    client.get(FEED)
    assert ports[0] == ports[2] != ports[1]


def test_the_cache_is_shared_by_clients_and_obeys_the_setting_of_today(tmp_path: Path, edgar: FakeEdgar) -> None:
    url = "https://data.sec.gov/submissions/CIK0000320193.json"
    edgar.default = always(200, b"{}")
    with client_for(tmp_path, edgar.base) as one:
        one.get_json(url)
    with client_for(tmp_path, edgar.base) as other:
        assert other.get(url).from_cache
    with client_for(tmp_path, edgar.base, SEC_ASSETS_SUBMISSIONS_MAX_AGE_HOURS="0") as impatient:
        assert not impatient.get(url).from_cache


def test_an_expired_answer_is_revalidated_and_kept_when_unchanged(tmp_path: Path, edgar: FakeEdgar) -> None:
    url = "https://data.sec.gov/submissions/CIK0000320193.json"
    conditions: list[str | None] = []

    def serve(handler: Handler, _: int) -> None:
        conditions.append(handler.headers.get("If-None-Match"))
        if conditions[-1] == '"v1"':
            handler.send_response(304)
            handler.end_headers()
        else:
            handler.reply(200, b'{"a": 1}', ETag='"v1"')

    edgar.default = serve
    with client_for(tmp_path, edgar.base, SEC_ASSETS_SUBMISSIONS_MAX_AGE_HOURS="0.0001") as client:
        first = client.get(url, expect="json")
        time.sleep(0.5)
        second = client.get(url, expect="json")
        assert conditions == [None, '"v1"']
        assert second.body == first.body
        assert second.fetched_at > first.fetched_at, "confirmed just now"
        assert client.get(url, expect="json").from_cache


def test_the_cache_file_holds_no_contact_and_no_pickle(client: EdgarClient, edgar: FakeEdgar, tmp_path: Path) -> None:
    edgar.default = always(200, b'{"0": 1}')
    client.get(TICKERS, expect="json")
    client.close()
    raw = b"".join(file.read_bytes() for file in (tmp_path / "state").glob("http_cache*"))
    assert b"company_tickers" in raw
    assert b"secret-contact" not in raw
    assert b"requests_cache" not in raw
    assert b"created_at" in raw


def test_a_damaged_cache_entry_is_fetched_again(tmp_path: Path, edgar: FakeEdgar) -> None:
    edgar.default = always(200, b'{"0": 1}')
    with client_for(tmp_path, edgar.base) as client:
        client.get(TICKERS)
    connection = sqlite3.connect(tmp_path / "state" / "http_cache.sqlite")
    connection.execute('UPDATE responses SET value = replace(value, \'"_content": "eA\', \'"_content": "AA\')')
    connection.commit()
    connection.close()
    with client_for(tmp_path, edgar.base) as client:
        assert client.get_json(TICKERS) == {"0": 1}
    assert edgar.count(TICKERS_PATH) == 2


def test_an_unusable_cache_file_is_named(tmp_path: Path, edgar: FakeEdgar) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "http_cache.sqlite").write_bytes(b"garbage " * 1000)
    with client_for(tmp_path, edgar.base) as client, pytest.raises(StorageError, match=r"http_cache.sqlite.*delete"):
        client.get(TICKERS)


def test_a_cache_file_that_stays_locked_is_an_error_and_not_a_hang(
    tmp_path: Path, edgar: FakeEdgar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache_sqlite, "_LOCK_SECONDS", 0.2)
    edgar.default = always(200, b'{"0": 1}')
    with client_for(tmp_path, edgar.base) as client:
        client.get(FEED)
        blocker = sqlite3.connect(tmp_path / "state" / "http_cache.sqlite", isolation_level=None)
        blocker.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="locked"):
            client.get(TICKERS)
        blocker.close()
        assert client.get_json(TICKERS) == {"0": 1}


def test_a_full_disk_under_the_cache_is_an_error(client: EdgarClient, edgar: FakeEdgar) -> None:
    noise = json.dumps({"noise": random.Random(1).randbytes(2_000_000).hex()}).encode()
    edgar.default = always(200, noise)
    client.get(FEED)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, hard))
    try:
        with pytest.raises(StorageError, match="http_cache"):
            client.get(TICKERS)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert client.get(TICKERS).body == noise


def test_threads_share_connections_and_the_session_of_each_is_its_own(client: EdgarClient, edgar: FakeEdgar) -> None:
    edgar.default = always(200, b"x")
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for page in range(5):
                assert client.get(f"{FEED}&start={number}&page={page}").body == b"x"
        except BaseException as error:  # noqa: BLE001 - handed to the main thread
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []
    assert len(edgar.arrivals) == 40


def test_a_client_does_not_travel_and_can_be_used_after_close(client: EdgarClient, edgar: FakeEdgar) -> None:
    edgar.default = always(200, b"x")
    with pytest.raises(TypeError, match="from_settings"):
        pickle.dumps(client)
    client.get(FEED)
    client.close()
    assert client.get(FEED).body == b"x"


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/Archives/x",
        "http://www.sec.gov/Archives/x",
        "https://www.sec.gov.example.com/x",
        "https://www.sec.gov/Archives/../../etc/passwd",
        "https://www.sec.gov/Archives/%2e%2e/x",
        "https://user@evil.example/x",
        "https://user:word@www.sec.gov/x",
        "https://www.sec.gov:8080/x",
        "file:///etc/passwd",
    ],
)
def test_addresses_outside_edgar_are_refused_without_a_request(client: EdgarClient, edgar: FakeEdgar, url: str) -> None:
    with pytest.raises(InputError):
        client.get(url)
    with pytest.raises(InputError):
        client.download(url)
    assert edgar.arrivals == []


# -- what EDGAR says when it does not answer ---------------------------------------------------------------------------


def test_an_s3_answer_of_403_means_absent(client: EdgarClient, edgar: FakeEdgar, evidence: Path) -> None:
    bodies = sorted((evidence / "edgar_mirror/_errors/403").rglob("*.body"))
    assert bodies
    for body in bodies:
        edgar.default = always(403, body.read_bytes(), Content_Type="application/xml")
        with pytest.raises(AbsentError, match="no such document"):
            client.get(FEED)
    assert len(edgar.arrivals) == len(bodies)


def test_a_404_means_absent_and_is_not_repeated(client: EdgarClient, edgar: FakeEdgar, evidence: Path) -> None:
    (body,) = (evidence / "edgar_mirror/_errors/404").rglob("*.body")
    edgar.default = always(404, gzip.compress(body.read_bytes()), Content_Encoding="gzip")
    with pytest.raises(AbsentError, match="404"):
        client.download(FILING)
    assert len(edgar.arrivals) == 1
    assert not client.documents.root.exists()


def test_an_undeclared_tool_is_a_setting_and_never_repeated(
    client: EdgarClient, edgar: FakeEdgar, evidence: Path, tmp_path: Path
) -> None:
    page = (evidence / "edgar_mirror/_errors/pages/403_UndeclaredAutomatedTool.html").read_bytes()
    misleading = page.replace(
        b"<title>SEC.gov | Your Request Originates from an Undeclared Automated Tool</title>",
        b"<title>SEC.gov | Request Rate Threshold Exceeded</title>",
    )
    assert misleading != page
    for body in (page, misleading):
        edgar.default = always(403, body)
        with pytest.raises(SettingError, match="SEC_USER_AGENT") as caught:
            client.get(FEED)
        assert "secret-contact" not in str(caught.value)
    assert len(edgar.arrivals) == 2
    edgar.default = always(200, b"fine")
    assert client.get(FEED).body == b"fine", "nobody is paused"


@pytest.mark.parametrize("status", [403, 429, 200])
def test_the_rate_page_pauses_everybody(tmp_path: Path, edgar: FakeEdgar, evidence: Path, status: int) -> None:
    page = (evidence / "edgar_mirror/_errors/pages/429_or_403_RequestRateThresholdExceeded.html").read_bytes()
    edgar.behaviours[FEED_PATH] = in_turn(always(status, page), always(200, b"fine"))
    edgar.default = always(200, b"other")
    with client_for(tmp_path, edgar.base, pause=1.2) as client, client_for(tmp_path, edgar.base) as other:
        other.get(FEED + "&x=warm")
        answers: list[bytes] = []
        asking = threading.Thread(target=lambda: answers.append(client.get(FEED).body))
        asking.start()
        while edgar.count(FEED_PATH) == 0:
            time.sleep(0.005)
        time.sleep(0.2)
        other.get(FEED + "&x=2")
        asking.join(20)
    assert answers == [b"fine"]
    refused_at = next(arrival.at for arrival in edgar.arrivals if arrival.path == FEED_PATH)
    later = [arrival.at for arrival in edgar.arrivals if arrival.at > refused_at]
    assert len(later) == 2
    assert min(later) - refused_at > 1.1, "nobody sent anything during the pause"


def test_another_process_waits_out_the_pause_too(tmp_path: Path, edgar: FakeEdgar) -> None:
    edgar.behaviours[FEED_PATH] = in_turn(always(429, b"slow down", Retry_After="2"), always(200, b"fine"))
    edgar.default = always(200, b"other")
    script = (
        "import sys\nfrom sec_assets.edgar.client import EdgarClient\nfrom sec_assets.settings import load_settings\n"
        "s = load_settings(dict(SEC_ASSETS_SOURCE='live', SEC_USER_AGENT='T t@example.com', "
        "SEC_ASSETS_EDGAR_BASE=sys.argv[1], SEC_ASSETS_DATA=sys.argv[2]))\nc = EdgarClient(s)\n"
        "c.get('https://www.sec.gov/cgi-bin/first'); print('warm', flush=True); sys.stdin.readline()\n"
        "c.get('https://www.sec.gov/cgi-bin/second')\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, edgar.base, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline() == b"warm\n"
    with EdgarClient(live_settings(tmp_path, edgar.base), persistence=QUICK) as client:
        asking = threading.Thread(target=client.get, args=(FEED,))
        asking.start()
        while edgar.count(FEED_PATH) == 0:
            time.sleep(0.005)
        time.sleep(0.1)
        process.communicate(b"go\n", timeout=30)
        asking.join(20)
    assert process.returncode == 0
    moments = {arrival.path: arrival.at for arrival in reversed(edgar.arrivals)}
    assert moments["/www.sec.gov/cgi-bin/second"] - moments[FEED_PATH] > 1.9


def test_a_long_pause_is_told_at_once_instead_of_waited_out(tmp_path: Path, edgar: FakeEdgar) -> None:
    edgar.default = always(429, b"", Retry_After="3000")
    with client_for(tmp_path, edgar.base) as client:
        began = time.monotonic()
        for _ in range(2):
            with pytest.raises(BannedError, match="50 minutes"):
                client.get(FEED)
    assert time.monotonic() - began < 5
    assert len(edgar.arrivals) == 1


def test_a_source_that_goes_on_refusing_ends_the_run(tmp_path: Path, edgar: FakeEdgar) -> None:
    edgar.default = always(429, b"", Retry_After="0")
    with client_for(tmp_path, edgar.base, timing=Timing(patience=3.0)) as client, pytest.raises(BannedError):
        client.get(FEED)
    assert 2 <= len(edgar.arrivals) <= 3


@pytest.mark.parametrize("body", [b"", b"<!DOCTYPE html><html><title>Sign in</title></html>"])
def test_a_page_or_nothing_where_json_was_asked_for_is_a_throttle(
    tmp_path: Path, edgar: FakeEdgar, body: bytes
) -> None:
    edgar.default = in_turn(always(200, body), always(200, b'{"0": 1}'))
    with client_for(tmp_path, edgar.base, pause=0.0) as client:
        assert client.get_json(TICKERS) == {"0": 1}
    assert edgar.times()[1] - edgar.times()[0] > 0.9


def test_an_unknown_403_is_not_hammered(client: EdgarClient, edgar: FakeEdgar) -> None:
    edgar.default = always(403, b"<html><title>Corporate proxy: denied</title></html>")
    with pytest.raises(UnreachableError, match="Corporate proxy: denied"):
        client.get(FEED)
    assert len(edgar.arrivals) == 1


# -- broken bodies, broken lines ---------------------------------------------------------------------------------------


def reset(handler: Handler, _: int) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    handler.connection.close()
    handler.close_connection = True


def chunked_and_cut(handler: Handler, _: int) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"5\r\nhello\r\n")
    handler.close_connection = True


def head_cut_off(handler: Handler, _: int) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/js")
    handler.close_connection = True


def half(body: bytes) -> bytes:
    return body[: len(body) // 2]


PACKED = gzip.compress(bytes(range(256)) * 40)
BROKEN = {
    "shorter than announced": lambda handler, _: handler.reply(200, b"half", 8),
    "gzip cut off": always(200, half(PACKED), Content_Encoding="gzip"),
    "gzip without its checksum": always(200, PACKED[:-8], Content_Encoding="gzip"),
    "gzip damaged": always(200, half(PACKED) + b"\xff" * 20 + PACKED[-30:], Content_Encoding="gzip"),
    "not gzip at all": always(200, b"plain text", Content_Encoding="gzip"),
    "chunks cut off": chunked_and_cut,
    "empty": always(200, b""),
    "reset": reset,
    "server error": always(503, b"busy"),
}


@pytest.mark.parametrize("fault", sorted(BROKEN))
def test_a_broken_answer_is_repeated_and_never_kept(client: EdgarClient, edgar: FakeEdgar, fault: str) -> None:
    edgar.default = in_turn(BROKEN[fault], always(200, gzip.compress(b"whole"), Content_Encoding="gzip"))
    stored = client.download(FILING)
    assert client.documents.read(stored.path) == b"whole"
    assert edgar.count(FILING_PATH) == 2


@pytest.mark.parametrize("fault", sorted(BROKEN))
def test_an_answer_that_stays_broken_ends_in_one_sentence(client: EdgarClient, edgar: FakeEdgar, fault: str) -> None:
    edgar.default = BROKEN[fault]
    kind = UnreachableError if fault in {"reset", "server error"} else MalformedError
    with pytest.raises(kind) as caught:
        client.download(FILING)
    text = str(caught.value)
    assert FILING in text
    assert "tries" in text
    assert "\n" not in text
    assert stored_files(client.documents.root) == []


def test_an_answer_that_breaks_off_in_its_head_pauses_nobody(client: EdgarClient, edgar: FakeEdgar) -> None:
    edgar.default = in_turn(head_cut_off, always(200, b'{"0": 1}'))
    assert client.get_json(TICKERS) == {"0": 1}
    assert edgar.times()[1] - edgar.times()[0] < 0.9


def test_tries_that_the_line_spoilt_do_not_count_as_broken_bodies(client: EdgarClient, edgar: FakeEdgar) -> None:
    edgar.default = in_turn(reset, reset, BROKEN["shorter than announced"], always(200, b"whole"))
    assert client.documents.read(client.download(FILING).path) == b"whole"


def test_json_that_cannot_be_parsed_is_not_cached(client: EdgarClient, edgar: FakeEdgar) -> None:
    edgar.default = in_turn(always(200, b'{"0": '), always(200, b'{"0": '), always(200, b"{}"))
    with pytest.raises(MalformedError, match="cannot be parsed"):
        client.get_json(TICKERS)
    assert client.get_json(TICKERS) == {}


@pytest.mark.parametrize("expect", ["xml", "text"])
def test_a_page_in_place_of_data_is_malformed(client: EdgarClient, edgar: FakeEdgar, expect: str) -> None:
    edgar.default = always(200, b"\xef\xbb\xbf<!-- x -->\n<html><head><title>Hello</title></head></html>")
    with pytest.raises(MalformedError, match="Hello"):
        client.get(FEED, expect=expect)  # pyright: ignore[reportArgumentType]


def test_a_notice_page_is_not_stored_as_a_filing(client: EdgarClient, edgar: FakeEdgar, evidence: Path) -> None:
    page = next((evidence / "edgar_mirror/_errors/503").rglob("*.html")).read_bytes()
    edgar.default = always(200, page)
    with pytest.raises(UnreachableError, match="File Unavailable"):
        client.download(FILING, expect="html")
    assert stored_files(client.documents.root) == []


def test_a_body_that_drips_ends_at_its_deadline(tmp_path: Path, edgar: FakeEdgar) -> None:
    def drip(handler: Handler, _: int) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        for _byte in range(200):
            handler.wfile.write(b"x")
            time.sleep(0.02)

    edgar.default = drip
    client = EdgarClient(
        live_settings(tmp_path, edgar.base),
        budget=Budget.local(),
        timing=Timing(body=0.3),
        persistence=Persistence(tries=2, back_off=0.01),
    )
    began = time.monotonic()
    with client, pytest.raises(UnreachableError, match=r"not complete after 0\.3 s"):
        client.download(FILING)
    assert time.monotonic() - began < 3


def test_every_try_and_every_redirect_takes_a_permit(tmp_path: Path, edgar: FakeEdgar) -> None:
    gap = 0.3
    edgar.behaviours[FEED_PATH] = in_turn(always(503, b""), always(302, b"", Location="/www.sec.gov/cgi-bin/there"))
    edgar.default = always(200, b"there")
    budget = Budget(limit=1, window=gap, gap=gap)
    settings = live_settings(tmp_path, edgar.base)
    with EdgarClient(settings, budget=budget, persistence=Persistence(back_off=0.0)) as client:
        assert client.get(FEED).body == b"there"
    times = edgar.times()
    assert len(times) == 3
    assert min(later - earlier for earlier, later in pairwise(times)) > gap / 2  # what is left of it on a busy machine


def test_a_redirection_to_another_server_is_not_followed(client: EdgarClient, edgar: FakeEdgar) -> None:
    with fake_edgar(always(200, b"<html>sign in</html>")) as portal:
        target = portal.base.replace("localhost", "127.0.0.1")
        edgar.default = always(302, b"", Location=f"{target}/login")
        with pytest.raises(UnreachableError, match="redirection"):
            client.get(FEED)
        assert portal.arrivals == []


def test_retry_after_of_a_busy_server_is_honoured(client: EdgarClient, edgar: FakeEdgar) -> None:
    edgar.default = in_turn(always(503, b"", Retry_After="1"), always(200, b"fine"))
    client.get(FEED)
    assert edgar.times()[1] - edgar.times()[0] > 0.95


# -- no network --------------------------------------------------------------------------------------------------------


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_refused_connection_ends_soon_in_one_sentence(tmp_path: Path) -> None:
    base = f"http://127.0.0.1:{closed_port()}"
    settings = live_settings(tmp_path, base)
    began = time.monotonic()
    with EdgarClient(settings, budget=Budget.local()) as client, pytest.raises(UnreachableError) as caught:
        client.get(TICKERS, expect="json")
    assert time.monotonic() - began < 30
    text = str(caught.value)
    assert "refused" in text
    assert "3 tries" in text
    for word in ("www.sec.gov", "SEC_ASSETS_SOURCE=sample", "SEC_ASSETS_EDGAR_BASE", base):
        assert word in text
    assert "\n" not in text
    assert "HTTPConnectionPool" not in text


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make a certificate")
def test_tls_requests_are_counted_and_a_stranger_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-keyout", str(key), "-out", str(certificate), "-days", "2", "-subj", "/CN=localhost"]
    subprocess.run([*command, "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    budget = Budget(limit=1, window=0.3, gap=0.3)
    with fake_edgar(always(200, b"fine"), tls=context) as edgar:
        settings = live_settings(tmp_path / "data", edgar.base)
        with EdgarClient(settings, budget=budget, persistence=QUICK) as client:
            with pytest.raises(UnreachableError, match="no trusted TLS connection"):
                client.get(FEED)
            monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
            for _ in range(3):
                assert client.get(FEED).body == b"fine"
        times = edgar.times()
    assert len(times) == 3
    assert min(later - earlier for earlier, later in pairwise(times)) > 0.15  # what is left of it on a busy machine


def test_an_unknown_name_ends_soon_in_one_sentence(tmp_path: Path) -> None:
    with client_for(tmp_path, "http://no-such-host.invalid") as client:
        with pytest.raises(UnreachableError, match="cannot be resolved"):
            client.download(FILING)
        assert stored_files(client.documents.root) == []


def test_the_password_of_a_gateway_is_sent_but_never_shown_or_stored(tmp_path: Path, edgar: FakeEdgar) -> None:
    edgar.behaviours = {TICKERS_PATH: always(200, b"{}"), FEED_PATH: always(403, b"no")}
    with client_for(tmp_path, edgar.base.replace("//", "//me:pass-word@")) as client:
        client.get(TICKERS)
        with pytest.raises(UnreachableError) as caught:
            client.get(FEED)
    offline = client_for(tmp_path, f"http://me:pass-word@127.0.0.1:{closed_port()}")
    with offline as client, pytest.raises(UnreachableError) as unreachable:
        client.get(FEED)
    assert edgar.arrivals[0].headers["Authorization"].startswith("Basic ")
    assert "pass-word" not in str(caught.value) + str(unreachable.value)
    kept = b"".join(file.read_bytes() for file in (tmp_path / "state").rglob("*") if file.is_file())
    assert b"pass-word" not in kept
    assert edgar.arrivals[0].headers["Authorization"].split()[1].encode() not in kept


def test_the_contact_is_never_logged(client: EdgarClient, edgar: FakeEdgar, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    edgar.default = in_turn(always(503, b""), always(200, b"{}"))
    client.get(TICKERS)
    assert "secret-contact" not in caplog.text


# -- downloads ---------------------------------------------------------------------------------------------------------


def test_a_document_is_fetched_once_in_the_life_of_the_store(client: EdgarClient, edgar: FakeEdgar) -> None:
    body = b"<html>a filing</html>" * 10_000
    edgar.default = always(200, gzip.compress(body), Content_Encoding="gzip")
    first, second = client.download(FILING, expect="html"), client.download(FILING, expect="html")
    assert first.downloaded
    assert not second.downloaded
    assert (first.path, first.bytes, first.sha256) == (
        "www.sec.gov/Archives/edgar/data/320193/000032019324000123/aapl.htm",
        len(body),
        hashlib.sha256(body).hexdigest(),
    )
    assert (second.path, second.bytes, second.sha256, second.fetched_at) == (
        first.path,
        first.bytes,
        first.sha256,
        first.fetched_at,
    )
    assert first.fetched_at.tzinfo is not None
    assert edgar.count(FILING_PATH) == 1


def test_a_crash_in_the_middle_of_a_download_leaves_nothing_that_looks_whole(tmp_path: Path, edgar: FakeEdgar) -> None:
    begun = threading.Event()

    def stall(handler: Handler, _: int) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        handler.wfile.write(b"x" * 200_000)
        begun.set()
        time.sleep(5)

    edgar.default = in_turn(stall, always(200, b"whole"))
    script = (
        "import sys\nfrom sec_assets.edgar.client import EdgarClient\nfrom sec_assets.settings import load_settings\n"
        "s = load_settings(dict(SEC_ASSETS_SOURCE='live', SEC_USER_AGENT='T t@example.com', "
        "SEC_ASSETS_EDGAR_BASE=sys.argv[1], SEC_ASSETS_DATA=sys.argv[2]))\n"
        f"EdgarClient(s).download('{FILING}')\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script, edgar.base, str(tmp_path)])
    assert begun.wait(30)
    time.sleep(0.3)
    process.kill()
    process.wait(10)
    with client_for(tmp_path, edgar.base) as client:
        assert not client.documents.has(FILING)
        assert client.download(FILING).downloaded
        assert client.documents.read(client.download(FILING).path) == b"whole"


def test_a_full_disk_is_one_clear_storage_error(client: EdgarClient, edgar: FakeEdgar) -> None:
    edgar.default = always(200, b"y" * 3_000_000)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
    try:
        with pytest.raises(StorageError, match=r"aapl\.htm"):
            client.download(FILING)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert stored_files(client.documents.root) == []
    assert edgar.count(FILING_PATH) == 1, "not repeated"
    assert client.download(FILING).bytes == 3_000_000


def test_json_documents_are_checked_before_they_are_stored(client: EdgarClient, edgar: FakeEdgar) -> None:
    url = FILING.replace("aapl.htm", "index.json")
    edgar.default = in_turn(always(200, b'{"directory":'), always(200, b'{"directory": {}}'))
    stored = client.download(url, expect="json")
    assert json.loads(client.documents.read(stored.path)) == {"directory": {}}


# -- mirror ------------------------------------------------------------------------------------------------------------


def mirror_client(root: Path, data: Path) -> EdgarClient:
    environ = {"SEC_ASSETS_SOURCE": "mirror", "SEC_ASSETS_MIRROR": str(root), "SEC_ASSETS_DATA": str(data)}
    return EdgarClient.from_settings(load_settings(environ))


def test_the_store_of_one_run_is_the_mirror_of_the_next(client: EdgarClient, edgar: FakeEdgar, tmp_path: Path) -> None:
    edgar.default = always(200, b"<html>a filing</html>")
    client.download(FILING)
    with mirror_client(client.documents.root, tmp_path / "second") as second:
        stored = second.download(FILING, expect="html")
        assert second.documents.read(stored.path) == b"<html>a filing</html>"
        listing = second.get_json(FILING.replace("aapl.htm", "index.json"))
    assert [item["name"] for item in listing["directory"]["item"]] == ["aapl.htm"]


def test_an_edited_mirror_shows_at_once(tmp_path: Path) -> None:
    file = tmp_path / "mirror/www.sec.gov/files/company_tickers.json"
    file.parent.mkdir(parents=True)
    with_old, with_new = b'{"0": "old"}', b'{"0": "new"}'
    with mirror_client(tmp_path / "mirror", tmp_path / "data") as client:
        file.write_bytes(with_old)
        assert client.get_json(TICKERS) == {"0": "old"}
        file.write_bytes(with_new)
        assert client.get_json(TICKERS) == {"0": "new"}


def test_real_submissions_come_out_of_the_recorded_mirror(evidence: Path, tmp_path: Path) -> None:
    with mirror_client(evidence / "edgar_mirror", tmp_path) as client:
        packed = sorted((evidence / "edgar_mirror/data.sec.gov/submissions").glob("CIK*.json.gz"))[0]
        url = f"https://data.sec.gov/submissions/{packed.name.removesuffix('.gz')}"
        assert client.get_json(url) == json.loads(gzip.decompress(packed.read_bytes()))
        with pytest.raises(AbsentError, match="not in the mirror"):
            client.get_json("https://data.sec.gov/submissions/CIK9999999999.json")


def test_local_sources_have_a_high_budget_and_live_has_the_real_one(tmp_path: Path) -> None:
    live = budget_of(live_settings(tmp_path, "http://127.0.0.1:1"))
    assert (live.limit, live.window) == (9, pytest.approx(1.02))
    local = budget_of(load_settings({"SEC_ASSETS_DATA": str(tmp_path)}))
    assert local.limit / local.window >= 5000


def test_a_budget_file_that_is_named_is_for_live_only(tmp_path: Path) -> None:
    named = {"SEC_ASSETS_DATA": str(tmp_path), "SEC_ASSETS_LIMITER": str(tmp_path / "gate.sqlite")}
    assert limiter_file_of(load_settings(named)) == tmp_path / "gate-sample.sqlite"
    live = live_settings(tmp_path, "http://127.0.0.1:1", **named)
    assert limiter_file_of(live) == tmp_path / "gate.sqlite"
    assert limiter_file_of(load_settings({"SEC_ASSETS_DATA": str(tmp_path)})).name == "limiter-sample.sqlite"


def test_nothing_is_opened_before_the_first_request(tmp_path: Path) -> None:
    client_for(tmp_path / "data", "http://127.0.0.1:1").close()
    assert not (tmp_path / "data").exists()
    assert list(tmp_path.iterdir()) == []
