"""Two hosts that share one budget through a real Redis, which then dies and comes back.

`make two-hosts` (TWO_HOSTS_SECONDS a phase, 24 by default): two network namespaces of two processes each, one server, one Redis.
First phase: all goes well. Second: Redis is killed after a quarter and started again after two thirds; nothing may be sent between.
It passes when no second held more than 10, both hosts got their share, the silence was kept, and the errors said why.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from sec_assets_tests.campaigns.arrivals import SECOND, Arrival, fullest, slack_ms, steady_per_minute
from sec_assets_tests.campaigns.fleet import Outcome, client_environment, run_clients, serving, worker_command
from sec_assets_tests.campaigns.loopback import Options
from sec_assets_tests.campaigns.namespaces import Network, two_hosts
from sec_assets_tests.campaigns.site import owner_of
from sec_assets_tests.campaigns.worker import Work

PROCESSES, THREADS = 2, 4
SEC_LIMIT = 10
PORT = 16_379
WARM_UP_SECONDS = 5.0
SHARE = 0.9  # of 10 a second; how fast it goes is measured by bench_http
GRACE_SECONDS = 0.5
_START_SECONDS = 20.0

Verdict = tuple[str, str, bool]


@dataclass
class RedisOnHost:
    """A Redis on the server's host that can be killed and started again."""

    network: Network
    folder: Path
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        """Its address for SEC_ASSETS_LIMITER."""
        return f"redis://{self.network.address}:{PORT}/0"

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = ["redis-server", "--bind", self.network.address, "--port", str(PORT), "--save", ""]
        command += ["--protected-mode", "no", "--dir", str(self.folder)]
        self._process = subprocess.Popen([*self.network.server, *command], stdout=subprocess.DEVNULL)
        ping = [*self.network.server, "redis-cli", "-h", self.network.address, "-p", str(PORT), "ping"]
        deadline = time.monotonic() + _START_SECONDS
        while subprocess.run(ping, capture_output=True, check=False).stdout.strip() != b"PONG":
            if time.monotonic() > deadline:
                raise RuntimeError("the Redis server did not start")
            time.sleep(0.05)

    def kill(self) -> None:
        """Kill it without a farewell."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


class _Killer:
    """Kills Redis after a quarter of the run and starts it again after two thirds; remembers when (ns)."""

    def __init__(self, redis: RedisOnHost, seconds: float) -> None:
        self._redis, self._seconds = redis, seconds
        self.killed = self.started = 0

    def watch(self, elapsed: float) -> None:
        if not self.killed and elapsed > self._seconds / 4:
            self._redis.kill()
            self.killed = time.monotonic_ns()
        if not self.started and elapsed > self._seconds * 2 / 3:
            self.started = time.monotonic_ns()
            self._redis.start()


def share_one_budget(deployment: "Deployment", seconds: float) -> list[Verdict]:
    """Run the phase in which all goes well."""
    arrivals, outcome = deployment.run("well", seconds)
    per_minute = steady_per_minute([one.at for one in arrivals], WARM_UP_SECONDS) or 0.0
    shares = deployment.shares(arrivals)
    fair = len(shares) == len(deployment.network.hosts) and min(shares) * 2 > max(shares)
    errors, first = _errors(outcome)
    return [
        *_windows(arrivals),
        (
            "a minute, steady",
            f"{per_minute:.1f} = {per_minute / SEC_LIMIT / 0.6:.1f} % of 10/s",
            per_minute > SHARE * 600,
        ),
        ("requests of each host", " and ".join(map(str, shares)), fair),
        ("errors", f"{errors} {first}", errors == 0),
    ]


def stop_without_redis(deployment: "Deployment", seconds: float) -> list[Verdict]:
    """Run the phase in which Redis dies and comes back."""
    killer = _Killer(deployment.redis, seconds)
    arrivals, outcome = deployment.run("killed", seconds, killer.watch)
    grace = killer.killed + GRACE_SECONDS * SECOND
    between = [one for one in arrivals if grace < one.at < killer.started]
    after = [one for one in arrivals if one.at > killer.started]
    silence = (killer.started - killer.killed) / SECOND
    errors, first = _errors(outcome)
    return [
        *_windows(arrivals),
        (f"arrived in {silence:.1f} s without Redis", f"{len(between)} (after {GRACE_SECONDS:g} s)", not between),
        ("errors in that time", f"{errors}", errors > 0),
        ("what they say", first, "shared request budget" in first and deployment.redis.url.rpartition("/")[0] in first),
        ("arrived after its return", f"{len(after)}", len(after) > SEC_LIMIT),
    ]


@dataclass(frozen=True, slots=True)
class Deployment:
    """The hosts, their Redis, the server, and a folder for what they keep."""

    network: Network
    redis: RedisOnHost
    folder: Path

    def run(
        self, name: str, seconds: float, watch: Callable[[float], None] | None = None
    ) -> tuple[list[Arrival], Outcome]:
        """Run the clients of all hosts against a fresh server; return what arrived and what they reported."""
        address = self.network.address
        options = Options(
            log=str(self.folder / f"{name}.log"), host=address, latency=0.3, jitter=0.05, limit=SEC_LIMIT, ban=2.0
        )
        with serving(options, prefix=self.network.server, address=address) as edgar:
            environment = client_environment(edgar.base, self.folder, rate=SEC_LIMIT, SEC_ASSETS_LIMITER=self.redis.url)
            outcome = run_clients(self._commands(name), environment, seconds, watch=watch)
            time.sleep(1.0)  # the server writes its log twice a second
            return edgar.arrivals(), outcome

    def _commands(self, name: str) -> list[list[str]]:
        commands: list[list[str]] = []
        for host, prefix in enumerate(self.network.hosts):
            data = f"SEC_ASSETS_DATA={self.folder / name / str(host)}"
            works = [Work(host * PROCESSES + number, THREADS) for number in range(PROCESSES)]
            commands += [[*prefix, "env", data, *worker_command(work)] for work in works]
        return commands

    def shares(self, arrivals: Sequence[Arrival]) -> list[int]:
        """Return how many requests each host sent, told by the owner in the address."""
        return list(Counter(owner_of(one.path) // (PROCESSES * 100) for one in arrivals).values())


def _windows(arrivals: Sequence[Arrival]) -> list[Verdict]:
    times = [one.at for one in arrivals]
    refused = sum(one.answer == "refused" for one in arrivals)
    slack = slack_ms(times, SEC_LIMIT)
    return [
        ("requests arrived", f"{len(times)}", len(times) > SEC_LIMIT),
        ("most in any 1 s", f"{fullest(times, 1)}", fullest(times, 1) <= SEC_LIMIT),
        ("most in any 10 s", f"{fullest(times, 10)}", fullest(times, 10) <= SEC_LIMIT * 10),
        ("slack of the closest eleven", "–" if slack is None else f"{slack:+.1f} ms", slack is not None and slack >= 0),
        ("refused by the server", f"{refused}", refused == 0),
    ]


def _errors(outcome: Outcome) -> tuple[int, str]:
    errors = sum(result.errors for result in outcome.results)
    return errors, next((result.first_error for result in outcome.results if result.first_error), "")


def main() -> int:
    """Run both phases and print; 0 when all is well."""
    console = Console(width=150)
    if shutil.which("redis-server") is None:
        console.print("redis-server is not installed: apt-get install redis-server")
        return 1
    seconds = float(os.environ.get("TWO_HOSTS_SECONDS") or 24)
    with two_hosts() as network, tempfile.TemporaryDirectory(prefix="two-hosts-") as name:
        where = "two network namespaces" if network.separate else "one host (namespaces are not permitted here)"
        redis = RedisOnHost(network, Path(name))
        try:
            redis.start()
            deployment = Deployment(network, redis, Path(name))
            good = print_verdicts(share_one_budget(deployment, seconds), f"{where}, {seconds:g} s", console)
            good &= print_verdicts(stop_without_redis(deployment, seconds), "Redis killed, then started again", console)
        finally:
            redis.kill()
    return 0 if good else 1


def print_verdicts(verdicts: Sequence[Verdict], title: str, console: Console) -> bool:
    table = Table("what", "measured", "", title=title)
    for what, measured, good in verdicts:
        table.add_row(what, measured, "ok" if good else "FAILED")
    console.print(table)
    return all(good for _, _, good in verdicts)


if __name__ == "__main__":
    sys.exit(main())
