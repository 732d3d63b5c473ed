"""Lines that may open an item, each with what speaks for and against it.

A line counts when it starts with `Item` and a number of the form's catalogue (or with number and title, or with the
letter and title of a 20-F section), and does not read like a sentence that refers to an item. Which of the candidates
are the real ones is decided over the whole document by `choose`.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sec_assets.text.items.catalogue import Catalogue, Item

MAX_CANDIDATES = 600
_HEAD = re.compile(
    r"[^\w\n]{0,12}(?:part\s{1,3}(?P<part>i{1,3}|iv|[1-4])\b[\s.,:;–—-]{0,6})?"
    r"items?[\s.:#]{0,4}(?P<number>\d{1,2})(?:\s{0,2}[.,]\s{0,2}(?P<decimal>\d{2})(?!\d))?"
    r"(?P<tail>.{0,400})",
    re.IGNORECASE,
)
_LETTER = re.compile(r"[\s.,(–-]{0,3}(?P<letter>[A-KT])(?P<close>\s?(?:\(T\))?[\s.:)–—-]|\s?\(T\)|$)", re.IGNORECASE)
_BARE = re.compile(r"[^\w\n]{0,6}(?P<number>\d{1,2}(?:\.\s?)?[A-K]?)\s{0,2}[.:)–—\t-]\s{0,4}(?P<title>[A-Z].{3,160})")
_SECTION = re.compile(
    r"[^\w\n]{0,6}(?:\d{1,2}\s?[.]?\s?)?(?P<letter>[A-J])\s?[.:)–—\t-]\s{0,4}(?P<title>[A-Z].{3,160})"
)
_PART = re.compile(r"[^\w\n]{0,8}part\s{1,3}(?P<part>iv|i{1,3}|[1-4])\b", re.IGNORECASE)
_REFERENCE = re.compile(
    r"[\s,”\"’')]{0,4}(?:of|in|above|below|to|and|or|for|from|hereof|herein|shall|is|are|was|were|which|that|as|has|under|"
    r"contained|entitled|with|by|may|should|does|if|on|at|the form|information (?:is|has))\b|[\s,]{0,3}[;)”\"]"
)
_COMBINED = re.compile(r"[.\s]{0,3}(?:and|&|,|through|to)\s{0,3}(?:items?\s{0,3})?\d", re.IGNORECASE)
_CONTINUED = re.compile(r"\(?\s?(?:continued|cont['’]?d)\.?\s?\)?\W{0,4}$", re.IGNORECASE)
_CONTENTS_ENTRY = re.compile(r"(?:\t|\s{3,}|\.{3,}\s{0,3}|[a-z\])])(?:[A-Z]-)?\d{1,3}(?:\s?[-–,]\s?\d{1,3})*\W{0,3}$")
_UNFINISHED = re.compile(r"(?:[a-z,]|\b(?:see|in|of|and|to|under|Part I{1,2},?)|[(“\"])\s{0,3}$")
_DIVISION = re.compile(r"[^\w\n]{0,8}(?:section|part)\s", re.IGNORECASE)
_WRAPPED = 40
_LEADING_PUNCTUATION = re.compile(r"^[\s.,:;)(\[\]–—*|_\t-]{1,20}")
_COULD_OPEN = re.compile(r"[^\w\n]{0,120}(?:items?\b|item\d|part\s|\d{1,2}\D|[A-J]\s?[.:)–—\t-])", re.IGNORECASE)
_PARTS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible beginning: `start` offset in the text, position `order` in the catalogue, and its weight."""

    start: int
    order: int
    weight: float
    title: str


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    text: str
    before: str
    after: str


def find_candidates(text: str, catalogue: Catalogue) -> list[Candidate]:
    """Return the possible beginnings of items in document order, at most `MAX_CANDIDATES`, the likelier kept."""
    parts = _part_headings(text) if any(item.part for item in catalogue.items) else []
    found: list[Candidate] = []
    for line in _lines(text):
        found.extend(_read(line, catalogue, _part_at(parts, line.start)))
    if len(found) > MAX_CANDIDATES:
        found = sorted(found, key=lambda c: (-c.weight, c.start))[:MAX_CANDIDATES]
        found.sort(key=lambda c: (c.start, c.order))
    return found


