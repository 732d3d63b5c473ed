"""The content of inline XBRL elements as text or as markup, in the form EDGAR gives it in extracted instances.

Markup is XML without the inline elements and namespaces, attributes sorted by name, HTML's void elements as `<br/>` and
others as `<div></div>`. A serialiser escapes every `<` that does not begin a tag and every quote inside an attribute, so
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
_NAMESPACES = re.compile(r'(<[^\s<>/]++)((?: xmlns(?::[^\s=]++)?+="[^"]*+")++)')
_SEVERAL = re.compile(rf"(<[^\s<>/]++)((?:{_ATTRIBUTE}){{2,}}+)")
_EMPTY = re.compile(rf"<([^\s<>/]++)((?:{_ATTRIBUTE})*+)/>")
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())


def has_exclusions(root: etree._Element) -> bool:
    """Tell whether anything in a document is excluded from the facts around it."""
    return next(root.iter(*_EXCLUDES), None) is not None


def text_content(element: etree._Element, *, exclusions: bool) -> str:
    """Return the text inside an element, without any markup."""
    if exclusions and next(element.iter(*_EXCLUDES), None) is not None:
        element = _without_exclusions(element)
    return "".join(element.itertext())


def markup_content(element: etree._Element, *, exclusions: bool) -> str:
    """Return what is inside an element as markup; plain text is escaped where it needs to be."""
    if not len(element):
        return _escaped(element.text or "")
    if exclusions and next(element.iter(*_EXCLUDES), None) is not None:
        element = _without_exclusions(element)
    markup = etree.tostring(element, encoding="unicode", with_tail=False)
    inline_prefixes = tuple(sorted(p or "" for p, n in element.nsmap.items() if n in IX_NAMESPACES))
    html_prefixes = tuple(sorted(p for p, n in element.nsmap.items() if n == XHTML and p))
    markup = _NAMESPACES.sub(r"\1", markup)
    for pattern, replacement in _clean_up(inline_prefixes, html_prefixes):
        markup = pattern.sub(replacement, markup)
    markup = _SEVERAL.sub(_sorted_attributes, markup)
    return _EMPTY.sub(_with_end_tag, markup) if "/>" in markup else markup


def _sorted_attributes(tag: re.Match[str]) -> str:
    return tag.group(1) + _sorted_text(tag.group(2))


def _with_end_tag(tag: re.Match[str]) -> str:
    name = tag.group(1)
    return tag.group() if name in _VOID else f"<{name}{tag.group(2)}></{name}>"


@lru_cache(maxsize=4096)
def _sorted_text(attributes: str) -> str:
    return "".join(sorted(re.findall(_ATTRIBUTE, attributes)))


@lru_cache(maxsize=64)
def _clean_up(inline: tuple[str, ...], html: tuple[str, ...]) -> list[tuple[re.Pattern[str], str]]:
    patterns = [(re.compile(rf"</?{re.escape(p)}:[^\s<>/]++(?:{_ATTRIBUTE})*+/?>"), "") for p in inline if p]
    return patterns + [(re.compile(rf"(</?){re.escape(p)}:"), r"\1") for p in html]


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
