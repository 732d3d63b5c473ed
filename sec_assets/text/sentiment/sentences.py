"""Text to sentences worth scoring.

Paragraphs are parted by blank lines and never joined; wrapped lines are. The heading of an item, rows of figures and
fragments without words are left out, since they carry no tone. What a sentence means is `engine`.
"""

import re

_PARAGRAPH = re.compile(r"\n[ \t]*\n")
_BOUNDARY = re.compile(r"(?<=[.!?])[\"”’')\]]{0,3}\s+(?=[\"“‘'(\[]{0,3}[A-Z0-9])")
_NOT_AN_END = re.compile(
    r"(?:\b(?:[A-Z]|Inc|Corp|Co|Ltd|Mr|Mrs|Ms|Dr|No|Nos|vs|v|St|Jr|Sr|U\.S|U\.K|e\.g|i\.e|approx|Sec|Art|Fig|al|Cos|Bros|"
    r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\.|\b\d{1,3}\.)$"
)
_ITEM_HEADING = re.compile(r"\A\W{0,9}(?:part\s{1,3}[iv]{1,3}\W{1,5})?items?[\s.]{0,4}\d[^\n]{0,250}\n", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z]{2,}")
_LONGEST = 1500


def split_sentences(text: str) -> list[str]:
    """Return the sentences of `text` in order, each on one line and at most some 1,500 characters long."""
    found: list[str] = []
    # The heading of an item is the form's wording ("Defaults Upon Senior Securities"), not the filer's.
    for paragraph in _PARAGRAPH.split(_ITEM_HEADING.sub("", text, count=1)):
        for block in _blocks(paragraph):
            found.extend(_sentences(block))
    return found


def _blocks(paragraph: str) -> list[str]:
    """Join wrapped lines; rows of a table (with tabs) stand alone, and only those with prose count."""
    blocks: list[str] = []
    prose: list[str] = []
    for line in paragraph.split("\n"):
        if "\t" in line:
            blocks.extend(cell for cell in line.split("\t") if len(cell) > 60)
        else:
            prose.append(line.strip())
    return [" ".join(filter(None, prose)), *blocks]


def _sentences(block: str) -> list[str]:
    pieces: list[str] = []
    held = ""
    for part in _BOUNDARY.split(block):
        held = f"{held} {part}" if held else part
        if len(held) < _LONGEST and _NOT_AN_END.search(held[-12:]):
            continue
        pieces.append(held)
        held = ""
    if held:
        pieces.append(held)
    cut = (piece[i : i + _LONGEST] for piece in pieces for i in range(0, len(piece), _LONGEST))
    return [piece for piece in cut if _WORD.search(piece)]
