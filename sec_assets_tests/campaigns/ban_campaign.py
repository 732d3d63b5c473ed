"""An intruder behind the same address gets everybody banned: our processes stop at once, probe one at a time, and go on.

The second part of `make faults`. Four processes of four threads work at the limit; somebody else sends a burst, and the server
refuses everyone for some seconds after the last request, as EDGAR does. The pause is shortened from 610 s to less than the
ban, so that the first probe is refused too.
"""

import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import requests
from rich.console import Console
from rich.table import Table

from sec_assets_tests.campaigns.arrivals import SECOND, Arrival, fullest
from sec_assets_tests.campaigns.fleet import Outcome, client_environment, run_clients, serving, worker_command
from sec_assets_tests.campaigns.loopback import Options
from sec_assets_tests.campaigns.worker import Work

PROCESSES, THREADS = 4, 4
SEC_LIMIT = 10
SECONDS = 30.0
BURST_AT = 6.0
BURST = 20
BAN_SECONDS, PAUSE_SECONDS = 5.0, 3.0
MOST_INTO_THE_BAN = 12  # a second at the limit until the first refusal is known to all, and two probes
_INTRUDER = "/www.sec.gov/intruder"

Verdict = tuple[str, str, bool]


class _Intruder:
    """Sends a burst once, from threads of its own."""

    def __init__(self, base: str) -> None:
        self._base, self._done = base, False

    def watch(self, elapsed: float) -> None:
        if elapsed > BURST_AT and not self._done:
            self._done = True
            threads = [threading.Thread(target=self._ask) for _ in range(BURST)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

    def _ask(self) -> None:
        requests.get(self._base + _INTRUDER, timeout=10)


def run() -> tuple[list[Arrival], Outcome]:
    """Run the fleet and the intruder; return what arrived and what the fleet reported."""
    with tempfile.TemporaryDirectory(prefix="ban-") as folder:
        log = f"{folder}/arrivals.log"
        with serving(Options(log=log, latency=0.5, jitter=0.05, limit=SEC_LIMIT, ban=BAN_SECONDS)) as edgar:
            works = [Work(number, THREADS, pause=PAUSE_SECONDS) for number in range(PROCESSES)]
            environment = client_environment(edgar.base, Path(folder, "data"), rate=SEC_LIMIT)
            commands = [worker_command(work) for work in works]
            outcome = run_clients(commands, environment, SECONDS, watch=_Intruder(edgar.base).watch)
            time.sleep(1.0)  # the server writes its log twice a second
            return edgar.arrivals(), outcome


def verdicts(arrivals: Sequence[Arrival], outcome: Outcome) -> Iterator[Verdict]:
    """Yield what was to be, what was, and whether it is good."""
    ours = [one for one in arrivals if one.path != _INTRUDER]
    refused = [one for one in ours if one.answer == "refused"]
    yield "the intruder got us banned", f"{len(refused)} of our requests refused", len(refused) > 0
    if not refused:
        return
    began = refused[0].at
    served = [one for one in ours if one.at > began and one.answer != "refused"]
    first = served[0].at if served else arrivals[-1].at
    yield "into the ban went", f"{len(refused)}, at most {MOST_INTO_THE_BAN}", len(refused) <= MOST_INTO_THE_BAN
    probes = [one.at for one in ours if began + SECOND < one.at <= first]
    gaps = [(later - earlier) / SECOND for earlier, later in pairwise(probes)]
    alone = all(gap > PAUSE_SECONDS * 0.9 for gap in gaps)
    yield "probes", f"{len(probes)}, {', '.join(f'{gap:.1f} s' for gap in gaps)} apart", bool(probes) and alone
    yield "served again after", f"{(first - began) / SECOND:.1f} s", bool(served)
    yield "served afterwards", f"{len(served)}", len(served) > SEC_LIMIT
    later = [one.at for one in served]
    yield "most in any 1 s afterwards", f"{fullest(later, 1)}", fullest(later, 1) <= SEC_LIMIT
    second = [one for one in refused if one.at > first]
    yield "banned again", f"{len(second)} refused", not second
    errors = sum(result.errors for result in outcome.results)
    yield "errors (a short ban is waited out)", f"{errors}", errors == 0


def main() -> int:
    """Run it and print; 0 when all is well."""
    title = f"A ban of {BAN_SECONDS:g} s in a fleet of {PROCESSES} × {THREADS} threads"
    table = Table("what", "measured", "", title=title)
    good = True
    for what, measured, fine in verdicts(*run()):
        table.add_row(what, measured, "ok" if fine else "FAILED")
        good &= fine
    Console(width=120).print(table)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
