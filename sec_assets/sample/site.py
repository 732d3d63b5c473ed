"""The bundled EDGAR: answers any EDGAR address with a status, a content type and bytes, without network or clock.

Only routing lives here; what the documents contain is in the modules named in `_routes`. Addresses that EDGAR would
not know get the bodies EDGAR gives: XML of its object store with 403 under Archives and 404 on data.sec.gov.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from sec_assets.sample import bulk, companyfacts, feeds, folder, submissions
from sec_assets.sample.universe import companies

HOSTS = ("www.sec.gov", "data.sec.gov")
Query = dict[str, list[str]]
_TYPES = {
    "json": "application/json", "htm": "text/html", "html": "text/html", "xml": "application/xml",
    "xsd": "application/xml", "txt": "text/plain", "idx": "text/plain", "gz": "application/x-gzip",
    "zip": "application/zip", "atom": "application/atom+xml",
}  # fmt: skip


@dataclass(frozen=True)
class SampleResponse:
    """What the sample answers."""

    status: int
    content_type: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


def respond(url: str) -> SampleResponse:
    """Return EDGAR's answer to an address such as `https://data.sec.gov/submissions/CIK0000320193.json`.

    The same address gets the same bytes in every process. Unknown addresses get 404, or 403 under Archives.
    """
    parts = urlsplit(url)
    if parts.hostname not in HOSTS:
        return _absent(parts.hostname or "", parts.path)
    query = parse_qs(parts.query, keep_blank_values=True)
    for host, pattern, render in _routes():
        match = re.fullmatch(pattern, parts.path) if host == parts.hostname else None
        if match:
            body = render(match, query)
            return _absent(parts.hostname, parts.path) if body is None else _found(parts.path, body)
    return _absent(parts.hostname, parts.path)


def _routes() -> tuple[tuple[str, str, Callable[[re.Match[str], Query], bytes | None]], ...]:
    www, data = HOSTS
    facts = r"/api/xbrl/company"
    return (
        (www, r"/files/company_tickers\.json", lambda _m, _q: submissions.tickers()),
        (www, r"/files/company_tickers_exchange\.json", lambda _m, _q: submissions.tickers_exchange()),
        (www, r"/files/company_tickers_mf\.json", lambda _m, _q: submissions.tickers_mf()),
        (data, r"/submissions/CIK(\d{10})\.json", lambda m, _q: _of(m[1], submissions.submissions)),
        (data, r"/submissions/CIK(\d{10})-submissions-001\.json", lambda m, _q: _of(m[1], submissions.older_page)),
        (data, facts + r"facts/CIK(\d{10})\.json", lambda m, _q: _of(m[1], companyfacts.companyfacts)),
        (data, facts + r"concept/CIK(\d{10})/([\w-]+)/(\w+)\.json", lambda m, _q: _concept(m)),
        (www, r"/Archives/edgar/data/(\d+)/(\d{18})/(.+)", lambda m, _q: folder.document(m[1], m[2], m[3])),
        (www, r"/Archives/edgar/data/(\d+)/(\d{10}-\d\d-\d{6}[\w.-]*)", lambda m, _q: folder.beside(m[1], m[2])),
        (www, r"/cgi-bin/browse-edgar", lambda _m, query: feeds.current(query)),
        (www, r"/Archives/edgar/daily-index/(\d{4})/QTR([1-4])/(.+)", lambda m, _q: feeds.daily(m[1], m[2], m[3])),
        (www, r"/Archives/edgar/full-index/(\d{4})/QTR([1-4])/(.+)", lambda m, _q: feeds.quarterly(m[1], m[2], m[3])),
        (www, r"/Archives/edgar/daily-index/bulkdata/submissions\.zip", lambda _m, _q: bulk.submissions_zip()),
        (www, r"/Archives/edgar/daily-index/xbrl/companyfacts\.zip", lambda _m, _q: bulk.companyfacts_zip()),
    )


def _of(cik: str, render: Callable[..., bytes | None]) -> bytes | None:
    company = companies().get(cik)
    return None if company is None else render(company)


def _concept(match: re.Match[str]) -> bytes | None:
    return _of(match[1], lambda company: companyfacts.companyconcept(company, match[2], match[3]))


def _found(path: str, body: bytes) -> SampleResponse:
    kind = (
        "application/atom+xml" if path.endswith("browse-edgar") else _TYPES.get(path.rsplit(".", 1)[-1], "text/plain")
    )
    headers = {"Content-Type": kind, "Content-Length": str(len(body))}
    return SampleResponse(200, kind, body, headers)


def _absent(host: str, path: str) -> SampleResponse:
    """The error body of the object store behind EDGAR (invented request ids)."""
    if host == "www.sec.gov" and path.startswith("/Archives/"):
        status, code = 403, "<Code>AccessDenied</Code><Message>Access Denied</Message>"
    else:
        key = re.sub(r"[^\w./-]", "", path.lstrip("/"))
        status = 404
        code = f"<Code>NoSuchKey</Code><Message>The specified key does not exist.</Message><Key>{key}</Key>"
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{code}<RequestId>SAMPLE0000000000</RequestId>'
        "<HostId>c2FtcGxl</HostId></Error>"
    ).encode()
    kind = "application/xml"
    return SampleResponse(status, kind, body, {"Content-Type": kind, "Content-Length": str(len(body))})
