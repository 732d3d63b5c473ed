"""The SGML wrapper of EDGAR: which document of a full submission `.txt` holds the filing itself.

A full submission is a header and a row of `<DOCUMENT>` blocks (type, sequence, file name, `<TEXT>`). Only the choice of
the document belongs here; what its bytes say is `html_text`. Format: EDGAR Filer Manual, volume II, appendix on PDS.
"""

import re

from sec_assets.errors import MalformedError

_DOCUMENT = re.compile(rb"^[ \t]{0,8}<DOCUMENT>[ \t]*\r?$", re.MULTILINE | re.IGNORECASE)
_FIELD = re.compile(rb"^[ \t]{0,8}<(TYPE|FILENAME)>([^\r\n<]{0,200})", re.MULTILINE | re.IGNORECASE)
_TEXT_START = re.compile(rb"<TEXT>[ \t]*\r?\n?", re.IGNORECASE)
_TEXT_END = re.compile(rb"</TEXT>|</DOCUMENT>", re.IGNORECASE)
_INNER = re.compile(rb"\A\s{0,20}<(?:XBRL|XML|HTML)>[ \t]*\r?\n", re.IGNORECASE)
_BINARY = re.compile(rb"\A\s{0,20}(?:<PDF>|%PDF-|begin [0-7]{3,4} \S|PK\x03\x04|<(?:JPEG|GIF|ZIP)>)", re.IGNORECASE)


def is_submission(body: bytes) -> bool:
    """Tell whether `body` is SGML-wrapped: one or more `<DOCUMENT>` blocks near its beginning."""
    return _DOCUMENT.search(body, 0, 64_000) is not None


def primary_body(body: bytes, form: str) -> bytes:
    """Return the bytes between the TEXT tags of the first document of type `form`, else of the first document.

    A body without wrapper is returned as it is; a truncated last document ends where the body ends.

    Raises:
        MalformedError: the chosen document is no text (PDF, uuencoded, image, archive).
    """
    if is_submission(body):
        body = _choose(body, form)
    if _BINARY.match(body):
        raise MalformedError(f"the primary document of this {form} is not text: it starts with {body[:20]!r}")
    return body


def _choose(body: bytes, form: str) -> bytes:
    starts = [match.end() for match in _DOCUMENT.finditer(body)]
    ends = [*starts[1:], len(body)]
    wanted = form.upper().encode("ascii", errors="replace")
    chosen = (starts[0], ends[0])
    for start, end in zip(starts, ends, strict=True):
        fields = {
            name.upper(): value.strip().upper() for name, value in _FIELD.findall(body, start, min(end, start + 2000))
        }
        if fields.get(b"TYPE") == wanted:
            chosen = (start, end)
            break
    return _between_text_tags(body, *chosen)


def _between_text_tags(body: bytes, start: int, end: int) -> bytes:
    opening = _TEXT_START.search(body, start, min(end, start + 4000))
    begin = opening.end() if opening else start
    closing = _TEXT_END.search(body, begin, end)
    text = body[begin : closing.start() if closing else end]
    inner = _INNER.match(text)
    return text[inner.end() :] if inner else text
