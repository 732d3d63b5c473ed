"""The content of inline XBRL elements as text or as markup, in the form EDGAR gives it in extracted instances.

Markup is XML without the inline elements and namespaces, attributes sorted by name, HTML's void elements as `<br/>` and
others as `<div></div>`. libxml2 escapes every `<` and `>` that is not of a tag and every quote inside an attribute, so
tags can be worked on with patterns, which is many times faster than walking the tree. It stays in UTF-8, as libxml2 writes
it and Polars keeps it: in Python's strings a single dash beyond Latin-1 doubles a text. What is inside `ix:exclude` is
left out.
"""

import copy
import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from lxml import etree

from sec_assets.xbrl.walk import IX_NAMESPACES, TRUE

XHTML = "http://www.w3.org/1999/xhtml"
_EXCLUDES = tuple(f"{{{namespace}}}exclude" for namespace in IX_NAMESPACES)
_CONTINUATIONS = tuple(f"{{{namespace}}}continuation" for namespace in IX_NAMESPACES)
_ANY_INLINE = tuple(f"{{{namespace}}}*" for namespace in IX_NAMESPACES)
# Possessive quantifiers: nothing here ever needs to give back what it took.
_ATTRIBUTE = r' [^\s=>/]++="[^"]*+"'
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
_KNOWN_TAGS = 20_000


def text_content(element: etree._Element, *, exclusions: bool) -> str:
    """Return the text inside an element, without any markup."""
    if not len(element):
        return element.text or ""
    if exclusions and next(element.iter(*_EXCLUDES), None) is not None:
        element = _without_exclusions(element)
    return etree.tostring(element, encoding="unicode", method="text", with_tail=False)


class _Piece(NamedTuple):
    """What is inside an element, as the part of a longer text between two of its inline tags."""

    tags: "_Tags"
    segments: list[bytes]
    first: int
    last: int


class MarkupWriter:
    """Writes what is inside elements of one document set as markup.

    Text blocks hold one another: half of all that is asked for lies inside what was asked for before, and is cut out of
    that instead of being written again.

    Args:
        exclusions: something in the documents may be excluded.
        prefixes: those that stand for inline XBRL wherever they are used in the documents.
    """

    def __init__(self, *, exclusions: bool, prefixes: Iterable[str]) -> None:
        self._exclusions, self._prefixes = exclusions, frozenset(prefixes)
        self._known: dict[etree._Element, _Piece] = {}

    def content(self, element: etree._Element) -> bytes:
        """Return what is inside an element in UTF-8; plain text is escaped where it needs to be."""
        if not len(element):
            return _escaped(element.text or "").encode()
        scope = element.nsmap.items()
        tags = _tags(
            tuple(sorted(p or "" for p, n in scope if n in IX_NAMESPACES)),
            tuple(sorted(p for p, n in scope if n == XHTML and p)),
        )
        known = self._known.pop(element, None)
        if known is not None and known.tags is tags:
            return b"".join(known.segments[known.first : known.last])
        if self._exclusions and next(element.iter(*_EXCLUDES), None) is not None:
            return b"".join(_rewritten(_without_exclusions(element), tags)[1])
        written, parts = _rewritten(element, tags)
        inner = list(element.iter(*_ANY_INLINE)) if tags.inline <= self._prefixes else []
        if not any(map(_is_text, inner[1:])):
            return b"".join(parts)
        # Inline tags are what is rewritten to nothing. They come in the order of their elements.
        cuts = [number for number, tag in enumerate(parts[1::2]) if not tag]
        places = [0, *[2 * number + 1 for number in cuts], len(parts)]
        segments = [b"".join(parts[a:b]) for a, b in pairwise(places)]
        self._remember([written[number] for number in cuts], inner, segments, tags)
        return b"".join(segments)

    def _remember(self, found: list[bytes], inner: list[etree._Element], segments: list[bytes], tags: "_Tags") -> None:
        if len(found) - sum(tag.startswith(b"</") for tag in found) != len(inner):
            return  # an element has another prefix, of its own
        elements, open_ones = iter(inner), list[tuple[int, etree._Element]]()
        for place, tag in enumerate(found, 1):
            if tag.startswith(b"</"):
                first, closed = open_ones.pop()
                if _is_text(closed):
                    self._known[closed] = _Piece(tags, segments, first, place)
            elif tag.endswith(b"/>"):
                next(elements)
            else:
                open_ones.append((place, next(elements)))


def _is_text(element: etree._Element) -> bool:
    return element.tag in _CONTINUATIONS or element.get("escape") in TRUE


def _rewritten(element: etree._Element, tags: "_Tags") -> tuple[list[bytes], list[bytes]]:
    """Return the tags of an element, and its texts and rewritten tags by turns."""
    # Split and looked up, not substituted one by one: most of the work stays out of Python.
    parts = tags.pattern.split(etree.tostring(element, encoding="utf-8", with_tail=False))
    written = parts[1::2]
    parts[1::2] = map(tags.__getitem__, written)
    return written, parts


@lru_cache(maxsize=64)
def _tags(inline: tuple[str, ...], html: tuple[str, ...]) -> "_Tags":
    return _Tags(inline, html)


class _Tags(dict[bytes, bytes]):
    """Tags by what they are rewritten to, remembered: a document has few different ones.

    Args:
        inline: prefixes whose tags are taken out.
        html: prefixes that are taken off.
    """

    def __init__(self, inline: tuple[str, ...], html: tuple[str, ...]) -> None:
        super().__init__()
        self.inline, self._html = frozenset(inline), frozenset(html)
        closing = "|".join(re.escape(f"{prefix}:") for prefix in (*inline, *html) if prefix)
        pattern = rf"(<(?:/(?:{closing})|[^/])[^>]*+>)" if closing else "(<[^/][^>]*+>)"
        self.pattern = re.compile(pattern.encode())
        # As EDGAR has it already: no prefix, one attribute at most, not empty.
        self._ready = re.compile(r"<[^\s<>/:]++(?: (?!xmlns)[^\s=>/]++=\"[^\"]*+\")?>").fullmatch
        self._parts = re.compile(rf"<(/?)(?:([^\s<>/:]++):)?([^\s<>/]++)((?:{_ATTRIBUTE})*+)(/?)>")

    def __missing__(self, written: bytes) -> bytes:
        if len(self) >= _KNOWN_TAGS:
            self.clear()
        found = self[written] = self._rewrite(written.decode()).encode()
        return found

    def _rewrite(self, text: str) -> str:
        if self._ready(text) is not None and "" not in self.inline:
            return text
        parts = self._parts.fullmatch(text)
        if parts is None:
            return text
        slash, prefix, name, attributes, empty = parts.groups()
        if (prefix or "") in self.inline:
            return ""
        if prefix and prefix not in self._html:
            name = f"{prefix}:{name}"
        kept = "".join(sorted(a for a in re.findall(_ATTRIBUTE, attributes) if not a.startswith(" xmlns")))
        if not empty:
            return f"<{slash}{name}{kept}>"
        return f"<{name}{kept}/>" if name in _VOID else f"<{name}{kept}></{name}>"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _without_exclusions(element: etree._Element) -> etree._Element:
    kept = copy.deepcopy(element)
    for excluded in list(kept.iter(*_EXCLUDES)):
        parent = excluded.getparent()
        if parent is None:
            continue
        before = excluded.getprevious()
        if excluded.tail and before is not None:
            before.tail = (before.tail or "") + excluded.tail
        elif excluded.tail:
            parent.text = (parent.text or "") + excluded.tail
        parent.remove(excluded)
    return kept
