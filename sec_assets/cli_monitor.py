"""The command `sec-assets monitor`: one line a second about the request budget, or one line and an exit code.

What the line says is `monitor`; here are the options, the loop and the end of it. Registered in `cli`.
"""

import json
import time
from typing import Annotated

import typer

from sec_assets.cli_console import console, give_up
from sec_assets.edgar.transport.gate import open_store
from sec_assets.edgar.transport.sources import budget_of, limiter_of
from sec_assets.edgar.transport.store import RECORD_SECONDS, BudgetStore
from sec_assets.errors import SecAssetsError
from sec_assets.monitor import EXIT_CODES, line, usage
from sec_assets.settings import Settings, load_settings

_INTERVAL_SECONDS = 1.0


def monitor(
    *,
    once: Annotated[
        bool, typer.Option("--once", help="print one line and exit: 0 OK, 1 WARN, 2 VIOLATION or banned, 3 cannot tell")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON, one object a line")] = False,
) -> None:
    """Show how much of the request budget is used, by whom, and whether EDGAR refuses us. Changes nothing."""
    try:
        settings = load_settings()
        store = open_store(limiter_of(settings))
        if once:
            raise typer.Exit(_show(settings, store, as_json=as_json))
        while True:
            _show(settings, store, as_json=as_json)
            time.sleep(_INTERVAL_SECONDS)
    except KeyboardInterrupt:
        raise typer.Exit(0) from None
    except SecAssetsError as error:
        give_up(error, code=3)


def _show(settings: Settings, store: BudgetStore, *, as_json: bool) -> int:
    """Print one look at the budget and return the exit code that goes with it."""
    reading = store.read(RECORD_SECONDS)
    if reading is None:
        nothing = {
            "status": "OK",
            "place": store.name,
            "reason": "nothing has been asked yet: there is no budget there",
        }
        _print(json.dumps(nothing) if as_json else f"OK | {nothing['reason']} ({store.name})")
        return 0
    used = usage(reading, budget_of(settings), store.name)
    _print(json.dumps(used.as_json()) if as_json else line(used))
    return EXIT_CODES[used.status]


def _print(text: str) -> None:
    console.out(text, highlight=False)
