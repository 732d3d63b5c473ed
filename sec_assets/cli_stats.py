"""The commands `sec-assets db-stats` and `sec-assets diagnose`. Registered in `cli`; the figures come from `sec_assets.stats`."""

import os
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import polars as pl
import typer
from rich.table import Table
from rich.text import Text

from sec_assets.cli_console import console, give_up
from sec_assets.edgar.transport.gate import open_store
from sec_assets.edgar.transport.sources import budget_of, limiter_of
from sec_assets.edgar.universe import resolve_universe
from sec_assets.errors import SecAssetsError
from sec_assets.monitor import usage
from sec_assets.pipeline.universe import held_tickers
from sec_assets.settings import Settings, load_settings
from sec_assets.stats import diagnosis
from sec_assets.stats.coverage import by_exchange, by_form, scan
from sec_assets.stats.diagnosis import Finding
from sec_assets.storage.lake import Lake
from sec_assets.storage.status import StatusLog
from sec_assets.tables import ARTIFACTS, FILINGS_INDEX, TICKER_MAP

_COLOURS = {"ok": "green", "look": "yellow", "bad": "red"}


def db_stats() -> None:
    """Show how much of each exchange and form is there, and what is missing."""
    try:
        settings = load_settings()
        lake, status = Lake(settings.lake), StatusLog(settings.lake).latest()
    except SecAssetsError as error:
        give_up(error)
    index, documents = scan(lake, FILINGS_INDEX), scan(lake, ARTIFACTS)
    console.print(_table("companies by exchange", by_exchange(lake, status, index.rows, documents.rows), total=True))
    console.print(_table("chosen forms", by_form(index.rows, documents.rows, settings.forms), total=True))
    states = status.group_by("asset", "state").len("companies").sort("asset", "state")
    console.print(_table("companies by asset and state", states, total=False))
    for table, scanned in ((FILINGS_INDEX, index), (ARTIFACTS, documents)):
        if scanned.damaged:
            console.print(
                Text(f"{len(scanned.damaged)} damaged files of {table.name} are not counted: sec-assets diagnose")
            )


def diagnose() -> None:
    """Look for what is wrong and say what to do about it; exit code 1 if something is bad."""
    worst = "ok"
    for finding in _findings():
        console.print(
            Text.assemble(
                (f"{finding.level:<4}", _COLOURS[finding.level]), " ", (finding.area, "bold"), f": {finding.what}"
            )
        )
        if finding.example:
            console.print(Text(f"       such as {finding.example}", style="dim"))
        if finding.remedy:
            console.print(Text(f"       do: {finding.remedy}"))
        worst = "bad" if "bad" in {worst, finding.level} else worst
    raise typer.Exit(int(worst == "bad"))


def _findings() -> Iterator[Finding]:
    try:
        settings = load_settings()
    except SecAssetsError as error:
        yield Finding("bad", "settings", str(error))
        return
    yield Finding("ok", "settings", f"source {settings.source}, universe {settings.universe}, data in {settings.root}")
    yield diagnosis.disk(settings.data)
    yield diagnosis.walk()
    yield from _dagster(settings)
    folders = [place for place in (settings.lake, settings.documents, settings.reports) if isinstance(place, Path)]
    yield diagnosis.temporaries(folders)
    try:
        store = open_store(limiter_of(settings))
        reading = store.read(3600.0)
        yield diagnosis.budget(None if reading is None else usage(reading, budget_of(settings), store.name))
        yield from _data(settings)
    except SecAssetsError as error:
        yield Finding("bad", "data", str(error))


def _data(settings: Settings) -> Iterator[Finding]:
    lake, status = Lake(settings.lake), StatusLog(settings.lake).latest()
    if not lake.has(TICKER_MAP):
        yield Finding("look", "coverage", "there are no tickers yet", remedy="sec-assets backfill")
        return
    universe = resolve_universe(settings.universe, lake.read(TICKER_MAP), held_tickers(settings)[0])
    for problem in universe.problems[:3]:
        yield Finding("look", "universe", problem)
    yield diagnosis.missing(universe.ciks, status)
    for table in (FILINGS_INDEX, ARTIFACTS):
        yield from diagnosis.damaged(table.name, scan(lake, table))
    yield from diagnosis.failures(status)


def _dagster(settings: Settings) -> Iterator[Finding]:
    place = Path(os.environ.get("DAGSTER_HOME") or settings.data / "dagster").absolute()
    if not (place / "dagster.yaml").is_file():
        yield Finding("look", "Dagster", f"{place} has no dagster.yaml", remedy="sec-assets init")
        return
    os.environ["DAGSTER_HOME"] = str(place)
    with dg.DagsterInstance.get() as instance:
        running = instance.get_runs_count(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))
        failed = instance.get_runs_count(dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE]))
    yield Finding("ok", "Dagster", f"home {place}; runs under way: {running}, failed: {failed}")


def _table(title: str, frame: pl.DataFrame, *, total: bool) -> Table:
    """Return a frame as a table for the terminal; text from outside is never markup."""
    numbers = [name for name, kind in frame.schema.items() if kind.is_numeric()]
    table = Table(title=title, title_justify="left", show_footer=total)
    for name in frame.columns:
        footer = f"{frame[name].sum():,}" if name in numbers else "all"
        table.add_column(name.replace("_", " "), footer, justify="right" if name in numbers else "left")
    for row in frame.iter_rows(named=True):
        table.add_row(*[f"{row[name]:,}" if name in numbers else Text(str(row[name])) for name in frame.columns])
    return table
