"""Files of many companies to an Arrow table each; those laid out in another way are handed back for the reader that takes any.

Facts of several small companies are located together, as most of the cost of a small file does not depend on its facts.
"""

from collections.abc import Iterable, Iterator, Mapping

import pyarrow as pa

from sec_assets.errors import MalformedError
from sec_assets.xbrl.bulkfacts.arrow import company_table
from sec_assets.xbrl.bulkfacts.locate import locate
from sec_assets.xbrl.bulkfacts.outline import Outline, outline
from sec_assets.xbrl.bulkfacts.words import UnusualError

TOGETHER = 2**20
"""Bytes of facts located at once: as many as columns of them fit into a core's own cache."""


def tables_of(bodies: Mapping[str, bytes | bytearray]) -> tuple[dict[str, pa.Table], list[str]]:
    """Return the rows of table `companyfacts` of each company, and the companies whose files are not laid out as usual.

    Args:
        bodies: the files by the company (ten digits) that each must describe.
    """
    outlines: list[Outline] = []
    for cik, body in bodies.items():
        try:
            taken = outline(body)
        except UnusualError:
            continue
        if taken.cik == cik and taken.lists:
            outlines.append(taken)
    tables: dict[str, pa.Table] = {}
    for group in _groups(outlines):
        tables |= _tables(group)
    return tables, [cik for cik in bodies if cik not in tables]


def _groups(outlines: Iterable[Outline]) -> Iterator[list[Outline]]:
    group: list[Outline] = []
    size = 0
    for taken in outlines:
        length = sum(map(len, taken.lists))
        if group and size + length > TOGETHER:
            yield group
            group, size = [], 0
        group.append(taken)
        size += length
    if group:
        yield group


def _tables(group: list[Outline]) -> dict[str, pa.Table]:
    """Return the tables of a group; when something in it is not as usual, of those of its companies that are."""
    try:
        facts = locate([part for taken in group for part in taken.lists])
        tables, done = {}, 0
        for taken in group:
            lists = slice(done, done + len(taken.lists))
            tables[taken.cik] = company_table(taken.cik, taken.names, facts, lists)
            done = lists.stop
    except (UnusualError, MalformedError):
        return {} if len(group) == 1 else {cik: table for taken in group for cik, table in _tables([taken]).items()}
    return tables
