"""What walks over trees are told and what they tell."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

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
        concept_of: given `{namespace}local` and prefix; None for an element that is no fact.
        decimals_of: given what is stated, or None.
        language_of: given an `xml:lang`.
    """

    document: int
    aspects: dict[str | None, int]
    units: dict[str | None, int]
    decimals: dict[str | None, int]
    language: int
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


class PlainFacts(NamedTuple):
    """What a walk over an instance found besides the facts it put into columns.

    Attributes:
        facts: how many there are of all kinds.
        others: (position among the root's children, ordinal, concept) of facts to be read one by one.
        identified: (id, ordinal, `{namespace}local`, prefix) of the facts with a wanted id.
    """

    facts: int
    others: list[tuple[int, int, int]]
    identified: list[tuple[str, int, str, str | None]]


PlainContext = tuple[str, str | None, str | None, str, str, str | None, list[tuple[str | None, str | None]]]
"""Id, scheme, identifier, start, end and instant, and (axis, explicit member) pairs as written.

An id and days are without white space around them; start and end are empty where there is an instant.
"""


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
