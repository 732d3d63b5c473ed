"""Members of `submissions.zip` as filings, by the parser that reads EDGAR's own answers.

The archive is only another source of the same files, so that its rows are those the live path would have made. Where they
are stored is decided in `pipeline.bulk`.
"""

from collections.abc import Sequence
from datetime import datetime

from sec_assets.edgar.bulk.batches import CompanyMembers
from sec_assets.edgar.bulk.members import MemberReader
from sec_assets.edgar.submissions import LoadedFilings, RawFilings, Source, finish_filings, read_filings
from sec_assets.errors import AbsentError, InputError


def read_companies(
    reader: MemberReader, companies: Sequence[CompanyMembers], fetched_at: datetime
) -> tuple[list[tuple[str, LoadedFilings]], dict[str, str]]:
    """Return (cik, its filings) of the companies that could be read, and why the others could not.

    Args:
        reader: the open archive.
        companies: whose members.
        fetched_at: when the archive was fetched; `fetched_at` of the rows.
    """
    raw: list[RawFilings] = []
    failed: dict[str, str] = {}
    for company in companies:
        try:
            raw.append(read_filings(_source(reader, company, fetched_at), company.cik))
        except InputError as error:
            failed[company.cik] = str(error)
    return finish_filings(raw), failed


def _source(reader: MemberReader, company: CompanyMembers, fetched_at: datetime) -> Source:
    members = {member.name: member for member in company.members}

    def read(name: str) -> tuple[bytes, datetime]:
        if name not in members:
            raise AbsentError(f"the archive has no member {name}")
        return bytes(reader.read(members[name])), fetched_at

    return read
