"""A companyfacts file taken apart: its lists of facts as text, each with the names it stands under.

The lists are four fifths of a file and are cut out before the rest is parsed as JSON, names and nesting checked as ever. What is
in the lists is `locate.py`.
"""

from dataclasses import dataclass

import msgspec

from sec_assets.errors import InputError
from sec_assets.identifiers import normalize_cik
from sec_assets.xbrl.bulkfacts.words import UnusualError, expect

_OPENINGS = (b':[{"end":"', b':[{"start":"')
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
    rest, lists = _cut(body)
    try:
        file = _FILE.decode(rest)
        cik = normalize_cik(file.cik)
    except (msgspec.MsgspecError, ValueError, InputError) as error:
        raise UnusualError from error
    names = []
    for taxonomy, tags in file.facts.items():
        for tag, described in tags.items():
            for unit, facts in described.units.items():
                if facts != ():
                    expect(facts == "\x7f")
                    names.append((taxonomy, tag, unit))
    expect(len(names) == len(lists))  # not so if a list is elsewhere, or a name is given twice
    return Outline(cik, names, lists)


def _cut(body: bytes | bytearray) -> tuple[bytes, list[bytes | bytearray]]:
    """Return the file with a text in the place of every list of facts, and the lists."""
    rest, lists = [], []
    done = 0
    while (opening := body.find(b":[{", done)) >= 0:
        if not body.startswith(_OPENINGS, opening):
            rest.append(body[done : opening + 3])
            done = opening + 3
            continue
        end = body.find(b"]", opening)
        expect(end > 0)
        rest += (body[done : opening + 1], _STAND_IN)
        lists.append(body[opening + 2 : end])
        done = end + 1
    rest.append(body[done:])
    return b"".join(rest), lists
