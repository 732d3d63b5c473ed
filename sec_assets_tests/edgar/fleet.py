"""Real worker processes that share one budget, and what their arrivals at a server look like."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

from sec_assets_tests.edgar.http_server import Stopwatch

PROGRAM = """
import json, os, signal, sys, threading, time

order = json.loads(sys.argv[1])
if order["clock_runs_back"]:  # like a wall clock that is set back again and again; only this process sees it
    real, began = time.time, time.monotonic()
    time.time = lambda: real() - 3600.0 * int((time.monotonic() - began) / 0.5)

from http.client import HTTPConnection
from urllib3.connection import HTTPConnection as PooledConnection
from sec_assets.edgar.client import EdgarClient
from sec_assets.edgar.transport.rules import Budget
from sec_assets.settings import load_settings

settings = load_settings({
    "SEC_ASSETS_SOURCE": "live", "SEC_USER_AGENT": "Tests tests@example.com", "SEC_ASSETS_EDGAR_BASE": order["base"],
    "SEC_ASSETS_DATA": order["data"], "SEC_ASSETS_LIMITER": order["limiter"],
})
budget = Budget(**order["budget"]) if order["budget"] else None
client = EdgarClient(settings, budget=budget, priority=order["priority"], label=order["name"])

if order["stop_at"] == "write":  # stopped with a confirmed permit, before the first byte is written
    def send(self, data, real=HTTPConnection.send):
        if not stopped.is_set():
            stopped.set()
            os.kill(os.getpid(), signal.SIGSTOP)
        return real(self, data)
    HTTPConnection.send = send
elif order["stop_at"] == "connect":  # stopped with a permit, before the connection stands
    def connect(self, real=PooledConnection.connect):
        if not stopped.is_set():
            stopped.set()
            os.kill(os.getpid(), signal.SIGSTOP)
        return real(self)
    PooledConnection.connect = connect
stopped = threading.Event()

print("ready", flush=True)
sys.stdin.readline()
end = time.monotonic() + order["seconds"]

def work(thread):
    number = 0
    while time.monotonic() < end:
        number += 1
        client.get(f"https://{order['hosts'][number % len(order['hosts'])]}/cgi-bin/{order['name']}/{thread}/{number}")

workers = [threading.Thread(target=work, args=(n,), daemon=True) for n in range(order["threads"])]
[w.start() for w in workers]
[w.join() for w in workers]
"""


@dataclass(frozen=True)
class Order:
    """What one worker process does."""

    name: str
    base: str
    data: str
    limiter: str
    seconds: float
    threads: int = 4
    priority: str = "interactive"
    budget: dict[str, float] | None = None
    stop_at: str = ""
    clock_runs_back: bool = False
    hosts: Sequence[str] = ("www.sec.gov", "data.sec.gov", "efts.sec.gov")


Worker = subprocess.Popen[bytes]


@contextmanager
def fleet(orders: Sequence[Order], prefix: Sequence[Sequence[str]] = ()) -> Iterator[list[Worker]]:
    """Start a process per order; all begin when all are ready, and none is left at the end."""
    running: list[Worker] = []
    try:
        for number, order in enumerate(orders):
            before = list(prefix[number]) if prefix else []
            command = [*before, sys.executable, "-c", PROGRAM, json.dumps(asdict(order))]
            running.append(
                subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            )
        for process in running:
            assert process.stdout is not None
            assert process.stdin is not None
            if process.stdout.readline() != b"ready\n":
                raise AssertionError(process.communicate()[1].decode())
        for process in running:
            process.stdin.write(b"go\n")  # pyright: ignore[reportOptionalMemberAccess]
            process.stdin.flush()  # pyright: ignore[reportOptionalMemberAccess]
        yield running
    finally:
        for process in running:
            process.kill()
            process.communicate()


def order(edgar: Stopwatch, data: Path, name: str, seconds: float, limiter: str | None = None, **more: object) -> Order:
    return Order(name, edgar.base, str(data), limiter or str(data / "limiter.sqlite"), seconds, **more)  # type: ignore[arg-type]


def most_in(times: Sequence[float], seconds: float = 1.0) -> int:
    """Return the most arrivals in any sliding window."""
    ordered = sorted(times)
    return max((sum(1 for later in ordered[i:] if later < at + seconds) for i, at in enumerate(ordered)), default=0)


def shares(edgar: Stopwatch) -> dict[str, int]:
    """Return the number of arrivals per worker process."""
    counts: dict[str, int] = {}
    for _, path in edgar.arrivals:
        name = path.split("/")[3]
        counts[name] = counts.get(name, 0) + 1
    return counts


def longest_pause(times: Sequence[float]) -> float:
    """Return the longest time without an arrival."""
    return max((later - earlier for earlier, later in pairwise(sorted(times))), default=0.0)
