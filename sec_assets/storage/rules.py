"""Rules every stored table must keep: unique keys, nothing from the future, values within bounds, documents intact.

Pure functions over frames (and the document store, for hashes); the checks of the Dagster layer only run and report
them. A rule returns its breaches, an empty list when all is well.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from sec_assets.errors import SecAssetsError
from sec_assets.storage.documents import DocumentStore
from sec_assets.tables import TABLES

_SAMPLE = 5
_CENT = 0.005


@dataclass(frozen=True, slots=True)
class Breach:
    """Rows that break a rule, and one sentence that names some of them."""

    rows: int
    text: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A named rule: `breaches(frame, now, documents)`."""

    name: str
    description: str
    breaches: Callable[[pl.DataFrame, datetime, DocumentStore], list[Breach]]


def _where(bad: pl.DataFrame, columns: list[str]) -> list[Breach]:
    if bad.is_empty():
        return []
    return [Breach(bad.height, f"{bad.height} rows, e.g. {bad.select(columns).head(_SAMPLE).rows()}")]


def _unique(asset: str) -> Rule:
    key = list(TABLES[asset].key)

    def breaches(frame: pl.DataFrame, _now: datetime, _documents: DocumentStore) -> list[Breach]:
        return _where(frame.group_by(key).len().filter(pl.col("len") > 1), [*key, "len"])

    return Rule("keys_unique", f"rows are unique on {', '.join(key)}", breaches)


def _not_later_than_now(asset: str, column: str) -> Rule:
    def breaches(frame: pl.DataFrame, now: datetime, _documents: DocumentStore) -> list[Breach]:
        limit = pl.lit(now) if isinstance(frame.schema[column], pl.Datetime) else pl.lit(now.date())
        return _where(frame.filter(pl.col(column) > limit), list(dict.fromkeys([*TABLES[asset].key, column])))

    return Rule("not_later_than_now", f"no {column} lies in the future", breaches)


def _holds(name: str, description: str, asset: str, broken: pl.Expr) -> Rule:
    key = list(TABLES[asset].key)

    def breaches(frame: pl.DataFrame, _now: datetime, _documents: DocumentStore) -> list[Breach]:
        return _where(frame.filter(broken), key)

    return Rule(name, description, breaches)


def files_as_judged(judged: pl.DataFrame, frame: pl.DataFrame, damaged: dict[str, str]) -> list[Breach]:
    """Return a breach per company whose stored rows are not what its verdict says: damaged, gone or cut short.

    A failed company is left out: its older file, if any, stays as it was.

    Args:
        judged: table `status`, one row per company of one asset.
        frame: the rows read for these companies.
        damaged: companies whose file cannot be read, and why.
    """
    stored = frame.group_by("cik").len("stored")
    wrong = (
        judged.filter(pl.col("state") != "failed")
        .join(stored, on="cik", how="left")
        .filter(pl.col("stored").fill_null(0) != pl.col("rows"), ~pl.col("cik").is_in(list(damaged)))
        .select("cik", "rows", pl.col("stored").fill_null(0))
    )
    return [Breach(1, complaint) for complaint in damaged.values()] + [
        Breach(1, f"{cik}: judged with {rows} rows, its file has {found}") for cik, rows, found in wrong.iter_rows()
    ]


def _documents_intact(frame: pl.DataFrame, _now: datetime, documents: DocumentStore) -> list[Breach]:
    found: list[Breach] = []
    stored = frame.filter(pl.col("status") == "stored").select("path", "sha256")
    for path, expected in stored.iter_rows():
        try:
            actual = documents.sha256(path)
        except (OSError, SecAssetsError) as error:
            found.append(Breach(1, f"{path}: {error}"))
            continue
        if actual != expected:
            found.append(Breach(1, f"{path}: SHA-256 is {actual}, recorded is {expected}"))
    return found


_STATES = pl.col("status")
_OPEN, _HIGH, _LOW, _CLOSE = (pl.col(name) for name in ("open", "high", "low", "close"))

RULES: dict[str, tuple[Rule, ...]] = {
    "filings_index": (_unique("filings_index"), _not_later_than_now("filings_index", "accepted_at")),
    "artifacts": (
        _unique("artifacts"),
        Rule("documents_intact", "stored documents match their SHA-256", _documents_intact),
        _holds("absence_explained", "a document that is not stored says why", "artifacts",
               (_STATES != "stored") & pl.col("error").is_null()),
    ),
    "xbrl_facts": (
        _unique("xbrl_facts"),
        _not_later_than_now("xbrl_facts", "accepted_at"),
        _holds("numbers_exact", "a fact with a unit has an exact number unless it is nil", "xbrl_facts",
               pl.col("unit").is_not_null() & pl.col("numeric").is_null() & ~pl.col("is_nil")),
    ),
    "financials": (
        _unique("financials"),
        _holds("explained", "a value or a reason, never both", "financials",
               pl.col("value").is_null() != pl.col("reason").is_not_null()),
        _holds("periods_in_order", "a period ends after it starts", "financials", pl.col("period_start") > pl.col("period_end")),
    ),
    "filing_text": (
        _unique("filing_text"),
        _holds("items_not_empty", "every item has words", "filing_text", pl.col("n_words") < 1),
    ),
    "prices": (
        _unique("prices"),
        _not_later_than_now("prices", "date"),
        _holds("bars_plausible", "prices are positive and low ≤ open, close ≤ high", "prices",
               (_CLOSE <= 0) | (_LOW > _HIGH) | (_CLOSE > _HIGH + _CENT) | (_CLOSE < _LOW - _CENT) | (_OPEN > _HIGH + _CENT)
               | (_OPEN < _LOW - _CENT) | (pl.col("volume") < 0) | (pl.col("adjustment_factor") <= 0)),
    ),
    "technicals": (
        _unique("technicals"),
        _holds("bounds", "RSI within 0 to 100, bands in order, volatility and ATR not negative", "technicals",
               ~pl.col("rsi_14").is_between(-1e-9, 100 + 1e-9) | (pl.col("bollinger_lower") > pl.col("bollinger_upper"))
               | (pl.col("volatility_20") < 0) | (pl.col("atr_14") < 0)),
    ),
    "news": (
        _unique("news"),
        _not_later_than_now("news", "published_at"),
        _holds("links_safe", "links are http or https", "news", ~pl.col("url").str.contains(r"^https?://")),
    ),
    "sentiment": (
        _unique("sentiment"),
        _holds("bounds", "scores lie within −1 to 1", "sentiment", ~pl.col("score").is_between(-1, 1)),
    ),
    "signals": (
        _unique("signals"),
        _not_later_than_now("signals", "as_of"),
        _holds("explained", "a value or a reason, never both, and a confidence within 0 to 1", "signals",
               (pl.col("value").is_null() != pl.col("reason").is_not_null()) | ~pl.col("confidence").is_between(0, 1)
               | pl.col("value").is_infinite() | pl.col("value").is_nan()),
    ),
}  # fmt: skip
