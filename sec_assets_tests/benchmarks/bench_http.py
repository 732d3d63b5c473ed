"""Files a minute through the real client against a loopback EDGAR of 0.5 s latency that allows 10 requests a second.

`make bench-http` (BENCH_SECONDS a run, 30 by default; BENCH_PEERS=no leaves other programs out): sequential, 4 and 8 threads, and
ten runs of 4 processes × 4 threads, five of them with both cores kept busy from outside and two with a thread in each process
that hogs the interpreter's lock; at the default budget and at 10 a second. Two peers run against the same server. What arrived
is counted at the server. Exit code 1 when a window was overfull, somebody was refused, a byte was wrong, or a goal was missed.
"""

import os
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from sec_assets.edgar.transport.rules import Budget
from sec_assets.settings import load_settings
from sec_assets_tests.benchmarks.bench_http_peers import PACKAGES
from sec_assets_tests.campaigns.arrivals import Arrival, fullest, slack_ms, steady_per_minute
from sec_assets_tests.campaigns.certificate import make_certificate
from sec_assets_tests.campaigns.fleet import (
    Outcome,
    busy_cores,
    client_environment,
    run_clients,
    serving,
    worker_command,
)
from sec_assets_tests.campaigns.loopback import Options
from sec_assets_tests.campaigns.site import DOCUMENT_BYTES, made_up
from sec_assets_tests.campaigns.worker import Work

SEC_LIMIT = 10
LATENCY, JITTER = 0.5, 0.05
WARM_UP_SECONDS = 5.0
TIMES_SEQUENTIAL = 5.0
SHARE = 0.99
PEERS = Path("build/bench-http-peers")


@dataclass(frozen=True, slots=True)
class Run:
    """One row: how many processes and threads, at what rate (None: the default), under what load."""

    name: str
    processes: int
    threads: int
    rate: float | None = None
    busy: int = 0
    hog: bool = False
    peer: str = ""

    @property
    def load(self) -> str:
        """The load in words."""
        return "both cores busy" if self.busy else "GIL hog in each" if self.hog else ""


@dataclass(frozen=True, slots=True)
class Measured:
    """What arrived in a run and what it cost."""

    run: Run
    per_minute: float
    second: int
    ten_seconds: int
    slack: float | None
    refused: int
    cpu_ms: float | None
    wrong: int
    complaint: str

    @property
    def violates(self) -> bool:
        """Whether more arrived than SEC allows, or something went wrong."""
        return self.second > SEC_LIMIT or self.refused > 0 or self.wrong > 0 or bool(self.complaint)


def fleet_runs(rate: float | None) -> list[Run]:
    """Return our rows at one rate."""
    single = [Run(name, 1, threads, rate) for name, threads in (("sequential", 1), ("4 threads", 4), ("8 threads", 8))]
    fleet = [Run("4 × 4 threads", 4, 4, rate) for _ in range(3)]
    fleet += [Run("4 × 4 threads", 4, 4, rate, busy=2) for _ in range(5)]
    return [*single, *fleet, *(Run("4 × 4 threads", 4, 4, rate, hog=True) for _ in range(2))]


def peer_runs() -> list[Run]:
    """Return the rows of other programs."""
    return [
        Run("sec-edgar-downloader", 1, 1, peer="sec-edgar-downloader"),
        Run("edgartools, 8 threads", 1, 8, peer="edgartools"),
        Run("edgartools, 2 × 8 threads", 2, 8, peer="edgartools"),
    ]


def measure(run: Run, seconds: float, python: Path | None) -> Measured:
    """Run one row and return what arrived at the server."""
    with tempfile.TemporaryDirectory(prefix="bench-http-") as name, ExitStack() as stack:
        folder = Path(name)
        tls = make_certificate(folder) if run.peer else None
        options = Options(
            log=str(folder / "arrivals.log"), latency=LATENCY, jitter=JITTER, limit=SEC_LIMIT, companies=20, filings=400,
            certificate=tls and tls.certificate, key=tls and tls.key,
        )  # fmt: skip
        edgar = stack.enter_context(serving(options))
        environment = client_environment(edgar.base, folder / "data", rate=run.rate)
        if tls is not None:
            trusted = {"REQUESTS_CA_BUNDLE": tls.certificate, "SSL_CERT_FILE": tls.certificate}
            environment |= trusted | {"EDGAR_LOCAL_DATA_DIR": str(folder / "edgartools")}
            (folder / "edgartools").mkdir()
        commands = _commands(run, edgar.base, python)
        stack.enter_context(busy_cores(run.busy))
        outcome = run_clients(commands, environment, seconds)
        time.sleep(1.0)  # the server writes its log twice a second
        return _measured(run, edgar.arrivals(), outcome, folder / "data" / "documents")


def _commands(run: Run, base: str, python: Path | None) -> list[list[str]]:
    if not run.peer:
        return [worker_command(Work(number, run.threads, hog=run.hog)) for number in range(run.processes)]
    module, port = "sec_assets_tests.benchmarks.bench_http_peers", base.rpartition(":")[2]
    return [
        [str(python), "-m", module, run.peer, str(number), str(run.threads), port] for number in range(run.processes)
    ]


