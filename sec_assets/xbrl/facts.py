"""Facts on their way into a frame: rows of small integers per document, one Polars frame per batch.

Concepts, units, contexts and documents are interned while reading, so that a row is a tuple of numbers and the texts of
its value. The frame is sorted on the ranks of those numbers and its texts are gathered last, once for all documents.
Reading documents is `reader.py` and `inline.py`; which of several equal-keyed facts counts is `duplicates.py`.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from sec_assets.tables import EXACT, XBRL_FACTS
from sec_assets.xbrl.contexts import Context, Entity, Period
from sec_assets.xbrl.documents import InstanceDocument
from sec_assets.xbrl.duplicates import classify_duplicates, number_occurrences
from sec_assets.xbrl.footnotes import Note, NoteRow, footnotes_frame
from sec_assets.xbrl.names import is_extension
from sec_assets.xbrl.problems import Cause, Problem, causes, problems_frame, whole
from sec_assets.xbrl.walk import FactColumns

FactValue = tuple[int, int, bytes | None, str | None, str | None, bool]
"""Numbers of unit and language; value in UTF-8, number in plain digits, decimals, is_nil."""

FactRow = tuple[int, int, int, int, int, bytes | None, str | None, str | None, bool, int]
"""Numbers of document, concept, aspect, unit and language; value in UTF-8, number in plain digits, decimals, is_nil, ordinal."""

_VALUES_AT_ONCE = 1000

Failure = tuple[str, str, str]
"""Accession number, document name, reason."""


@dataclass(frozen=True, slots=True)
class ParsedFacts:
    """What came out of a batch of documents.

    Attributes:
        frame: facts in table `xbrl_facts`, sorted by its key and unique on it.
        failures: documents that could not be read, and facts left out of documents that could, in words.
        out_of_range: numeric facts whose exact value does not fit 26+12 digits; their `numeric` is null.
        problems: the failures as rows of table `xbrl_problems`.
        footnotes: table `xbrl_footnotes`.
    """

    frame: pl.DataFrame
    failures: list[Failure]
    out_of_range: int
    problems: pl.DataFrame
    footnotes: pl.DataFrame


class FactSink:
    """Collects the rows of a batch, and what their numbers stand for."""

    def __init__(self) -> None:
        self._documents: list[InstanceDocument] = []
        self._concepts: dict[tuple[str, str], int] = {}
        self.standard_concepts: dict[str, int] = {}
        self._aspects: dict[tuple[str, str, str, str], int] = {}
        self._periods: list[Period] = []
        self._dimensions: list[str] = []
        self._entities: list[Entity] = []
        self._units: dict[str | None, int] = {None: 0}
        self._languages: dict[str | None, int] = {None: 0}
        self._decimals: dict[str | None, int] = {None: 0}
        self.known_decimals: dict[str | None, int] = {}
        self.columns = FactColumns()
        self._values: list[pl.Series] = []
        self._rows: list[FactRow] = []
        self._causes: list[Cause] = []
        self._told: Counter[InstanceDocument] = Counter()
        self._notes: list[NoteRow] = []

    def document(self, document: InstanceDocument) -> int:
        """Return the number rows refer to this document by."""
        self._documents.append(document.without_body())
        return len(self._documents) - 1

    def concept(self, name: str, namespace: str) -> int:
        """Return the number of a concept."""
        return self._concepts.setdefault((name, namespace), len(self._concepts))

    def aspect(self, context: Context) -> int:
        """Return the number of a period with dimensions."""
        period, dimensions, entity = context
        key = period.text, dimensions, entity.scheme, entity.identifier
        known = self._aspects.get(key)
        if known is None:
            known = self._aspects[key] = len(self._aspects)
            self._periods.append(period)
            self._dimensions.append(dimensions)
            self._entities.append(entity)
        return known

    def unit(self, unit: str) -> int:
        """Return the number of a unit; 0 stands for none."""
        return self._units.setdefault(unit, len(self._units))

    def language(self, language: str | None) -> int:
        """Return the number of a language; 0 stands for none."""
        return self._languages.setdefault(language, len(self._languages))

    def decimals(self, decimals: str | None) -> int:
        """Return the number of an accuracy; 0 stands for an unknown one."""
        return self._decimals.setdefault(decimals, len(self._decimals))

    def add(
        self,
        rows: Sequence[FactRow],
        document: InstanceDocument,
        problems: Sequence[Problem],
        notes: Sequence[Note] = (),
    ) -> None:
        """Take over the rows of a document, its footnotes, and what is to be said of facts that could not be read."""
        self._rows.extend(rows)
        if len(self.columns.values) >= _VALUES_AT_ONCE:  # the texts of a batch are not held twice
            self._values.append(_texts(self.columns.values))
            self.columns.values.clear()
        if not notes and not problems:
            return
        known = document.without_body()
        self._notes.extend(
            (known.cik, known.accession_number, known.name, fact.ordinal, fact.concept, arcrole, role, lang, text)
            for fact, arcrole, role, lang, text in notes
        )
        if problems:
            self._tell(known, list(causes(known, problems, self._told[known])))

    def fail(self, document: InstanceDocument, reason: str, line: int | None = None) -> None:
        """Record that a document could not be read."""
        known = document.without_body()
        self._tell(known, [whole(known, reason, line, self._told[known])])

    def _tell(self, known: InstanceDocument, found: list[Cause]) -> None:
        self._causes.extend(found)
        self._told[known] += len(found)

    def finish(self) -> ParsedFacts:
        """Build the frame of everything added; once, as the sink gives away what it holds to need less memory."""
        concepts, aspects = _concepts(self._concepts), _aspects(self._periods, self._dimensions, self._entities)
        facts = number_occurrences(self._ranked(concepts, aspects), ("group",), ("document", "ordinal")).with_columns(
            numeric=pl.col("number").cast(EXACT)
        )
        misfits = (
            facts.select((pl.col("unit_id") > 0) & ~pl.col("is_nil") & pl.col("number").is_null()).to_series().sum()
        )
        frame = pl.concat(
            [
                facts.select("value", "decimals", "is_nil", "occurrence", "ordinal", "numeric"),
                _verdicts(facts).to_frame(),
                _documents(self._documents)[facts["document"]],
                concepts[facts["concept_id"]],
                aspects[facts["aspect_id"]],
                pl.Series("unit", list(self._units), dtype=pl.String)[facts["unit_id"]].to_frame(),
                pl.Series("lang", list(self._languages), dtype=pl.String)[facts["lang_id"]].to_frame(),
            ],
            how="horizontal",
        )
        return ParsedFacts(
            frame=XBRL_FACTS.conform(frame, is_sorted=True),
            failures=[(c.document.accession_number, c.document.name, c.sentence()) for c in self._causes],
            out_of_range=int(misfits),
            problems=problems_frame(self._causes),
            footnotes=footnotes_frame(self._notes),
        )

    def _ranked(self, concepts: pl.DataFrame, aspects: pl.DataFrame) -> pl.DataFrame:
        """Return the facts with `group`, a number that sorts as the table's key without occurrence and is the same for duplicates."""
        values = pl.concat([*self._values, _texts(self.columns.values)])
        facts = pl.concat([_of_rows(self._rows), _of_columns(self.columns, values, list(self._decimals))])
        self._rows, self._values, self.columns = [], [], FactColumns()
        period = aspects.select(pl.concat_str("period", "dimensions", separator="\0")).to_series()
        parts = (
            ("document", _ranks(d.cik for d in self._documents)),
            ("concept_id", concepts["concept"].rank("dense")),
            ("unit_id", _ranks(self._units)),
            ("aspect_id", period.rank("dense")),
            ("lang_id", _ranks(self._languages)),
            ("document", _ranks(d.accession_number for d in self._documents)),
        )
        by_part = facts.with_columns(
            ranks.fill_null(0)[facts[column]].alias(f"rank_{place}") for place, (column, ranks) in enumerate(parts)
        )
        group = pl.lit(0, dtype=pl.Int128)
        for place, (_, ranks) in enumerate(parts):
            group = group * pl.lit(len(ranks) + 1, dtype=pl.Int128) + pl.col(f"rank_{place}").cast(pl.Int128)
        return by_part.select(*facts.columns, group=group)


