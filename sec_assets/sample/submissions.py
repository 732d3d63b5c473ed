"""Renders the small JSON documents that say who files and what: tickers, submissions and their older pages.

Same keys, types and columns as EDGAR's. Facts are in `companyfacts.py`, documents in `folder.py`.
"""

import json
from datetime import datetime
from typing import Any

from sec_assets.sample.calendars import utc_of
from sec_assets.sample.filings import Filing, filings_of
from sec_assets.sample.universe import GHOST, Company, companies

PLACES = {"2M": "Germany"}


def dumps(value: object) -> bytes:
    """Write JSON the way EDGAR does: one line, no spaces."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode()


def _listed() -> list[tuple[str, str, str, str | None]]:
    rows = [
        (company.cik, company.name, share.ticker, share.exchange)
        for company in companies().values()
        for share in company.classes
    ]
    return [*rows, (GHOST["cik"], GHOST["name"], GHOST["ticker"], None)]


def tickers() -> bytes:
    """Return company_tickers.json."""
    rows = [{"cik_str": int(cik), "ticker": ticker, "title": name} for cik, name, ticker, _ in _listed()]
    return dumps({str(place): row for place, row in enumerate(rows)})


def tickers_exchange() -> bytes:
    """Return company_tickers_exchange.json."""
    data = [[int(cik), name, ticker, exchange] for cik, name, ticker, exchange in _listed()]
    return dumps({"fields": ["cik", "name", "ticker", "exchange"], "data": data})


def tickers_mf() -> bytes:
    """Return company_tickers_mf.json: two classes of one invented fund, whose CIK has no submissions."""
    data = [[9900090, "S990000001", "C990000001", "XFNAX"], [9900090, "S990000001", "C990000002", "XFNIX"]]
    return dumps({"fields": ["cik", "seriesId", "classId", "symbol"], "data": data})


def submissions(company: Company) -> bytes:
    """Return CIK##########.json."""
    recent = [filing for filing in filings_of(company.cik) if filing.kind != "legacy"]
    older = [filing for filing in filings_of(company.cik) if filing.kind == "legacy"]
    files = []
    if older:
        name = f"CIK{company.cik}-submissions-001.json"
        dates = sorted(str(filing.filed) for filing in older)
        files = [{"name": name, "filingCount": len(older), "filingFrom": dates[0], "filingTo": dates[-1]}]
    return dumps(_profile(company) | {"filings": {"recent": _columns(company, recent), "files": files}})


def older_page(company: Company) -> bytes | None:
    """Return the older page, None for a company without one."""
    older = [filing for filing in filings_of(company.cik) if filing.kind == "legacy"]
    return dumps(_columns(company, older)) if older else None


def _profile(company: Company) -> dict[str, Any]:
    given = company.given
    owned = any(filing.kind == "ownership" for filing in filings_of(company.cik))
    return {
        "cik": company.cik,
        "entityType": "operating",
        "sic": given["sic"],
        "sicDescription": given["sic_description"],
        "ownerOrg": given["office"],
        "insiderTransactionForOwnerExists": 0,
        "insiderTransactionForIssuerExists": int(owned or company.real),
        "name": company.name,
        "tickers": [share.ticker for share in company.classes],
        "exchanges": [share.exchange for share in company.classes],
        "ein": given["ein"],
        "lei": None,
        "description": "",
        "website": "",
        "investorWebsite": "",
        "category": given["category"],
        "fiscalYearEnd": given["fye"],
        "stateOfIncorporation": given["state"],
        "stateOfIncorporationDescription": PLACES.get(given["state"], given["state"]),
        "addresses": {"mailing": _address(given["address"], 0), "business": _address(given["address"], None)},
        "phone": given["phone"],
        "flags": "",
        "formerNames": [
            {"name": name, "from": _midnight(start), "to": _midnight(end)}
            for name, start, end in given.get("former", [])
        ],
    }


def _midnight(text: str) -> str:
    return f"{text[:10]}T00:00:00.000Z"


def _address(given: dict[str, str], is_foreign: int | None) -> dict[str, Any]:
    country = given.get("country")
    return {
        "street1": given["street"],
        "street2": None,
        "city": given["city"],
        "stateOrCountry": given["state"],
        "zipCode": given["zip"],
        "stateOrCountryDescription": PLACES.get(given["state"], given["state"]),
        "isForeignLocation": 1 if country else is_foreign,
        "foreignStateTerritory": None,
        "country": country,
        "countryCode": given["state"] if country else None,
    }


def _columns(company: Company, filings: list[Filing]) -> dict[str, list[Any]]:
    rows = sorted(filings, key=lambda filing: (filing.accepted, filing.accession), reverse=True)
    own = [filing.kind == "ownership" for filing in rows]
    return {
        "accessionNumber": [filing.accession for filing in rows],
        "filingDate": [str(filing.filed) for filing in rows],
        "reportDate": [str(filing.report_date or "") for filing in rows],
        "acceptanceDateTime": [acceptance(company, filing.accepted) for filing in rows],
        "act": ["" if owned else _act(filing) for filing, owned in zip(rows, own, strict=True)],
        "form": [filing.form for filing in rows],
        "fileNumber": ["" if owned else company.given["file_number"] for owned in own],
        "filmNumber": ["" if owned else filing.film_number for filing, owned in zip(rows, own, strict=True)],
        "items": [filing.items for filing in rows],
        "core_type": [_core_type(filing) for filing in rows],
        "size": [filing.size for filing in rows],
        "isXBRL": [int(filing.is_xbrl) for filing in rows],
        "isInlineXBRL": [int(filing.is_xbrl) for filing in rows],
        "primaryDocument": [filing.primary for filing in rows],
        "primaryDocDescription": [filing.description for filing in rows],
    }


def _act(filing: Filing) -> str:
    return "33" if filing.kind == "prospectus" else "34"


def _core_type(filing: Filing) -> str:
    return "XBRL" if filing.is_xbrl else filing.form


def acceptance(company: Company, accepted: datetime) -> str:
    """Write an acceptance time as the company's submissions do: UTC, or New York time that claims to be UTC."""
    shown = accepted if company.clock == "new_york" else utc_of(accepted)
    return f"{shown:%Y-%m-%dT%H:%M:%S}.000Z"
