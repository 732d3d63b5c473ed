"""Which tickers belong to which company: EDGAR's two ticker lists as one table.

The plain list leads, the list with exchanges adds the exchange and the tickers the first one lacks. Rows that cannot be
used are reported beside the table, never dropped in silence. Which of these companies are wanted is `universe.py`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from sec_assets.edgar.urls import tickers_exchange_url, tickers_url
from sec_assets.errors import AbsentError, InputError, MalformedError
from sec_assets.identifiers import normalize_cik
from sec_assets.tables import TICKER_MAP

if TYPE_CHECKING:
    from sec_assets.edgar.client import EdgarClient

_TICKER = re.compile(r"[A-Z0-9][A-Z0-9\-]{0,15}")
_EXCHANGE_FIELDS = ("cik", "name", "ticker", "exchange")
_Row = tuple[object, object, object, object]


@dataclass(frozen=True, slots=True)
class TickerMap:
    """The table `ticker_map`, and one sentence for every row that could not be used."""

    frame: pl.DataFrame
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Listed:
    cik: str
    ticker: str
    name: str | None
    exchange: str | None


def normalize_ticker(text: str) -> str:
    """Return a ticker as EDGAR writes it: upper case, classes and series behind a hyphen (`brk.b` is `BRK-B`).

    Raises:
        InputError: empty, longer than 16 characters, or with characters no ticker has.
    """
    ticker = re.sub(r"[./]", "-", text.strip().upper())
    if _TICKER.fullmatch(ticker) is None:
        raise InputError(f"{text[:40]!r} is not a ticker: expected letters and digits, such as AAPL or BRK-B")
    return ticker


def load_tickers(client: "EdgarClient") -> TickerMap:
    """Fetch both lists and return them as one table; a missing list of exchanges is a problem, not a failure.

    Raises:
        AbsentError: the plain list does not exist at the source.
        MalformedError: a list is not what it should be.
    """
    plain, problems = parse_tickers(client.get_json(tickers_url()))
    try:
        exchanges, more = parse_exchanges(client.get_json(tickers_exchange_url()))
    except AbsentError as error:
        exchanges, more = [], [f"no exchanges are known: {error}"]
    return join_lists(plain, exchanges, [*problems, *more])


def parse_tickers(data: object) -> tuple[list[_Listed], list[str]]:
    """Read `company_tickers.json`; returns its usable rows in order, and the problems of the others.

    Raises:
        MalformedError: not an object of objects, or without a single usable row.
    """
    if not isinstance(data, Mapping) or not data:
        raise MalformedError("company_tickers.json: expected an object of rows such as {'0': {'cik_str': …}}")
    rows: list[_Row] = [
        (row.get("cik_str"), row.get("ticker"), row.get("title"), None)
        if isinstance(row, Mapping)
        else (None, None, None, None)
        for row in data.values()
    ]
    return _listed("company_tickers.json", rows)


def parse_exchanges(data: object) -> tuple[list[_Listed], list[str]]:
    """Read `company_tickers_exchange.json` (columnar); see `parse_tickers`."""
    fields = data.get("fields") if isinstance(data, Mapping) else None
    rows = data.get("data") if isinstance(data, Mapping) else None
    if not isinstance(fields, list) or not isinstance(rows, list) or not set(_EXCHANGE_FIELDS) <= set(map(str, fields)):
        raise MalformedError(f"company_tickers_exchange.json: expected fields {list(_EXCHANGE_FIELDS)} and data")
    places = [fields.index(name) for name in _EXCHANGE_FIELDS]
    picked: list[_Row] = [
        (row[places[0]], row[places[2]], row[places[1]], row[places[3]])
        if isinstance(row, list) and len(row) == len(fields)
        else (None, None, None, None)
        for row in rows
    ]
    return _listed("company_tickers_exchange.json", picked)


def _listed(source: str, rows: list[_Row]) -> tuple[list[_Listed], list[str]]:
    good: list[_Listed] = []
    problems: list[str] = []
    for number, (cik, ticker, name, exchange) in enumerate(rows):
        try:
            if isinstance(cik, bool) or not isinstance(cik, int | str):
                raise InputError(f"{cik!r} is not a CIK")
            if not isinstance(ticker, str):
                raise InputError(f"{ticker!r} is not a ticker")
            good.append(_Listed(normalize_cik(cik), normalize_ticker(ticker), _text(name), _text(exchange)))
        except InputError as error:
            problems.append(f"{source} row {number}: {error}")
    if not good:
        raise MalformedError(f"{source}: not one of {len(rows)} rows is usable; {'; '.join(problems[:3])}")
    return good, problems


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def join_lists(plain: list[_Listed], exchanges: list[_Listed], problems: list[str]) -> TickerMap:
    """Join both lists: the plain list's order and companies win, a ticker belongs to one company only."""
    found = list(problems)
    rows: dict[str, _Listed] = {}
    for entry in plain:
        owner = rows.setdefault(entry.ticker, entry)
        if owner.cik != entry.cik:
            found.append(f"ticker {entry.ticker} is listed for {owner.cik} and {entry.cik}: the first is kept")
    for entry in exchanges:
        owner = rows.get(entry.ticker)
        if owner is not None and owner.cik != entry.cik:
            found.append(f"ticker {entry.ticker}: listed for {owner.cik}, but for {entry.cik} in the exchange list")
            continue
        name = owner.name if owner is not None else entry.name
        rows[entry.ticker] = _Listed(entry.cik, entry.ticker, name, entry.exchange)
    ordered = list(rows.values())
    siblings: dict[str, list[str]] = {}
    for entry in ordered:
        siblings.setdefault(entry.cik, []).append(entry.ticker)
    frame = TICKER_MAP.frame(
        {
            "cik": entry.cik,
            "ticker": entry.ticker,
            "name": entry.name,
            "exchange": entry.exchange,
            "is_primary": siblings[entry.cik][0] == entry.ticker,
            "security_type": security_type(entry.ticker, entry.exchange, frozenset(siblings[entry.cik])),
        }
        for entry in ordered
    )
    return TickerMap(frame, tuple(found))


_SUFFIXES = (
    (re.compile(r"P[A-Z]?"), "preferred"),
    (re.compile(r"(WT|WS)[A-Z]?"), "warrant"),
    (re.compile(r"UN"), "unit"),
    (re.compile(r"RI"), "right"),
    (re.compile(r"[A-FV]"), "common"),
)
_NASDAQ_LETTERS = {"W": "warrant", "U": "unit", "R": "right"}


def security_type(ticker: str, exchange: str | None, siblings: frozenset[str]) -> str | None:
    """Tell the type of a security from its ticker where the convention is unambiguous, else None.

    Exchange suffixes behind a hyphen (`-PA`, `-WT`, `-UN`, `-RI`, class letters), and Nasdaq's fifth letter W, U or R
    where the same company also lists the ticker without it. Anything else (a plain `SPY` is a fund, a plain `AAPL` a
    share) cannot be told from the ticker.
    """
    _, hyphen, suffix = ticker.partition("-")
    if hyphen:
        return next((kind for pattern, kind in _SUFFIXES if pattern.fullmatch(suffix)), None)
    root = ticker[:-2] if ticker.endswith("WW") else ticker[:-1]
    if exchange == "Nasdaq" and len(ticker) == 5 and root in siblings:
        return _NASDAQ_LETTERS.get(ticker[-1])
    return None
