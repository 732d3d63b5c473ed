"""The content of inline XBRL elements as text or as markup, in the form EDGAR gives it in extracted instances.

Markup is XML without the inline elements and namespaces, attributes sorted by name, HTML's void elements as `<br/>` and
others as `<div></div>`. libxml2 escapes every `<` and `>` that is not of a tag and every quote inside an attribute, so
tags can be worked on with patterns, which is many times faster than walking the tree. What is inside `ix:exclude` is
left out.
"""

import copy
import re
from functools import lru_cache

from lxml import etree

XHTML = "http://www.w3.org/1999/xhtml"
IX_NAMESPACES = ("http://www.xbrl.org/2013/inlineXBRL", "http://www.xbrl.org/2008/inlineXBRL")
_EXCLUDES = tuple(f"{{{namespace}}}exclude" for namespace in IX_NAMESPACES)
# Possessive quantifiers: nothing here ever needs to give back what it took.
_ATTRIBUTE = r' [^\s=>/]++="[^"]*+"'
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
_KNOWN_TAGS = 20_000


def has_exclusions(root: etree._Element) -> bool:
    """Tell whether anything in a document is excluded from the facts around it."""
    return next(root.iter(*_EXCLUDES), None) is not None


def text_content(element: etree._Element, *, exclusions: bool) -> str:
    """Return the text inside an element, without any markup."""
    if not len(element):
        return element.text or ""
    if exclusions and next(element.iter(*_EXCLUDES), None) is not None:
        element = _without_exclusions(element)
    return etree.tostring(element, encoding="unicode", method="text", with_tail=False)


def markup_content(element: etree._Element, *, exclusions: bool) -> str:
    """Return what is inside an element as markup; plain text is escaped where it needs to be."""
    if not len(element):
        return _escaped(element.text or "")
    if exclusions and next(element.iter(*_EXCLUDES), None) is not None:
        element = _without_exclusions(element)
    markup = etree.tostring(element, encoding="unicode", with_tail=False)
    scope = element.nsmap.items()
    tags = _tags(
        tuple(sorted(p or "" for p, n in scope if n in IX_NAMESPACES)),
        tuple(sorted(p for p, n in scope if n == XHTML and p)),
    )
    # Split and looked up, not substituted one by one: most of the work stays out of Python.
    parts = tags.pattern.split(markup)
    parts[1::2] = map(tags.__getitem__, parts[1::2])
    return "".join(parts)


@lru_cache(maxsize=64)
def _tags(inline: tuple[str, ...], html: tuple[str, ...]) -> "_Tags":
    return _Tags(inline, html)


class _Tags(dict[str, str]):
    """Tags by what they are rewritten to, remembered: a document has few different ones.

    Args:
        inline: prefixes whose tags are taken out.
        html: prefixes that are taken off.
    """

    def __init__(self, inline: tuple[str, ...], html: tuple[str, ...]) -> None:
        super().__init__()
        self._inline, self._html = frozenset(inline), frozenset(html)
        closing = "|".join(re.escape(f"{prefix}:") for prefix in (*inline, *html) if prefix)
        self.pattern = re.compile(rf"(<(?:/(?:{closing})|[^/])[^>]*+>)" if closing else "(<[^/][^>]*+>)")
        self._parts = re.compile(rf"<(/?)(?:([^\s<>/:]++):)?([^\s<>/]++)((?:{_ATTRIBUTE})*+)(/?)>")

    def __missing__(self, text: str) -> str:
        if len(self) >= _KNOWN_TAGS:
            self.clear()
        found = self[text] = self._rewrite(text)
        return found

    def _rewrite(self, text: str) -> str:
        parts = self._parts.fullmatch(text)
        if parts is None:
            return text
        slash, prefix, name, attributes, empty = parts.groups()
        if (prefix or "") in self._inline:
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
