"""Documents as they come in, and the one safe way from their bytes to an XML tree.

Here: what a caller hands over (`InstanceDocument`), taking EDGAR's SGML wrapping off, and parsing without DTD,
entities, network or huge trees. What the tree means is `reader.py` (XBRL instances) and `inline.py` (inline XBRL);
fetching and storing bytes is `edgar/` and `storage/`.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime

from lxml import etree

from sec_assets.errors import MalformedError

MAX_BYTES = 256 * 1024 * 1024
"""Documents above this are refused: a tree takes about six times its bytes of memory."""

_WRAPPING = re.compile(rb"\s*(?:<(?:DOCUMENT|TYPE|SEQUENCE|FILENAME|DESCRIPTION|TEXT|XML|XBRL)>[^<\r\n]*\s*)+")
_CLOSING = re.compile(rb"(?:\s*</(?:XML|XBRL|TEXT|DOCUMENT)>)+\s*\Z")
_TAIL = 256
# Atomic and possessive: a prolog full of comments is walked once, never backtracked into.
_DOCTYPE = re.compile(rb"(?>\s+|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE\s*([A-Za-z]*)", re.DOTALL | re.IGNORECASE)
_HTML = re.compile(rb"<html[\s>]", re.IGNORECASE)
_HTML_ROOT = re.compile(
    rb"(?>\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>]*>)*+<(?:[\w.-]+:)?html[\s>]", re.DOTALL | re.IGNORECASE
)


class NotXmlError(MalformedError):
    """A document that is not well-formed XML; `line` is where the parser gave up, None when it did not say."""

    def __init__(self, reason: str, line: int | None) -> None:
        super().__init__(reason)
        self.line = line


@dataclass(frozen=True, slots=True)
class InstanceDocument:
    """One document of a filing that may hold XBRL facts, with what every fact inherits from the filing.

    Attributes:
        cik: ten digits; the company the facts are kept under.
        accession_number: with dashes.
        name: file name inside the filing folder.
        body: bytes as served.
        form: form type as filed.
        filed: filing date.
        accepted_at: instant of acceptance, UTC.
    """

    cik: str
    accession_number: str
    name: str
    body: bytes
    form: str | None = None
    filed: date | None = None
    accepted_at: datetime | None = None

    def without_body(self) -> "InstanceDocument":
        """Return what is to be remembered of a document once it has been read."""
        return replace(self, body=b"")


def new_parser() -> etree.XMLParser:
    """Return a parser that loads no DTD, expands no entity, opens no connection and keeps libxml2's limits.

    Comments and processing instructions are dropped while parsing, so that they cannot cut a value in two.
    """
    return etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        no_network=True,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )


def unwrap(body: bytes) -> bytes:
    """Return the XML inside a document as cut from EDGAR's full submission text.

    Leading blank lines and the lines `<DOCUMENT>` … `<TEXT>`, `<XML>` or `<XBRL>` are taken off, with the closing ones.
    """
    opening = _WRAPPING.match(body)
    if opening is not None:
        body = body[opening.end() :]
        closing = _CLOSING.search(body, max(0, len(body) - _TAIL))
        return body[: closing.start()] if closing is not None else body
    return body.lstrip() if body[:1].isspace() else body


def is_html(body: bytes) -> bool:
    """Tell whether a document is (X)HTML by its root element, without parsing it."""
    return _HTML_ROOT.match(unwrap(body)) is not None


def plain_xml(body: bytes) -> bytes:
    """Return the XML inside a document, ready for a parser.

    Raises:
        MalformedError: empty, too large, an HTML page, or a document type declaration.
    """
    if len(body) > MAX_BYTES:
        raise MalformedError(f"{len(body):,} bytes are more than the {MAX_BYTES:,} that are read")
    body = unwrap(body)
    if not body:
        raise MalformedError("the document is empty")
    _refuse_doctype(body)
    return body


def parse_xml(body: bytes, parser: etree.XMLParser) -> etree._Element:
    """Return the root element of a document.

    Raises:
        MalformedError: empty, too large, an HTML page, a document type declaration, or not well-formed XML (the
            message gives the line).
    """
    body = plain_xml(body)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotXmlError(_explain(body, error), getattr(error, "lineno", None)) from error
    if root is None:
        raise MalformedError("the document has no root element")
    if root.getroottree().docinfo.internalDTD is not None:
        raise MalformedError("a document type declaration is not allowed in an XBRL document")
    return root


def _refuse_doctype(body: bytes) -> None:
    # Before libxml2 sees it: a declaration may define entities that grow without bound.
    head = _DOCTYPE.match(body[:65536])
    if head is None:
        return
    if head.group(1).lower() == b"html" and b"inlineXBRL" not in body:
        raise MalformedError("an HTML page, not an XBRL document")
    raise MalformedError("a document type declaration is not allowed in an XBRL document")


def _explain(body: bytes, error: Exception) -> str:
    if _HTML.search(body[:2048]) and b"inlineXBRL" not in body:
        return "an HTML page, not an XBRL document"
    return f"not well-formed XML: {error}"
