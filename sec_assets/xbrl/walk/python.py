"""The walk over trees in Python, with what lxml offers; `compiled.pyx` and `scan.pyx` give the same answers faster."""

import re
from collections.abc import Collection, Container

from lxml import etree

from sec_assets.xbrl.values import FITS
from sec_assets.xbrl.walk.answers import (
    IX_NAMESPACES,
    SPACE,
    TRUE,
    FactColumns,
    Instance,
    Meaning,
    OddFact,
    PlainContext,
    PlainFacts,
    Survey,
)

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_CONTEXT = "{http://www.xbrl.org/2003/instance}context"
_DECLARATION = re.compile(rb"""xmlns(?::([^\s=]{1,64}+))?\s{0,64}+=\s{0,64}+(?:"([^"]*)"|'([^']*)')""")


class Tree:
    """An instance as a tree; see `answers.Instance`."""

    def __init__(self, root: etree._Element, body: bytes) -> None:
        self.root = root
        self.alike = bound_alike(root, body)

    def contexts(self) -> list[PlainContext | None]:
        """Return the contexts in plain form; see `contexts`."""
        return contexts(self.root)

    def plain_facts(self, meaning: Meaning, wanted: Container[str], columns: FactColumns) -> PlainFacts:
        """Add the plain facts to `columns`; see `answers.Instance`."""
        found = PlainFacts(0, [], [])
        concepts: dict[tuple[str, str | None], int | None] = {}
        ordinal = -1
        for element in self.root.iterchildren("*"):
            tag = element.tag, element.prefix
            if tag not in concepts:
                concepts[tag] = meaning.concept_of(*tag)
            concept = concepts[tag]
            if concept is None:
                continue
            ordinal += 1
            identifier = element.get("id") if wanted else None
            if identifier is not None and identifier in wanted:
                found.identified.append((identifier, ordinal, *tag))
            if not _add(element, concept, ordinal, meaning, columns):
                found.others.append(_odd_fact(element, concept, ordinal))
        return found._replace(facts=ordinal + 1)


def scan(_: bytes) -> Instance | None:
    """Return an instance, given its bytes, read without a tree of its facts; None where it takes one, as always here."""
    return None


def tagged(_: bytes) -> etree._Element | None:
    """Return the root of an inline document, given its bytes, with what is in its elements of inline XBRL and nothing else.

    The outermost of those are its children. None where that would leave out something facts depend on, as always here.
    """
    return None


def _odd_fact(element: etree._Element, concept: int, ordinal: int) -> OddFact:
    get, name = element.get, etree.QName(element).localname
    label = f"{element.prefix}:{name}" if element.prefix else name
    return OddFact(
        ordinal, concept, label, element.sourceline, get("contextRef"), get("unitRef"), get("decimals"), get("precision"),
        get(_NIL), get(_LANG), element.text or "", element if len(element) else None,
    )  # fmt: skip


def _add(element: etree._Element, concept: int, ordinal: int, meaning: Meaning, columns: FactColumns) -> bool:
    get = element.get
    aspect, reference, nil = meaning.aspects.get(get("contextRef")), get("unitRef"), get(_NIL)
    if aspect is None or len(element) or get("precision") is not None:
        return False
    text = None if nil is not None and nil.strip() in TRUE else (element.text or "").strip(SPACE)
    unit = accuracy = language = 0
    if reference is None:
        lang = get(_LANG)
        language = meaning.language if lang is None else meaning.language_of(lang)
    else:
        unit = meaning.units.get(reference)
        if unit is None or (text is not None and FITS(text) is None):
            return False
        stated = get("decimals")
        if stated not in meaning.decimals:
            meaning.decimals[stated] = meaning.decimals_of(stated)
        accuracy = meaning.decimals[stated]
    columns.documents.append(meaning.document)
    columns.concepts.append(concept)
    columns.aspects.append(aspect)
    columns.units.append(unit)
    columns.languages.append(language)
    columns.decimals.append(accuracy)
    columns.ordinals.append(ordinal)
    columns.is_nil.append(text is None)
    columns.has_number.append(reference is not None and text is not None)
    columns.values.append(None if text is None else text.encode())
    return True


def contexts(parent: etree._Element) -> list[PlainContext | None]:
    """Return the contexts among an element's children in plain form.

    None stands for one that has to be read element by element: with a typed member, of a period without end, or not as
    it should be. Here that is all of them, as taking them apart twice would be no gain.
    """
    return [None for _ in parent.iterchildren(_CONTEXT)]


def bound_alike(root: etree._Element, body: bytes) -> dict[str | None, str]:
    """Return the root's declarations (namespace by prefix) that no other element contradicts.

    Text that only looks like a declaration can take a prefix out, never put a wrong one in. Where the bytes do not
    show the root's own declarations (an encoding without ASCII), there are none.
    """
    scope: dict[str | None, str] = dict(root.nsmap)
    seen: dict[str | None, set[str]] = {}
    for prefix, double, single in _DECLARATION.findall(body):
        name = prefix.decode("utf-8", "replace") or None
        seen.setdefault(name, set()).add((double or single).decode("utf-8", "replace"))
    return {prefix: namespace for prefix, namespace in scope.items() if seen.get(prefix) == {namespace}}


def survey(root: etree._Element, body: bytes, kinds: Collection[str]) -> Survey:
    """Return what one pass over an inline document finds.

    Args:
        root: the root element.
        body: the document as bytes; text in it that only looks like an `xml:lang` counts as one.
        kinds: local names of the inline XBRL elements looked for.
    """
    tags = {f"{{{namespace}}}{kind}": kind for namespace in IX_NAMESPACES for kind in kinds}
    excludes = [f"{{{namespace}}}exclude" for namespace in IX_NAMESPACES]
    return Survey(
        alike=bound_alike(root, body),
        found=[(tags[element.tag], element) for element in root.iter(*tags)],
        has_exclusions=next(root.iter(*excludes), None) is not None,
        one_language=body.count(b"xml:lang") == (root.get(_LANG) is not None),
    )
