"""What the loopback EDGAR has to offer: pure functions from an address to its bytes, the same in every process.

Companies from CIK 9000001 on are made up, with filings, listings and documents; below CIK 8000001 to 8999999 any document
exists (for benchmarks that need endless new ones); everything else is the bundled sample. Server and verifier
share this module, so that every stored byte can be checked. How answers travel is `loopback`, what goes wrong `faults`.
"""

import hashlib
import json
import re
from dataclasses import dataclass

FIRST_COMPANY = 9_000_001
FIRST_ENDLESS = 8_000_001
DOCUMENT_BYTES = 60_000

_SUBMISSIONS = re.compile(r"/data\.sec\.gov/submissions/CIK(\d{10})\.json")
_DOCUMENT = re.compile(r"/www\.sec\.gov/Archives/edgar/data/(\d+)/(\d{18})/([\w.-]+)")
_INDEX_PAGE = re.compile(r"/www\.sec\.gov/Archives/edgar/data/(\d+)/([\d-]{20})-index\.html")
_FORMS = ("10-Q", "8-K", "10-K", "8-K")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a healthy server has at an address."""

    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Site:
    """The extent of the made-up part: how many companies, how many filings each, and the size of a document."""

    companies: int = 0
    filings: int = 0
    document_bytes: int = DOCUMENT_BYTES

    def ciks(self) -> list[str]:
        """Return the made-up companies, ten digits."""
        return [f"{FIRST_COMPANY + number:010d}" for number in range(self.companies)]

    def answer(self, path: str) -> Answer:
        """Return the answer to `/HOST/PATH`."""
        if match := _SUBMISSIONS.fullmatch(path):
            if self._has(int(match[1])):
                return Answer(200, "application/json", self._submissions(match[1]))
        elif match := _DOCUMENT.fullmatch(path):
            body = self._document(path, int(match[1]), match[2], match[3])
            if body is not None:
                return Answer(200, _content_type(path), body)
        elif (match := _INDEX_PAGE.fullmatch(path)) and self._has(int(match[1])):
            return Answer(200, "text/html", self._index_page(match[2]))
        return _sample(path)

    def _has(self, cik: int) -> bool:
        return FIRST_COMPANY <= cik < FIRST_COMPANY + self.companies

    def accessions(self, cik: str) -> list[str]:
        """Return the accession numbers of a made-up company, with dashes."""
        return [f"{cik}-25-{number:06d}" for number in range(1, self.filings + 1)]

    def _submissions(self, cik: str) -> bytes:
        numbers = range(1, self.filings + 1)
        forms = [_FORMS[number % len(_FORMS)] for number in numbers]
        days = [f"2025-{1 + number % 12:02d}-{1 + number % 28:02d}" for number in numbers]
        reports = [1 if form.startswith("10-") else 0 for form in forms]
        recent = {
            "accessionNumber": self.accessions(cik),
            "filingDate": days,
            "reportDate": days,
            "acceptanceDateTime": [f"{day}T16:30:00.000Z" for day in days],
            "form": forms,
            "primaryDocument": [f"made-{number}.htm" for number in numbers],
            "items": ["" if report else "2.02,9.01" for report in reports],
            "size": [self.document_bytes] * self.filings,
            "isXBRL": reports,
            "isInlineXBRL": reports,
        }
        company = {
            "cik": cik,
            "name": f"Made Up {int(cik)} Inc.",
            "sic": "3571",
            "filings": {"recent": recent, "files": []},
        }
        return json.dumps(company).encode()

    def names(self, accession: str) -> list[str]:
        """Return the documents in the folder of a made-up filing (18 digits)."""
        number = int(accession[-6:])
        if not 1 <= number <= self.filings:
            return []
        primary = f"made-{number}.htm"
        second = (
            f"made-{number}_htm.xml" if _FORMS[number % len(_FORMS)].startswith("10-") else f"made-{number}ex99-1.htm"
        )
        return [primary, second]

    def _document(self, path: str, cik: int, accession: str, name: str) -> bytes | None:
        if FIRST_ENDLESS <= cik < FIRST_COMPANY:
            return made_up(path, self.document_bytes)
        if not self._has(cik):
            return None
        names = self.names(accession)
        whole = f"{accession[:10]}-{accession[10:12]}-{accession[12:]}.txt"
        if name == "index.json" and names:
            return self._listing([*names, whole])
        return made_up(path, self.document_bytes) if name in names or (names and name == whole) else None

    def _listing(self, names: list[str]) -> bytes:
        items = [
            {"last-modified": "2025-01-02 03:04:05", "name": name, "type": "text.gif", "size": str(self.document_bytes)}
            for name in names
        ]
        return json.dumps({"directory": {"item": items, "name": "made up", "parent-dir": "made up"}}).encode()

    def _index_page(self, accession: str) -> bytes:
        rows = "".join(
            f'<tr><td>{row}</td><td></td><td><a href="/x/{name}">{name}</a></td><td>{kind}</td></tr>'
            for row, (name, kind) in enumerate(
                zip(self.names(accession.replace("-", "")), ("8-K", "EX-99.1"), strict=False)
            )
        )
        return f'<html><body><table class="tableFile">{rows}</table></body></html>'.encode()


def made_up(path: str, size: int) -> bytes:
    """Return the document of an address: hexadecimal noise that no other address has, in the dress of its type."""
    noise = hashlib.shake_256(path.encode()).hexdigest(size // 2)
    if path.endswith(".xml"):
        return f'<?xml version="1.0"?>\n<xbrl><noise>{noise}</noise></xbrl>\n'.encode()
    if path.endswith(".txt"):
        return f"<SEC-DOCUMENT>{noise}\n</SEC-DOCUMENT>\n".encode()
    return f"<html><head><title>{path.rsplit('/', 1)[-1]}</title></head><body><p>{noise}</p></body></html>\n".encode()


def endless_url(owner: int, number: int) -> str:
    """Return the address of the `number`th document of an owner (a thread, say), all of them different."""
    accession = f"{owner:010d}25{number:06d}"
    return f"https://www.sec.gov/Archives/edgar/data/{FIRST_ENDLESS + owner}/{accession}/made-{number}.htm"


def owner_of(path: str) -> int:
    """Return whose document an endless address is."""
    match = _DOCUMENT.fullmatch(path)
    if match is None:
        raise ValueError(f"{path} is not the address of a document")
    return int(match[1]) - FIRST_ENDLESS


def path_of(url: str) -> str:
    """Return `/HOST/PATH` of an address."""
    return "/" + url.partition("://")[2]


def _content_type(path: str) -> str:
    ending = path.rsplit(".", 1)[-1]
    return {"json": "application/json", "xml": "application/xml", "htm": "text/html"}.get(ending, "text/plain")


def _sample(path: str) -> Answer:
    from sec_assets.sample.site import respond  # the sample is loaded only where it is asked for

    response = respond(f"https:/{path}")
    return Answer(response.status, response.content_type, response.body)
