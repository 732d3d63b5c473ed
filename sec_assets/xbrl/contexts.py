"""Contexts: from `<context>` elements to a period and a text of dimensions that can be part of a key.

Dates follow XBRL 2.1 section 4.7.2: a date alone as an end or instant means the end of that day, so a time of midnight
means the day before. Dimensions are axis=member pairs, sorted; a typed member is a JSON string, which keeps the
text unambiguous whatever the filer typed.
"""

import json
import re
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from lxml import etree

from sec_assets.errors import MalformedError
from sec_assets.xbrl import walk
from sec_assets.xbrl.names import NameTable
from sec_assets.xbrl.units import XBRLI

_XBRLDI = "http://xbrl.org/2006/xbrldi"
XSI_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_ENTITY, _IDENTIFIER, _SEGMENT = f"{{{XBRLI}}}entity", f"{{{XBRLI}}}identifier", f"{{{XBRLI}}}segment"
_CONTEXT = f"{{{XBRLI}}}context"
_SCENARIO, _PERIOD, _INSTANT = f"{{{XBRLI}}}scenario", f"{{{XBRLI}}}period", f"{{{XBRLI}}}instant"
_START, _END, _FOREVER = f"{{{XBRLI}}}startDate", f"{{{XBRLI}}}endDate", f"{{{XBRLI}}}forever"
_EXPLICIT, _TYPED = f"{{{_XBRLDI}}}explicitMember", f"{{{_XBRLDI}}}typedMember"
_DATE = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:T((?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?|24:00:00(?:\.0+)?))?(?:Z|[+-][0-9]{2}:[0-9]{2})?"
)
_MIDNIGHT = re.compile(r"00:00:00(?:\.0+)?")


class Period(NamedTuple):
    """A period as text for the key, and as days."""

    text: str
    start: date | None
    end: date | None
    is_instant: bool


class Entity(NamedTuple):
    """Whom a context is about: scheme and identifier as filed."""

    scheme: str
    identifier: str


class Context(NamedTuple):
    """What a fact says about when and about what part of whom."""

    period: Period
    dimensions: str
    entity: Entity


_NOBODY = Entity("", "")
FOREVER = Period("forever", None, None, False)


def read_contexts(
    parent: etree._Element, plain: Iterable[walk.PlainContext | None], names: NameTable, cik: str
) -> tuple[dict[str, Context], dict[str, str]]:
    """Return (context by id, problem by id) of the `<context>` elements among the children of `parent`.

    A context is a problem when its period or dimensions cannot be read, when its id stands for two different
    contexts, or when it is about another entity than the rest of the document: EDGAR wants one entity per document,
    and facts of another must not pass for this company's.

    Args:
        parent: their parent.
        plain: the same contexts in plain form, where they have one.
        names: of their document.
        cik: the company.

    Raises:
        TreeNeededError: a context has to be read from its element, and there is none.
    """
    contexts: dict[str, Context] = {}
    problems: dict[str, str] = {}
    entities: dict[str, str] = {}
    elements: list[etree._Element] = []
    reader = _PlainReader(names)
    for position, each in enumerate(plain):
        context = reader.context(each) if each is not None else None
        if each is not None and context is not None:
            identifier = each[0]
        else:
            elements = elements or _elements(parent)
            identifier = (elements[position].get("id") or "").strip()
            try:
                context = _context(elements[position], names)
            except MalformedError as error:
                problems[identifier] = f"context {identifier!r} (line {elements[position].sourceline}): {error}"
                continue
        entities[identifier] = context.entity.identifier.lstrip("0")
        if contexts.setdefault(identifier, context) != context:
            elements = elements or _elements(parent)
            problems[identifier] = f"context {identifier!r} (line {elements[position].sourceline}) is defined twice"
    if len(set(entities.values())) > 1:
        own = cik.lstrip("0")
        main = own if own in entities.values() else next(iter(entities.values()))
        for identifier, entity in entities.items():
            if entity != main:
                problems[identifier] = f"context {identifier!r} is about entity {entity!r}, the document about {main!r}"
    for identifier in problems:
        contexts.pop(identifier, None)
    return contexts, problems


def _elements(parent: etree._Element) -> list[etree._Element]:
    found = list(parent.iterchildren(_CONTEXT))
    if not found:
        raise walk.TreeNeededError
    return found


class _PlainReader:
    """Reads contexts in plain form; those of a document share most of their dimensions."""

    def __init__(self, names: NameTable) -> None:
        self._names = names
        self._dimensions: dict[tuple[walk.Members, walk.Members], str] = {((), ()): ""}

    def context(self, plain: walk.PlainContext) -> Context | None:
        """Return a context; None where only its element tells: of a name's scope, or what is wrong."""
        _, scheme, identifier, start, end, instant, explicit, typed = plain
        try:
            dimensions = self._dimensions.get((explicit, typed))
            if dimensions is None:
                dimensions = self._joined(explicit, typed)
                if dimensions is None:
                    return None
                self._dimensions[explicit, typed] = dimensions
            period = _duration(start, end) if instant is None else _instant(instant)
            # as Context(…) does, without a call in Python for each of a hundred thousand
            return tuple.__new__(Context, (period, dimensions, _entity_of(scheme, identifier)))
        except MalformedError:
            return None  # raised again, with its line, when the element is read

    def _joined(self, explicit: walk.Members, typed: walk.Members) -> str | None:
        settle, pairs = self._names.settle, list[tuple[str, str]]()
        for axis_text, member_text in zip(explicit[::2], explicit[1::2], strict=True):
            member, axis = settle(member_text), settle(axis_text)
            if axis is None or member is None:
                return None
            pairs.append((axis[0], member[0]))
        for axis_text, text in zip(typed[::2], typed[1::2], strict=True):
            axis = settle(axis_text)
            if axis is None:
                return None
            pairs.append((axis[0], _typed_text(text)))
        return _joined(pairs)


