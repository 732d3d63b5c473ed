"""Names of countries, states and provinces to the codes EDGAR wants; the names are data in `places.csv`.

Three code lists share the file: ISO 3166 country codes, postal codes of states and provinces, and EDGAR's own codes of
provinces and countries. The first letter of a word may be in either case, as SEC's patterns have it.
"""

import csv
import re
from collections.abc import Callable
from functools import lru_cache
from importlib import resources
from typing import Literal

from sec_assets.errors import MalformedError
from sec_assets.xbrl.transforms.sec import plain_words

_FIRST_LETTERS = re.compile(r"\b\w")


def place_code(kind: Literal["country", "state", "edgar"]) -> Callable[[str], str]:
    """Return a transformation of a name to its code in one of the three lists (countrynameen, …)."""

    def transformation(text: str) -> str:
        code = _codes(kind).get(_folded(plain_words(text)))
        if code is None:
            raise MalformedError(f"{text[:60]!r} is not in the list of {kind} names")
        return code

    return transformation


@lru_cache(maxsize=3)
def _codes(kind: str) -> dict[str, str]:
    table = resources.files("sec_assets.xbrl.transforms").joinpath("places.csv").read_text(encoding="utf-8")
    return {_folded(row["name"]): row[kind] for row in csv.DictReader(table.splitlines()) if row[kind]}


def _folded(name: str) -> str:
    straight = name.replace("\u2019", "'").replace("[", "(").replace("]", ")")
    return _FIRST_LETTERS.sub(lambda letter: letter.group().lower(), straight)
