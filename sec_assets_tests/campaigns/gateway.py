"""The bundled EDGAR behind HTTP, as a gateway for SEC_ASSETS_EDGAR_BASE; writes when each request came, and from where.

Run: python -m sec_assets_tests.campaigns.gateway ADDRESS PORT LOG. Faults and limits are not here but in `loopback`.
"""

import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from sec_assets.sample.site import respond


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        with self.server.log.open("a") as log:  # type: ignore[attr-defined]
            log.write(f"{time.monotonic_ns()} {self.client_address[0]}\n")
        answer = respond(f"https:/{self.path}")
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def read_log(log: Path) -> Iterator[tuple[int, str]]:
    """Yield when each request came (nanoseconds) and from which address."""
    for line in log.read_text().splitlines():
        at, _, address = line.partition(" ")
        yield int(at), address


if __name__ == "__main__":
    server = ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), _Handler)
    server.daemon_threads = True
    server.log = Path(sys.argv[3])  # type: ignore[attr-defined]
    server.serve_forever()
