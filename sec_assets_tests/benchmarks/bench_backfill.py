"""How well `sec-assets backfill` uses the budget: the sample served on the loopback with half a second of latency.

Counts what arrives at the server; that no second has too many is held by `bench_http`, whose server stamps arrivals exactly.
Run it on a quiet machine: python -m sec_assets_tests.benchmarks.bench_backfill --batch-size 50
"""

import os
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

from rich.console import Console

from sec_assets.sample.site import respond
from sec_assets_tests.integration.home import Home

_LATENCY_SECONDS = 0.5
_RATE = 10.0


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    arrivals: list[float]

    def do_GET(self) -> None:
        self.arrivals.append(time.monotonic())
        time.sleep(_LATENCY_SECONDS)
        answer = respond(f"https:/{self.path}")
        self.send_response(answer.status)
        for name, value in {**answer.headers, "Content-Type": answer.content_type}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        pass


def main() -> int:
    """Backfill the whole sample and print requests per minute."""
    arrivals: list[float] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"arrivals": arrivals}))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        home = Home(
            Path(folder) / "data",
            {
                "SEC_ASSETS_SOURCE": "live",
                "SEC_USER_AGENT": "Example admin@example.com",
                "SEC_ASSETS_EDGAR_BASE": f"http://127.0.0.1:{server.server_port}",
                "SEC_REQUESTS_PER_SECOND": str(_RATE),
                "SEC_ASSETS_UNIVERSE": "all",
                **({"PYTHONPATH": os.environ["PYTHONPATH"]} if "PYTHONPATH" in os.environ else {}),
            },
        )
        began = time.monotonic()
        done = home.run("sec-assets", "backfill", *sys.argv[1:], seconds=900)
        took = time.monotonic() - began
    server.shutdown()
    console = Console(highlight=False, soft_wrap=True)
    console.print(done.tail()[-900:], markup=False)
    inner = arrivals[1:]  # the tickers come before the lanes
    seconds = inner[-1] - inner[0]
    gaps = sum(late - early > 1.0 for early, late in pairwise(inner))
    rate = len(inner) / seconds
    console.print(
        f"{len(arrivals)} requests in {took:.0f} s; between first and last {rate * 60:.0f} a minute, {rate / _RATE:.1%} of the rate"
    )
    console.print(f"pauses of more than a second: {gaps}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
