"""Which candidates are the real headings, decided over the whole document.

A table of contents names every item too, but with nothing in between: the choice is the chain of candidates, in the
form's order, whose weights and logarithmic section lengths sum up highest, which is the chain through the body. Forms
without a fixed order (8-K) keep every candidate of positive weight. Where candidates come from is `headings`.
"""

import math
from itertools import pairwise

from sec_assets.text.items.catalogue import Catalogue
from sec_assets.text.items.headings import Candidate

_LEAST_COVERAGE = 0.2
_SCALE = 40
_CREDIBLE = 1.0


def choose(candidates: list[Candidate], catalogue: Catalogue, text: str) -> list[Candidate]:
    """Return the headings that open items, in document order; empty when no credible set exists.

    Args:
        candidates: in document order.
        catalogue: of the form.
        text: of the document.
    """
    if not catalogue.ordered:
        return _without_order(candidates)
    chosen = _best_chain(candidates, len(text))
    if not chosen or _is_index(chosen, text):
        return []
    return _at_first_mention(chosen, candidates)


def _at_first_mention(chosen: list[Candidate], candidates: list[Candidate]) -> list[Candidate]:
    """Move each heading to the first of its repetitions: a heading that runs over the pages opens on its first page."""
    credible = [candidate for candidate in candidates if candidate.weight >= _CREDIBLE]
    place = {(candidate.start, candidate.order): i for i, candidate in enumerate(credible)}
    moved: list[Candidate] = []
    for heading in chosen:
        i = place.get((heading.start, heading.order), 0)
        floor = moved[-1].start if moved else -1
        while i and credible[i - 1].order == heading.order and credible[i - 1].start > floor:
            i -= 1
        moved.append(credible[i] if heading.weight >= _CREDIBLE else heading)
    return moved


def _is_index(chosen: list[Candidate], text: str) -> bool:
    """Tell a cross-reference index (one line per item) of a filing that does not use item headings."""
    bare = sum("\n" not in text[start:stop].strip() for _, start, stop in sections(chosen, len(text)))
    covered = len(text) - chosen[0].start
    return covered < _LEAST_COVERAGE * len(text) and bare > len(chosen) / 2


def _without_order(candidates: list[Candidate]) -> list[Candidate]:
    kept: list[Candidate] = []
    for candidate in candidates:
        if candidate.weight < 0 or (kept and kept[-1].start == candidate.start):
            continue
        kept.append(candidate)
    return kept


def _gain(start: int, stop: int) -> float:
    return math.log1p((stop - start) / _SCALE)


def _best_chain(candidates: list[Candidate], end: int) -> list[Candidate]:
    """Longest weighted chain with rising order, computed from the back: O(n²) for n candidates."""
    count = len(candidates)
    best = [0.0] * count
    following = [-1] * count
    for i in range(count - 1, -1, -1):
        here = candidates[i]
        top, choice = _gain(here.start, end), -1
        for j in range(i + 1, count):
            there = candidates[j]
            if there.order > here.order and there.start > here.start:
                value = best[j] + _gain(here.start, there.start)
                if value > top:
                    top, choice = value, j
        best[i], following[i] = here.weight + top, choice
    if not count:
        return []
    index = max(range(count), key=best.__getitem__)
    chain: list[Candidate] = []
    while index >= 0:
        chain.append(candidates[index])
        index = following[index]
    return chain


def sections(chosen: list[Candidate], end: int) -> list[tuple[Candidate, int, int]]:
    """Return (heading, start, stop) of every section."""
    stops = [right.start for _, right in pairwise(chosen)] + [end]
    return [(heading, heading.start, stop) for heading, stop in zip(chosen, stops, strict=True)]
