"""The report's statements: per company held a fold with its newest quarters and fiscal years side by side.

What stands in which cell is `xbrl/standardize/grid.py`. Every text is escaped; nothing here needs a script.
"""

from datetime import date
from html import escape

import polars as pl

from sec_assets.report.sections import one_ticker
from sec_assets.signals.panel import known_day
from sec_assets.xbrl.standardize.grid import TITLES, Grid, Line, Period, grid
from sec_assets.xbrl.standardize.versions import latest

_QUARTERS, _YEARS = 5, 4


def statement_tables(financials: pl.DataFrame, positions: pl.DataFrame, day: date | None) -> str:
    """Return one fold per company held, as its statements were known on `day`; empty where none are known."""
    known = financials.filter(known_day(filing_date="filed") <= day if day else pl.lit(value=True))
    versions = latest(known.join(one_ticker(positions), on="cik", how="semi"))
    tickers = dict(one_ticker(positions).select("cik", "ticker").iter_rows())
    names = dict(positions.drop_nulls("cik").select("cik", "name").iter_rows())
    parts = {str(key[0]): part for key, part in versions.partition_by("cik", as_dict=True).items()}
    return "\n".join(_company(ticker, names[cik], parts[cik]) for cik, ticker in tickers.items() if cik in parts)


def _company(ticker: str, name: str | None, versions: pl.DataFrame) -> str:
    cells = grid(versions, quarters=_QUARTERS, years=_YEARS)
    title = escape(f"{ticker} – {name}" if name else ticker)
    tables = "".join(_statement(cells, statement) for statement in TITLES)
    return f"<details><summary>{title}</summary>{tables}</details>" if tables else ""


def _statement(cells: Grid, statement: str) -> str:
    lines = [line for line in cells.lines if line.statement == statement]
    if not lines:
        return ""
    units = ", ".join(sorted({_unit(cells, line) for line in lines}))
    heads = "".join(
        f'<th class="{_kind(period)}">{escape(period.label)}<br>{period.end}</th>' for period in cells.periods
    )
    body = "".join(_row(cells, line) for line in lines)
    return (
        f'<table class="statement"><caption>{escape(TITLES[statement])}: {escape(units)}; * derived</caption>'
        f"<thead><tr><th></th>{heads}</tr></thead><tbody>{body}</tbody></table>"
    )


def _row(cells: Grid, line: Line) -> str:
    return (
        f"<tr><td>{escape(line.label)}</td>{''.join(_cell(cells, line, at) for at in range(len(cells.periods)))}</tr>"
    )


def _cell(cells: Grid, line: Line, at: int) -> str:
    value, reason = line.values[at], line.reasons[at]
    kind = _kind(cells.periods[at])
    if value is None:
        why = f' title="{escape(reason, quote=True)}"' if reason else ""
        return f'<td class="{kind} missing"{why}>–</td>'
    mark = "*" if line.derived[at] else ""
    return f'<td class="{kind}">{escape(cells.shown(line, value))}{mark}</td>'


def _kind(period: Period) -> str:
    return "n year" if period.is_year else "n"


def _unit(cells: Grid, line: Line) -> str:
    is_scaled = "/" not in line.unit and line.unit != "pure"
    return f"{line.unit} in {cells.scale[1]}" if is_scaled else line.unit
