"""Statements of one company as tables for the terminal. What stands in which cell is `xbrl/standardize/grid.py`."""

from rich.table import Table
from rich.text import Text

from sec_assets.xbrl.standardize.grid import TITLES, Grid, Line

_LABEL, _CELL = 44, 13
_QUARTERS, _YEARS = 5, 4
WIDEST = _LABEL + (_QUARTERS + _YEARS) * _CELL
"""Characters that the most columns take."""


def columns_that_fit(width: int) -> tuple[int, int]:
    """Return how many quarters and fiscal years fit into a line of `width` characters, one of each at least."""
    columns = max(2, (width - _LABEL) // _CELL)
    years = min(_YEARS, columns // 2)
    return min(_QUARTERS, columns - years), years


def boards(grid: Grid, company: str) -> list[Table]:
    """Return one table per statement: quarters, then fiscal years.

    Derived values are marked with an asterisk; what was filed and is not shown is named below with its reason.
    """
    return [_board(grid, company, statement) for statement in TITLES if any(_lines(grid, statement))]


def _lines(grid: Grid, statement: str) -> list[Line]:
    return [line for line in grid.lines if line.statement == statement]


def _board(grid: Grid, company: str, statement: str) -> Table:
    lines = _lines(grid, statement)
    units = sorted({line.unit for line in lines})
    table = Table(
        title=Text(f"{company}: {TITLES[statement]}"),
        caption=Text("\n".join([_caption(grid, units), *_withheld(grid, lines)])),
        title_justify="left",
    )
    table.add_column("", no_wrap=True)
    for period in grid.periods:
        table.add_column(Text(f"{period.label}\n{period.end}"), justify="right", no_wrap=True)
    for line in lines:
        cells = zip(line.values, line.derived, strict=True)
        table.add_row(
            Text(line.label),
            *(
                Text(grid.shown(line, value) + ("*" if is_derived and value is not None else ""))
                for value, is_derived in cells
            ),
        )
    return table


def _withheld(grid: Grid, lines: list[Line]) -> list[str]:
    return [
        f"{line.label}, {period.label}: {reason}"
        for line in lines
        for period, reason, was_filed in zip(grid.periods, line.reasons, line.withheld, strict=True)
        if was_filed
    ]


def _caption(grid: Grid, units: list[str]) -> str:
    scaled = [unit for unit in units if "/" not in unit and unit != "pure"]
    plain = [unit for unit in units if unit not in scaled]
    parts = [f"{', '.join(scaled)} in {grid.scale[1]}"] if scaled else []
    return "; ".join([*parts, *plain, "* derived"])
