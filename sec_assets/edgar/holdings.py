"""The user's holdings: `portfolio.csv` with the columns ticker, shares and cost_basis.

Every line that cannot be used is a problem with its line number; the good lines are kept. Several lines of one ticker
are lots and are summed; a line that repeats another exactly is taken for a slip: reported, not counted. Which companies
the tickers belong to is `universe.py`.
"""

import csv
import io
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from sec_assets.edgar.tickers import normalize_ticker
from sec_assets.errors import InputError, SettingError
from sec_assets.tables import EXACT

COLUMNS = ("ticker", "shares", "cost_basis")
EXAMPLE = "ticker,shares,cost_basis\nAAPL,12.5,1843.75\n"

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?|[+-]?\.[0-9]+")
_INTEGER_DIGITS, _FRACTION_DIGITS = 18, 12
_LOTS = pl.Schema({"line": pl.Int64, "ticker": pl.String, "shares": pl.String, "cost_basis": pl.String})
_PROBLEMS = pl.Schema({"line": pl.Int64, "problem": pl.String})


@dataclass(frozen=True, slots=True)
class Holdings:
    """The usable lines of the file, and what is wrong with the others.

    `lots` — line (Int64, from 1), ticker (String, as EDGAR writes it), shares (String, exact decimal text as typed),
    cost_basis (String, exact decimal text of what the whole lot cost; null when left empty).
    `problems` — line (Int64), problem (String).
    """

    lots: pl.DataFrame
    problems: pl.DataFrame

    def positions(self) -> pl.DataFrame:
        """Return one row per ticker: ticker, shares (Decimal), cost_basis (Decimal; null if any lot's is), n_lots."""
        return (
            self.lots.with_columns(pl.col("shares", "cost_basis").cast(EXACT))
            .group_by("ticker")
            .agg(
                pl.col("shares").sum(),
                pl.when(pl.col("cost_basis").null_count() == 0).then(pl.col("cost_basis").sum()).alias("cost_basis"),
                pl.len().cast(pl.Int64).alias("n_lots"),
            )
            .sort("ticker")
        )


class _Problems:
    """What was found wrong, line by line."""

    def __init__(self) -> None:
        self.rows: list[dict[str, object]] = []

    def add(self, line: int, problem: str) -> None:
        self.rows.append({"line": line, "problem": problem})


def read_holdings(path: Path) -> Holdings:
    """Read the holdings file.

    Raises:
        SettingError: there is no such file, or it cannot be read; shows where it is expected and its format.
    """
    try:
        body = path.read_bytes()
    except OSError as error:
        raise SettingError(
            f"no holdings: {path} cannot be read ({error.strerror}); write a CSV file there, for example:\n{EXAMPLE}"
        ) from error
    return parse_holdings(body)


def no_holdings(reason: str) -> Holdings:
    """Return holdings without a line; `reason` is the one problem."""
    return Holdings(pl.DataFrame(schema=_LOTS), pl.DataFrame([{"line": 1, "problem": reason}], schema=_PROBLEMS))


def parse_holdings(body: bytes) -> Holdings:
    """Read the bytes of a holdings file (UTF-8, with or without a byte order mark)."""
    lots: list[dict[str, object]] = []
    problems = _Problems()
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problems.add(body[: error.start].count(b"\n") + 1, "not UTF-8 text; save the file as CSV UTF-8")
        text = ""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        places = _header(next(reader, []), problems) if text.strip() else None
        if places is not None:
            _lines(reader, places, lots, problems)
    except csv.Error as error:
        problems.add(reader.line_num, f"not readable as CSV ({error}); the lines from here on are not read")
    if not lots and not problems.rows:
        problems.add(1, f"the file holds no holdings; expected, for example: {EXAMPLE!r}")
    return Holdings(pl.DataFrame(lots, schema=_LOTS), pl.DataFrame(problems.rows, schema=_PROBLEMS))


def _header(names: list[str], problems: _Problems) -> dict[str, int] | None:
    """Return the place of each known column; None when the file cannot be used."""
    cleaned = [name.strip().lower() for name in names]
    for name in sorted({name for name in cleaned if name not in COLUMNS}):
        problems.add(1, f"unknown column {name[:40]!r} is ignored; known are {', '.join(COLUMNS)}")
    repeated = sorted({name for name in cleaned if name in COLUMNS and cleaned.count(name) > 1})
    missing = [name for name in ("ticker", "shares") if name not in cleaned]
    if repeated or missing:
        wrong = f"columns {repeated} appear twice" if repeated else f"columns {missing} are missing"
        problems.add(1, f"{wrong}; expected, for example: {EXAMPLE!r}")
        return None
    return {name: cleaned.index(name) for name in COLUMNS if name in cleaned}


def _lines(reader: Any, places: dict[str, int], lots: list[dict[str, object]], problems: _Problems) -> None:
    seen: dict[tuple[str, Decimal, Decimal | None], int] = {}
    start = reader.line_num + 1
    for cells in reader:
        line, start = start, reader.line_num + 1
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) <= max(places.values()):
            problems.add(line, f"{len(cells)} cells where {max(places.values()) + 1} are needed")
            continue
        try:
            lot = _lot({name: cells[place].strip() for name, place in places.items()})
        except InputError as error:
            problems.add(line, str(error))
            continue
        cost = lot["cost_basis"]
        identity = (str(lot["ticker"]), Decimal(str(lot["shares"])), None if cost is None else Decimal(cost))
        if identity in seen:
            problems.add(line, f"repeats line {seen[identity]} exactly ({lot['ticker']}); not counted again")
            continue
        seen[identity] = line
        lots.append({"line": line, **lot})


def _lot(cells: dict[str, str]) -> dict[str, str | None]:
    ticker = normalize_ticker(cells["ticker"])
    shares = _number(cells["shares"], "shares")
    if Decimal(shares) == 0:
        raise InputError(f"{ticker}: shares is {shares}; expected a number above 0")
    cost = cells.get("cost_basis", "")
    return {"ticker": ticker, "shares": shares, "cost_basis": _number(cost, "cost_basis") if cost else None}


def _number(text: str, column: str) -> str:
    """Return plain decimal text, exactly as many digits as typed."""
    if _NUMBER.fullmatch(text) is None:
        raise InputError(
            f"{column} is {text[:40]!r}: expected a plain number such as 1234.5, without thousands separators or signs"
        )
    value = Decimal(text)
    if value < 0:
        raise InputError(f"{column} is {text[:40]}: negative numbers (short positions) are not supported")
    whole, _, fraction = text.lstrip("+").partition(".")
    if len(whole.lstrip("0")) > _INTEGER_DIGITS or len(fraction) > _FRACTION_DIGITS:
        raise InputError(f"{column} is {text[:40]}: at most {_INTEGER_DIGITS} digits before and 12 behind the point")
    return f"{value:f}"
