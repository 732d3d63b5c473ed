"""Frames in table xbrl_facts from EDGAR's companyfacts answers: long real histories for the tests of standardize.

Companyfacts has no text facts, so the cover's fiscal focus is rebuilt from fy and fp; it has no acceptance times, so a
filing counts as accepted at 21:00 UTC of its filing date.
"""

import gzip
import json
from datetime import UTC, date, datetime, time
from pathlib import Path

import polars as pl

from sec_assets.tables import XBRL_FACTS


def companyfacts_frame(path: Path) -> pl.DataFrame:
    """Read one gzipped companyfacts answer as a frame in table xbrl_facts."""
    document = json.loads(gzip.decompress(path.read_bytes()))
    cik = f"{int(document['cik']):010d}"
    rows, covers = [], {}
    for taxonomy, concepts in document["facts"].items():
        for local, body in concepts.items():
            for unit, facts in body["units"].items():
                for fact in facts:
                    rows.append(_row(cik, f"{taxonomy}:{local}", unit, fact))
                    covers[fact["accn"]] = fact
    for fact in covers.values():
        rows += _cover(cik, fact)
    return XBRL_FACTS.conform(
        pl.DataFrame(rows, infer_schema_length=None).with_columns(
            pl.col("numeric").cast(pl.Decimal(38, 12)), pl.col("period_start", "period_end", "filed").str.to_date()
        )
    )


def _row(cik: str, concept: str, unit: str, fact: dict) -> dict:
    return {
        **_common(cik, fact),
        "concept": concept,
        "value": str(fact["val"]),
        "numeric": str(fact["val"]),
        "unit": unit,
        "period": f"{fact['start']}/{fact['end']}" if "start" in fact else fact["end"],
        "period_start": fact.get("start"),
        "period_end": fact["end"],
        "is_instant": "start" not in fact,
    }


def _cover(cik: str, fact: dict) -> list[dict]:
    focus = {"dei:DocumentFiscalYearFocus": fact["fy"], "dei:DocumentFiscalPeriodFocus": fact["fp"]}
    blank = {"numeric": None, "unit": None, "period": "cover", "period_start": None, "period_end": fact["end"]}
    return [
        {**_common(cik, fact), **blank, "concept": concept, "value": str(value), "is_instant": True}
        for concept, value in focus.items()
        if value is not None
    ]


def _common(cik: str, fact: dict) -> dict:
    return {
        "cik": cik,
        "accession_number": fact["accn"],
        "namespace": "http://fasb.org/us-gaap/2024",
        "is_extension": False,
        "decimals": None,
        "dimensions": "",
        "is_nil": False,
        "occurrence": 0,
        "ordinal": 0,
        "form": fact["form"],
        "filed": fact["filed"],
        "accepted_at": datetime.combine(date.fromisoformat(fact["filed"]), time(21), tzinfo=UTC),
        "source": "companyfacts",
    }
