"""The command `sec-assets backfill`: its options, its board or lines, its end. Registered in `cli`.

The work is `sec_assets.backfill`; here the terminal, the signals and the exit code are looked after.
"""

import os
import shlex
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import dagster as dg
import polars as pl
import typer
from rich.live import Live
from rich.text import Text

from sec_assets import home
from sec_assets.backfill import board
from sec_assets.backfill.drive import Crew, Drive, Pace, only_one
from sec_assets.backfill.plan import DOCUMENTS, INDEX, Plan, Scope, Stage, batches, make_plan
from sec_assets.backfill.progress import Progress
from sec_assets.backfill.records import end_dead_runs, record_stored
from sec_assets.cli_console import console, errors, give_up
from sec_assets.edgar.transport.gate import open_store
from sec_assets.edgar.transport.sources import budget_of, limiter_of
from sec_assets.edgar.universe import resolve_universe
from sec_assets.errors import SecAssetsError, SettingError
from sec_assets.monitor import Usage, usage
from sec_assets.pipeline.bulk import plan_index
from sec_assets.pipeline.documents import companies_with_documents
from sec_assets.pipeline.outcome import Store
from sec_assets.pipeline.universe import held_tickers
from sec_assets.settings import Settings, load_settings
from sec_assets.storage.documents import DocumentStore
from sec_assets.storage.lake import Lake
from sec_assets.storage.status import StatusLog
from sec_assets.tables import TICKER_MAP

_SHOWN_FAILURES = 20
_INTERRUPTED = 130


def backfill(
    *,
    max_concurrent_companies: Annotated[
        int,
        typer.Option(
            min=1,
            max=100,
            help="companies whose documents are under way at once, and submissions asked for at once (up to 10)",
        ),
    ] = 10,
    max_concurrent_downloads: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=10,
            help="filings whose documents are downloaded at once; 1 is strictly sequential  [default: DOWNLOAD_WORKERS]",
        ),
    ] = None,
    batch_size: Annotated[int, typer.Option(min=1, max=5000, help="companies per Dagster run")] = 50,
    progress_interval: Annotated[
        float, typer.Option(min=0.1, help="seconds between two lines where the output is not a terminal")
    ] = 10.0,
    exchange: Annotated[
        list[str] | None,
        typer.Option(help="only companies of this exchange; can be repeated  [default: SEC_ASSETS_UNIVERSE]"),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="at most so many companies; those that are done do not count")
    ] = None,
    no_download: Annotated[bool, typer.Option("--no-download", help="lists of filings only")] = False,
    download_only: Annotated[
        bool, typer.Option("--download-only", help="documents only, of the lists of filings that are there")
    ] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="only companies that failed, in part or whole, the last time")
    ] = False,
) -> None:
    """Bring lists of filings and documents of many companies in; go on where an interrupted backfill stopped.

    Exit codes: 0 everything is there, 1 something failed, 2 wrong options, 130 stopped by Ctrl-C.
    """
    if no_download and download_only:
        raise typer.BadParameter("--no-download and --download-only exclude each other")
    stages: tuple[Stage, ...] = (INDEX,) if no_download else (DOCUMENTS,) if download_only else (INDEX, DOCUMENTS)
    try:
        if exchange:
            os.environ["SEC_ASSETS_UNIVERSE"] = "exchange:" + ",".join(exchange)
        settings = load_settings()
        os.environ["DAGSTER_HOME"] = str(home.prepare(settings, Path("dagster.yaml").absolute()))
        pace = Pace(max_concurrent_companies, max_concurrent_downloads or settings.download_workers, batch_size)
        scope = Scope(stages, retry_failed, limit, timedelta(hours=settings.submissions_max_age_hours))
        code = _Backfill(settings, pace, scope, progress_interval).run()
    except SecAssetsError as error:
        give_up(error)
    raise typer.Exit(code)


