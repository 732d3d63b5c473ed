"""Where the commands of `sec-assets` write: tables and lines to standard output, the sentence they end with to standard error."""

from typing import NoReturn

import typer
from rich.console import Console
from rich.text import Text

console = Console(soft_wrap=True, highlight=False)
errors = Console(stderr=True, soft_wrap=True, highlight=False)


def give_up(reason: object, code: int = 1) -> NoReturn:
    """End the command with one sentence; brackets in it are text, not markup.

    Raises:
        typer.Exit: always, with `code`.
    """
    errors.print(Text.assemble(("error: ", "red"), str(reason)))
    raise typer.Exit(code)
