"""Inline XBRL: the facts tagged in an XHTML document, for filings whose extracted instance is not at hand.

Several documents of a filing form one set: contexts and units of one serve the facts of all, and a text may continue in
another document. Read by an XML parser only; an HTML parser would move elements. Values come out as they stand in an
extracted instance: numbers transformed, scaled and signed, texts joined. A fact in a format that is not read is
reported and left out. Element content is `markup.py`, formats are `transforms/`.
"""

from collections.abc import Iterable, Sequence

from lxml import etree

from sec_assets.errors import MalformedError
from sec_assets.xbrl import walk
from sec_assets.xbrl.contexts import XSI_NIL
from sec_assets.xbrl.documents import InstanceDocument
from sec_assets.xbrl.facts import FactRow, FactSink, FactValue
from sec_assets.xbrl.footnotes import FactPlace, Note, inherited_language, related_notes
from sec_assets.xbrl.fractions import fraction_value
from sec_assets.xbrl.markup import MarkupWriter, text_content
from sec_assets.xbrl.names import NameTable, Prefixes
from sec_assets.xbrl.problems import Problem
from sec_assets.xbrl.reader import LANG
from sec_assets.xbrl.references import References
from sec_assets.xbrl.transforms.registry import transform
from sec_assets.xbrl.values import decimals_text, shifted, whole_number
from sec_assets.xbrl.walk import IX_NAMESPACES, SPACE, TRUE

_KINDS = (
    "nonFraction", "nonNumeric", "fraction", "tuple", "continuation", "resources", "references", "footnote", "relationship",
)  # fmt: skip
_FACTS = frozenset(_KINDS[:4])
_TUPLES = tuple(f"{{{namespace}}}tuple" for namespace in IX_NAMESPACES)
_NUMERATORS = tuple(f"{{{namespace}}}numerator" for namespace in IX_NAMESPACES)
_DENOMINATORS = tuple(f"{{{namespace}}}denominator" for namespace in IX_NAMESPACES)
_SCHEMA_REF = "{http://www.xbrl.org/2003/linkbase}schemaRef"
_HREF = "{http://www.w3.org/1999/xlink}href"

# Texts may hold one another; three times the document is seen in practice, a hostile one could ask for thousands.
_TEXT_OVER_BODY = 20
_COST_OF_A_PART = 256

_SPACE = SPACE.encode()


def read_inline(documents: Sequence[tuple[InstanceDocument, etree._Element]], sink: FactSink) -> None:
    """Add the facts of the inline documents of one filing to `sink`; what cannot be read becomes failures there."""
    for pages in _sets([_Page(document, root) for document, root in documents]):
        reader = _SetReader(pages, sink)
        told = False
        for page in pages:
            if not page.facts and not page.resources:
                sink.fail(page.document, "there is no inline XBRL in it")
                continue
            rows, problems = reader.read(page)
            told |= bool(rows or problems)
            sink.add(rows, page.document, problems, reader.notes(page, rows, problems))
        if told:
            continue  # a part of a set may hold contexts alone, as long as another one holds facts
        for page in pages:
            if page.resources:
                sink.fail(page.document, "its inline XBRL holds no facts")


class _Page:
    """One document of a set, with what one pass finds in it."""

    def __init__(self, document: InstanceDocument, root: etree._Element) -> None:
        self.document, self.root = document, root
        self.facts: list[tuple[str, etree._Element]] = []
        self.continuations: dict[str, etree._Element] = {}
        self.resources: list[etree._Element] = []
        self.footnotes: dict[str, etree._Element] = {}
        self.relationships: list[etree._Element] = []
        self.schema: str | None = None
        self.alike, found, self.exclusions, self.one_language = walk.survey(root, document.body, _KINDS)
        for kind, element in found:
            if kind in _FACTS:
                self.facts.append((kind, element))
            elif kind == "continuation":
                self.continuations.setdefault(element.get("id", ""), element)
            elif kind == "resources":
                self.resources.append(element)
            elif kind == "footnote":
                self.footnotes.setdefault(element.get("id", ""), element)
            elif kind == "relationship":
                self.relationships.append(element)
            elif self.schema is None:
                reference = element.find(_SCHEMA_REF)
                self.schema = reference.get(_HREF) if reference is not None else None
        self.has_tuples = any(kind == "tuple" for kind, _ in self.facts)


