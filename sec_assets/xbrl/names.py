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
_LOCAL_NAME = re.compile(r"[^\W\d][\w.\-\u00B7]*")

STANDARD_PREFIXES = frozenset(
    "us-gaap us-gaap-sup us-types srt srt-types dei ifrs-full ifrs ecd cyd ffd vip oef rr cef fnd spac shr sro sbs rxp "
    "snj country currency exch invest naics sic stpr xbrli xbrldi iso4217 utr link".split()
)
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


class NameTable:
    """The names of one document (or inline document set): resolves prefixes in scope, hands out prefixes of ours.

    Args:
        scope: namespace declarations of the root element.
        is_flat: no other element declares a namespace, so the root's declarations hold everywhere.
    """

    def __init__(self, scope: dict[str | None, str], *, is_flat: bool = False) -> None:
        self._scope = scope
        self._is_flat = is_flat
        self._resolved: dict[str, str] = {}
        self._own: dict[str, str] = {}
        self._taken: set[str] = set(STANDARD_PREFIXES)
        for namespace in scope.values():
            standard = standard_prefix(namespace)
            if standard is not None:
                self._taken.add(standard)

    def prefix_of(self, namespace: str, hint: str | None) -> str:
        """Return the prefix names of `namespace` get in our tables; the same one through the whole document."""
        standard = standard_prefix(namespace)
        if standard is not None:
            return standard
        known = self._own.get(namespace)
        if known is None:
            wished = hint or next((p for p, n in self._scope.items() if n == namespace and p), None) or "ext"
            known, number = wished, 2
            while known in self._taken:
                known, number = f"{wished}-{number}", number + 1
            self._taken.add(known)
            self._own[namespace] = known
        return known

    def resolve(self, text: str | None, element: etree._Element) -> str:
        """Return `prefix:LocalName` for a QName in content, e.g. a member or an axis.

        Raises:
            MalformedError: not a QName, or its prefix is not declared.
        """
        if self._is_flat and text is not None:
            known = self._resolved.get(text)
            if known is not None:
                return known
        namespace, local, prefix = self.split(text, element)
        if namespace is None:
            raise MalformedError(f"name {local!r} has no namespace")
        name = f"{self.prefix_of(namespace, prefix)}:{local}"
        if text is not None:
            self._resolved[text] = name
        return name

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
        scope = self._scope if self._is_flat else element.nsmap
        namespace = scope.get(prefix or None)
        if namespace is None and prefix:
            raise MalformedError(f"prefix {prefix[:80]!r} of {name[:80]!r} is not declared")
        return namespace, local, prefix or None
