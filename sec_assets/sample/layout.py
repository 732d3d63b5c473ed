"""Blocks of a document, and how they look as EDGAR's HTML or as plain text of older days.

A document is a list of blocks; what they say is written in `reports.py`, `current.py` and `minor.py`.
"""

import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Literal

Row = tuple[str, ...]
Mark = Callable[[str], str]
"""Turns the text of a table cell into markup: escapes it, or tags it (`inline.py`)."""


@dataclass(frozen=True)
class Block:
    """One piece of a document. `item` blocks have a number and a title; tables have rows, the first is the head."""

    kind: Literal["title", "heading", "item", "part", "paragraph", "table", "contents", "break"]
    text: str = ""
    number: str = ""
    rows: tuple[Row, ...] = ()


def title(text: str) -> Block:
    """A centred line of the cover page."""
    return Block("title", text)


def heading(text: str) -> Block:
    """A heading inside an item."""
    return Block("heading", text)


def part(text: str) -> Block:
    """PART I and the like."""
    return Block("part", text)


def item(number: str, text: str) -> Block:
    """The heading of an item; `number` with its word, such as `Item 1A.`."""
    return Block("item", text, number)


def paragraph(text: str) -> Block:
    """Running text."""
    return Block("paragraph", text)


def table(rows: list[Row]) -> Block:
    """A table; the first row is its head."""
    return Block("table", rows=tuple(rows))


def contents(blocks: list[Block]) -> Block:
    """A table of contents over the parts and items of a document: the same headings once more."""
    page, rows = 3, []
    for block in blocks:
        page += block.kind == "break"
        if block.kind in {"part", "item"}:
            rows.append((block.number, block.text, str(page)))
    return Block("contents", rows=tuple(rows))


def plain_cell(cell: str) -> str:
    """Return the text of a table cell as markup, nothing tagged."""
    return escape(cell)


def body_html(footer: str, blocks: list[Block], mark: Mark = plain_cell) -> str:
    """Return the blocks as HTML; `footer` repeats before every page break, as in real filings."""
    page, parts = 1, []
    for block in blocks:
        if block.kind == "break":
            parts.append(
                f'<div style="text-align:center"><span style="font-size:8pt">{escape(footer)} | {page}</span></div>\n'
                '<hr style="page-break-after:always"/>\n'
            )
            page += 1
        else:
            parts.append(_html_table(block.rows, mark) if block.kind == "table" else _html(block))
    return "".join(parts)


def as_html(name: str, body: str, spaces: str = "") -> bytes:
    """Return a whole HTML document; `spaces` are further namespace declarations of an inline document."""
    return (
        "<?xml version='1.0' encoding='ASCII'?>\n"
        f'<html xmlns="http://www.w3.org/1999/xhtml"{spaces} xml:lang="en-US"><head>'
        f'<meta http-equiv="Content-Type" content="text/html"/>\n<title>{escape(name)}</title></head><body>\n'
        f"{body}</body></html>\n"
    ).encode("ascii", "xmlcharrefreplace")


def _html(block: Block) -> str:
    text = escape(block.text, quote=False).replace("'", "\u2019")
    if block.kind == "title":
        return f'<div style="text-align:center"><span style="font-weight:700">{text}</span></div>\n'
    if block.kind == "part":
        return (
            f'<div style="text-align:center" id="{anchor(block)}"><span style="font-weight:700">{text}</span></div>\n'
        )
    if block.kind == "item":
        words = f"{escape(block.number)}\u00a0\u00a0\u00a0\u00a0{text}"
        return f'<div id="{anchor(block)}" style="margin-top:9pt"><span style="font-weight:700">{words}</span></div>\n'
    if block.kind == "heading":
        return f'<div style="margin-top:9pt"><span style="font-style:italic;font-weight:700">{text}</span></div>\n'
    if block.kind == "paragraph":
        return f'<div style="margin-top:9pt;text-align:justify"><span style="font-size:9pt">{text}</span></div>\n'
    return _html_contents(block)


def anchor(block: Block) -> str:
    """Return the id a table of contents links to."""
    return "i" + re.sub(r"\W", "", (block.number + block.text).lower())[:24]


def _html_contents(block: Block) -> str:
    rows = []
    for number, text, page in block.rows:
        target = anchor(Block("item", text, number))
        link = f'<a href="#{target}">{escape(text)}</a>'
        rows.append(f"<tr><td>{escape(number)}</td><td>{link}</td><td>{page}</td></tr>\n")
    return (
        '<div style="text-align:center"><span style="font-weight:700">TABLE OF CONTENTS</span></div>\n<table>\n'
        + "".join(rows)
        + "</table>\n"
    )


def _html_table(rows: tuple[Row, ...], mark: Mark) -> str:
    shown = []
    for row in rows:
        cells = "".join(
            f'<td style="text-align:{"right" if place else "left"}">{mark(cell)}</td>' for place, cell in enumerate(row)
        )
        shown.append(f"<tr>{cells}</tr>\n")
    return '<table style="border-collapse:collapse;margin-top:9pt;width:100%">\n' + "".join(shown) + "</table>\n"


def as_text(footer: str, blocks: list[Block]) -> bytes:
    """Return the blocks as plain text with `<PAGE>` marks, the way filings looked before HTML."""
    parts = []
    for page, block in enumerate(blocks):
        if block.kind == "break":
            parts.append(f"{footer:^72}".rstrip() + f"\n{page:^72}".rstrip() + "\n<PAGE>\n")
        elif block.kind in {"table", "contents"}:
            parts.append("<TABLE>\n" + "\n".join(_text_row(row) for row in block.rows) + "\n</TABLE>\n")
        elif block.kind in {"title", "part"}:
            parts.append(f"{block.text:^72}".rstrip() + "\n")
        elif block.kind in {"item", "heading"}:
            parts.append(f"{block.number:<12}{block.text}\n" if block.number else f"{block.text}\n")
        else:
            parts.append(textwrap.fill(block.text, 72) + "\n")
    return "\n".join(parts).encode("ascii", "replace")


def _text_row(row: Row) -> str:
    return f"{row[0]:<40}" + "".join(f"{cell:>16}" for cell in row[1:])
