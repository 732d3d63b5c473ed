"""Other programs in the place of our client, for `bench_http`: same server, same measure.

`make bench-http` installs them into a throw-away environment and runs this file there; it must not import sec_assets. Their
code is untouched: names of sec.gov lead to the loopback server by a changed `socket.getaddrinfo`, and the server's
certificate is trusted through the environment. It behaves like `campaigns.worker`: "ready", then until when to work.
"""

import json
import os
import socket
import sys
import threading
import time
from pathlib import Path

from sec_assets_tests.campaigns.site import FIRST_COMPANY, endless_url

PACKAGES = {"edgartools": "5.62.0", "sec-edgar-downloader": "5.1.0"}
_WARM_UP_SECONDS = 2.0


def _lead_to(port: int) -> None:
    resolve = socket.getaddrinfo

    def rerouted(host, _port, *args, **kwargs):
        name = host.decode() if isinstance(host, bytes) else host
        if name is not None and name.endswith("sec.gov"):
            return resolve("127.0.0.1", port, *args, **kwargs)
        return resolve(host, _port, *args, **kwargs)

    socket.getaddrinfo = rerouted


class _Counter:
    def __init__(self) -> None:
        self.stored = self.errors = 0
        self.first_error = ""
        self._lock = threading.Lock()

    def note(self, error: Exception | None) -> None:
        with self._lock:
            self.stored += error is None
            self.errors += error is not None
            self.first_error = self.first_error or (repr(error)[:300] if error else "")


def _edgartools(number: int, threads: int, until: float, counter: _Counter) -> list[threading.Thread]:
    from edgar import set_identity
    from edgar.httprequests import download_text

    set_identity("Loopback Campaign campaign@example.com")

    def work(owner: int) -> None:
        position = 0
        while time.monotonic() < until:
            position += 1
            try:
                download_text(endless_url(owner, position))
            except Exception as error:  # noqa: BLE001 - whatever a stranger raises is counted
                counter.note(error)
                time.sleep(1.0)
            else:
                counter.note(None)

    return [threading.Thread(target=work, args=(number * 100 + thread,), daemon=True) for thread in range(threads)]


def _sec_edgar_downloader(number: int, _: int, until: float, counter: _Counter) -> list[threading.Thread]:
    from sec_edgar_downloader import Downloader

    folder = Path(os.environ["SEC_ASSETS_DATA"], f"downloader-{number}")

    def work() -> None:
        downloader = Downloader("Loopback Campaign", "campaign@example.com", folder)
        for company in range(20):
            if time.monotonic() < until:
                downloader.get("8-K", f"{FIRST_COMPANY + company:010d}")

    def count() -> None:
        while time.monotonic() < until:
            time.sleep(0.2)
        counter.stored = sum(1 for _ in folder.rglob("full-submission.txt"))

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    return [threading.Thread(target=count, daemon=True)]


def main() -> None:
    """Work until the moment read from standard input, then report and leave at once."""
    peer, number, threads, port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    _lead_to(port)
    work = {"edgartools": _edgartools, "sec-edgar-downloader": _sec_edgar_downloader}[peer]
    if peer == "edgartools":
        import edgar  # noqa: F401 - the import takes seconds
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    until, counter = float(sys.stdin.readline()), _Counter()
    began = time.process_time()
    working = work(number, threads, until, counter)
    for thread in working:
        thread.start()
    for thread in working:
        thread.join(max(0.0, until - time.monotonic()) + _WARM_UP_SECONDS)
    cpu = time.process_time() - began
    report = {
        "stored": counter.stored,
        "cpu_seconds": cpu,
        "errors": counter.errors,
        "first_error": counter.first_error,
    }
    sys.stdout.write(json.dumps(report) + "\n")
    sys.stdout.flush()
    os._exit(0)  # a stranger's threads may still be at work


if __name__ == "__main__":
    main()