def _verdicts(facts: pl.DataFrame) -> pl.Series:
    """Return the verdict on the duplicates a fact belongs to, null for facts without."""
    verdicts = pl.Series("duplicates", [None], dtype=pl.String).new_from_index(0, facts.height)
    is_repeat = facts["occurrence"] > 0
    places = (is_repeat | is_repeat.shift(-1, fill_value=False)).arg_true()
    if places.is_empty():
        return verdicts
    repeated = facts[places].select("group", "value", "numeric", "decimals")
    judged = classify_duplicates(repeated, ("group",))
    found = repeated.join(judged, on="group", how="left", maintain_order="left")["verdict"]
    return verdicts.scatter(places, found)


def _ranks(keys: Iterable[str | None]) -> pl.Series:
    """Return numbers that sort as the keys do; null for None."""
    return pl.Series(list(keys), dtype=pl.String).rank("dense")


def _of_rows(rows: list[FactRow]) -> pl.DataFrame:
    schema = (
        ("document", pl.Int32), ("concept_id", pl.Int32), ("aspect_id", pl.Int32), ("unit_id", pl.Int32),
        ("lang_id", pl.Int32), ("value", pl.Binary), ("number", pl.String), ("decimals", pl.String),
        ("is_nil", pl.Boolean), ("ordinal", pl.Int32),
    )  # fmt: skip
    columns = [pl.Series(name, [row[i] for row in rows], dtype=t) for i, (name, t) in enumerate(schema)]
    return pl.DataFrame(columns).with_columns(pl.col("value").cast(pl.String))


