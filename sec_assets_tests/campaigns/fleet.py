"""Starts the loopback EDGAR and client processes, keeps cores busy, samples memory and file descriptors, and collects results.

Everything it starts ends with its block, whatever happens. What a client does is `worker`, what arrived is `arrivals`.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from sec_assets_tests.campaigns.arrivals import Arrival, read_log
from sec_assets_tests.campaigns.loopback import Options
from sec_assets_tests.campaigns.worker import Result, Work

_START_SECONDS = 60.0
_END_SECONDS = 60.0
_HOG = """
import os, sys, threading
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()  # never outlive who started it
while True: pass
"""
_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Running:
    """A serving loopback EDGAR: the address for SEC_ASSETS_EDGAR_BASE, and its log."""

    base: str
    log: Path

    def arrivals(self) -> list[Arrival]:
        """Return what has arrived, up to the last half second."""
        return read_log(self.log)


@dataclass(frozen=True, slots=True)
class Sample:
    """Memory (bytes) and open files of one client process at a moment (monotonic seconds)."""

    at: float
    pid: int
    rss: int
    files: int


@dataclass
class Outcome:
    """What the client processes reported, and the samples taken of them."""

    results: list[Result] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)


@contextmanager
def serving(options: Options, *, prefix: Sequence[str] = (), address: str = "127.0.0.1") -> Iterator[Running]:
    """Serve while the block runs; `prefix` starts the server elsewhere, `address` is where clients reach it."""
    module = "sec_assets_tests.campaigns.loopback"
    command = [*prefix, sys.executable, "-m", module, options.as_argument()]
    server = subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        port = server.stdout.readline().strip()
        if not port:
            raise RuntimeError("the loopback EDGAR did not start")
        scheme = "http" if options.certificate is None else "https"
        yield Running(f"{scheme}://{address}:{port}", Path(options.log))
    finally:
        server.terminate()
        server.wait(_END_SECONDS)


@contextmanager
def busy_cores(count: int) -> Iterator[None]:
    """Keep `count` cores busy with processes that do nothing else."""
    hogs = [subprocess.Popen([sys.executable, "-c", _HOG], stdin=subprocess.PIPE) for _ in range(count)]
    try:
        yield
    finally:
        for hog in hogs:
            hog.kill()
            hog.communicate()


def client_environment(base: str, data: Path, *, rate: float | None, **more: str) -> dict[str, str]:
    """Return the environment of a client process; the default rate if None."""
    outside = {name: text for name, text in os.environ.items() if not name.startswith("SEC_")}
    settings = {
        "SEC_ASSETS_SOURCE": "live",
        "SEC_USER_AGENT": "Loopback Campaign campaign@example.com",
        "SEC_ASSETS_EDGAR_BASE": base,
        "SEC_ASSETS_DATA": str(data),
    }
    if rate is not None:
        settings["SEC_REQUESTS_PER_SECOND"] = f"{rate:g}"
    return {**outside, **settings, **more}


def worker_command(work: Work) -> list[str]:
    """Return the command of one client process."""
    return [sys.executable, "-m", "sec_assets_tests.campaigns.worker", work.as_argument()]


def run_clients(
    commands: Sequence[Sequence[str]],
    environment: dict[str, str],
    seconds: float,
    *,
    sample_every: float | None = None,
    watch: Callable[[float], None] | None = None,
) -> Outcome:
    """Run client processes for `seconds`, all beginning when the last one is ready.

    Args:
        commands: one per process; it behaves like `worker`.
        environment: their environment.
        seconds: how long they work.
        sample_every: seconds between samples of memory and files; none are taken by default.
        watch: called about every second with the seconds that have passed.
    """
    outcome = Outcome()
    with ExitStack() as stack:
        clients = [stack.enter_context(_client(command, environment)) for command in commands]
        for client in clients:
            _expect_ready(client)
        began = time.monotonic()
        for client in clients:
            assert client.stdin is not None
            client.stdin.write(f"{began + seconds}\n")
            client.stdin.flush()
        due = began
        while time.monotonic() < began + seconds:
            if sample_every is not None and time.monotonic() >= due:
                due += sample_every
                outcome.samples += [one for client in clients if (one := _sample(client.pid)) is not None]
            if watch is not None:
                watch(time.monotonic() - began)
            time.sleep(min(1.0, max(0.0, began + seconds - time.monotonic())))
        outcome.results = [_result(client) for client in clients]
    return outcome


@contextmanager
def _client(command: Sequence[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    client = subprocess.Popen(
        command, cwd=_ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield client
    finally:
        if client.poll() is None:
            client.kill()
        client.communicate()


def _expect_ready(client: subprocess.Popen[str]) -> None:
    assert client.stdout is not None
    if client.stdout.readline() != "ready\n":
        raise RuntimeError("a client process did not start")


def _sample(pid: int) -> Sample | None:
    try:
        process = psutil.Process(pid)
        return Sample(time.monotonic(), pid, process.memory_info().rss, process.num_fds())
    except psutil.NoSuchProcess:
        return None


def _result(client: subprocess.Popen[str]) -> Result:
    """Return a client's report; one that does not end is killed by its block, and counts as an error."""
    try:
        text, _ = client.communicate(timeout=_END_SECONDS)
    except subprocess.TimeoutExpired:
        return Result(errors=1, first_error=f"the process did not end within {_END_SECONDS:g} s")
    lines = text.splitlines()
    if not lines:
        return Result(errors=1, first_error=f"the process ended with status {client.returncode} and no report")
    return Result(**json.loads(lines[-1]))
