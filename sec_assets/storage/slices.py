"""Companies in slices that fit into memory together: few large filers, or many small ones.

What a slice is bounded by are the bytes of its files: rows differ too much (a fact, an item of text).
"""

from collections.abc import Iterable, Iterator, Sequence

from sec_assets.storage.lake import Lake
from sec_assets.storage.places import size_of, with_each
from sec_assets.tables import Table

MOST_BYTES = 16_000_000
"""Of Parquet, which takes about thirty times as much as a frame in memory: half a gigabyte."""


def slices(
    lake: Lake, table: Table, ciks: Sequence[str], *, most: int, most_bytes: int = MOST_BYTES
) -> Iterator[list[str]]:
    """Yield the companies in order, in slices of at most `most`, whose partitions of `table` have at most `most_bytes`.

    A single company that is larger is a slice by itself.
    """
    sizes = with_each(lake.root, lambda cik: size_of(lake.path(table, cik)), ciks)
    return slices_of(sizes, most=most, most_bytes=most_bytes)


def slices_of(sizes: Iterable[tuple[str, int]], *, most: int | None = None, most_bytes: int) -> Iterator[list[str]]:
    """Yield companies, given with the bytes of each, in slices as `slices` does; `most` None bounds their number by nothing."""
    part: list[str] = []
    size = 0
    for cik, own in sizes:
        if part and (len(part) == most or size + own > most_bytes):
            yield part
            part, size = [], 0
        part.append(cik)
        size += own
    if part:
        yield part
