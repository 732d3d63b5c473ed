"""The address of everything at EDGAR: pure functions, one per kind of document.

Archives paths want the CIK without leading zeros and the accession number without dashes; data.sec.gov wants ten
digits. Those spellings exist only here. File names that come from EDGAR are checked before they enter an address.
Fetching is `client.py`, what is behind an address is in the module named after it.
"""

import re
from datetime import date
from urllib.parse import quote, urlencode

from sec_assets.errors import InputError
from sec_assets.identifiers import normalize_accession, normalize_cik

WWW = "https://www.sec.gov"
DATA = "https://data.sec.gov"

_XSL_FOLDER = re.compile(r"xsl[A-Za-z0-9_.\-]*/", re.IGNORECASE)
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f/\\%?#:*\"<>|\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_SUBMISSIONS_PAGE = re.compile(r"CIK[0-9]{10}-submissions-[0-9]{3,6}\.json")
_LONGEST_NAME = 200


def safe_name(name: str) -> str:
    """Return a document name of a filing fit for a path and an address.

    An XSL folder (`xslF345X05/form4.xml`: EDGAR's rendering of the same file) is taken off.

    Raises:
        InputError: empty, over 200 bytes, or holding a separator, `..`, a control character or the like.
    """
    bare = _XSL_FOLDER.sub("", name, count=1) if _XSL_FOLDER.match(name) else name
    bad = not bare or bare != bare.strip() or bare.startswith(".") or ".." in bare or _UNSAFE.search(bare) is not None
    try:
        too_long = len(bare.encode("utf-8")) > _LONGEST_NAME
    except UnicodeEncodeError:
        bad, too_long = True, False
    if bad or too_long:
        raise InputError(f"{name[:80]!r} cannot be the name of a document in a filing: refused before it is used")
    return bare


def tickers_url() -> str:
    """Return the address of the ticker list (`{"0": {"cik_str", "ticker", "title"}}`)."""
    return f"{WWW}/files/company_tickers.json"


def tickers_exchange_url() -> str:
    """Return the address of the ticker list with exchanges (columnar)."""
    return f"{WWW}/files/company_tickers_exchange.json"


def tickers_funds_url() -> str:
    """Return the address of the ticker list of mutual funds (columnar)."""
    return f"{WWW}/files/company_tickers_mf.json"


def submissions_url(cik: str | int) -> str:
    """Return the address of a filer's submissions file."""
    return f"{DATA}/submissions/CIK{normalize_cik(cik)}.json"


def submissions_page_url(name: str) -> str:
    """Return the address of an older page, named by `filings.files[].name` of the submissions file.

    Raises:
        InputError: not a name of the form `CIK0000320193-submissions-001.json`.
    """
    if _SUBMISSIONS_PAGE.fullmatch(name) is None:
        raise InputError(
            f"{name[:80]!r} is not a page of a submissions file: expected CIK0000320193-submissions-001.json"
        )
    return f"{DATA}/submissions/{name}"


def companyfacts_url(cik: str | int) -> str:
    """Return the address of all XBRL facts of a filer."""
    return f"{DATA}/api/xbrl/companyfacts/CIK{normalize_cik(cik)}.json"


def filing_folder_url(cik: str | int, accession: str) -> str:
    """Return the address of a filing's folder, without a slash at the end."""
    return f"{WWW}/Archives/edgar/data/{int(normalize_cik(cik))}/{normalize_accession(accession).replace('-', '')}"


def filing_index_url(cik: str | int, accession: str) -> str:
    """Return the address of the folder's listing."""
    return f"{filing_folder_url(cik, accession)}/index.json"


def filing_index_html_url(cik: str | int, accession: str) -> str:
    """Return the address of the page that tells the type of every document; it lies beside the folder."""
    return f"{WWW}/Archives/edgar/data/{int(normalize_cik(cik))}/{normalize_accession(accession)}-index.html"


def full_submission_url(cik: str | int, accession: str) -> str:
    """Return the address of the whole submission as one SGML text."""
    return f"{filing_folder_url(cik, accession)}/{normalize_accession(accession)}.txt"


def document_url(cik: str | int, accession: str, name: str) -> str:
    """Return the address of one document of a filing.

    Raises:
        InputError: the name is unsafe, see `safe_name`.
    """
    return f"{filing_folder_url(cik, accession)}/{quote(safe_name(name))}"


def getcurrent_url(start: int = 0, count: int = 100, form: str = "") -> str:
    """Return the address of a page of the feed of newest filings (Atom, at most 100 entries a page)."""
    query = {"action": "getcurrent", "count": count, "start": start, "type": form, "owner": "include", "output": "atom"}
    return f"{WWW}/cgi-bin/browse-edgar?{urlencode(query)}"


def daily_index_url(day: date) -> str:
    """Return the address of the list of all filings of a day."""
    quarter = (day.month - 1) // 3 + 1
    return f"{WWW}/Archives/edgar/daily-index/{day.year}/QTR{quarter}/master.{day:%Y%m%d}.idx"


def full_index_url(year: int, quarter: int) -> str:
    """Return the address of the list of all filings of a quarter.

    Raises:
        InputError: the quarter is not 1 to 4, or the year is before 1993, when EDGAR began.
    """
    if quarter not in {1, 2, 3, 4} or not 1993 <= year <= 9999:
        raise InputError(f"{year} quarter {quarter}: expected a quarter from 1 to 4 of a year from 1993 on")
    return f"{WWW}/Archives/edgar/full-index/{year}/QTR{quarter}/master.idx"


def submissions_archive_url() -> str:
    """Return the address of the nightly archive of all submissions files (1.5 GB)."""
    return f"{WWW}/Archives/edgar/daily-index/bulkdata/submissions.zip"


def companyfacts_archive_url() -> str:
    """Return the address of the nightly archive of all companyfacts files (1-2 GB)."""
    return f"{WWW}/Archives/edgar/daily-index/xbrl/companyfacts.zip"