@dataclass(frozen=True)
class _Backfill:
    settings: Settings
    pace: Pace
    scope: Scope
    interval: float

    def run(self) -> int:
        """Plan, drive, tell; return the exit code."""
        with only_one(self.settings.state) as lock, dg.DagsterInstance.get() as instance:
            end_dead_runs(instance, stopped=False)
            crew = Crew(self.pace, {}, self.settings.state, lock.fileno())
            try:
                with _signals(crew.kill) as on_stop:
                    drive = self._drive(crew, instance)
                    if drive is None:
                        return 0
                    on_stop(drive.stop)
                    with self._shown(drive) as show:
                        drive.go(show)
            finally:
                crew.stop()
                crew.kill_when_late()
            end_dead_runs(instance, stopped=not drive.outages)
            record_stored(instance, self._status().latest(), self._universe())
            return self._tell(drive)

    def _drive(self, crew: Crew, instance: dg.DagsterInstance) -> Drive | None:
        with console.status("tickers and partitions") if console.is_terminal else nullcontext():
            why = crew.universe(self.scope.stages)
        if why is not None:
            raise SettingError(why)
        status, universe = self._status(), self._universe()
        status.compact()
        latest = status.latest()
        record_stored(instance, latest, universe)
        held = companies_with_documents(Lake(self.settings.lake), universe)
        plan = make_plan(universe, latest, held, self.scope, datetime.now(UTC))
        if not plan.ciks:
            console.print(f"nothing to do: {plan.done} of {len(universe)} companies are done and fresh")
            return None
        ranges = batches(plan.groups, instance.get_dynamic_partitions("cik"), self._first_batch(plan, status))
        progress = Progress(len(plan.ciks), plan.done, self.scope.stages[-1], started=time.monotonic())
        return Drive(crew, self.scope.stages, progress, ranges, self.pace.batch)

    def _first_batch(self, plan: Plan, status: StatusLog) -> int:
        """Return the companies per run of the first stage: all, where one archive holds all lists of filings."""
        if self.scope.stages[0] != INDEX:
            return self.pace.batch
        store = Store(Lake(self.settings.lake), DocumentStore(self.settings.documents, self.settings.archives))
        chosen = plan_index(self.settings, store, status, plan.ciks, refresh=False, now=datetime.now(UTC))
        console.print(Text(chosen.sentence, style="dim"))
        return len(plan.ciks) if chosen.at_once else self.pace.batch

    def _status(self) -> StatusLog:
        return StatusLog(self.settings.lake)

    def _universe(self) -> list[str]:
        tickers = Lake(self.settings.lake).read(TICKER_MAP)
        return list(resolve_universe(self.settings.universe, tickers, held_tickers(self.settings)[0]).ciks)

    @contextmanager
    def _shown(self, drive: Drive) -> Iterator[Callable[[], None]]:
        """Yield what to call again and again to keep the board, or the lines, up to date."""
        terminal = console.is_terminal
        live = Live(console=console, auto_refresh=False, transient=False) if terminal else nullcontext()
        due = time.monotonic() + self.interval

        def show() -> None:
            nonlocal due
            now = time.monotonic()
            if isinstance(live, Live):
                live.update(board.board(drive.progress, self._used(), now, _notes(drive)), refresh=True)
            elif now >= due:
                due = now + self.interval
                console.print(Text(board.line(drive.progress, self._used(), now)))

        with live:
            yield show
            if not terminal:
                console.print(Text(board.line(drive.progress, self._used(), time.monotonic())))

    def _used(self) -> Usage | None:
        store = open_store(limiter_of(self.settings))
        reading = store.read(60.0)
        return None if reading is None else usage(reading, budget_of(self.settings), store.name)

    def _tell(self, drive: Drive) -> int:
        failed = drive.progress.failed
        for why in drive.outages:
            errors.print(Text.assemble(("ended early: ", "red"), why))
        if failed:
            for text in _failures(failed, Lake(self.settings.lake).read(TICKER_MAP)):
                console.print(text)
            console.print(Text.assemble("try just these again: ", (_command("--retry-failed"), "bold")))
        if drive.stopping and len(drive.progress.finished) < drive.progress.total:
            left = drive.progress.total - len(drive.progress.finished)
            again = _command(*(["--retry-failed"] if self.scope.retry_failed else []))
            console.print(Text.assemble(f"{left:,} companies are left; go on with: ", (again, "bold")))
            return 1 if drive.outages else _INTERRUPTED
        return 1 if failed or drive.outages else 0


def _notes(drive: Drive) -> list[str]:
    stopping = ["stopping: documents under way are finished (Ctrl-C again ends at once)"]
    busy = len(drive.progress.finished) < drive.progress.total
    return [*drive.notes, *(stopping if drive.stopping and busy else [])]


@contextmanager
def _signals(kill: Callable[[], None]) -> Iterator[Callable[[Callable[[], None]], None]]:
    """Stop orderly at the first SIGINT or SIGTERM, kill the lanes at the second; yield how to say what orderly means.

    After the second the command still closes its books; a third one, or one before there is anything to stop, ends it too.
    """
    stops: list[Callable[[], None]] = []
    seen: list[int] = []

    def handle(number: int, _: object) -> None:
        seen.append(number)
        if len(seen) > 1 or not stops:
            kill()
        if len(seen) > 2 or not stops:
            os._exit(_INTERRUPTED)
        stops[0]()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stops.append
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _failures(failed: dict[tuple[str, str], str], tickers: pl.DataFrame) -> Iterator[Text]:
    """Yield a line per company and asset that failed, first the lists of filings."""
    names = dict(tickers.select("cik", "name").iter_rows())
    companies = len({cik for _, cik in failed})
    yield Text(f"{companies:,} {'company' if companies == 1 else 'companies'} failed, in part or whole:", style="red")
    for (asset, cik), why in sorted(failed.items(), key=lambda item: (item[0][0] != INDEX, item[0][1]))[
        :_SHOWN_FAILURES
    ]:
        yield Text.assemble("  ", (cik, "bold"), f" {names.get(cik) or ''} ", (asset, "dim"), f": {why}")
    if len(failed) > _SHOWN_FAILURES:
        yield Text(f"  and {len(failed) - _SHOWN_FAILURES:,} more: sec-assets diagnose")


def _command(*more: str) -> str:
    """Return the command line that was typed, without --retry-failed, with `more`."""
    typed = [part for part in sys.argv[1:] if part != "--retry-failed"]
    return shlex.join(["sec-assets", *typed, *more])
