"""Facts on their way into a frame: rows of small integers per document, one Polars frame per batch.

Concepts, units, contexts and documents are interned while reading, so that a row is a tuple of numbers and the texts of
its value. The frame is sorted on the ranks of those numbers and its texts are gathered last, once for all documents.
Reading documents is `reader.py` and `inline.py`; which of several equal-keyed facts counts is `duplicates.py`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from sec_assets.tables import EXACT, XBRL_FACTS
from sec_assets.xbrl.contexts import Context
from sec_assets.xbrl.documents import InstanceDocument
from sec_assets.xbrl.duplicates import number_occurrences
from sec_assets.xbrl.names import is_extension

FactRow = tuple[int, int, int, int, int, str | None, str | None, str | None, bool, int]
"""Numbers of document, concept, aspect, unit and language; value, number in plain digits, decimals, is_nil, ordinal."""

Failure = tuple[str, str, str]
"""Accession number, document name, reason."""

_LONGEST_REASON = 1000
FAILURES_PER_DOCUMENT = 100
"""Facts reported one by one; the rest of a broken document's facts are given as a count."""


@dataclass(frozen=True, slots=True)
class ParsedFacts:
    """What came out of a batch of documents.

    Attributes:
        frame: facts in table `xbrl_facts`, sorted by its key and unique on it.
        failures: documents that could not be read, and facts left out of documents that could.
        out_of_range: numeric facts whose exact value does not fit 26+12 digits; their `numeric` is null.
    """

    frame: pl.DataFrame
    failures: list[Failure]
    out_of_range: int


class FactSink:
    """Collects the rows of a batch, and what their numbers stand for."""

    def __init__(self) -> None:
        self._documents: list[InstanceDocument] = []
        self._concepts: dict[tuple[str, str], int] = {}
        self._aspects: dict[Context, int] = {}
        self._units: dict[str | None, int] = {None: 0}
        self._languages: dict[str | None, int] = {None: 0}
        self._rows: list[FactRow] = []
        self._failures: list[Failure] = []

    def document(self, document: InstanceDocument) -> int:
        """Return the number rows refer to this document by."""
        self._documents.append(document)
        return len(self._documents) - 1

    def concept(self, name: str, namespace: str) -> int:
        """Return the number of a concept."""
        return self._concepts.setdefault((name, namespace), len(self._concepts))

    def aspect(self, context: Context) -> int:
        """Return the number of a period with dimensions."""
        return self._aspects.setdefault(context, len(self._aspects))

    def unit(self, unit: str) -> int:
        """Return the number of a unit; 0 stands for none."""
        return self._units.setdefault(unit, len(self._units))

    def language(self, language: str | None) -> int:
        """Return the number of a language; 0 stands for none."""
        return self._languages.setdefault(language, len(self._languages))

    def add(self, rows: Sequence[FactRow], document: InstanceDocument, problems: Sequence[str]) -> None:
        """Take over the rows of a document, and what is to be said of its facts that could not be read."""
        self._rows.extend(rows)
        for problem in problems[:FAILURES_PER_DOCUMENT]:
            self.fail(document, problem)
        if len(problems) > FAILURES_PER_DOCUMENT:
            self.fail(document, f"and {len(problems) - FAILURES_PER_DOCUMENT:,} more facts that could not be read")

    def fail(self, document: InstanceDocument, reason: str) -> None:
        """Record that a document, or a fact of it, could not be read."""
        self._failures.append((document.accession_number, document.name, reason[:_LONGEST_REASON]))

    def finish(self) -> ParsedFacts:
        """Build the frame of everything added."""
        facts = number_occurrences(
            self._ranked(), ("filing", "concept_rank", "unit_rank", "aspect_rank", "lang_rank"), ("document", "ordinal")
        )
        numeric = facts["number"].cast(EXACT)
        misfits = (
            facts.select((pl.col("unit_id") > 0) & ~pl.col("is_nil") & pl.col("number").is_null()).to_series().sum()
        )
        frame = pl.concat(
            [
                facts.select("value", "decimals", "is_nil", "occurrence", "ordinal", numeric=numeric),
                _documents(self._documents)[facts["document"]],
                _concepts(self._concepts)[facts["concept_id"]],
                _aspects(self._aspects)[facts["aspect_id"]],
                pl.Series("unit", list(self._units), dtype=pl.String)[facts["unit_id"]].to_frame(),
                pl.Series("lang", list(self._languages), dtype=pl.String)[facts["lang_id"]].to_frame(),
            ],
            how="horizontal",
        )
        return ParsedFacts(XBRL_FACTS.conform(frame), self._failures, int(misfits))

    def _ranked(self) -> pl.DataFrame:
        facts = _columns(self._rows)
        return facts.with_columns(
            _ranks("filing", self._documents, lambda d: (d.cik, d.accession_number))[facts["document"]],
            _ranks("concept_rank", self._concepts, lambda c: c[0])[facts["concept_id"]],
            _ranks("aspect_rank", self._aspects, lambda a: (a.period.text, a.dimensions))[facts["aspect_id"]],
            _ranks("unit_rank", self._units, _none_first)[facts["unit_id"]],
            _ranks("lang_rank", self._languages, _none_first)[facts["lang_id"]],
        )


