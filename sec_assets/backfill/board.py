"""How the progress of a backfill looks: a live board on a terminal, one plain line elsewhere. Formatting only.

Whatever comes from outside (names, errors) is shown as text, never as markup.
"""

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from sec_assets.backfill.progress import Progress
from sec_assets.monitor import Usage

_BAR_WIDTH = 40


def clock(seconds: float | None) -> str:
    """Return 1:02:03, or – for the unknown."""
    if seconds is None:
        return "–"
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"


def budget(used: Usage | None) -> str:
    """Return how much of the request budget is used, and whether EDGAR refuses us."""
    if used is None:
        return "nothing asked yet"
    if used.banned_seconds:
        return f"EDGAR asked for a pause, {clock(used.banned_seconds)} left; nothing is sent until then"
    return f"{used.sent[10] / 10:.1f} requests/s of {used.allowed[10] / 10:.0f} over the last 10 s"


def figures(progress: Progress, used: Usage | None, now: float) -> dict[str, str]:
    """Return the rows of the board."""
    done, failed = len(progress.finished), len({cik for _, cik in progress.failed})
    skipped = f" ({progress.skipped:,} more were fresh)" if progress.skipped else ""
    rows = {
        "elapsed": f"{clock(now - progress.started)}, {clock(progress.seconds_left(now))} to go",
        "companies": f"{done:,} of {progress.total:,}{skipped}",
        "in progress": f"{len(progress.begun):,}",
        "with new data": f"{len(progress.changed):,}",
        "with failures": f"{failed:,}",
        "filings": f"{sum(progress.filings.values()):,} of {len(progress.filings):,} companies",
    }
    if progress.last == "artifacts":
        rows |= {
            "documents": f"{progress.documents:,} looked at",
            "downloads": f"{progress.downloaded:,} ok, {progress.download_failures:,} failed",
            "rate": f"{progress.rate(now):,.0f} documents a minute",
        }
    return rows | {"budget": budget(used)}


def board(progress: Progress, used: Usage | None, now: float, notes: list[str]) -> RenderableType:
    """Return the board for a terminal."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    for name, value in figures(progress, used, now).items():
        table.add_row(name, Text(value, style="red" if name == "with failures" and value != "0" else ""))
    bar = Table.grid()
    bar.add_row(ProgressBar(total=max(progress.total, 1), completed=len(progress.finished), width=_BAR_WIDTH))
    lines = [Text(note, style="yellow", overflow="ellipsis", no_wrap=True) for note in notes[-3:]]
    return Panel(Group(bar, table, *lines), title="backfill", title_align="left", width=78)


def line(progress: Progress, used: Usage | None, now: float) -> str:
    """Return the board as one line."""
    return " | ".join(f"{name}: {value}" for name, value in figures(progress, used, now).items())
