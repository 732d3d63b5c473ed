"""Footnotes and the facts they are linked to, from classic instances and from inline XBRL.

A classic instance links by `link:footnoteLink` (XBRL 2.1 section 4.11): locators and footnotes have labels, arcs go from
label to label. Inline XBRL 1.1 links by `ix:relationship` (section 12). Only footnotes are kept, not relationships
between facts. The facts themselves are `reader.py` and `inline.py`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import polars as pl
from lxml import etree

from sec_assets.errors import MalformedError
from sec_assets.tables import XBRL_FOOTNOTES

_LINK = "{http://www.xbrl.org/2003/linkbase}"
_XLINK = "{http://www.w3.org/1999/xlink}"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
FOOTNOTE_LINK, _LOCATOR, _FOOTNOTE = f"{_LINK}footnoteLink", f"{_LINK}loc", f"{_LINK}footnote"
_LABEL, _HREF = f"{_XLINK}label", f"{_XLINK}href"
FACT_FOOTNOTE = "http://www.xbrl.org/2003/arcrole/fact-footnote"
_MOST = 100_000
"""Pairs of a fact and a footnote in one document; a label that stands for thousands of each would make millions."""


class FactPlace(NamedTuple):
    """A fact of a document: its position and its concept."""

    ordinal: int
    concept: str


class Note(NamedTuple):
    """A footnote of a fact."""

    fact: FactPlace
    arcrole: str
    role: str | None
    lang: str | None
    text: str


NoteRow = tuple[str, str, str, int, str, str, str | None, str | None, str]
"""CIK, accession number and name of the document; ordinal and concept of the fact; arcrole, role, language and text."""

_COLUMNS = ("cik", "accession_number", "source", "ordinal", "concept", "arcrole", "role", "lang", "text")


def linked_facts(root: etree._Element) -> set[str]:
    """Return the ids an instance's footnote links point at."""
    locators = (locator for link in root.iterchildren(FOOTNOTE_LINK) for locator in link.iterchildren(_LOCATOR))
    return {_target(locator) for locator in locators}


def _target(locator: etree._Element) -> str:
    return locator.get(_HREF, "").rpartition("#")[2].strip()


def linked_notes(root: etree._Element, facts: Mapping[str, FactPlace]) -> list[Note]:
    """Return the footnotes of an instance's facts, `facts` by their ids.

    Raises:
        MalformedError: the links multiply beyond measure.
    """
    found: list[Note] = []
    for link in root.iterchildren(FOOTNOTE_LINK):
        places: dict[str, list[FactPlace]] = {}
        notes: dict[str, list[tuple[str | None, str | None, str]]] = {}
        for locator in link.iterchildren(_LOCATOR):
            place = facts.get(_target(locator))
            if place is not None:
                places.setdefault(locator.get(_LABEL, ""), []).append(place)
        for note in link.iterchildren(_FOOTNOTE):
            told = note.get(f"{_XLINK}role"), inherited_language(note), _plain(note.itertext())
            notes.setdefault(note.get(_LABEL, ""), []).append(told)
        for arc in link.iterchildren(f"{_LINK}footnoteArc"):
            arcrole = arc.get(f"{_XLINK}arcrole", FACT_FOOTNOTE)
            for role, lang, text in notes.get(arc.get(f"{_XLINK}to", ""), ()):
                for place in places.get(arc.get(f"{_XLINK}from", ""), ()):
                    found.append(_within_measure(Note(place, arcrole, role, lang, text), found))
    return found


def related_notes(
    relationships: Iterable[etree._Element],
    footnotes: Mapping[str, etree._Element],
    facts: Mapping[str, FactPlace],
    content: Callable[[etree._Element], str],
) -> list[Note]:
    """Return the footnotes `ix:relationship` elements link to the facts of one inline document, `facts` by their ids.

    Args:
        relationships: of the whole document set.
        footnotes: `ix:footnote` elements of the set by id.
        facts: facts of one document by id.
        content: gives the text of a footnote, continuations included.

    Raises:
        MalformedError: the links multiply beyond measure.
    """
    found: list[Note] = []
    texts: dict[str, str] = {}
    for relationship in relationships:
        places = [facts[name] for name in relationship.get("fromRefs", "").split() if name in facts]
        arcrole = relationship.get("arcrole", FACT_FOOTNOTE)
        for name in relationship.get("toRefs", "").split() if places else ():
            note = footnotes.get(name)
            if note is None:
                continue
            if name not in texts:
                texts[name] = _plain([content(note)])
            role, lang = note.get("footnoteRole"), inherited_language(note)
            for place in places:
                found.append(_within_measure(Note(place, arcrole, role, lang, texts[name]), found))
    return found


def _within_measure(note: Note, found: list[Note]) -> Note:
    if len(found) >= _MOST:
        raise MalformedError(f"the footnotes link to facts more than {_MOST:,} times")
    return note


def _plain(parts: Iterable[object]) -> str:
    return " ".join("".join(str(part) for part in parts).split())


def inherited_language(element: etree._Element) -> str | None:
    """Return the `xml:lang` of the nearest element that has one; None when it is empty or there is none."""
    holder: etree._Element | None = element
    while holder is not None:
        lang = holder.get(_LANG)
        if lang is not None:
            return lang or None
        holder = holder.getparent()
    return None


def footnotes_frame(notes: Sequence[NoteRow]) -> pl.DataFrame:
    """Return footnotes as table `xbrl_footnotes`; those of one fact are counted in the order they were found."""
    if not notes:
        return XBRL_FOOTNOTES.frame()
    columns = zip(_COLUMNS, zip(*notes, strict=True), strict=True)
    schema = XBRL_FOOTNOTES.schema
    frame = pl.DataFrame([pl.Series(name, values, dtype=schema[name]) for name, values in columns])
    count = pl.int_range(pl.len(), dtype=pl.Int32).over("cik", "accession_number", "source", "ordinal")
    return XBRL_FOOTNOTES.conform(frame.with_columns(note=count))
