"""A real HTTP server on the loopback address that answers what a test tells it to."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest


@dataclass(frozen=True)
class Reply:
    status: int
    body: bytes
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class MarketServer:
    """`answer` gets the requested path and returns the reply; `requests` remembers paths and headers."""

    url: str = ""
    answer: Callable[[str], Reply] = lambda path: Reply(404, b"{}")
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def always(self, status: int, body: bytes, content_type: str = "application/json") -> None:
        self.answer = lambda path: Reply(status, body, content_type)

    def script(self, *replies: Reply) -> None:
        waiting = list(replies)
        self.answer = lambda path: waiting.pop(0)


@pytest.fixture
def server() -> Iterator[MarketServer]:
    market = MarketServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            market.requests.append((self.path, dict(self.headers.items())))
            reply = market.answer(self.path)
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(reply.body)))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the signature of the base class
            pass

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    market.url = f"http://127.0.0.1:{listener.server_port}"
    yield market
    listener.shutdown()
    listener.server_close()
    thread.join()


@pytest.fixture(scope="session")
def recorded_chart(evidence: Path) -> Callable[[str], dict[str, Any]]:
    """Read the body of a recorded chart exchange by the name of its file."""

    def read(name: str) -> dict[str, Any]:
        return json.loads((evidence / "market/yahoo_api/2025" / name).read_bytes())["response"]["bodyJson"]

    return read
