"""The compact tables shipped with the package, read once per process.

Only reading: what the columns mean is the business of the module that asks for a table. Blank cells of the two fact
tables repeat the cell above, which keeps them small in git.
"""

import csv
import hashlib
import json
from functools import lru_cache
from importlib.resources import files
from typing import Any


def text(name: str) -> str:
    """Return one shipped file as text."""
    return files("sec_assets.sample").joinpath("data", name).read_text(encoding="utf-8")


@lru_cache(maxsize=8)
def table(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of a shipped CSV file, one dict per row."""
    return tuple(csv.DictReader(text(name).splitlines()))


@lru_cache(maxsize=8)
def document(name: str) -> Any:
    """Return a shipped JSON file, parsed. Callers must not change it."""
    return json.loads(text(name))


def filled(name: str, columns: tuple[str, ...]) -> list[dict[str, str]]:
    """Return the rows of a CSV file with blank cells of `columns` filled from the row above.

    A new value in an earlier column does not clear a later one: the writer repeats nothing that is equal.
    """
    last = dict.fromkeys(columns, "")
    rows: list[dict[str, str]] = []
    for row in csv.DictReader(text(name).splitlines()):
        for column in columns:
            row[column] = last[column] = row[column] or last[column]
        rows.append(row)
    return rows


def noise(*key: object) -> float:
    """Return a number in [-1, 1) that depends on the key alone: equal in every process and Python version."""
    digest = hashlib.sha256(":".join(map(str, key)).encode()).digest()
    return int.from_bytes(digest[:6], "big") / float(1 << 47) - 1.0


def pick(options: list[Any] | tuple[Any, ...], *key: object) -> Any:
    """Return the option that belongs to the key."""
    digest = hashlib.sha256(":".join(map(str, key)).encode()).digest()
    return options[int.from_bytes(digest[:6], "big") % len(options)]
