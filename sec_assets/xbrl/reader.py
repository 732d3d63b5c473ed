"""XBRL 2.1 instances: one pass over the children of the root, a row per fact.

Extracted instances (`…_htm.xml`) and classic ones alike. A fact that cannot be read for certain (its context or unit is
not defined, its number is none) is left out and reported with its line; its neighbours stay. Tuples are reported,
not read: EDGAR refuses them. Footnotes are `footnotes.py`.
"""

from lxml import etree

from sec_assets.errors import MalformedError
from sec_assets.xbrl.contexts import TRUE, XSI_NIL
from sec_assets.xbrl.documents import InstanceDocument
from sec_assets.xbrl.facts import FactRow, FactSink
from sec_assets.xbrl.footnotes import FactPlace, Note, linked_facts, linked_notes
from sec_assets.xbrl.fractions import fraction_value
from sec_assets.xbrl.names import NameTable, Prefixes, is_extension
from sec_assets.xbrl.problems import Problem
from sec_assets.xbrl.references import CONTEXT, UNIT, References
from sec_assets.xbrl.units import XBRLI
from sec_assets.xbrl.values import FITS, decimals_text, exact_text

ROOT = f"{{{XBRLI}}}xbrl"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
SPACE = " \t\r\n"
_NUMERATOR, _DENOMINATOR = f"{{{XBRLI}}}numerator", f"{{{XBRLI}}}denominator"
_NOT_FACTS = (XBRLI, "http://www.xbrl.org/2003/linkbase")
_UNSEEN = -1


def read_instance(root: etree._Element, document: InstanceDocument, sink: FactSink) -> None:
    """Add the facts of an instance to `sink`; facts that cannot be read become failures there.

    Raises:
        MalformedError: there is not a single fact in it.
    """
    reader = _Reader(root, document, sink)
    rows = reader.read()
    if not rows and not reader.problems:
        raise MalformedError("the instance holds no facts")
    sink.add(rows, document, reader.problems, reader.notes(rows))


class _Reader:
    """One instance while it is read."""

    def __init__(self, root: etree._Element, document: InstanceDocument, sink: FactSink) -> None:
        names = NameTable(root, document.body, Prefixes())
        self._references = References(
            [(root.iterchildren(CONTEXT), root.iterchildren(UNIT), names)], cik=document.cik, sink=sink
        )
        self._root, self._names, self._sink = root, names, sink
        self._lang = sink.language(root.get(LANG) or None)
        self._document = sink.document(document)
        self._units, self._accuracies = self._references.units, dict[str | None, str]()
        self.problems: list[Problem] = []
        self._concepts: dict[str, int | None] = {}

    def read(self) -> list[FactRow]:
        """Return a row per fact, in document order."""
        rows: list[FactRow] = []
        concepts, aspects, value_of = self._concepts, self._references.aspects, self._value
        document, ordinal = self._document, -1
        for element in self._root:
            tag = element.tag
            concept = concepts.get(tag, _UNSEEN)
            if concept == _UNSEEN:
                concept = concepts[tag] = self._concept(element)
            if concept is None:
                continue
            ordinal += 1
            try:
                reference = element.get("contextRef")
                aspect = aspects.get(reference)
                if aspect is None:
                    aspect = self._references.aspect(reference)
                rows.append((document, concept, aspect, *value_of(element), ordinal))
            except MalformedError as error:
                self.problems.append(Problem(concept_label(element), element.sourceline, _reason(element, error)))
        return rows

    def notes(self, rows: list[FactRow]) -> list[Note]:
        """Return the footnotes of the facts that were read; links beyond measure become a problem."""
        wanted = linked_facts(self._root)
        if not wanted:
            return []
        read = {row[-1] for row in rows}
        places: dict[str, FactPlace] = {}
        elements = (element for element in self._root if self._concepts.get(element.tag) is not None)
        for ordinal, element in enumerate(elements):
            identifier = element.get("id")
            if identifier in wanted and ordinal in read:
                places.setdefault(identifier, FactPlace(ordinal, self._name(element)))
        try:
            return linked_notes(self._root, places)
        except MalformedError as error:
            self.problems.append(Problem("footnotes", None, str(error)))
            return []

    def _name(self, element: etree._Element) -> str:
        namespace, _, local = element.tag.lstrip("{").rpartition("}")
        return f"{self._names.prefixes.of(namespace, element.prefix)}:{local}"

    def _concept(self, element: etree._Element) -> int | None:
        # Documents of a batch share most of their concepts.
        tag, standard = element.tag, self._sink.standard_concepts
        known = standard.get(tag)
        if known is not None:
            return known
        namespace = tag.lstrip("{").rpartition("}")[0]
        if namespace in _NOT_FACTS:
            return None
        found = self._sink.concept(self._name(element), namespace)
        if not is_extension(namespace):
            standard[tag] = found
        return found

    def _value(self, element: etree._Element) -> tuple[int, int, str | None, str | None, str | None, bool]:
        if len(element):
            return self._fraction(element)
        get = element.get
        nil, reference = get(XSI_NIL), get("unitRef")
        is_nil = nil is not None and nil.strip() in TRUE
        text = None if is_nil else (element.text or "").strip(SPACE)
        if reference is None:
            lang = get(LANG)
            return 0, self._lang if lang is None else self._sink.language(lang or None), text, None, None, is_nil
        unit = self._units.get(reference)
        if unit is None:
            unit = self._references.unit(reference)
        number = text
        if text is not None and FITS(text) is None:
            number = exact_text(text)
        stated = get("decimals")
        decimals = self._accuracies.get(stated)
        if decimals is None:
            decimals = decimals_text(stated, None if stated is not None else get("precision"), number)
            if stated is not None and decimals is not None:
                self._accuracies[stated] = decimals
        return unit, 0, text, number, decimals, is_nil

    def _fraction(self, element: etree._Element) -> tuple[int, int, str | None, str | None, str | None, bool]:
        numerator, denominator, reference = element.find(_NUMERATOR), element.find(_DENOMINATOR), element.get("unitRef")
        if reference is None or numerator is None or denominator is None:
            raise MalformedError("it holds elements instead of a value")
        texts = [(part.text or "").strip(SPACE) for part in (numerator, denominator)]
        value, number = fraction_value(*texts)
        return self._references.unit(reference), 0, value, number, "INF", False


def _reason(element: etree._Element, error: MalformedError) -> str:
    if element.get("contextRef") is not None or not len(element):
        return str(error)
    facts = sum(child.get("contextRef") is not None for child in element.iterdescendants())
    return f"it is a tuple, which is not read, of {facts:,} facts"


def concept_label(element: etree._Element) -> str:
    """Return how to name an element to a person: prefix and local name as in the document."""
    name = etree.QName(element).localname
    return f"{element.prefix}:{name}" if element.prefix else name
