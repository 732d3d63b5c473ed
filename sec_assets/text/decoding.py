"""Bytes of a filing document to characters.

EDGAR serves no reliable charset, and old filings declare none or a wrong one, so the bytes decide: a body that is
valid UTF-8 is UTF-8 (other encodings hit that by chance only in ASCII), then what the document declares is tried, and
windows-1252 is the last resort, as browsers do for what calls itself latin-1. Markup is the business of `html_text`.
"""

import codecs
import re

from sec_assets.errors import MalformedError

MAX_BYTES = 100_000_000
"""Largest document taken: above EDGAR's largest primary documents, small enough to bound memory."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"(?:encoding|charset)\s{0,3}=\s{0,3}[\"']?\s{0,3}([A-Za-z0-9._:-]{2,30})", re.IGNORECASE)
_ALLOWED = {
    "cp1252",
    "iso8859-1",
    "iso8859-15",
    "ascii",
    "utf-8",
    "utf-16",
    "mac-roman",
    "shift_jis",
    "euc_jp",
    "gb2312",
}
_AS_BROWSERS_DO = {"iso8859-1": "cp1252", "ascii": "cp1252"}
_HAS_C1 = re.compile("[\x80-\x9f]")
_C1 = {code: bytes([code]).decode("cp1252", errors="ignore") for code in range(0x80, 0xA0)}


def decode_document(body: bytes) -> str:
    """Return the characters of a document, without byte order mark and NUL characters.

    Raises:
        MalformedError: empty, or larger than `MAX_BYTES`.
    """
    if not body.strip(b"\x00 \t\r\n\f"):
        raise MalformedError(f"the document is empty ({len(body)} bytes): fetch it again")
    if len(body) > MAX_BYTES:
        raise MalformedError(f"the document has {len(body)} bytes; the limit for text is {MAX_BYTES}")
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return _clean(body[len(mark) :].decode(encoding, errors="replace"))
    try:
        return _clean(body.decode("utf-8"))
    except UnicodeDecodeError:
        return _clean(body.decode(_declared_encoding(body), errors="replace"))


def _declared_encoding(body: bytes) -> str:
    match = _DECLARED.search(body, 0, 4096)
    if match is None:
        return "cp1252"
    try:
        name = codecs.lookup(match[1].decode("ascii")).name
    except LookupError:
        return "cp1252"
    if name == "utf-8" or name not in _ALLOWED:
        return "cp1252"
    return _AS_BROWSERS_DO.get(name, name)


def _clean(text: str) -> str:
    # C1 control characters are windows-1252 punctuation that went through latin-1 once.
    text = text.replace("\x00", "")
    return text.translate(_C1) if _HAS_C1.search(text) else text
