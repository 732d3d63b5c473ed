"""The nightly archives: all submissions and all company facts in one ZIP each, as EDGAR offers them.

Entries carry a fixed time so that the archives have equal bytes in every process.
"""

import io
import zipfile
from functools import lru_cache

from sec_assets.sample import companyfacts, submissions
from sec_assets.sample.universe import companies

_MADE = (2026, 3, 21, 3, 0, 0)


@lru_cache(maxsize=1)
def submissions_zip() -> bytes:
    """Return submissions.zip: CIK##########.json and the older pages."""
    members: dict[str, bytes | None] = {}
    for cik, company in companies().items():
        members[f"CIK{cik}.json"] = submissions.submissions(company)
        members[f"CIK{cik}-submissions-001.json"] = submissions.older_page(company)
    return _zip(members)


@lru_cache(maxsize=1)
def companyfacts_zip() -> bytes:
    """Return companyfacts.zip."""
    return _zip({f"CIK{cik}.json": companyfacts.companyfacts(company) for cik, company in companies().items()})


def _zip(members: dict[str, bytes | None]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, body in members.items():
            if body is not None:
                archive.writestr(zipfile.ZipInfo(name, _MADE), body, zipfile.ZIP_STORED)
    return target.getvalue()
