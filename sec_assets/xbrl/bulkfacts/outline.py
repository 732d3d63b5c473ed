"""A companyfacts file taken apart: its lists of facts as text, each with the names it stands under.

The lists are four fifths of a file and are cut out before the rest is parsed as JSON, names and nesting checked as ever. What is
in the lists is `locate.py`.
"""

from dataclasses import dataclass

import msgspec

from sec_assets.errors import InputError
from sec_assets.identifiers import normalize_cik
from sec_assets.xbrl.bulkfacts.words import UnusualError, expect

_STAND_IN = b'"\x7f"'


class _Tag(msgspec.Struct):
    units: dict[str, str | tuple[()]]


class _File(msgspec.Struct):
    cik: int | str
    facts: dict[str, dict[str, _Tag]]


_FILE = msgspec.json.Decoder(_File)


@dataclass(frozen=True, slots=True)
class Outline:
    """The company (ten digits), and its lists of facts without brackets, each with its taxonomy, tag and unit."""

    cik: str
    names: list[tuple[str, str, str]]
    lists: list[bytes | bytearray]


def outline(body: bytes | bytearray) -> Outline:
    """Take a companyfacts file apart.

    Raises:
        UnusualError: not laid out as SEC does, or no companyfacts file at all.
    """
    expect(b"\x7f" not in body)  # so that what stands in for a list cannot be in the file
    try:
        rest, lists = _cut(body)
        file = _FILE.decode(rest)
        cik = normalize_cik(file.cik)
    except (msgspec.MsgspecError, ValueError, InputError) as error:
        raise UnusualError from error
    named = [
        ((taxonomy, tag, unit), facts)
        for taxonomy, tags in file.facts.items()
        for tag, described in tags.items()
        for unit, facts in described.units.items()
        if facts != ()
    ]
    expect(len(named) == len(lists))  # not so if a list is elsewhere, or a name is given twice
    expect({facts for _, facts in named} <= {"\x7f"})
    return Outline(cik, [name for name, _ in named], lists)


def _cut(body: bytes | bytearray) -> tuple[bytes, list[bytes | bytearray]]:
    """Return the file with a text in the place of every list of objects, and the lists.

    A bracket, a brace and a quote in a row are never within a text of JSON, where the quote would be its end.

    Raises:
        ValueError: a list without end.
    """
    rest, lists = [], []
    done = 0
    while (opening := body.find(b':[{"', done)) >= 0:
        end = body.index(b"]", opening)
        rest.append(body[done : opening + 1])
        lists.append(body[opening + 2 : end])
        done = end + 1
    rest.append(body[done:])
    return _STAND_IN.join(rest), lists