def _none_first(text: str | None) -> tuple[bool, str]:
    return text is not None, text or ""


def _ranks(name: str, things: Iterable[Any], key: Callable[[Any], Any]) -> pl.Series:
    keys = [key(thing) for thing in things]
    position = {value: number for number, value in enumerate(sorted(set(keys)))}
    return pl.Series(name, [position[value] for value in keys], dtype=pl.Int32)


def _columns(rows: list[FactRow]) -> pl.DataFrame:
    schema = (
        ("document", pl.Int32), ("concept_id", pl.Int32), ("aspect_id", pl.Int32), ("unit_id", pl.Int32),
        ("lang_id", pl.Int32), ("value", pl.String), ("number", pl.String), ("decimals", pl.String),
        ("is_nil", pl.Boolean), ("ordinal", pl.Int32),
    )  # fmt: skip
    return pl.DataFrame([pl.Series(name, [row[i] for row in rows], dtype=t) for i, (name, t) in enumerate(schema)])


def _documents(documents: list[InstanceDocument]) -> pl.DataFrame:
    schema = XBRL_FACTS.schema
    return pl.DataFrame(
        {
            "cik": [d.cik for d in documents],
            "accession_number": [d.accession_number for d in documents],
            "form": [d.form for d in documents],
            "filed": [d.filed for d in documents],
            "accepted_at": [d.accepted_at for d in documents],
            "source": [d.name for d in documents],
        },
        schema={name: schema[name] for name in ("cik", "accession_number", "form", "filed", "accepted_at", "source")},
    )


def _concepts(concepts: Iterable[tuple[str, str]]) -> pl.DataFrame:
    pairs = list(concepts)
    return pl.DataFrame(
        {
            "concept": [name for name, _ in pairs],
            "namespace": [namespace for _, namespace in pairs],
            "is_extension": [is_extension(namespace) for _, namespace in pairs],
        },
        schema={"concept": pl.String, "namespace": pl.String, "is_extension": pl.Boolean},
    )


def _aspects(contexts: Iterable[Context]) -> pl.DataFrame:
    found = list(contexts)
    return pl.DataFrame(
        {
            "period": [c.period.text for c in found],
            "period_start": [c.period.start for c in found],
            "period_end": [c.period.end for c in found],
            "is_instant": [c.period.is_instant for c in found],
            "dimensions": [c.dimensions for c in found],
        },
        schema={
            "period": pl.String,
            "period_start": pl.Date,
            "period_end": pl.Date,
            "is_instant": pl.Boolean,
            "dimensions": pl.String,
        },
    )
