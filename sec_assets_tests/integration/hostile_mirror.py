"""A small mirror folder full of what can go wrong, beside one sound company that must not notice any of it."""

import gzip
import json
from pathlib import Path

from sec_assets.edgar.urls import (
    document_url,
    filing_index_html_url,
    filing_index_url,
    submissions_url,
    tickers_exchange_url,
    tickers_url,
)
from sec_assets_tests.edgar.mirrors import put

SOUND, PAGE, CUT_OFF, HOSTILE, UNKNOWN = "0000000101", "0000000102", "0000000103", "0000000104", "0000000105"
"""Fine; a page in place of its submissions; submissions cut off in the gzip; bad documents; not in the mirror."""
SCRIPT = "<script>alert('headline of the release')</script>"

_NAMES = {SOUND: "Sound & Sons <img src=x onerror=alert(1)>", PAGE: "Page", CUT_OFF: "Cut Off", HOSTILE: "Hostile"}
_TICKERS = {SOUND: "SND", PAGE: "PGE", CUT_OFF: "CUT", HOSTILE: "HST"}
_BOMB = "".join(f'<!ENTITY e{n} "&e{n - 1};&e{n - 1};&e{n - 1};&e{n - 1};">' for n in range(1, 16))
INSTANCES = {
    "0000000104-25-000001": f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "ha">{_BOMB}]><x>&e15;</x>',
    "0000000104-25-000002": '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY p SYSTEM "file:///etc/passwd">]><x>&p;</x>',
    "0000000104-25-000003": '<?xml version="1.0"?>' + "<a>" * 200_000 + "</a>" * 200_000,
}
"""Accession number -> an instance that attacks its reader."""
ESCAPING, GOOD = "0000000104-25-000004", "0000000104-25-000005"
"""A filing whose names lead out of its folder, and a filing without fault."""


def instance(cik: str, day: str = "2024-12-31") -> str:
    """A small XBRL instance: assets of one day, an external link nobody follows."""
    return f"""<?xml version="1.0" encoding="utf-8"?>
<xbrl xmlns="http://www.xbrl.org/2003/instance" xmlns:link="http://www.xbrl.org/2003/linkbase"
 xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:iso4217="http://www.xbrl.org/2003/iso4217"
 xmlns:us-gaap="http://fasb.org/us-gaap/2024">
<link:schemaRef xlink:type="simple" xlink:href="http://127.0.0.1:9/x-20241231.xsd"/>
<context id="c"><entity><identifier scheme="http://www.sec.gov/CIK">{cik}</identifier></entity>
<period><instant>{day}</instant></period></context>
<unit id="u"><measure>iso4217:USD</measure></unit>
<us-gaap:Assets contextRef="c" unitRef="u" decimals="-3">1234000</us-gaap:Assets>
</xbrl>
"""


def page(title: str, *paragraphs: str) -> str:
    body = "".join(f"<p>{text}</p>" for text in (title, *paragraphs))
    return f"<html><head><title>{title}</title></head><body>{body}</body></html>"


def build(mirror: Path) -> Path:
    """Write the mirror and return its folder."""
    rows = [(int(cik), _NAMES[cik], ticker) for cik, ticker in _TICKERS.items()]
    put(
        mirror,
        tickers_url(),
        {str(n): {"cik_str": c, "ticker": t, "title": name} for n, (c, name, t) in enumerate(rows)},
    )
    put(
        mirror,
        tickers_exchange_url(),
        {"fields": ["cik", "name", "ticker", "exchange"], "data": [[c, name, t, "NYSE"] for c, name, t in rows]},
    )
    _sound(mirror)
    put(
        mirror,
        submissions_url(PAGE),
        "<!DOCTYPE html><html><head><title>Maintenance</title></head><body>…</body></html>",
    )
    packed = gzip.compress(_submissions(CUT_OFF, [("0000000103-25-000001", "10-K", "a.htm", "")]).encode())
    put(mirror, submissions_url(CUT_OFF) + ".gz", packed[: len(packed) // 2])
    _hostile(mirror)
    return mirror


def _sound(mirror: Path) -> None:
    annual, release = "0000000101-25-000001", "0000000101-25-000002"
    put(
        mirror,
        submissions_url(SOUND),
        _submissions(SOUND, [(annual, "10-K", "a.htm", ""), (release, "8-K", "e.htm", "2.02,9.01")]),
    )
    _filing(mirror, SOUND, annual)
    put(mirror, filing_index_url(SOUND, release), _listing("e.htm", "ex99-1.htm"))
    put(
        mirror,
        document_url(SOUND, release, "e.htm"),
        page("Item 2.02 Results of Operations", "A release is furnished."),
    )
    text = SCRIPT.replace("<", "&lt;").replace(">", "&gt;")
    put(
        mirror,
        document_url(SOUND, release, "ex99-1.htm"),
        page(f"Sound Company Reports Record Results {text}", "NEW YORK – The company reported results. " * 8),
    )


def _hostile(mirror: Path) -> None:
    filings = [*INSTANCES, ESCAPING, GOOD]
    put(mirror, submissions_url(HOSTILE), _submissions(HOSTILE, [(number, "10-K", "a.htm", "") for number in filings]))
    for number in filings:
        _filing(mirror, HOSTILE, number)
    for number, body in INSTANCES.items():
        put(mirror, document_url(HOSTILE, number, "x-20241231.xml"), body)
    names = ("a.htm", "x-20241231.xml", "../../../../../../escaped-ex99.htm", "/etc/ex99.htm", "..\\ex99-2.htm")
    put(mirror, filing_index_url(HOSTILE, ESCAPING), _listing(*names))


def _filing(mirror: Path, cik: str, number: str) -> None:
    put(mirror, filing_index_url(cik, number), _listing("a.htm", "x-20241231.xml"))
    put(mirror, filing_index_html_url(cik, number), page("not an index"))
    put(mirror, document_url(cik, number, "a.htm"), page("Item 1. Business", "We make things. " * 30))
    put(mirror, document_url(cik, number, "x-20241231.xml"), instance(cik))


def _listing(*names: str) -> dict[str, object]:
    items = [{"name": name, "type": "text.gif", "size": "", "last-modified": "2025-01-02 03:04:05"} for name in names]
    return {"directory": {"item": items, "name": "/Archives/edgar/data/1/2", "parent-dir": "/Archives/edgar/data/1"}}


def _submissions(cik: str, filings: list[tuple[str, str, str, str]]) -> str:
    count = len(filings)
    recent = {
        "accessionNumber": [number for number, *_ in filings],
        "filingDate": [f"2025-02-{day:02d}" for day in range(1, count + 1)],
        "reportDate": ["2024-12-31"] * count,
        "acceptanceDateTime": [f"2025-02-{day:02d}T16:30:00.000Z" for day in range(1, count + 1)],
        "form": [form for _, form, _, _ in filings],
        "items": [items for *_, items in filings],
        "size": [1000] * count,
        "isXBRL": [int(form == "10-K") for _, form, _, _ in filings],
        "isInlineXBRL": [0] * count,
        "primaryDocument": [name for _, _, name, _ in filings],
    }
    return json.dumps({"cik": cik, "name": _NAMES[cik], "filings": {"recent": recent, "files": []}})
