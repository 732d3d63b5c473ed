"""How well `sec-assets backfill` uses the budget: made-up companies on a loopback EDGAR of 0.5 s latency that allows 10 a second.

`python -m sec_assets_tests.benchmarks.bench_backfill 60 10 --batch-size 10` (companies, filings of each, options of the command), on a
quiet machine. Every filing is three requests, so that the example is 1,860 of them, three minutes and a half. The rate counts from the
first list of filings to the last document; the server stamps arrivals exactly. Exit code 1 when a second had too many, or something failed.
"""

import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from rich.console import Console

from sec_assets.edgar.transport.rules import Budget
from sec_assets_tests.campaigns.arrivals import SECOND, Arrival, fullest, slack_ms
from sec_assets_tests.campaigns.fleet import client_environment, serving
from sec_assets_tests.campaigns.loopback import Options
from sec_assets_tests.integration.home import Home

LATENCY, JITTER = 0.5, 0.05
RATE = 10
SHOWN_PAUSE_SECONDS = 1.0


def main() -> int:
    """Backfill and print what arrived."""
    companies, filings, *options = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="bench-backfill-") as name:
        folder = Path(name)
        served = Options(
            log=str(folder / "arrivals.log"), latency=LATENCY, jitter=JITTER, limit=RATE, companies=int(companies),
            filings=int(filings),
        )  # fmt: skip
        with serving(served) as edgar:
            universe = {"SEC_ASSETS_UNIVERSE": f"ciks:{','.join(served.site.ciks())}"}
            environment = client_environment(edgar.base, folder / "data", rate=RATE, **universe)
            settings = {
                key: value for key, value in environment.items() if key.startswith("SEC_") or key == "PYTHONPATH"
            }
            done = Home(folder / "data", settings).run("sec-assets", "backfill", *options, seconds=3600)
            time.sleep(1.0)  # the server writes its log twice a second
            arrivals = [one for one in edgar.arrivals() if "company_tickers" not in one.path]
    console = Console(highlight=False, soft_wrap=True, markup=False)
    console.print(done.tail()[-900:])
    return _report(arrivals, console) or done.code


def _report(arrivals: list[Arrival], console: Console) -> int:
    times = [one.at for one in arrivals]
    first = next(number for number, one in enumerate(arrivals) if "/Archives/" in one.path)
    console.print(_rate(times, "all"))
    console.print(_rate(times[first:], "from the first document on"))
    most, refused = fullest(times, 1), sum(one.answer == "refused" for one in arrivals)
    console.print(
        f"at most {most} in 1 s, {fullest(times, 10)} in 10 s, slack {slack_ms(times, RATE):+.1f} ms, {refused} refused"
    )
    pauses = [
        f"{(late - early) / SECOND:.1f} s at {(early - times[0]) / SECOND:.0f} s"
        for early, late in pairwise(times)
        if late - early > SHOWN_PAUSE_SECONDS * SECOND
    ]
    console.print(f"pauses: {', '.join(pauses) or 'none'}")
    return int(most > RATE or refused > 0)


def _rate(times: Sequence[int], what: str) -> str:
    seconds = (times[-1] - times[0]) / SECOND
    per_second = (len(times) - 1) / seconds
    budget = Budget.per_second(RATE)
    return (
        f"{what}: {len(times)} requests in {seconds:.0f} s: {per_second * 60:.1f} a minute, {per_second / RATE:.1%} of {RATE} a "
        f"second, {per_second / (budget.limit / budget.window):.1%} of the budget"
    )


if __name__ == "__main__":
    sys.exit(main())
