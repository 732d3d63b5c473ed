"""Short ways to write frames in table xbrl_facts for tests of standardize: one filing a call, one fact a tuple."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import polars as pl

from sec_assets.tables import XBRL_FACTS

CIK = "0000000001"


def filing(
    accession: str, filed: str, *facts: tuple, form: str = "10-K", cik: str = CIK, cover: dict[str, str] | None = None
) -> list[dict]:
    """Return the rows of one filing; a fact is (concept, "2023-01-01/2023-12-31" or a day, value[, overrides])."""
    day = date.fromisoformat(filed)
    common = {
        "cik": cik,
        "accession_number": accession,
        "namespace": "http://fasb.org/us-gaap/2024",
        "is_extension": False,
        "dimensions": "",
        "is_nil": False,
        "occurrence": 0,
        "ordinal": 0,
        "form": form,
        "filed": day,
        "accepted_at": datetime.combine(day, time(21), tzinfo=UTC),
        "source": "test.xml",
    }
    rows = [{**common, **_fact(concept, period, value), **rest} for concept, period, value, rest in map(_padded, facts)]
    texts = [
        {**common, "concept": f"dei:{name}", "value": value, "period": "2000-01-01", "is_instant": True}
        for name, value in (cover or {}).items()
    ]
    return rows + texts


def frame(*filings: list[dict]) -> pl.DataFrame:
    """Return the filings as one frame in table xbrl_facts."""
    return XBRL_FACTS.frame(row for rows in filings for row in rows)


def _padded(fact: tuple) -> tuple:
    return fact if len(fact) == 4 else (*fact, {})


def _fact(concept: str, period: str, value: str | int) -> dict:
    name = concept if ":" in concept else f"us-gaap:{concept}"
    start, _, end = period.rpartition("/")
    return {
        "concept": name,
        "value": str(value),
        "numeric": Decimal(str(value)),
        "unit": "USD",
        "decimals": "-6",
        "period": period,
        "period_start": date.fromisoformat(start) if start else None,
        "period_end": date.fromisoformat(end),
        "is_instant": not start,
    }
