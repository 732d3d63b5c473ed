"""A soak at the limit: four processes of four threads for an hour, every arrival counted, memory and open files watched.

`make soak` (SOAK_SECONDS overrides the hour; SOAK_REQUESTS_PER_SECOND the limit of 10). Every document is compared with what the
server sent and deleted, so that the disk does not fill. It passes when no window held too many, nobody was refused, every byte
was right, the rate held, and memory and files did not grow over the second half. Progress goes to standard output once a minute.
"""

import os
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from statistics import median

import numpy as np
from rich.console import Console
from rich.table import Table

from sec_assets.edgar.transport.rules import Budget
from sec_assets_tests.campaigns.arrivals import Arrival, fullest, longest_gap, slack_ms, steady_per_minute
from sec_assets_tests.campaigns.fleet import Outcome, Sample, client_environment, run_clients, serving, worker_command
from sec_assets_tests.campaigns.loopback import Options
from sec_assets_tests.campaigns.worker import CACHED_COMPANIES, Work

PROCESSES, THREADS = 4, 4
SEC_LIMIT = 10
WARM_UP_SECONDS = 5.0
GROWTH_MIB = 2.0
STATE_MIB = 50.0  # an hour's record of permits, and the cache
SHARE = 0.95  # of the budget the clients keep to; the machine may be busy with other things for part of an hour
LONGEST_SILENCE = 10.0
MORE_FILES = 1  # in the median; single samples catch documents and locks that are open for a moment

Verdict = tuple[str, str, bool]


def soak(seconds: float, rate: float, console: Console) -> bool:
    """Run it, print the tables, and tell whether it passed."""
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        options = Options(
            log=f"{folder}/arrivals.log",
            latency=0.5,
            jitter=0.05,
            limit=SEC_LIMIT,
            companies=CACHED_COMPANIES,
            filings=4,
        )
        with serving(options) as edgar:
            environment = client_environment(
                edgar.base, Path(folder, "data"), rate=rate, SEC_ASSETS_SUBMISSIONS_MAX_AGE_HOURS="0.05"
            )
            works = [worker_command(Work(number, THREADS, discard=True, cached=True)) for number in range(PROCESSES)]
            teller = _Teller(console)
            outcome = run_clients(
                works, environment, seconds, sample_every=max(1.0, min(10.0, seconds / 60)), watch=teller.tell
            )
            time.sleep(1.0)  # the server writes its log twice a second
            arrivals = edgar.arrivals()
        left = _of_files(Path(folder, "data"))
    verdicts = [*_of_arrivals(arrivals, rate), *_of_results(outcome), *left, *of_samples(outcome.samples, seconds)]
    _print(verdicts, seconds, rate, console)
    return all(good for _, _, good in verdicts)


def _of_arrivals(arrivals: Sequence[Arrival], rate: float) -> list[Verdict]:
    times = [one.at for one in arrivals]
    refused = sum(one.answer == "refused" for one in arrivals)
    per_minute = steady_per_minute(times, WARM_UP_SECONDS) or 0.0
    budget = Budget.per_second(rate)
    kept = per_minute / 60 / (budget.limit / budget.window)
    slack = slack_ms(times, SEC_LIMIT)
    return [
        ("requests arrived", f"{len(times):,}", len(times) > SEC_LIMIT),
        ("most in any 1 s", f"{fullest(times, 1)}", fullest(times, 1) <= SEC_LIMIT),
        ("most in any 10 s", f"{fullest(times, 10)}", fullest(times, 10) <= SEC_LIMIT * 10),
        ("slack of the closest eleven", "–" if slack is None else f"{slack:+.1f} ms", slack is not None and slack >= 0),
        ("refused by the server", f"{refused}", refused == 0),
        ("a minute, steady", f"{per_minute:.1f} = {per_minute / rate / 0.6:.1f} % of {rate:g}/s", kept >= SHARE),
        ("longest silence", f"{longest_gap(times):.2f} s", longest_gap(times) < LONGEST_SILENCE),
    ]


def _of_results(outcome: Outcome) -> list[Verdict]:
    stored, cached, wrong, errors = (
        sum(getattr(result, name) for result in outcome.results) for name in ("stored", "cached", "wrong", "errors")
    )
    cpu = sum(result.cpu_seconds for result in outcome.results)
    first = next((result.first_error for result in outcome.results if result.first_error), "")
    return [
        ("documents stored and compared", f"{stored:,}", stored > 0),
        ("small answers by way of the cache", f"{cached:,}", cached > 0),
        ("documents with wrong bytes", f"{wrong}", wrong == 0),
        ("errors", f"{errors} {first}", errors == 0),
        ("CPU per document", f"{cpu / max(stored, 1) * 1000:.1f} ms", True),
    ]


def _of_files(data: Path) -> list[Verdict]:
    """Judge what lies on the disk: no document or part of one, and a state that does not pile up."""
    documents = sum(1 for path in (data / "documents").rglob("*") if path.is_file())
    state = sum(path.stat().st_size for path in (data / "state").rglob("*") if path.is_file()) / 2**20
    return [
        ("files left in the store", f"{documents}", documents == 0),
        ("state folder", f"{state:.1f} MiB", state < STATE_MIB),
    ]


def of_samples(samples: Sequence[Sample], seconds: float) -> list[Verdict]:
    """Judge the second half of each process: memory by the slope of a line through it, files by their numbers."""
    verdicts: list[Verdict] = []
    by_process = groupby(sorted(samples, key=lambda one: (one.pid, one.at)), key=lambda one: one.pid)
    for number, (_, group) in enumerate(by_process):
        taken = list(group)
        half = taken[len(taken) // 2 :]
        at, rss = np.array([one.at for one in half]), np.array([one.rss for one in half]) / 2**20
        slope = float(np.polyfit(at, rss, 1)[0]) * 3600 if len(half) > 2 else 0.0
        grown = slope * (seconds / 2) / 3600
        text = f"{rss[-1]:.0f} MiB, {grown:+.2f} MiB over the second half ({slope:+.1f} MiB/h)"
        verdicts.append((f"memory of process {number}", text, grown < GROWTH_MIB))
        files = [one.files for one in half]
        early, late = files[: len(files) // 2], files[len(files) // 2 :]
        steady = not early or median(late) <= median(early) + MORE_FILES
        verdicts.append((f"open files of process {number}", f"{min(files)} to {max(files)}", steady))
    return verdicts


class _Teller:
    """Says once a minute that it is still running."""

    def __init__(self, console: Console) -> None:
        self._console, self._next = console, 60.0

    def tell(self, elapsed: float) -> None:
        if elapsed >= self._next:
            self._next += 60.0
            self._console.print(f"{elapsed / 60:.0f} min")


def _print(verdicts: Sequence[Verdict], seconds: float, rate: float, console: Console) -> None:
    title = f"{seconds:g} s of {PROCESSES} × {THREADS} threads at {rate:g} requests a second"
    table = Table("what", "measured", "", title=title)
    for what, measured, good in verdicts:
        table.add_row(what, measured, "ok" if good else "FAILED")
    console.print(table)


if __name__ == "__main__":
    passed = soak(
        float(os.environ.get("SOAK_SECONDS") or 3600),
        float(os.environ.get("SOAK_REQUESTS_PER_SECOND") or 10),
        Console(width=120),
    )
    sys.exit(0 if passed else 1)
