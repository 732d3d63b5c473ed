"""A seeded campaign of everything that can go wrong, through the real pipeline, until nothing more changes.

`make faults` (FAULT_SEED, FAULT_COMPANIES override): submissions, documents and an archive of made-up companies over TLS, with
every fault of `faults` mixed in. Passes are repeated like a user's runs: an outage ends one, the next goes on and tries again what
failed. Then store, rows and cache are compared with the truth. Shortened, to end soon: the pause after a rate page (1 s for
610 s), time-outs (0.5 s for 30 s), the deadline of a body (1 s for 120 s), back-off (a fiftieth); the budget is 100 a second.
"""

import logging
import os
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table as RichTable

from sec_assets.edgar.client import EdgarClient
from sec_assets.edgar.effort import Effort
from sec_assets.edgar.transport.retry import Persistence
from sec_assets.edgar.transport.rules import Budget
from sec_assets.edgar.transport.session import Timing
from sec_assets.errors import OutageError
from sec_assets.pipeline.documents import collect_companies
from sec_assets.pipeline.filings import index_companies
from sec_assets.pipeline.outcome import Outcome, Store
from sec_assets.settings import Settings, load_settings
from sec_assets.storage.documents import DocumentStore
from sec_assets.storage.lake import Lake
from sec_assets.tables import ARTIFACTS, FILINGS_INDEX, Table
from sec_assets_tests.campaigns.arrivals import Arrival
from sec_assets_tests.campaigns.certificate import Certificate, make_certificate
from sec_assets_tests.campaigns.fault_truth import status_of, wrong_arrivals, wrong_entries, wrong_files, wrong_rows
from sec_assets_tests.campaigns.faults import FAULTS, FaultPlan
from sec_assets_tests.campaigns.fleet import client_environment, serving
from sec_assets_tests.campaigns.loopback import Options
from sec_assets_tests.campaigns.site import Site

ARCHIVE = "https://www.sec.gov/Archives/edgar/daily-index/bulkdata/submissions.zip"
BUDGET = Budget(limit=100, window=1.0, gap=0.0099, pause=1.0, longest_pause=4.0, probe_seconds=5.0)
TIMING = Timing(connect=5.0, read=0.5, body=1.0, patience=60.0)
PERSISTENCE = Persistence(seconds=60.0, back_off=0.02)
MOST_PASSES = 25


@dataclass
class Campaign:
    """One campaign over `site`: what it ran into, and what is wrong afterwards (nothing, if all is well)."""

    site: Site
    seed: int
    folder: Path
    certificate: Certificate | None
    outages: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    passes: int = 0
    documents: int = 0
    seconds: float = 0.0

    def run(self) -> "Campaign":
        """Repeat passes until one meets no outage and changes nothing, then compare everything with the truth."""
        began = time.monotonic()
        with serving(self._options()) as edgar:
            settings = load_settings(client_environment(edgar.base, self.folder / "data", rate=None))
            self._repeat(settings)
            time.sleep(1.0)  # the server writes its log twice a second
            self.arrivals = edgar.arrivals()
        self.seconds = time.monotonic() - began
        self.wrong += self._compare(settings)
        return self

    def _repeat(self, settings: Settings) -> None:
        before = ARTIFACTS.frame().select("name", "status", "sha256")
        while self.passes < MOST_PASSES:
            calm = self._pass(settings)
            after = Lake(settings.lake).read_many(ARTIFACTS, self.site.ciks()).select("name", "status", "sha256")
            if calm and after.equals(before):
                return
            before = after
        self.wrong.append(f"it did not settle in {MOST_PASSES} passes")

    def _compare(self, settings: Settings) -> Iterator[str]:
        plan = FaultPlan(self.seed, tls=self.certificate is not None)
        rows = Lake(settings.lake).read_many(ARTIFACTS, self.site.ciks())
        self.documents = rows.height
        yield from wrong_rows(rows, self.site, plan)
        yield from wrong_files(settings.documents, self.site, plan, [ARCHIVE])
        yield from wrong_entries(settings, self.site)
        pauses = {fault.name for fault in FAULTS if fault.effect == "pause"}
        yield from wrong_arrivals(self.arrivals, BUDGET.limit, pauses)

    def _options(self) -> Options:
        tls = self.certificate
        return Options(
            log=str(self.folder / "arrivals.log"),
            latency=0.005,
            companies=self.site.companies,
            filings=self.site.filings,
            document_bytes=self.site.document_bytes,
            fault_seed=self.seed,
            certificate=tls and tls.certificate,
            key=tls and tls.key,
        )

    def _pass(self, settings: Settings) -> bool:
        """Run index, documents and archive once, like one run of a user; tell whether no outage ended it."""
        self.passes += 1
        store = Store(Lake(settings.lake), DocumentStore(settings.documents))
        ciks = self.site.ciks()
        with EdgarClient(settings, budget=BUDGET, timing=TIMING, persistence=PERSISTENCE) as client:
            try:
                for outcome in index_companies(client, store, ciks, workers=settings.download_workers, refresh=False):
                    _write(store.lake, FILINGS_INDEX, outcome)
                for outcome in collect_companies(client, store, settings, ciks, Effort(settings.download_workers)):
                    _write(store.lake, ARTIFACTS, outcome)
                client.archive(ARCHIVE)
            except OutageError as error:
                self.outages.append(str(error))
                return False
        return True


