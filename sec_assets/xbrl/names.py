"""Qualified names: which taxonomy a namespace belongs to, and how a name is written in our tables.

A name is written `prefix:LocalName`. For taxonomies of FASB, SEC, IFRS and XBRL US the prefix is the taxonomy's usual
one, whatever the document binds, and holds no year; for a filer's own taxonomy it is the document's prefix. Identity in
the document is always namespace and local name, never the prefix. Units have their own spelling in `units.py`.
"""

import re
from functools import lru_cache

from lxml import etree

from sec_assets.errors import MalformedError

_BY_FIRST_SEGMENT = re.compile(r"https?://(?:xbrl\.)?(?:fasb\.org|sec\.gov|us)/([A-Za-z][A-Za-z0-9_.-]*)(?:/|$)")
_BY_LAST_SEGMENT = re.compile(r"https?://xbrl\.(?:ifrs|iasb)\.org/(?:.*/)?([A-Za-z][A-Za-z0-9_.-]*)/?")
_MOST_WORK = 10_000_000
_LOCAL_NAME = re.compile(r"[^\W\d][\w.\-\u00B7]*")

UNDECLARED = "no namespace is declared for the prefix"
"""What a name's error begins with where a prefix is not bound: one cause, however many facts suffer."""

STANDARD_PREFIXES = frozenset(
    [
        "us-gaap", "us-gaap-sup", "us-types", "srt", "srt-types", "dei", "ifrs-full", "ifrs", "ecd", "cyd", "ffd", "vip",
        "oef", "rr", "cef", "fnd", "spac", "shr", "sro", "sbs", "rxp", "snj", "country", "currency", "exch", "invest",
        "naics", "sic", "stpr", "xbrli", "xbrldi", "iso4217", "utr", "link",
    ]
)  # fmt: skip
"""Prefixes a filer's own namespace may not take in our tables, even where its document binds them so."""


@lru_cache(maxsize=4096)
def standard_prefix(namespace: str) -> str | None:
    """Return the usual prefix of a standard taxonomy, without its year; None for a filer's own.

    `http://fasb.org/us-gaap/2024`, `http://fasb.org/us-gaap/2014-01-31` and `http://xbrl.us/us-gaap/2009-01-31` are all
    `us-gaap`; `http://xbrl.ifrs.org/taxonomy/2023-03-23/ifrs-full` is `ifrs-full`.
    """
    match = _BY_FIRST_SEGMENT.match(namespace) or _BY_LAST_SEGMENT.fullmatch(namespace)
    return match.group(1) if match is not None else None


def is_extension(namespace: str) -> bool:
    """Tell whether a namespace is not one of a standard taxonomy authority."""
    return standard_prefix(namespace) is None


class Prefixes:
    """Hands out the prefixes of our tables to the namespaces of one document, or one inline document set.

    A filer's own namespace gets the prefix its document binds, unless that is taken: two namespaces never share one.
    """

    def __init__(self) -> None:
        self._own: dict[str, str] = {}
        self._taken: set[str] = set(STANDARD_PREFIXES)

    def of(self, namespace: str, hint: str | None) -> str:
        """Return the prefix of `namespace`, the same one at every call."""
        standard = standard_prefix(namespace)
        if standard is not None:
            return standard
        known = self._own.get(namespace)
        if known is None:
            wished = hint or "ext"
            known, number = wished, 2
            while known in self._taken:
                known, number = f"{wished}-{number}", number + 1
            self._taken.add(known)
            self._own[namespace] = known
        return known


class NameTable:
    """The names of one document: resolves the prefixes of names in its content.

    Looking namespaces up element by element is slow, so prefixes bound alike through the whole document are resolved
    by text; the others in the scope of their element.
    """

    def __init__(self, root: etree._Element, alike: dict[str | None, str], prefixes: Prefixes) -> None:
        self._root = root
        self.alike = alike  # prefixes that mean the same all over the document
        # What `expand` has found for names that mean the same all over the document.
        self.settled: dict[str | None, tuple[str, str]] = {}
        self._work = 0
        self.prefixes = prefixes
        for prefix, namespace in root.nsmap.items():
            if prefix:
                prefixes.of(namespace, prefix)

    def expand(self, text: str | None, element: etree._Element) -> tuple[str, str]:
        """Return (`prefix:LocalName`, namespace) for a QName in content.

        Raises:
            MalformedError: not a QName, or its prefix is not declared.
        """
        known = self.settled.get(text)
        if known is not None:
            return known
        namespace, local, prefix = self.split(text, element)
        if namespace is None:
            raise MalformedError(f"name {local!r} has no namespace")
        found = f"{self.prefixes.of(namespace, prefix)}:{local}", namespace
        if prefix in self.alike:
            self.settled[text] = found
        return found

    def settle(self, text: str | None) -> tuple[str, str] | None:
        """Return what `expand` does for a QName whose prefix means the same all over the document, else None.

        Raises:
            MalformedError: not a QName.
        """
        known = self.settled.get(text)
        if known is None and ((text or "").strip().rpartition(":")[0] or None) in self.alike:
            known = self.expand(text, self._root)
        return known

    def is_settled(self, text: str | None) -> bool:
        """Tell whether a QName that was expanded once means the same all over the document."""
        return text in self.settled

    def resolve(self, text: str | None, element: etree._Element) -> str:
        """Return `prefix:LocalName` for a QName in content, e.g. a member or an axis.

        Raises:
            MalformedError: not a QName, or its prefix is not declared.
        """
        return self.expand(text, element)[0]

    def split(self, text: str | None, element: etree._Element) -> tuple[str | None, str, str | None]:
        """Return (namespace, local name, prefix) of a QName in content; a name without prefix is in the default one.

        Raises:
            MalformedError: not a QName, or its prefix is not declared.
        """
        name = (text or "").strip()
        prefix, colon, local = name.partition(":")
        if not colon:
            prefix, local = "", name
        if _LOCAL_NAME.fullmatch(local) is None:
            raise MalformedError(f"{name[:80]!r} is not a qualified name")
        namespace = self.alike.get(prefix or None)
        if namespace is None:
            namespace = self._in_scope(element).get(prefix or None)
        if namespace is None and prefix:
            raise MalformedError(f"{UNDECLARED} {prefix[:80]!r}")
        return namespace, local, prefix or None

    def _in_scope(self, element: etree._Element) -> dict[str | None, str]:
        # Building a scope takes as long as there are declarations around the element: hostile ones are not served.
        if self._work > _MOST_WORK:
            raise MalformedError("the document declares namespaces over and over")
        scope = element.nsmap
        self._work += len(scope)
        return scope
