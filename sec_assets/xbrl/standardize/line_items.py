"""Reads the table of line items, `line_items.toml`, and gives it as declarations and as compact frames for joining.

What an item is: `model.py`. To add an item or a concept, edit the table; nothing else needs to change. Applying
formulas is `formulas.py`, choosing among concepts `select.py`.
"""

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Any

import polars as pl

from sec_assets.xbrl.standardize.model import Candidate, Formula, LineItem, Term

_FORMULA = re.compile(r"(?:(?P<round>\d):\s*)?(?P<terms>.+?)(?:\s+without\s+(?P<without>\w+))?")
_TERM = re.compile(r"(?P<sign>[+-]?)\s*(?P<name>\w+)(?P<optional>\??)(?:\[(?P<concepts>[^]]*)\])?\s*")
_ORDINALS = {2: "2nd", 3: "3rd"}


@cache
def line_items() -> tuple[LineItem, ...]:
    """Return every standard line item, in the order of the statements."""
    text = resources.files("sec_assets.xbrl.standardize").joinpath("line_items.toml").read_text("utf-8")
    return tuple(_item(entry) for entry in tomllib.loads(text)["item"])


@cache
def items_frame() -> pl.DataFrame:
    """Return one row per line item.

    Columns: line_item, statement, kind, balance, sector (String); is_additive (Boolean) – consecutive periods add up;
    place (Int32) – order in the statements.
    """
    items = line_items()
    return pl.DataFrame(
        {
            "line_item": [item.name for item in items],
            "statement": [item.statement for item in items],
            "kind": [item.kind for item in items],
            "balance": [item.balance for item in items],
            "sector": [item.sector for item in items],
            "is_additive": [item.is_additive for item in items],
            "place": pl.Series(range(len(items)), dtype=pl.Int32),
        }
    )


@cache
def candidates_frame() -> pl.DataFrame:
    """Return one row per line item and candidate concept.

    Columns: line_item, statement, kind, concept, rule (String); is_instant, is_stand_in (Boolean); sign, rank (Int32) – 1
    is preferred, counted within the taxonomy.
    """
    rows = [
        (item.name, item.statement, item.kind, is_instant, c.concept, c.is_stand_in, c.sign, rank, rule)
        for item in line_items()
        for c, rank, rule in _ranked(item)
        for is_instant in ((True, False) if item.is_any_period else (item.is_instant,))
    ]
    columns = ["line_item", "statement", "kind", "is_instant", "concept", "is_stand_in", "sign", "rank", "rule"]
    return pl.DataFrame(rows, schema=columns, orient="row").with_columns(pl.col("sign", "rank").cast(pl.Int32))


def _item(entry: dict[str, Any]) -> LineItem:
    return LineItem(
        name=entry["name"],
        statement=entry["statement"],
        kind=entry["kind"],
        is_instant=entry["period"] == "instant",
        is_any_period=entry["period"] == "any",
        balance=entry["balance"],
        sector=entry["sector"],
        candidates=tuple(_candidate(*declared) for declared in entry.get("concepts", ())),
        formulas=tuple(_formula(entry["name"], text) for text in entry.get("formulas", ())),
    )


def _candidate(concept: str, reason: str, extent: str = "whole") -> Candidate:
    return Candidate(concept.removeprefix("-"), reason, extent == "part", -1 if concept.startswith("-") else 1)


def _formula(line_item: str, text: str) -> Formula:
    """Read e.g. "2: liabilities_and_equity - equity - redeemable_equity?".

    Raises:
        ValueError: the text is no formula.
    """
    parts = _FORMULA.fullmatch(text)
    if parts is None or _TERM.sub("", parts["terms"]):
        raise ValueError(f"line item {line_item}: {text!r} is no formula")
    terms = tuple(
        Term(
            term["name"],
            -1 if term["sign"] == "-" else 1,
            not term["optional"],
            tuple((term["concepts"] or "").split()),
        )
        for term in _TERM.finditer(parts["terms"])
    )
    return Formula(line_item, terms, int(parts["round"] or 1), parts["without"])


def _ranked(item: LineItem) -> list[tuple[Candidate, int, str]]:
    """Return candidates with rank and rule; ranks are counted by taxonomy, so that an IFRS first choice is rank 1."""
    seen: dict[str, int] = {}
    ranked = []
    for candidate in item.candidates:
        taxonomy = candidate.concept.partition(":")[0]
        rank = seen[taxonomy] = seen.get(taxonomy, 0) + 1
        choice = "first" if rank == 1 else _ORDINALS.get(rank, f"{rank}th")
        ranked.append((candidate, rank, f"{choice} choice: {candidate.reason}"))
    return ranked
