"""The nightly archives: all submissions and all company facts in one ZIP each, as EDGAR offers them.

Entries carry a fixed time so that the archives have equal bytes in every process. As a command it writes archives of EDGAR's
size for benchmarks, see `crowd.py`: `python -m sec_assets.sample.bulk --members 947319 --companies 5911 submissions.zip`.
"""

import argparse
import io
import zipfile
from functools import lru_cache
from pathlib import Path

from sec_assets.sample import companyfacts, crowd, submissions
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


def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sec_assets.sample.bulk", description=crowd.__doc__)
    parser.add_argument("--members", type=int, required=True, help="members of submissions.zip")
    parser.add_argument("--companies", type=int, required=True, help="companies among them")
    parser.add_argument("--facts", action="store_true", help="write companyfacts.zip of these companies instead")
    parser.add_argument("path", type=Path)
    given = parser.parse_args()
    write = crowd.write_companyfacts if given.facts else crowd.write_submissions
    write(given.path, members=given.members, companies=given.companies)


if __name__ == "__main__":
    _main()
