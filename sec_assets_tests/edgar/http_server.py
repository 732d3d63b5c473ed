"""A real HTTP server on the loopback that misbehaves on demand and remembers when each request arrived."""

import selectors
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from sec_assets_tests.campaigns.connection import SO_TIMESTAMPNS, received_at

Behaviour = Callable[["Handler", int], None]


@dataclass
class Arrival:
    at: float
    path: str
    headers: dict[str, str]


@dataclass
class FakeEdgar:
    base: str
    arrivals: list[Arrival] = field(default_factory=list)
    behaviours: dict[str, Behaviour] = field(default_factory=dict)
    default: Behaviour | None = None

    def paths(self) -> list[str]:
        return [arrival.path for arrival in self.arrivals]

    def times(self) -> list[float]:
        return [arrival.at for arrival in self.arrivals]

    def count(self, path: str) -> int:
        return self.paths().count(path)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    edgar: FakeEdgar
    timeout = 30

    def do_GET(self) -> None:
        at = time.monotonic()
        self.edgar.arrivals.append(Arrival(at, self.path, dict(self.headers)))
        behaviour = self.edgar.behaviours.get(self.path, self.edgar.default)
        if behaviour is None:
            self.reply(404, b"<Error><Code>NoSuchKey</Code></Error>")
        else:
            behaviour(self, self.edgar.count(self.path))

    def reply(self, status: int, body: bytes, length: int | None = None, /, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)
        if length is not None:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        pass


@contextmanager
def fake_edgar(default: Behaviour | None = None, tls: ssl.SSLContext | None = None) -> Iterator[FakeEdgar]:
    handler = type("BoundHandler", (Handler,), {})
    server = _Server(("127.0.0.1", 0), handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    scheme = "http" if tls is None else "https"
    edgar = FakeEdgar(f"{scheme}://localhost:{server.server_address[1]}", default=default)
    handler.edgar = edgar
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield edgar
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def always(status: int, body: bytes, **headers: str) -> Behaviour:
    return lambda handler, _: handler.reply(status, body, None, **headers)


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """Behave differently each time; the last behaviour stays."""
    return lambda handler, count: behaviours[min(count, len(behaviours)) - 1](handler, count)


@dataclass
class Stopwatch:
    """A server of one thread that notes when the kernel received each request, and answers 200 after `latency`."""

    base: str
    arrivals: list[tuple[float, str]] = field(default_factory=list)

    def times(self) -> list[float]:
        return sorted(at for at, _ in self.arrivals)


@contextmanager
def stopwatch(latency: float = 0.0, address: str = "127.0.0.1") -> Iterator[Stopwatch]:
    listener = socket.create_server((address, 0), backlog=64)
    listener.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    watch = Stopwatch(f"http://127.0.0.1:{listener.getsockname()[1]}")
    done = threading.Event()
    thread = threading.Thread(target=_note_arrivals, args=(listener, watch, latency, done), daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        done.set()
        thread.join(5)
        listener.close()


def _note_arrivals(listener: socket.socket, watch: Stopwatch, latency: float, done: threading.Event) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine"
    due: list[tuple[float, socket.socket]] = []
    with selectors.DefaultSelector() as selector:
        selector.register(listener, selectors.EVENT_READ)
        while not done.is_set():
            ready = selector.select(0.005 if due else 0.05)
            now = time.monotonic()
            for key, _ in ready:
                if key.fileobj is listener:
                    selector.register(listener.accept()[0], selectors.EVENT_READ)
                    continue
                connection = key.fileobj
                assert isinstance(connection, socket.socket)
                request, at = _received(connection)
                if request:
                    watch.arrivals.append((at, request.split(b" ", 2)[1].decode()))
                    due.append((now + latency, connection))
                else:
                    selector.unregister(connection)
                    connection.close()
            for moment, connection in [one for one in due if one[0] <= now]:
                due.remove((moment, connection))
                with suppress(OSError):
                    connection.sendall(answer)
        for key in list(selector.get_map().values()):
            if isinstance(key.fileobj, socket.socket) and key.fileobj is not listener:
                key.fileobj.close()


def _received(connection: socket.socket) -> tuple[bytes, float]:
    try:
        request, extra, _, _ = connection.recvmsg(65536, 256)
    except ConnectionError:
        return b"", 0.0
    return request, received_at(extra) / 1e9


@dataclass
class Ranged:
    """Serves one changing file as a static file server does: validators, Range with If-Range, 304.

    `cut` maps the number of a request to the bytes after which its connection breaks; `drip` is a pause per 64 KiB.
    """

    body: bytes
    etag: str | None = '"v1"'
    cut: dict[int, int] = field(default_factory=dict)
    drip: float = 0.0
    ranges: bool = True
    served: list[tuple[int, int]] = field(default_factory=list)

    def __call__(self, handler: Handler, count: int) -> None:
        if self.etag is not None and handler.headers.get("If-None-Match") == self.etag:
            self.served.append((304, 0))
            handler.send_response(304)
            handler.end_headers()
            return
        first = self._first(handler)
        if first > len(self.body):
            self.served.append((416, 0))
            handler.reply(416, b"", None, Content_Range=f"bytes */{len(self.body)}")
            return
        self._send(handler, first, self.cut.get(count))

    def _first(self, handler: Handler) -> int:
        text = handler.headers.get("Range")
        valid = self.ranges and handler.headers.get("If-Range") in {None, self.etag}
        return int(text.removeprefix("bytes=").rstrip("-")) if text and valid else 0

    def _send(self, handler: Handler, first: int, cut: int | None) -> None:
        piece = self.body[first:]
        handler.send_response(206 if first else 200)
        handler.send_header("Content-Length", str(len(piece)))
        if first:
            handler.send_header("Content-Range", f"bytes {first}-{len(self.body) - 1}/{len(self.body)}")
        if self.etag is not None:
            handler.send_header("ETag", self.etag)
        handler.end_headers()
        piece = piece[:cut]
        self.served.append((206 if first else 200, len(piece)))
        for start in range(0, len(piece), 65_536):
            handler.wfile.write(piece[start : start + 65_536])
            time.sleep(self.drip)
        if cut is not None:
            handler.close_connection = True
