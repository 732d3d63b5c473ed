"""Connections that end in every bad way, over plain TCP and over TLS: repeated, never kept, told in one sentence."""

import gzip
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from sec_assets.edgar.client import EdgarClient
from sec_assets.edgar.transport.retry import Persistence
from sec_assets.edgar.transport.rules import Budget
from sec_assets.edgar.transport.session import Timing
from sec_assets.errors import MalformedError, UnreachableError
from sec_assets_tests.edgar.http_server import FakeEdgar, Handler, always, fake_edgar, in_turn
from sec_assets_tests.edgar.live_clients import settings_for

FILING = "https://www.sec.gov/Archives/edgar/data/320193/000032019324000123/aapl.htm"
PERSISTENCE = Persistence(tries=4, offline_tries=2, body_tries=3, back_off=0.001)
TIMING = Timing(connect=2.0, read=0.5, head=0.6, body=0.6)


def vanish(handler: Handler) -> None:
    """Close the TCP connection as a dying server does, without the farewell of TLS."""
    handler.wfile.flush()
    connection = handler.connection
    handler.close_connection = True
    if isinstance(connection, ssl.SSLSocket):
        os.close(connection.detach())
    else:
        connection.shutdown(socket.SHUT_RDWR)


def begin(handler: Handler, *headers: tuple[str, str]) -> None:
    handler.send_response(200)
    for name, value in headers:
        handler.send_header(name, value)
    handler.end_headers()


def before_the_answer(handler: Handler, _: int) -> None:
    vanish(handler)


def within_the_headers(handler: Handler, _: int) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Len")
    vanish(handler)


def within_the_body(handler: Handler, _: int) -> None:
    begin(handler, ("Content-Length", "100000"))
    handler.wfile.write(b"x" * 40_000)
    vanish(handler)


def within_a_chunk(handler: Handler, _: int) -> None:
    begin(handler, ("Transfer-Encoding", "chunked"))
    handler.wfile.write(b"ff\r\nonly this")
    vanish(handler)


def without_the_last_chunk(handler: Handler, _: int) -> None:
    begin(handler, ("Transfer-Encoding", "chunked"))
    handler.wfile.write(b"5\r\nhello\r\n")
    vanish(handler)


def within_gzip_of_unknown_length(handler: Handler, _: int) -> None:
    begin(handler, ("Content-Encoding", "gzip"), ("Connection", "close"))
    handler.wfile.write(gzip.compress(os.urandom(50_000))[:-4])
    vanish(handler)


def silence(handler: Handler, _: int) -> None:
    time.sleep(1.2)
    handler.close_connection = True


def silence_within_the_body(handler: Handler, _: int) -> None:
    begin(handler, ("Content-Length", "1000"))
    handler.wfile.write(b"x")
    handler.wfile.flush()
    time.sleep(1.2)
    handler.close_connection = True


def drip(handler: Handler, _: int) -> None:
    begin(handler, ("Content-Length", "1000"))
    for _byte in range(100):
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.02)
    handler.close_connection = True


def drip_the_headers(handler: Handler, _: int) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    with suppress(OSError):
        for number in range(100):
            handler.wfile.write(b"X-%d: y\r\n" % number)
            handler.wfile.flush()
            time.sleep(0.02)
    handler.close_connection = True


FAULTS = {
    fault.__name__: fault
    for fault in (
        before_the_answer,
        within_the_headers,
        within_the_body,
        within_a_chunk,
        without_the_last_chunk,
        within_gzip_of_unknown_length,
        silence,
        silence_within_the_body,
        drip,
        drip_the_headers,
    )
}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    key, made = folder / "key.pem", folder / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-keyout", str(key), "-out", str(made), "-days", "2", "-subj", "/CN=localhost"]
    subprocess.run([*command, "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, key)
    return made, context


@pytest.fixture(params=["plain", "tls"])
def edgar(
    request: pytest.FixtureRequest, certificate: tuple[Path, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> Iterator[FakeEdgar]:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate[0]))
    with fake_edgar(tls=certificate[1] if request.param == "tls" else None) as server:
        yield server


@pytest.fixture
def client(tmp_path: Path, edgar: FakeEdgar) -> Iterator[EdgarClient]:
    settings = settings_for(tmp_path, edgar.base)
    with EdgarClient(settings, budget=Budget.local(), persistence=PERSISTENCE, timing=TIMING) as made:
        yield made


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_got_over(client: EdgarClient, edgar: FakeEdgar, fault: str) -> None:
    whole = b"<html>a whole filing</html>"
    edgar.default = in_turn(FAULTS[fault], always(200, whole))
    stored = client.download(FILING, expect="html")
    assert client.documents.read(stored.path) == whole
    assert len(edgar.arrivals) == 2


@pytest.mark.parametrize("fault", FAULTS)
def test_a_lasting_fault_ends_in_one_sentence_and_keeps_nothing(
    client: EdgarClient, edgar: FakeEdgar, fault: str
) -> None:
    edgar.default = FAULTS[fault]
    began = time.monotonic()
    with pytest.raises((MalformedError, UnreachableError)) as caught:
        client.download(FILING)
    text = str(caught.value)
    assert len(edgar.arrivals) in {PERSISTENCE.tries, PERSISTENCE.body_tries}, (
        "a server was there, so it is not offline"
    )
    assert FILING in text
    assert "tries" in text
    assert "run" in text
    assert "\n" not in text
    assert "TLS connection could be made" not in text
    assert time.monotonic() - began < 40
    assert [path for path in client.documents.root.rglob("*") if path.is_file()] == []


def test_a_fault_on_a_connection_that_was_kept_open_is_got_over(client: EdgarClient, edgar: FakeEdgar) -> None:
    edgar.default = always(200, b"fine")
    client.download(FILING)
    edgar.default = in_turn(before_the_answer, always(200, b"fine"))
    assert client.download(f"{FILING}l").downloaded
    assert len(edgar.arrivals) == 3


def test_a_server_that_ends_the_tls_handshake_is_a_broken_line(
    tmp_path: Path, certificate: tuple[Path, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate[0]))
    callers: list[float] = []

    def hang_up(listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                caller, _ = listener.accept()
                callers.append(time.monotonic())
                caller.recv(65_536)
                caller.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=hang_up, args=(listener,), daemon=True)
        thread.start()
        settings = settings_for(tmp_path, f"https://localhost:{listener.getsockname()[1]}")
        with (
            EdgarClient(settings, budget=Budget.local(), persistence=PERSISTENCE, timing=TIMING) as client,
            pytest.raises(UnreachableError, match=r"aapl\.htm: the TLS connection ended too early \(4 tries"),
        ):
            client.download(FILING)
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)
    assert len(callers) == PERSISTENCE.tries
