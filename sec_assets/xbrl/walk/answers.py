"""What walks over trees are told and what they tell."""

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol

from lxml import etree

SPACE: Final = " \t\r\n"
"""White space in XML."""

IX_NAMESPACES: Final = ("http://www.xbrl.org/2013/inlineXBRL", "http://www.xbrl.org/2008/inlineXBRL")
"""Of inline XBRL 1.1 and 1.0."""

TRUE: Final = ("true", "1")
"""How a boolean says yes in XML Schema."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What names and references of one instance stand for; numbers are those of the batch.

    Attributes:
        document: number of the document.
        aspects: by `contextRef`.
        units: by `unitRef`.
        decimals: by what is stated; grows while facts are read.
        language: number of the root's `xml:lang`.
        concepts: by `{namespace}local`, as far as they are known from other documents.
        concept_of: given `{namespace}local` and prefix; None for an element that is no fact.
        decimals_of: given what is stated, or None.
        language_of: given an `xml:lang`.
    """

    document: int
    aspects: dict[str | None, int]
    units: dict[str | None, int]
    decimals: dict[str | None, int]
    language: int
    concepts: dict[str, int]
    concept_of: Callable[[str, str | None], int | None]
    decimals_of: Callable[[str | None], int]
    language_of: Callable[[str], int]


@dataclass(frozen=True, slots=True)
class FactColumns:
    """Plain facts of a batch of documents, a row each: numbers, and the values with what they are.

    Attributes:
        has_number: the value is a number in plain digits, at most 26 before its point and 12 behind it.
        values: in UTF-8, as libxml2 holds them and Polars does, without white space around them; None for nil.
    """

    documents: list[int] = field(default_factory=list)
    concepts: list[int] = field(default_factory=list)
    aspects: list[int] = field(default_factory=list)
    units: list[int] = field(default_factory=list)
    languages: list[int] = field(default_factory=list)
    decimals: list[int] = field(default_factory=list)
    ordinals: list[int] = field(default_factory=list)
    is_nil: list[bool] = field(default_factory=list)
    has_number: list[bool] = field(default_factory=list)
    values: list[bytes | None] = field(default_factory=list)


class OddFact(NamedTuple):
    """A fact to be read by itself: what its element says, None where it says nothing.

    Attributes:
        ordinal: its position among the facts of the document.
        concept: number of its concept.
        label: prefix and local name as in the document.
        line: where its start tag ends.
        context: `contextRef`, and so on; `nil` and `language` are `xsi:nil` and `xml:lang`.
        text: what it holds, with the white space around it.
        element: the fact itself where it holds elements, else None.
    """

    ordinal: int
    concept: int
    label: str
    line: int | None
    context: str | None
    unit: str | None
    decimals: str | None
    precision: str | None
    nil: str | None
    language: str | None
    text: str
    element: etree._Element | None


class TreeNeededError(Exception):
    """What is asked takes the tree of a document that was read without one."""


class PlainFacts(NamedTuple):
    """What was found in an instance besides the facts put into columns.

    Attributes:
        facts: how many there are of all kinds.
        others: facts to be read one by one.
        identified: (id, ordinal, `{namespace}local`, prefix) of the facts with a wanted id.
    """

    facts: int
    others: list[OddFact]
    identified: list[tuple[str, int, str, str | None]]


Members = tuple[str | None, ...]
"""Axis and member by turns, as written."""

PlainContext = tuple[str, str | None, str | None, str, str, str | None, Members, Members]
"""Id, scheme, identifier, start, end and instant, explicit members, typed members.

An id, days and typed members are without white space around them; start and end are empty where there is an instant. A typed
member that is nil is None.
"""


class Instance(Protocol):
    """An instance that has been parsed."""

    @property
    def root(self) -> etree._Element:
        """The root element with all its children but facts and contexts, and maybe those."""
        ...

    @property
    def alike(self) -> dict[str | None, str]:
        """The root's declarations (namespace by prefix) that no other element contradicts."""
        ...

    def contexts(self) -> Iterable[PlainContext | None]:
        """Return the contexts in plain form; None stands for one to be read from its element."""
        ...

    def plain_facts(self, meaning: Meaning, wanted: Container[str], columns: FactColumns) -> PlainFacts:
        """Add the facts that can be told by columns alone to `columns`; return what else there is.

        The others refer to something that is not known, hold elements, state their `precision`, or are numbers that are not
        in plain digits or do not fit.

        Args:
            meaning: what references stand for.
            wanted: ids to look out for.
            columns: grow by a row for every plain fact, in document order.
        """
        ...


class Survey(NamedTuple):
    """What one pass over an inline document finds.

    Attributes:
        alike: the root's declarations (namespace by prefix) that no other element contradicts.
        found: (local name, element) of the elements looked for, in document order.
        has_exclusions: something is excluded from the facts around it.
        one_language: no element but the root has an `xml:lang`.
    """

    alike: dict[str | None, str]
    found: list[tuple[str, etree._Element]]
    has_exclusions: bool
    one_language: bool