def _measured(run: Run, arrivals: Sequence[Arrival], outcome: Outcome, documents: Path) -> Measured:
    times = [one.at for one in arrivals]
    cpu = sum(result.cpu_seconds for result in outcome.results) / max(len(times), 1) * 1000
    files = list(documents.rglob("*.htm")) if not run.peer else []
    wrong = sum(path.read_bytes() != made_up(f"/{path.relative_to(documents)}", DOCUMENT_BYTES) for path in files)
    stored = sum(result.stored for result in outcome.results)
    complaint = next((result.first_error for result in outcome.results if result.first_error), "")
    if not run.peer and not complaint and len(files) != stored:
        complaint = f"{stored} documents reported, {len(files)} stored"
    served = [one.at for one in arrivals if one.answer != "refused"]
    return Measured(
        run,
        steady_per_minute(served, WARM_UP_SECONDS) or 0.0,
        fullest(times, 1),
        fullest(times, 10),
        slack_ms(times, SEC_LIMIT),
        sum(one.answer == "refused" for one in arrivals),
        None if run.hog else cpu,
        wrong,
        complaint,
    )


def install_peers(console: Console) -> Path | None:
    """Return the interpreter of the peers' own environment, made if need be; None, with the reason, if that fails."""
    python = PEERS / "bin" / "python"
    wanted = [f"{name}=={version}" for name, version in PACKAGES.items()]
    done = PEERS / "done"
    if not done.is_file():
        venv.create(PEERS, with_pip=True)
        command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted]
        pip = subprocess.run(command, capture_output=True, text=True, check=False)
        if pip.returncode != 0:
            console.print(f"peers are left out, they cannot be installed: {pip.stderr.strip()[-300:]}", markup=False)
            return None
        done.touch()
    return python.absolute()


def budget_of(run: Run) -> tuple[float, float]:
    """Return the requests a second that are set, and those the budget's window allows."""
    rate = run.rate or load_settings({"SEC_ASSETS_SOURCE": "sample"}).requests_per_second
    budget = Budget.per_second(rate)
    return rate, budget.limit / budget.window


def print_table(rows: Sequence[Measured], seconds: float, console: Console) -> None:
    """Print all rows; "of set" is the share of SEC_REQUESTS_PER_SECOND, "of budget" that of the window it leads to."""
    table = Table(
        "client", "load", "rate", "files/min", "of set", "of budget", "max 1 s", "max 10 s", "slack ms", "refused",
        "CPU ms", "× seq.", title=f"{LATENCY} s ± {JITTER * 1000:g} ms, 60 kB, at most 10 a second, {seconds:g} s each",
    )  # fmt: skip
    for row in rows:
        rate, allowed = budget_of(row.run)
        sequential = _sequential(rows, row.run)
        ours = not row.run.peer
        table.add_row(
            row.run.name,
            row.run.load,
            f"{rate:g}/s" if ours else "its own",
            f"{row.per_minute:.1f}",
            f"{row.per_minute / rate / 0.6:.1f} %" if ours else f"{row.per_minute / SEC_LIMIT / 0.6:.1f} % of 10",
            f"{row.per_minute / allowed / 0.6:.1f} %" if ours else "",
            f"{row.second}",
            f"{row.ten_seconds}",
            "" if row.slack is None else f"{row.slack:+.1f}",
            f"{row.refused}",
            "" if row.cpu_ms is None else f"{row.cpu_ms:.1f}",
            f"{row.per_minute / sequential:.2f}" if sequential else "",
        )
    console.print(table)
    for row in rows:
        if row.complaint or row.wrong:
            console.print(f"{row.run.name}: {row.wrong} wrong; {row.complaint}", markup=False)


def _sequential(rows: Sequence[Measured], run: Run) -> float:
    return next((row.per_minute for row in rows if row.run.name == "sequential" and row.run.rate == run.rate), 0.0)


def goals(rows: Sequence[Measured]) -> Iterator[tuple[str, str, bool]]:
    """Yield what was to be reached, what was measured, and whether it was."""
    ours = [row for row in rows if not row.run.peer]
    bad = [row for row in ours if row.violates]
    yield "no window over 10, nobody refused, every byte right", f"{len(bad)} of {len(ours)} runs bad", not bad
    quiet = [row for row in ours if row.run.processes > 1 and not row.run.load]
    at_limit = [row for row in quiet if row.run.rate == SEC_LIMIT]
    best = max(row.per_minute for row in at_limit) / _sequential(ours, at_limit[0].run)
    yield f"4 × 4 at 10/s ≥ {TIMES_SEQUENTIAL:g} × sequential", f"{best:.2f} ×", best >= TIMES_SEQUENTIAL
    worst = min(row.per_minute / (SEC_LIMIT * 60) for row in at_limit)
    yield f"4 × 4 ≥ {SHARE:.0%} of 10 a second", f"{worst:.2%}", worst >= SHARE
    default = min(row.per_minute / 60 / budget_of(row.run)[1] for row in quiet if row.run.rate is None)
    yield f"4 × 4 ≥ {SHARE:.0%} of the default budget (9 in 1.02 s)", f"{default:.2%}", default >= SHARE


def main() -> int:
    """Run everything and print; 0 when nothing was violated and the goals are reached."""
    console = Console(width=170)
    seconds = float(os.environ.get("BENCH_SECONDS") or 30)
    python = None if os.environ.get("BENCH_PEERS") == "no" else install_peers(console)
    runs = [*fleet_runs(None), *fleet_runs(float(SEC_LIMIT)), *(peer_runs() if python else [])]
    rows: list[Measured] = []
    for number, run in enumerate(runs):
        console.print(f"{number + 1} of {len(runs)}: {run.name} {run.load}", highlight=False)
        rows.append(measure(run, seconds, python))
    print_table(rows, seconds, console)
    reached = list(goals(rows))
    for goal, measured, good in reached:
        console.print(f"{'ok    ' if good else 'MISSED'} {goal}: {measured}", markup=False, highlight=False)
    return 0 if all(good for _, _, good in reached) else 1


if __name__ == "__main__":
    sys.exit(main())