def _texts(values: list[bytes | None]) -> pl.Series:
    return pl.Series("value", values, dtype=pl.Binary).cast(pl.String)


def _of_columns(columns: FactColumns, values: pl.Series, decimals: list[str | None]) -> pl.DataFrame:
    def numbers(name: str, column: list[int]) -> pl.Series:
        return pl.Series(name, column, dtype=pl.Int32)

    # As columns, not as literals of expressions: those are looked at byte by byte when a query is planned.
    return pl.DataFrame(
        [
            numbers("document", columns.documents),
            numbers("concept_id", columns.concepts),
            numbers("aspect_id", columns.aspects),
            numbers("unit_id", columns.units),
            numbers("lang_id", columns.languages),
            values,
            pl.Series("number", columns.has_number, dtype=pl.Boolean),
            pl.Series("decimals", decimals, dtype=pl.String)[numbers("", columns.decimals)],
            pl.Series("is_nil", columns.is_nil, dtype=pl.Boolean),
            numbers("ordinal", columns.ordinals),
        ]
    ).with_columns(number=pl.when("number").then("value"))


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
    names, namespaces = _transposed(concepts, 2)
    known = {namespace: is_extension(namespace) for namespace in set(namespaces)}
    return pl.DataFrame(
        {"concept": names, "namespace": namespaces, "is_extension": [known[namespace] for namespace in namespaces]},
        schema={"concept": pl.String, "namespace": pl.String, "is_extension": pl.Boolean},
    )


def _aspects(periods: list[Period], dimensions: list[str], entities: list[Entity]) -> pl.DataFrame:
    texts, starts, ends, are_instants = _transposed(periods, 4)
    schemes, identifiers = _transposed(entities, 2)
    return pl.DataFrame(
        {
            "period": texts,
            "period_start": starts,
            "period_end": ends,
            "is_instant": are_instants,
            "dimensions": dimensions,
            "entity_scheme": schemes,
            "entity_identifier": identifiers,
        },
        schema={
            "period": pl.String,
            "period_start": pl.Date,
            "period_end": pl.Date,
            "is_instant": pl.Boolean,
            "dimensions": pl.String,
            "entity_scheme": pl.String,
            "entity_identifier": pl.String,
        },
    )


def _transposed(rows: Iterable[tuple], width: int) -> list[tuple]:
    """Return the columns of rows."""
    return list(zip(*rows, strict=True)) or [()] * width
