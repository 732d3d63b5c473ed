"""The feeds over real HTTP on loopback: what is asked for, and what each kind of trouble becomes."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from sec_assets.errors import AbsentError, BannedError, MalformedError, UnreachableError
from sec_assets.text.news import FeedQuery, FeedSource, google_rss, sample, yahoo_rss

NOW = datetime(2025, 6, 1, tzinfo=UTC)
FEED = (
    b"<rss version='2.0'><channel><item><title>Sales rise</title><guid>1</guid><link>https://example.com/1</link>"
    b"<pubDate>Fri, 30 May 2025 10:00:00 GMT</pubDate></item></channel></rss>"
)


class FeedServer(ThreadingHTTPServer):
    """Answers in turn what it was told to, and remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: list[tuple[int, bytes]] = []
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, FeedServer)
        self.server.asked.append(self.path)
        status, body = self.server.answers.pop(0) if self.server.answers else (200, FEED)
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Stay quiet."""


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def yahoo(server: FeedServer) -> Iterator[FeedSource]:
    source = yahoo_rss(base_url=server.url, per_minute=60_000, retry_wait_seconds=0.01)
    yield source
    source.close()


def articles(source: FeedSource) -> list[str]:
    return source.articles(FeedQuery("320193", "AAPL", "Apple Inc."), fetched_at=NOW).frame["title"].to_list()


def test_yahoo_is_asked_for_the_ticker(server: FeedServer, yahoo: FeedSource) -> None:
    assert articles(yahoo) == ["Sales rise"]
    assert server.asked == ["/rss/2.0/headline?s=AAPL&region=US&lang=en-US"]


def test_google_is_asked_for_the_name(server: FeedServer) -> None:
    source = google_rss(base_url=server.url, per_minute=60_000)
    assert articles(source) == ["Sales rise"]
    source.close()
    asked = urlsplit(server.asked[0])
    assert asked.path == "/rss/search"
    assert parse_qs(asked.query) == {"q": ['"Apple Inc." when:7d'], "hl": ["en-US"], "gl": ["US"], "ceid": ["US:en"]}


@pytest.mark.parametrize(
    ("status", "error"), [(404, AbsentError), (403, BannedError), (429, BannedError), (418, MalformedError)]
)
def test_refusals_are_told_apart_and_not_repeated(
    server: FeedServer, yahoo: FeedSource, status: int, error: type[Exception]
) -> None:
    server.answers = [(status, b"no")]
    with pytest.raises(error, match="yahoo_rss"):
        articles(yahoo)
    assert len(server.asked) == 1


def test_passing_trouble_is_tried_again_and_lasting_trouble_is_an_outage(server: FeedServer, yahoo: FeedSource) -> None:
    server.answers = [(503, b""), (502, b"")]
    assert articles(yahoo) == ["Sales rise"]
    server.answers = [(500, b"")] * 3
    with pytest.raises(UnreachableError, match="500"):
        articles(yahoo)


def test_nobody_listening_is_an_outage(server: FeedServer) -> None:
    source = yahoo_rss(base_url="http://127.0.0.1:9", per_minute=60_000, retry_wait_seconds=0.01)
    with pytest.raises(UnreachableError, match="no answer for AAPL"):
        articles(source)
    source.close()


@pytest.mark.parametrize("body", [b"", b"<html><p>Too many requests</p></html>", b"x" * 5_000_001])
def test_a_good_status_with_something_else_is_malformed(server: FeedServer, yahoo: FeedSource, body: bytes) -> None:
    server.answers = [(200, body)]
    with pytest.raises(MalformedError):
        articles(yahoo)


def test_the_bundled_sample_has_headlines_and_knows_whom_it_does_not_know() -> None:
    later = datetime(2100, 1, 1, tzinfo=UTC)
    parsed = sample().articles(FeedQuery("320193", "AAPL"), fetched_at=later)
    assert parsed.frame.height
    assert parsed.problems == []
    with pytest.raises(AbsentError, match="NOSUCH"):
        sample().articles(FeedQuery("1", "NOSUCH"), fetched_at=later)