def _sets(pages: list[_Page]) -> Iterable[list[_Page]]:
    # Documents of a set name one schema, or leave it to the others; a fee exhibit has its own.
    sets: dict[str, list[_Page]] = {}
    first = next((page.schema for page in pages if page.schema), "")
    for page in pages:
        sets.setdefault(page.schema or first or "", []).append(page)
    return sets.values()


class _SetReader:
    """The documents of one set while they are read."""

    def __init__(self, pages: list[_Page], sink: FactSink) -> None:
        prefixes = Prefixes()
        self._sink = sink
        self._names = {id(page): NameTable(page.root, page.alike, prefixes) for page in pages}
        self._references = References(
            [
                (resources, walk.contexts(resources), self._names[id(page)])
                for page in pages
                for resources in page.resources
            ],
            cik=pages[0].document.cik,
            sink=sink,
        )
        self._footnotes = {key: value for page in reversed(pages) for key, value in page.footnotes.items()}
        self._relationships = [relationship for page in pages for relationship in page.relationships]
        self._continuations = {key: value for page in reversed(pages) for key, value in page.continuations.items()}
        self._numbers: dict[tuple[str, str | None, str, str | None], tuple[str, str | None]] = {}
        self._exclusions = any(page.exclusions for page in pages)
        alike = set.intersection(*(set(names.alike.items()) for names in self._names.values()))
        self._markup = MarkupWriter(
            exclusions=self._exclusions, prefixes=[p for p, n in alike if p is not None and n in IX_NAMESPACES]
        )
        self._written, self._most = 0, _TEXT_OVER_BODY * sum(len(page.document.body) for page in pages)

    def read(self, page: _Page) -> tuple[list[FactRow], list[Problem]]:
        """Return a row per fact of a document in document order, and what is to be said of the others."""
        rows: list[FactRow] = []
        problems: list[Problem] = []
        self._numbers = {}
        names, document = self._names[id(page)], self._sink.document(page.document)
        concepts, aspects = dict[str | None, int](), self._references.aspects
        for ordinal, (kind, element) in enumerate(page.facts):
            name, reference = element.get("name"), element.get("contextRef")
            try:
                self._refuse(kind, element, page)
                concept, aspect = concepts.get(name), aspects.get(reference)
                if concept is None:
                    concept = self._sink.concept(*names.expand(name, element))
                    if names.is_settled(name):
                        concepts[name] = concept
                if aspect is None:
                    aspect = self._references.aspect(reference)
                rows.append((document, concept, aspect, *self._value(kind, element, names, page), ordinal))
            except MalformedError as error:
                problems.append(Problem(name or f"ix:{kind}", element.sourceline, str(error)))
        return rows, problems

    def notes(self, page: _Page, rows: list[FactRow], problems: list[Problem]) -> list[Note]:
        """Return the footnotes of a document's facts that were read; a link that cannot be followed is a problem."""
        if not self._relationships:
            return []
        names, places = self._names[id(page)], dict[str, FactPlace]()
        for row in rows:
            element = page.facts[row[-1]][1]
            identifier = element.get("id")
            if identifier is not None:
                places.setdefault(identifier, FactPlace(row[-1], names.resolve(element.get("name"), element)))
        try:
            return related_notes(self._relationships, self._footnotes, places, self._footnote)
        except MalformedError as error:
            problems.append(Problem("footnotes", None, str(error)))
            return []

    def _footnote(self, element: etree._Element) -> str:
        return "".join(text_content(part, exclusions=self._exclusions) for part in self._parts(element))

    def _refuse(self, kind: str, element: etree._Element, page: _Page) -> None:
        if kind == "tuple":
            raise MalformedError("it is a tuple, which is not read")
        if element.get("target"):
            raise MalformedError(f"it belongs to target document {element.get('target')!r}, which is not read")
        if element.get("tupleRef") or (page.has_tuples and next(element.iterancestors(*_TUPLES), None) is not None):
            raise MalformedError("it is part of a tuple, which is not read")

    def _value(self, kind: str, element: etree._Element, names: NameTable, page: _Page) -> FactValue:
        if kind == "nonNumeric":
            return self._text(element, names, page)
        reference = element.get("unitRef")
        if reference is None:
            raise MalformedError("it has no unit")
        unit = self._references.unit(reference)
        if element.get(XSI_NIL, "").strip() in TRUE:
            return unit, 0, None, None, decimals_text(element.get("decimals"), None, None), True
        if kind == "fraction":
            parts = [next(element.iter(*tags), None) for tags in (_NUMERATORS, _DENOMINATORS)]
            if None in parts:
                raise MalformedError("a fraction needs a numerator and a denominator")
            value, number = fraction_value(*(self._digits(part, names)[0] for part in parts if part is not None))
            return unit, 0, value.encode(), number, "INF", False
        value, number = self._digits(element, names)
        decimals = decimals_text(element.get("decimals"), element.get("precision"), number)
        return unit, 0, value.encode(), number, decimals, False

    def _digits(self, element: etree._Element, names: NameTable) -> tuple[str, str | None]:
        printed = element.text or "" if not len(element) else text_content(element, exclusions=self._exclusions)
        name, scale, sign = element.get("format"), element.get("scale", "0"), element.get("sign")
        # A third of the numbers of a document is printed more than once.
        known = self._numbers.get((printed, name, scale, sign))
        if known is not None:
            return known
        found = _scaled(self._transformed(element, printed, names), whole_number(scale), sign)
        if name is None or names.is_settled(name):
            self._numbers[printed, name, scale, sign] = found
        return found

    def _text(self, element: etree._Element, names: NameTable, page: _Page) -> FactValue:
        lang = self._sink.language(_language(element, page))
        if element.get(XSI_NIL, "").strip() in TRUE:
            return 0, lang, None, None, None, True
        if self._written > self._most:
            raise MalformedError("the texts of the document hold each other too often")
        parts = self._parts(element)
        if element.get("escape", "").strip() in TRUE:
            text = b"".join(map(self._markup.content, parts))
        else:
            text = "".join(text_content(part, exclusions=self._exclusions) for part in parts).encode()
        self._written += len(text) + _COST_OF_A_PART * len(parts)
        if element.get("format") is not None:
            text = self._transformed(element, text.decode(), names).encode()
        return 0, lang, text.strip(_SPACE), None, None, False

    def _transformed(self, element: etree._Element, text: str, names: NameTable) -> str:
        name = element.get("format")
        if name is None:
            return text.strip(SPACE)
        qualified, namespace = names.expand(name, element)
        return transform(namespace, qualified.partition(":")[2], text)

    def _parts(self, element: etree._Element) -> list[etree._Element]:
        parts, seen = [element], set()
        following = element.get("continuedAt")
        while following is not None:
            part = self._continuations.get(following)
            if part is None:
                raise MalformedError(f"its continuation {following[:80]!r} is not there")
            if following in seen:
                raise MalformedError(f"its continuation {following[:80]!r} goes round in a circle")
            seen.add(following)
            parts.append(part)
            following = part.get("continuedAt")
        return parts


def _scaled(text: str, scale: int, sign: str | None) -> tuple[str, str | None]:
    if sign not in (None, "", "-"):
        raise MalformedError(f"sign {sign!r} is neither '-' nor nothing")
    if sign == "-" and text.startswith("-"):
        raise MalformedError(f"{text[:60]!r} has a sign, and the element has one too")
    signed = f"-{text}" if sign == "-" else text
    number = shifted(signed, scale)
    if number is not None:
        return number, number
    return (f"{signed}E{scale}" if scale else signed), None


def _language(element: etree._Element, page: _Page) -> str | None:
    if page.one_language:  # nobody needs to ask an element's ancestors
        return page.root.get(LANG) or None
    return inherited_language(element)
