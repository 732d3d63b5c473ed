"""SEC's companyfacts API (`/api/xbrl/companyfacts/CIK##########.json`) as a frame: one row per fact and filing.

Values keep the digits that were served; nothing passes through binary floating point. The API's `fy` and `fp` are those
of the filing, not of the fact, and `frame` marks the last filed row of a calendar period: both are kept, neither
should be read as a period. `companyfacts_as_facts` gives them the shape of the facts read from documents; comparing with
the filings themselves is `reconcile.py`, putting both together `merge.py`.
"""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import polars as pl

from sec_assets.errors import InputError, MalformedError
from sec_assets.identifiers import normalize_accession, normalize_cik
from sec_assets.tables import COMPANYFACTS, EXACT, XBRL_FACTS
from sec_assets.xbrl.values import exact_text

SOURCE = "companyfacts"
_AUTHORITIES = {"us-gaap": "http://fasb.org/", "srt": "http://fasb.org/", "ifrs-full": "http://xbrl.ifrs.org/taxonomy/"}
_SEC = "http://xbrl.sec.gov/"

SCHEMA = pl.Schema(
    {
        "cik": pl.String,
        "accession_number": pl.String,
        "taxonomy": pl.String,
        "tag": pl.String,
        "unit": pl.String,
        "start": pl.Date,
        "end": pl.Date,
        "value": pl.String,
        "numeric": EXACT,
        "fy": pl.Int32,
        "fp": pl.String,
        "form": pl.String,
        "filed": pl.Date,
        "frame": pl.String,
    }
)


def read_companyfacts(body: bytes) -> pl.DataFrame:
    """Return the facts of a companyfacts file in document order.

    Columns: cik (ten digits, whether the file has a number or a padded text); accession_number; taxonomy, e.g. us-gaap;
    tag; unit as the API names it; start (Date, null for instants); end (Date); value (text as served); numeric
    (Decimal(38,12), null where it does not fit); fy (Int32) and fp of the filing, null for some forms; form; filed
    (Date); frame.

    Raises:
        MalformedError: not JSON, or not of the shape of companyfacts.
    """
    try:
        document = json.loads(body, parse_float=str, parse_int=str)
        cik = normalize_cik(document["cik"])
        rows = [_row(cik, *fact) for fact in _facts(document["facts"])]
    except (ValueError, KeyError, TypeError, AttributeError, InputError) as error:
        raise MalformedError(f"not a companyfacts file: {type(error).__name__}: {error}") from error
    return pl.DataFrame(rows, schema=SCHEMA | {"numeric": pl.String}, orient="row").with_columns(
        pl.col("numeric").cast(EXACT)
    )


def companyfacts_as_facts(companyfacts: pl.DataFrame) -> pl.DataFrame:
    """Return facts of `read_companyfacts` in table `companyfacts`, which has the columns of `xbrl_facts`.

    The namespace has no year, since the API does not tell it; `decimals`, `accepted_at` and the entity are null for the
    same reason, and `ordinal` is the position in the file. Rows the API gives twice for one filing stay, counted by
    `occurrence`.
    """
    day = pl.col("end").dt.to_string("%Y-%m-%d")
    taxonomy = pl.col("taxonomy")
    authority = taxonomy.replace_strict(_AUTHORITIES, default=_SEC, return_dtype=pl.String)
    facts = companyfacts.with_row_index("ordinal").select(
        "cik",
        "accession_number",
        "value",
        "numeric",
        "unit",
        "form",
        "filed",
        pl.col("ordinal").cast(pl.Int32),
        concept=pl.format("{}:{}", taxonomy, "tag"),
        namespace=pl.format("{}{}", authority, taxonomy),
        is_extension=pl.lit(False),
        period=pl.when(pl.col("start").is_null())
        .then(day)
        .otherwise(pl.format("{}/{}", pl.col("start").dt.to_string("%Y-%m-%d"), day)),
        period_start="start",
        period_end="end",
        is_instant=pl.col("start").is_null(),
        dimensions=pl.lit(""),
        is_nil=pl.lit(False),
        source=pl.lit(SOURCE),
    )
    key = [name for name in XBRL_FACTS.key if name in facts.columns]
    return COMPANYFACTS.conform(facts.with_columns(occurrence=pl.int_range(pl.len(), dtype=pl.Int32).over(key)))


def _facts(taxonomies: dict[str, Any]) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    for taxonomy, tags in taxonomies.items():
        for tag, described in tags.items():
            for unit, facts in described["units"].items():
                for fact in facts:
                    yield taxonomy, tag, unit, fact


def _row(cik: str, taxonomy: str, tag: str, unit: str, fact: dict[str, Any]) -> tuple[object, ...]:
    fiscal_year = fact.get("fy")
    return (
        cik,
        normalize_accession(fact["accn"]),
        taxonomy,
        tag,
        unit,
        _day(fact.get("start")),
        _day(fact["end"]),
        fact["val"],
        exact_text(fact["val"]),
        None if fiscal_year is None else int(fiscal_year),
        fact.get("fp"),
        fact.get("form"),
        _day(fact.get("filed")),
        fact.get("frame"),
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
