"""The command `sec-assets`: what a terminal user needs besides Dagster's own commands."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import dagster as dg
import typer
from rich.console import Console

from sec_assets import access, home, summary
from sec_assets.cli_backfill import backfill
from sec_assets.cli_console import give_up
from sec_assets.cli_monitor import monitor
from sec_assets.cli_sample import sample
from sec_assets.cli_stats import db_stats, diagnose
from sec_assets.errors import SecAssetsError
from sec_assets.settings import Settings, load_settings
from sec_assets.statement_board import WIDEST, boards, columns_that_fit
from sec_assets.tables.markdown import tables_page
from sec_assets.xbrl.standardize.grid import grid

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
app.command()(monitor)
app.command()(backfill)
app.command()(db_stats)
app.command()(diagnose)
app.command()(sample)
_console = Console(soft_wrap=True)
_MODULE = "sec_assets.definitions"
_BEHIND_TICKER_MAP = '* and not key:"ticker_map"'


@app.command()
def init() -> None:
    """Create Dagster's home and the holdings file under the data folder, where they are missing."""
    try:
        place = _prepare()[1]
    except SecAssetsError as error:
        give_up(error)
    _console.print(f"DAGSTER_HOME={place}")


@app.command()
def demo() -> None:
    """Materialize every asset for the whole bundled sample through the Dask executor, and tell what was built."""
    os.environ |= {"SEC_ASSETS_SOURCE": "sample", "SEC_ASSETS_UNIVERSE": "all"}
    try:
        settings, _ = _prepare()
        _materialize("ticker_map")
        with dg.DagsterInstance.get() as instance:
            ciks = instance.get_dynamic_partitions("cik")
        _materialize(_BEHIND_TICKER_MAP, "--partition-range", f"{ciks[0]}...{ciks[-1]}")
        _tell(settings)
    except SecAssetsError as error:
        give_up(error)


@app.command("summary")
def show_summary() -> None:
    """Count what the warehouse holds, and say where everything lies."""
    try:
        _tell(load_settings())
    except SecAssetsError as error:
        give_up(error)


@app.command("statements")
def show_statements(
    company: Annotated[str, typer.Argument(help="ticker or CIK")],
    statement: Annotated[
        str | None, typer.Option(help="income, per_share, shares, balance or cash_flow; all by default")
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="what was known on this day, e.g. 2024-03-01")] = None,
    quarters: Annotated[
        int | None, typer.Option(min=0, help="quarters shown; as many as fit, 5 at most, by default")
    ] = None,
    years: Annotated[
        int | None, typer.Option(min=0, help="fiscal years shown; as many as fit, 4 at most, by default")
    ] = None,
) -> None:
    """Print the statements of a company: the newest quarters and fiscal years side by side."""
    try:
        rows = access.statements(company, statement, periods="all", as_of=as_of)
    except SecAssetsError as error:
        give_up(error)
    console = _console if _console.is_terminal else Console(width=WIDEST)
    fitting = columns_that_fit(console.width)
    cells = grid(
        rows,
        quarters=fitting[0] if quarters is None else quarters,
        years=fitting[1] if years is None else years,
    )
    shown = boards(cells, company.upper())
    if not shown:
        give_up(f"no statements of {company} are known; its filings, or the days asked for, hold none")
    for board in shown:
        console.print(board)


@app.command()
def tables() -> None:
    """Print the documentation of every table and column (docs/tables.md)."""
    print(tables_page(), end="")


def _prepare() -> tuple[Settings, Path]:
    settings = load_settings()
    return settings, home.prepare(settings, Path("dagster.yaml").absolute())


def _materialize(selection: str, *more: str) -> None:
    """Run the very command a user would type."""
    command = [sys.executable, "-m", "dagster", "asset", "materialize", "--select", selection, "-m", _MODULE, *more]
    _console.print("[bold]$[/] " + " ".join(command[2:]))
    if subprocess.run(command, check=False).returncode:
        give_up(f"materializing {selection} failed; the reason is the last error above")


def _tell(settings: Settings) -> None:
    _console.print(summary.board(settings))
    for name, place in summary.places(settings):
        _console.print(f"{name}: {place}", highlight=False)


if __name__ == "__main__":
    app()
