"""The wanted members of an archive in batches: by company, in the order of the archive, bounded in bytes and number.

A batch is what one worker does at a time. It is plain tuples, small to send. Which members changed is `ledger.py`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import polars as pl

from sec_assets.edgar.bulk.members import Member

MOST_BYTES = 24 * 2**20
"""JSON of a batch; as rows it takes some four times as much. A company that is larger makes a batch of its own."""

MOST_COMPANIES = 50


@dataclass(frozen=True, slots=True)
class CompanyMembers:
    """A company's members, its main file first."""

    cik: str
    members: tuple[Member, ...]

    @property
    def size(self) -> int:
        """Inflated bytes of all of them."""
        return sum(member.size for member in self.members)


def members_of(members: pl.DataFrame, ciks: Iterable[str]) -> list[CompanyMembers]:
    """Return the members of the wanted companies that have a main file, in the order of the archive.

    Args:
        members: `Directory.members`.
        ciks: the companies, ten digits each.
    """
    wanted = members.filter(pl.col("cik").is_in([int(cik) for cik in ciks])).sort("cik", "page")
    found: dict[str, list[Member]] = {}
    for row in wanted.iter_rows():
        cik = f"{row[0]:010d}"
        found.setdefault(cik, []).append(Member(cik, *row[1:]))
    complete = [CompanyMembers(cik, tuple(parts)) for cik, parts in found.items() if parts[0].page == 0]
    return sorted(complete, key=lambda company: company.members[0].offset)


def in_batches(
    companies: Iterable[CompanyMembers], *, most_bytes: int = MOST_BYTES, most_companies: int = MOST_COMPANIES
) -> Iterator[list[CompanyMembers]]:
    """Yield the companies in batches of at most so many bytes and companies, in order."""
    batch: list[CompanyMembers] = []
    size = 0
    for company in companies:
        if batch and (size + company.size > most_bytes or len(batch) == most_companies):
            yield batch
            batch, size = [], 0
        batch.append(company)
        size += company.size
    if batch:
        yield batch