def _context(element: etree._Element, names: NameTable) -> Context:
    period: Period | None = None
    entity = _NOBODY
    pairs: list[tuple[str, str]] = []
    for child in element:
        tag = child.tag
        if tag == _ENTITY:
            entity = _entity(child, names, pairs)
        elif tag == _PERIOD:
            period = _period(child)
        elif tag == _SCENARIO:
            _add_dimensions(child, names, pairs)
    if period is None:
        raise MalformedError("no period")
    return Context(period, _joined(pairs) if pairs else "", entity)


def _entity(element: etree._Element, names: NameTable, pairs: list[tuple[str, str]]) -> Entity:
    entity = _NOBODY
    for part in element:
        if part.tag == _IDENTIFIER:
            entity = _entity_of(part.get("scheme"), part.text)
        elif part.tag == _SEGMENT:
            _add_dimensions(part, names, pairs)
    return entity


@lru_cache(maxsize=256)
def _entity_of(scheme: str | None, identifier: str | None) -> Entity:
    return Entity((scheme or "").strip(), (identifier or "").strip())


def _joined(pairs: list[tuple[str, str]]) -> str:
    if len(pairs) > 1:
        pairs.sort()
        if len({axis for axis, _ in pairs}) < len(pairs):
            raise MalformedError("an axis is given twice")
    return "; ".join([f"{axis}={member}" for axis, member in pairs])


def _add_dimensions(container: etree._Element, names: NameTable, pairs: list[tuple[str, str]]) -> None:
    known = names.settled
    for element in container:
        tag = element.tag
        if tag == _EXPLICIT:
            text = element.text
            member = (known.get(text) or names.expand(text, element))[0]
        elif tag == _TYPED:
            member = _typed(element)
        else:
            raise MalformedError(f"{str(tag)[:120]!r} is not a dimension")
        axis = element.get("dimension")
        pairs.append(((known.get(axis) or names.expand(axis, element))[0], member))


def _typed(element: etree._Element) -> str:
    if len(element) != 1:
        raise MalformedError("a typed member needs exactly one element")
    value = element[0]
    if value.get(XSI_NIL, "").strip() in walk.TRUE:
        return _typed_text(None)
    return _typed_text(_canonical(value) if len(value) else (value.text or "").strip())


def _typed_text(text: str | None) -> str:
    """Return how a typed member is written; None is nil."""
    return "nil" if text is None else json.dumps(text, ensure_ascii=False)


def _canonical(value: etree._Element) -> str:
    try:
        return etree.tostring(value, method="c14n", exclusive=True, with_tail=False).decode()
    except etree.C14NError as error:  # e.g. a namespace that is no absolute URI
        raise MalformedError("a typed member cannot be written in canonical form") from error


def _period(element: etree._Element) -> Period:
    texts = {child.tag: child.text or "" for child in element}
    start, end, instant = texts.get(_START), texts.get(_END), texts.get(_INSTANT)
    if instant is not None:
        return _instant(instant.strip())
    if start is not None and end is not None:
        return _duration(start.strip(), end.strip())
    if _FOREVER in texts:
        return FOREVER
    raise MalformedError("the period is neither an instant, nor a duration, nor forever")


@lru_cache(maxsize=8192)
def _instant(text: str) -> Period:
    day = read_day(text, is_end=True)
    return Period(day.isoformat(), None, day, True)


@lru_cache(maxsize=8192)
def _duration(start_text: str, end_text: str) -> Period:
    start, end = read_day(start_text, is_end=False), read_day(end_text, is_end=True)
    if start > end:
        raise MalformedError(f"the period ends on {end_text[:40]}, before its start on {start_text[:40]}")
    return Period(f"{start.isoformat()}/{end.isoformat()}", start, end, False)


def read_day(text: str, *, is_end: bool) -> date:
    """Return the day of an XML Schema date or dateTime; an end at midnight is the day before.

    Raises:
        MalformedError: not a date of the years 1 to 9999.
    """
    match = _DATE.fullmatch(text)
    if match is None:
        raise MalformedError(f"{text[:40]!r} is not a date")
    year, month, day, time = match.groups()
    try:
        found = date(int(year), int(month), int(day))
        if time is not None and is_end and _MIDNIGHT.fullmatch(time):
            return found - timedelta(days=1)
        if time is not None and not is_end and time.startswith("24"):
            return found + timedelta(days=1)
    except (ValueError, OverflowError) as error:
        raise MalformedError(f"{text[:40]!r} is not a date") from error
    return found
