"""A filing document (HTML, inline XHTML, plain text, full submission) as plain text.

Paragraphs are parted by a blank line, rows of tables are lines, cells are parted by tabs. What a reader cannot see is
left out (scripts, styles, `display:none`, the inline XBRL header). The markup is read as a stream of tags instead of a
tree: libxml2 silently drops everything below 256 (or 2048) open elements, and unclosed FONT tags of real filings
get there; a stream has no depth, so nothing is lost and time stays proportional to the length.
"""

import html
import re
from dataclasses import dataclass, field

from sec_assets.errors import MalformedError
from sec_assets.text.decoding import decode_document
from sec_assets.text.pages import BREAK, drop_page_furniture
from sec_assets.text.submission import primary_body

_IS_HTML = re.compile(r"<(?:html|body|div|p|br|font|span|td|tr|b|center)\b[^<>]{0,2000}>", re.IGNORECASE)
_TAG = re.compile(
    r"<(/?)([a-zA-Z][^\s/<>]{0,60})((?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+)>|<(/?)([a-zA-Z][^\s/<>]{0,60})([^<>]*+)>|<[!?][^<>]*+>"
)
_SGML_TAG = re.compile(r"</?(?:PAGE|TABLE|CAPTION|S|C|FN|F\d{1,2}|TEXT|DOCUMENT|XBRL|PRE)>", re.IGNORECASE)
_HIDDEN_STYLE = re.compile(r"display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden", re.IGNORECASE)
_HIDDEN_WORD = re.compile(r"(?:^|\s)hidden(?:\s|=|/|$)", re.IGNORECASE)
_PAGE_STYLE = re.compile(r"(?:page-)?break-(?:before|after)\s{0,3}:\s{0,3}(?:always|page|left|right)", re.IGNORECASE)
_CUT_TAG = re.compile(r"</?[a-zA-Z]?[^<>\s]*+(?:\s[^<>]*+=[^<>]*+)?\Z")
_SPACE = re.compile(r"\s+")
_LONG_NUMBER = re.compile(r"&#\d{8,};?")
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_CURRENCY_CELL = re.compile(r"([$€£¥(])\t(?=[\d(])")
_CLOSING_CELL = re.compile(r"(?<=[\d)])\t(?=[)%])")

_RAW = ("script", "style")
_SKIPPED = frozenset({"ix:header", "head", "noscript", "template", "svg", "object", "select", "textarea", "iframe"})
_PARAGRAPH = frozenset(
    [
        "p",
        "div",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "dl",
        "blockquote",
        "center",
        "pre",
        "address",
        "section",
        "article",
        "header",
        "footer",
        "form",
        "body",
        "html",
        "document",
        "main",
    ]
)
_LINE = frozenset(["li", "dt", "dd", "caption", "option", "legend"])
_VOID = frozenset(
    ["br", "hr", "img", "input", "meta", "link", "col", "area", "base", "wbr", "param", "source", "embed"]
)
_SELF_CLOSING = frozenset({"p", "li", "td", "th", "tr", "dt", "dd", "option"})
_LONG_CELL = 400
_DEEPEST_CELL = 80
_TABLE = -1
_MOST_HOPELESS = 20


def document_text(body: bytes, form: str) -> str:
    """Return the readable text of a filing's primary document.

    Args:
        body: the document, or the full submission it lies in.
        form: EDGAR form type, which picks the document of a full submission.

    Raises:
        MalformedError: empty, too large, not text, or nothing readable in it.
    """
    text = markup_text(decode_document(primary_body(body, form)))
    if not any(c.isalnum() for c in text):
        raise MalformedError(f"no readable text in this {form} of {len(body)} bytes")
    return text


def markup_text(source: str) -> str:
    """Return the readable text of HTML or of plain text with EDGAR's SGML table tags."""
    text = _html_text(source) if _IS_HTML.search(source) else _plain_text(source)
    return drop_page_furniture(text)


def visible_text(source: str) -> str:
    """Return what a reader sees of a piece of HTML, with its paragraph and row breaks."""
    return _html_text(source)


def _plain_text(source: str) -> str:
    source = source.replace("\r\n", "\n").replace("\r", "\n").expandtabs(8)
    text = _SGML_TAG.sub(lambda match: BREAK if match[0][1:5].upper() == "PAGE" else "", source)
    return _unescape(text.replace("\xa0", " "))


def _unescape(text: str) -> str:
    if "&" in text:
        # int() refuses thousands of digits with an error of its own.
        text = html.unescape(_LONG_NUMBER.sub("", text))
    return text if text.isascii() else text.translate(_INVISIBLE)


