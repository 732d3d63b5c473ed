"""Facts that the four real companies reported, from the shipped tables.

`facts_CIK.csv`: one row per (concept, unit, period, value); `filings` is a hexadecimal bit mask of the company's
reports, oldest first, that carry the row. `dimensioned.csv`: revenue by product and segment, shares by class, where
they are at hand. The decimals of the first table are not recorded: they follow from the trailing zeros.
"""

from datetime import date
from functools import lru_cache

from sec_assets.sample import packaged
from sec_assets.sample.facts import Fact
from sec_assets.sample.filings import Filing, filings_of


def _day(text: str) -> date | None:
    return date(int(text[:4]), int(text[4:6]), int(text[6:])) if len(text) == 8 else None


def reports(cik: str) -> list[Filing]:
    """Return the periodic reports of a real company in the order of the bit masks."""
    found = [filing for filing in filings_of(cik) if filing.kind == "report"]
    return sorted(found, key=lambda filing: filing.filed)


@lru_cache(maxsize=4)
def _rows(cik: str) -> tuple[tuple[int, Fact], ...]:
    found = []
    for row in packaged.filled(f"facts_{cik}.csv", ("concept", "unit")):
        concept = row["concept"] if ":" in row["concept"] else f"us-gaap:{row['concept']}"
        end = _day(row["end"])
        assert end is not None, row  # noqa: S101 - the shipped table has an end in every row
        decimals = decimals_of(row["value"], row["unit"])
        fact = Fact(concept, row["value"], row["unit"], _day(row["start"]), end, decimals)
        found.append((int(row["filings"], 16), fact))
    return tuple(found)


def decimals_of(value: str, unit: str) -> str:
    """Return the decimals a value seems to have been filed with."""
    if "/" in unit:
        return "2"
    for places in (6, 3):
        if value.endswith("0" * places):
            return f"-{places}"
    return "INF" if unit == "shares" else "0"


@lru_cache(maxsize=64)
def statement_facts(filing: Filing) -> tuple[Fact, ...]:
    """Return the undimensioned facts of a real company's report."""
    bit = 1 << [report.accession for report in reports(filing.cik)].index(filing.accession)
    return tuple(fact for mask, fact in _rows(filing.cik) if mask & bit)


@lru_cache(maxsize=1)
def _dimensioned() -> dict[str, list[Fact]]:
    found: dict[str, list[Fact]] = {}
    columns = ("accession", "concept", "unit", "start", "end", "dimensions")
    for row in packaged.filled("dimensioned.csv", columns):
        end = _day(row["end"])
        assert end is not None, row  # noqa: S101 - the shipped table has an end in every row
        pairs = tuple(
            (axis, member) for axis, _, member in (part.partition("=") for part in row["dimensions"].split(";"))
        )
        fact = Fact(row["concept"], row["value"], row["unit"], _day(row["start"]), end, row["decimals"] or None, pairs)
        found.setdefault(row["accession"], []).append(fact)
    return found


def dimensioned_facts(filing: Filing) -> list[Fact]:
    """Return revenue by product and segment, and shares by class, of a real company's report, where known."""
    return _dimensioned().get(filing.accession, [])
