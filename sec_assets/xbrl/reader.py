"""XBRL 2.1 instances: plain facts in columns, the others one by one.

Extracted instances (`…_htm.xml`) and classic ones alike. A fact that cannot be read for certain (its context or unit is
not defined, its number is none) is left out and reported with its line; its neighbours stay. Tuples are reported,
not read: EDGAR refuses them. Footnotes are `footnotes.py`.
"""

from lxml import etree

from sec_assets.errors import MalformedError
from sec_assets.xbrl import walk
from sec_assets.xbrl.documents import InstanceDocument, parse_xml, plain_xml
from sec_assets.xbrl.facts import FactRow, FactSink, FactValue
from sec_assets.xbrl.footnotes import FactPlace, Note, linked_facts, linked_notes
from sec_assets.xbrl.fractions import fraction_value
from sec_assets.xbrl.names import NameTable, Prefixes, is_extension
from sec_assets.xbrl.problems import Problem
from sec_assets.xbrl.references import References
from sec_assets.xbrl.units import XBRLI
from sec_assets.xbrl.values import FITS, decimals_text, exact_text

ROOT = f"{{{XBRLI}}}xbrl"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_NUMERATOR, _DENOMINATOR = f"{{{XBRLI}}}numerator", f"{{{XBRLI}}}denominator"
_NOT_FACTS = (XBRLI, "http://www.xbrl.org/2003/linkbase")


def read_instance(document: InstanceDocument, parser: etree.XMLParser, sink: FactSink) -> None:
    """Add the facts of an instance to `sink`; facts that cannot be read become failures there.

    Raises:
        MalformedError: it is no instance, or there is not a single fact in it.
    """
    instance = walk.scan(plain_xml(document.body))
    try:
        reader = _Reader(instance, document, sink) if instance is not None else None
    except walk.TreeNeededError:
        reader = None
    if reader is None:
        reader = _Reader(walk.Tree(parse_xml(document.body, parser), document.body), document, sink)
    rows = reader.read()
    if not reader.facts:
        raise MalformedError("the instance holds no facts")
    sink.add(rows, document, reader.problems, reader.notes())


class _Reader:
    """One instance while it is read."""

    def __init__(self, instance: walk.Instance, document: InstanceDocument, sink: FactSink) -> None:
        root = instance.root
        if root.tag != ROOT:
            raise MalformedError(f"the root element is {str(root.tag)[:200]}, not that of an XBRL instance")
        self._names = NameTable(root, instance.alike, Prefixes())
        self._references = References([(root, instance.contexts(), self._names)], cik=document.cik, sink=sink)
        self._instance, self._root, self._sink = instance, root, sink
        self._lang = sink.language(root.get(LANG) or None)
        self._document = sink.document(document)
        self._identified: list[tuple[str, int, str, str | None]] = []
        self._failed: set[int] = set()
        self.facts = 0
        self.problems: list[Problem] = []

    def read(self) -> list[FactRow]:
        """Add the plain facts to the sink's columns; return a row for each other one that could be read."""
        meaning = walk.Meaning(
            document=self._document,
            aspects=self._references.aspects,
            units=self._references.units,
            decimals=self._sink.known_decimals,
            language=self._lang,
            concepts=self._sink.standard_concepts,
            concept_of=self._concept,
            decimals_of=self._decimals,
            language_of=self._language,
        )
        self.facts, others, self._identified = self._instance.plain_facts(
            meaning, linked_facts(self._root), self._sink.columns
        )
        rows: list[FactRow] = []
        for fact in others:
            try:
                aspect = self._references.aspect(fact.context)
                rows.append((self._document, fact.concept, aspect, *self._value(fact), fact.ordinal))
            except MalformedError as error:
                self._failed.add(fact.ordinal)
                self.problems.append(Problem(fact.label, fact.line, _reason(fact, error)))
        return rows

    def notes(self) -> list[Note]:
        """Return the footnotes of the facts that were read; links beyond measure become a problem."""
        places: dict[str, FactPlace] = {}
        for identifier, ordinal, tag, prefix in self._identified:
            if ordinal not in self._failed and identifier not in places:
                places[identifier] = FactPlace(ordinal, self._name(*_split(tag), prefix))
        try:
            return linked_notes(self._root, places) if places else []
        except MalformedError as error:
            self.problems.append(Problem("footnotes", None, str(error)))
            return []

    def _name(self, namespace: str, local: str, prefix: str | None) -> str:
        return f"{self._names.prefixes.of(namespace, prefix)}:{local}"

    def _concept(self, tag: str, prefix: str | None) -> int | None:
        # Documents of a batch share most of their concepts.
        standard = self._sink.standard_concepts
        known = standard.get(tag)
        if known is not None:
            return known
        namespace, local = _split(tag)
        if namespace in _NOT_FACTS:
            return None
        found = self._sink.concept(self._name(namespace, local, prefix), namespace)
        if not is_extension(namespace):
            standard[tag] = found
        return found

    def _language(self, lang: str) -> int:
        return self._sink.language(lang or None)

    def _decimals(self, stated: str | None) -> int:
        return self._sink.decimals(decimals_text(stated, None, None))

    def _value(self, fact: walk.OddFact) -> FactValue:
        if fact.element is not None:
            return self._fraction(fact.element, fact.unit)
        is_nil = fact.nil is not None and fact.nil.strip() in walk.TRUE
        text = None if is_nil else fact.text.strip(walk.SPACE)
        value = None if text is None else text.encode()
        if fact.unit is None:
            return 0, self._lang if fact.language is None else self._language(fact.language), value, None, None, is_nil
        unit = self._references.unit(fact.unit)
        number = text if text is None or FITS(text) is not None else exact_text(text)
        return unit, 0, value, number, decimals_text(fact.decimals, fact.precision, number), is_nil

    def _fraction(self, element: etree._Element, reference: str | None) -> FactValue:
        numerator, denominator = element.find(_NUMERATOR), element.find(_DENOMINATOR)
        if reference is None or numerator is None or denominator is None:
            raise MalformedError("it holds elements instead of a value")
        texts = [(part.text or "").strip(walk.SPACE) for part in (numerator, denominator)]
        value, number = fraction_value(*texts)
        return self._references.unit(reference), 0, value.encode(), number, "INF", False


def _split(tag: str) -> tuple[str, str]:
    namespace, _, local = tag.lstrip("{").rpartition("}")
    return namespace, local


def _reason(fact: walk.OddFact, error: MalformedError) -> str:
    if fact.context is not None or fact.element is None:
        return str(error)
    facts = sum(child.get("contextRef") is not None for child in fact.element.iterdescendants())
    return f"it is a tuple, which is not read, of {facts:,} facts"