def _lines(text: str) -> Iterator[_Line]:
    """Yield lines that could open an item: they carry a number or a section letter near their beginning."""
    lines = text.split("\n")
    start = 0
    for i, line in enumerate(lines):
        if _COULD_OPEN.match(line):
            after = next((x.strip() for x in lines[i + 1 : i + 4] if x.strip()), "")
            yield _Line(start, line[:900].strip()[:600], lines[i - 1].strip() if i else "", after[:300])
        start += len(line) + 1


def _part_headings(text: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    start = 0
    for line in text.split("\n"):
        match = _PART.match(line.strip()) if len(line) < 200 else None
        if match:
            found.append((start, _PARTS[match["part"].lower()]))
        start += len(line) + 1
    return found


def _part_at(parts: list[tuple[int, int]], start: int) -> int:
    index = bisect_right(parts, (start, 9)) - 1
    return parts[index][1] if index >= 0 else 0


def _read(line: _Line, catalogue: Catalogue, part: int) -> Iterator[Candidate]:
    match = _HEAD.match(line.text)
    if match:
        if match["part"]:
            part = _PARTS[match["part"].lower()]
        yield from _item_candidates(line, match, catalogue, part)
        return
    if not catalogue.ordered:
        return
    match = _PART.match(line.text)
    if match and _PARTS[match["part"].lower()] == 1 and catalogue.items[0].part == 1 and len(line.text) < 120:
        yield Candidate(line.start, 0, -1.0, line.text)  # part I without item headings is the statements
    match = _BARE.match(line.text)
    if match and len(line.text) < 200:
        number = re.sub(r"[\s.]", "", match["number"]).upper()
        yield from _titled(line, catalogue, part, match["title"], lambda item: item.number == number)
    match = _SECTION.match(line.text)
    if match and len(line.text) < 200:
        letter = match["letter"]
        yield from _titled(
            line, catalogue, part, match["title"], lambda item: item.is_section and item.number.endswith(letter)
        )


def _titled(
    line: _Line, catalogue: Catalogue, part: int, title: str, fits: Callable[[Item], bool]
) -> Iterator[Candidate]:
    for order, item in enumerate(catalogue.items):
        if fits(item) and item.title.match(title):
            yield Candidate(line.start, order, _weight(line, item, part, titled=True) - 2.0, line.text.strip())


def _item_candidates(line: _Line, match: re.Match[str], catalogue: Catalogue, part: int) -> Iterator[Candidate]:
    numbers = {item.number for item in catalogue.items}
    number, tail = _number(match, numbers)
    if number is None or _CONTINUED.search(line.text):
        return
    title = _LEADING_PUNCTUATION.sub("", tail)
    alone = not title
    title = title or line.after
    named = [item for item in catalogue.items if item.number == number and item.title.match(title)]
    if not named and not alone and (_REFERENCE.match(tail) and not _COMBINED.match(tail)):
        return
    shown = line.text.strip() if not alone or not named else f"{line.text.strip()} {title}"
    for order, item in enumerate(catalogue.items):
        if item.number != number or (named and item not in named):
            continue
        if not named and len(line.text.strip()) > 160:
            continue
        certain = len(named) == 1
        yield Candidate(line.start, order, _weight(line, item, 0 if certain else part, titled=bool(named)), shown)


def _number(match: re.Match[str], numbers: set[str]) -> tuple[str | None, str]:
    """Return the catalogue number a heading names, and what follows it; `1 A` and `9A(T)` are read leniently."""
    number, tail = str(int(match["number"])), match["tail"]
    if match["decimal"]:
        full = f"{number}.{match['decimal']}"
        return (full, tail) if full in numbers else (None, tail)
    lettered = _LETTER.match(tail)
    if lettered:
        for joint in ("", "."):
            full = f"{number}{joint}{lettered['letter'].upper()}"
            if full in numbers:
                return full, tail[lettered.end() :]
    if tail[:1].isalnum() and not tail[:1].isupper():
        return None, tail
    return (number, tail) if number in numbers else (None, tail)


def _weight(line: _Line, item: Item, part: int, *, titled: bool) -> float:
    weight = 3.0 if titled else 0.0
    if len(line.text.strip()) > 250:
        weight -= 1.5
    if _CONTENTS_ENTRY.search(line.text):
        weight -= 1.5
    if len(line.before) >= _WRAPPED and _UNFINISHED.search(line.before) and not _DIVISION.match(line.before):
        weight -= 4.0
    if item.part and part:
        weight += 2.0 if item.part == part else -3.0
    return weight
