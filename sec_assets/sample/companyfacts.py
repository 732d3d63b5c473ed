"""Renders companyfacts and companyconcept from the facts of all filings of a company.

EDGAR's rules: only numeric facts of standard taxonomies without dimensions; of duplicates in one filing the most
precise; one row per filing; `fy` and `fp` are the filing's; `frame` only on the row filed last for its period.
"""

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sec_assets.sample.facts import Fact
from sec_assets.sample.filings import Filing, filings_of
from sec_assets.sample.instance import facts_of
from sec_assets.sample.submissions import dumps
from sec_assets.sample.universe import Company

Key = tuple[str, str, date | None, date]
_TAXONOMIES = ("dei", "us-gaap", "ifrs-full", "srt")


def companyfacts(company: Company) -> bytes | None:
    """Return the companyfacts document, None for a company without facts (EDGAR answers 404)."""
    found = _facts(company)
    if not found:
        return None
    return dumps({"cik": int(company.cik), "entityName": company.given["entity"], "facts": found})


def companyconcept(company: Company, taxonomy: str, tag: str) -> bytes | None:
    """Return the document of one concept, None when the company never reported it."""
    concept = _facts(company).get(taxonomy, {}).get(tag)
    if concept is None:
        return None
    head = {"cik": int(company.cik), "taxonomy": taxonomy, "tag": tag, "label": concept["label"]}
    return dumps(head | {"description": concept["description"], "entityName": company.given["entity"],
                         "units": concept["units"]})  # fmt: skip


@lru_cache(maxsize=32)
def _facts(company: Company) -> dict[str, dict[str, Any]]:
    rows: dict[Key, list[dict[str, Any]]] = {}
    for filing in filings_of(company.cik):
        for key, fact in most_precise(facts_of(filing)).items():
            rows.setdefault(key, []).append(_row(filing, fact))
    _frame(rows)
    found: dict[str, dict[str, Any]] = {}
    for key in sorted(rows, key=lambda key: (_TAXONOMIES.index(key[0].split(":")[0]), key[0], key[1], str(key[3]))):
        taxonomy, _, tag = key[0].partition(":")
        text = _label(tag)
        concept = found.setdefault(taxonomy, {}).setdefault(
            tag, {"label": text, "description": f"{text}, as reported by the filer.", "units": {}}
        )
        concept["units"].setdefault(key[1], []).extend(rows[key])
    return found


def most_precise(facts: tuple[Fact, ...]) -> dict[Key, Fact]:
    """Return the facts that companyfacts tells of one filing."""
    found: dict[Key, Fact] = {}
    for fact in facts:
        taxonomy = fact.concept.split(":")[0]
        if fact.value is None or fact.unit is None or fact.dimensions or taxonomy not in _TAXONOMIES:
            continue
        key = (fact.concept, fact.unit, fact.start, fact.end)
        known = found.get(key)
        if known is None or _precision(fact) > _precision(known):
            found[key] = fact
    return found


def _precision(fact: Fact) -> float:
    return float("inf") if fact.decimals in {None, "INF"} else float(fact.decimals or 0)


def _row(filing: Filing, fact: Fact) -> dict[str, Any]:
    value = Decimal(fact.value or 0)
    row: dict[str, Any] = {} if fact.start is None else {"start": str(fact.start)}
    row |= {"end": str(fact.end), "val": int(value) if value == int(value) else float(value)}
    interim = filing.form == "6-K"
    row |= {"accn": filing.accession, "fy": None if interim else filing.fiscal_year}
    return row | {"fp": filing.fiscal_period or None, "form": filing.form, "filed": str(filing.filed)}


def _frame(rows: dict[Key, list[dict[str, Any]]]) -> None:
    """Name the calendar frame on the last filed row of each period; of several periods in one frame the latest has it."""
    chosen: dict[tuple[str, str, str], Key] = {}
    for key in sorted(rows, key=lambda key: str(key[3])):
        name = frame_of(key[2], key[3])
        if name:
            chosen[key[0], key[1], name] = key
    for (_, _, name), key in chosen.items():
        rows[key][-1]["frame"] = name


def frame_of(start: date | None, end: date) -> str | None:
    """Return the calendar frame nearest to a period: CY2024, CY2024Q1, CY2024Q1I; None for other lengths."""
    if start is None:
        day = date.fromordinal(end.toordinal() - 45)
        return f"CY{day.year}Q{(day.month + 2) // 3}I"
    days = (end - start).days + 1
    middle = date.fromordinal((start.toordinal() + end.toordinal()) // 2)
    if 335 <= days <= 395:
        return f"CY{middle.year}"
    return f"CY{middle.year}Q{(middle.month + 2) // 3}" if 61 <= days <= 121 else None


def _label(tag: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", tag)