@dataclass(slots=True)
class _Writer:
    """Collects text with breaks; a short cell with several blocks becomes one piece of its row."""

    parts: list[str] = field(default_factory=list)
    cells: list[int] = field(default_factory=list)
    untracked: int = 0
    pre: int = 0

    def text(self, piece: str) -> None:
        piece = _unescape(piece)
        if self.pre:
            self.parts.append(piece.replace("\r\n", "\n").expandtabs(8))
        else:
            self.parts.append(_SPACE.sub(" ", piece))

    def table(self, closing: bool) -> None:
        if self.untracked or (not closing and len(self.cells) >= _DEEPEST_CELL):
            self.untracked = max(0, self.untracked + (-1 if closing else 1))
        elif closing:
            self.end_cell()
            if self.cells:
                self.cells.pop()
        else:
            self.cells.append(_TABLE)
        self.parts.append("\n\n")

    def start_cell(self) -> None:
        self.end_cell()
        if not self.untracked:
            self.cells.append(len(self.parts))

    def end_cell(self) -> None:
        """Close the open cell of the innermost table; markup often leaves `</td>` out."""
        if self.untracked or not self.cells or self.cells[-1] == _TABLE:
            return
        start = self.cells.pop()
        cell = "".join(self.parts[start:]).strip(" \n")
        if len(cell) <= _LONG_CELL and BREAK not in cell:
            cell = _SPACE.sub(" ", cell)
        del self.parts[start:]
        self.parts.append(f"{cell}\t")

    def tag(self, closing: bool, name: str, attributes: str) -> None:
        if name in ("td", "th"):
            self.end_cell() if closing else self.start_cell()
        elif name == "tr":
            self.end_cell()
            self.parts.append("" if closing else "\n")
        elif name == "table":
            self.table(closing)
        elif name == "br" or name in _LINE:
            self.parts.append("\n")
        elif name in ("hr", "page"):
            self.parts.append(f"\n{BREAK}\n")
        elif name in _PARAGRAPH:
            self.parts.append("\n\n")
            if name == "pre":
                self.pre = max(0, self.pre + (-1 if closing else 1))
        if not closing and "break-" in attributes and _PAGE_STYLE.search(attributes):
            self.parts.append(f"\n{BREAK}\n")

    def result(self) -> str:
        return "\n".join(_tidy(line) for line in "".join(self.parts).split("\n"))


def _tidy(line: str) -> str:
    if "\t" not in line:
        return line.rstrip() if line[:2] == "  " else line.strip(" ")
    cells = "\t".join(filter(None, (cell.strip() for cell in line.split("\t"))))
    return _CLOSING_CELL.sub("", _CURRENCY_CELL.sub(r"\1", cells))


def _html_text(source: str) -> str:
    source = without_code(source)
    writer = _Writer()
    position = 0
    skipper = _Skipper(source)
    match = _TAG.search(source)
    while match:
        if match.start() > position:
            writer.text(source[position : match.start()])
        position = match.end()
        name = (match[2] or match[5] or "").lower()
        if name:
            closing = bool(match[1] or match[4])
            attributes = match[3] or match[6] or ""
            if not closing and skipper.hides(name, attributes):
                position = skipper.end_of(name, position)
            else:
                writer.tag(closing, name, attributes)
        match = _TAG.search(source, position)
    writer.text(_CUT_TAG.sub("", source[position:]))
    return writer.result()


def without_code(source: str) -> str:
    """Return the markup without comments, scripts and styles; what is never closed stays."""
    source = _without(source, "<!--", "-->")
    for name in _RAW:
        source = _without(source, f"<{name}", f"</{name}")
    return source


def _without(source: str, opening: str, closing: str) -> str:
    """Cut every stretch from `opening` to the end of the tag `closing`; an unclosed one stays as it is."""
    lowered = source.lower() if opening.isascii() and opening[1:].isalpha() else source
    if len(lowered) != len(source):  # a character whose lower case is longer: positions would shift
        lowered = source
    kept: list[str] = []
    position = 0
    while (start := lowered.find(opening, position)) >= 0:
        end = lowered.find(closing, start + len(opening))
        if end < 0:
            break
        end = end + len(closing) if closing.endswith(">") else lowered.find(">", end) + 1 or len(source)
        kept.append(source[position:start])
        position = end
    kept.append(source[position:])
    return "".join(kept)


@dataclass(slots=True)
class _Skipper:
    """Finds the end of hidden elements; a hidden element that is never closed hides nothing."""

    source: str
    hopeless: set[str] = field(default_factory=set)

    def hides(self, name: str, attributes: str) -> bool:
        if name in _VOID or name in self.hopeless or attributes.endswith("/") or len(self.hopeless) > _MOST_HOPELESS:
            return False
        if name in _SKIPPED:
            return True
        if not attributes or name in ("html", "body"):
            return False
        return bool(
            ("none" in attributes.lower() or "hidden" in attributes.lower())
            and (_HIDDEN_STYLE.search(attributes) or _HIDDEN_WORD.search(attributes))
        )

    def end_of(self, name: str, position: int) -> int:
        """Return where the element opened before `position` ends, or `position` when it has no end."""
        tags = re.compile(rf"<(/?){re.escape(name)}(?=[\s/>])[^<>]*+>", re.IGNORECASE)
        depth = 1
        for match in tags.finditer(self.source, position):
            if match[1]:
                depth -= 1
            elif name in _SELF_CLOSING:
                return match.start()
            elif not match[0].endswith("/>"):
                depth += 1
            if depth == 0:
                return match.end()
        self.hopeless.add(name)
        return position