def _write(lake: Lake, table: Table, outcome: Outcome) -> None:
    if outcome.frame is not None:
        lake.write_partitions(table, outcome.frame, outcome.ciks)


def print_report(campaign: Campaign, console: Console) -> None:
    """Print fault by fault how often it was injected and what became of the addresses that met it, then the verdict."""
    plan = FaultPlan(campaign.seed, tls=campaign.certificate is not None)
    injected = Counter(one.answer for one in campaign.arrivals)
    outcomes: dict[str, Counter[str]] = defaultdict(Counter)
    for path in {one.path for one in campaign.arrivals}:
        for name in {fault.name for fault in plan.of(path)}:
            outcomes[name][status_of(plan, path)] += 1
    table = RichTable("fault", "injected", "addresses: stored", "absent", "failed", title="Injected faults")
    for fault in FAULTS:
        counts = outcomes[fault.name]
        numbers = (counts[state] for state in ("stored", "absent", "failed"))
        table.add_row(fault.name, f"{injected[fault.name]:,}", *(f"{number:,}" for number in numbers))
    console.print(table)
    console.print(
        f"seed {campaign.seed}: {campaign.documents:,} documents, {len(campaign.arrivals):,} requests, "
        f"{campaign.passes} passes in {campaign.seconds:.0f} s, outages: {len(campaign.outages)}"
    )
    for outage in campaign.outages:
        console.print(f"  outage: {outage}", markup=False)
    for sentence in campaign.wrong[:20]:
        console.print(f"  WRONG: {sentence}", markup=False)
    console.print("FAILED" if campaign.wrong else "everything is stored byte-exact or has a row with its reason")


def main() -> int:
    """Run the whole campaign; 0 when nothing is wrong."""
    logging.getLogger("sec_assets").setLevel(logging.ERROR)  # it warns of each of the many pauses
    seed = int(os.environ.get("FAULT_SEED") or 1)
    companies = int(os.environ.get("FAULT_COMPANIES") or 40)
    with tempfile.TemporaryDirectory(prefix="faults-") as name:
        folder = Path(name)
        certificate = make_certificate(folder)
        os.environ["REQUESTS_CA_BUNDLE"] = certificate.certificate
        campaign = Campaign(Site(companies, 20, 20_000), seed, folder, certificate).run()
        print_report(campaign, Console(width=140))
    return 1 if campaign.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
