"""The command `sec-assets sample`: an invented EDGAR of any size in a folder, to try the platform on before the real one.

What is written is decided in `sample/mirror.py`; here are arguments, progress, and what to type next.
"""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TimeRemainingColumn

from sec_assets.cli_console import console, give_up
from sec_assets.errors import SecAssetsError

_MB = 1_000_000


def sample(
    folder: Annotated[Path, typer.Argument(help="where to write it; must be empty or not exist")],
    companies: Annotated[int, typer.Option(min=1, help="how many companies; each takes some 300 kB")] = 100,
) -> None:
    """Write an invented EDGAR with as many companies as you like, prices included, and say how to use it."""
    from sec_assets.sample.mirror import settings_of, write_mirror  # the sample is loaded only where it is used

    columns = (SpinnerColumn(), "companies", MofNCompleteColumn(), TimeRemainingColumn())
    root = folder.expanduser().absolute()
    try:
        with Progress(*columns, console=console, transient=True) as progress:
            task = progress.add_task("", total=companies)
            written = write_mirror(root, companies, lambda: progress.advance(task))
    except SecAssetsError as error:
        give_up(error)
    size = f"{written.companies:,} companies, {written.files:,} files, {written.bytes / _MB:,.0f} MB"
    console.print(f"{size} in {root}; to use it:")
    for name, value in settings_of(root).items():
        console.print(f"export {name}={value}", markup=False)
