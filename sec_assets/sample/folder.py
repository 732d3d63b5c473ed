"""The folder of a filing: its documents, `index.json`, index pages and the full submission text.

Which documents a filing has is decided here; what they say comes from `documents.py`. Two things are broken on
purpose, as in real life: a document listed in an index that is not there, and an instance that ends in the middle.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from html import escape

from sec_assets.sample import documents, instance
from sec_assets.sample.filings import Filing, by_accession
from sec_assets.sample.headers import ITEMS, form_name, submission_header
from sec_assets.sample.submissions import dumps
from sec_assets.sample.universe import companies

REPORTING_OWNER = ("0009990001", "Placeholder Robin (fictitious)")


@dataclass(frozen=True)
class Document:
    """One document of a filing as its index lists it."""

    sequence: int
    name: str
    type: str
    description: str


def parties(filing: Filing) -> list[tuple[str, str, str]]:
    """Return CIK, name and role of everybody under whom EDGAR files this accession number."""
    name = companies()[filing.cik].name
    if filing.kind == "ownership":
        return [(*REPORTING_OWNER, "Reporting"), (filing.cik, name, "Issuer")]
    return [(filing.cik, name, "Filer")]


@lru_cache(maxsize=512)
def documents_of(filing: Filing) -> tuple[Document, ...]:
    """Return the documents of a filing, the primary one first."""
    name = filing.primary.rsplit("/", 1)[-1]
    stem = name.rsplit(".", 1)[0]
    found = [Document(1, name, filing.form, filing.description)]
    if filing.kind == "current" and documents.has_release(filing):
        found.append(Document(2, f"{stem}-ex991.htm", "EX-99.1", "EX-99.1"))
    if is_gap(filing):
        found.append(Document(3, f"{stem}-ex992.htm", "EX-99.2", "EX-99.2"))
    if filing.is_xbrl:
        found.append(Document(4, f"{stem}.xsd", "EX-101.SCH", "XBRL TAXONOMY EXTENSION SCHEMA DOCUMENT"))
        found.append(Document(5, filing.instance, "XML", "EXTRACTED XBRL INSTANCE DOCUMENT"))
    return tuple(found)


def is_gap(filing: Filing) -> bool:
    """True for the filing whose index lists an exhibit that is not there."""
    return bool(companies()[filing.cik].given.get("broken")) and filing.topic == "outage"


def is_cut(filing: Filing) -> bool:
    """True for the report whose instance ends in the middle."""
    return bool(companies()[filing.cik].given.get("broken")) and filing.report_date == date(2025, 6, 30)


def document(cik: str, folder: str, name: str) -> bytes | None:
    """Return a file of a filing's folder; None when there is no such filing or file."""
    filing = by_accession().get(f"{folder[:10]}-{folder[10:12]}-{folder[12:]}")
    if filing is None or int(cik) not in {int(party) for party, _, _ in parties(filing)}:
        return None
    generated = {
        "index.json": lambda: index_json(cik, filing),
        f"{filing.accession}-index.html": lambda: index_html(cik, filing),
        f"{filing.accession}-index.htm": lambda: index_html(cik, filing),
        f"{filing.accession}-index-headers.html": lambda: headers_html(filing),
        f"{filing.accession}.txt": lambda: full_submission(filing),
    }
    if name in generated:
        return generated[name]()
    if name == filing.primary and "/" in name:
        return documents.ownership_page(filing)
    known = next((listed for listed in documents_of(filing) if listed.name == name), None)
    return None if known is None else body_of(filing, known)


def beside(cik: str, name: str) -> bytes | None:
    """Return a file that EDGAR also serves one level up: the index page and the full submission."""
    accession = name[:20]
    return document(cik, accession.replace("-", ""), name)


@lru_cache(maxsize=64)
def body_of(filing: Filing, listed: Document) -> bytes | None:
    """Return the bytes of a document; None for the one that is missing."""
    if listed.type == "XML":
        rendered = instance.render(filing)
        return rendered[: len(rendered) * 2 // 3] if is_cut(filing) else rendered
    if listed.type == "EX-101.SCH":
        return documents.schema(filing)
    if listed.type == "EX-99.2":
        return None
    return documents.release(filing) if listed.type == "EX-99.1" else documents.primary(filing)


def _bodies(filing: Filing) -> list[tuple[Document, bytes]]:
    pairs = [(listed, body_of(filing, listed)) for listed in documents_of(filing)]
    return [(listed, body or b"") for listed, body in pairs]


def index_json(cik: str, filing: Filing) -> bytes:
    """Return index.json: icons instead of types, sizes as text, often empty, times of New York."""
    moment = f"{filing.accepted:%Y-%m-%d %H:%M:%S}"
    names = [(f"{filing.accession}-index-headers.html", ""), (f"{filing.accession}-index.html", "")]
    names.append((f"{filing.accession}.txt", ""))
    names += [(listed.name, str(len(body))) for listed, body in _bodies(filing)]
    items = [{"last-modified": moment, "name": name, "type": "text.gif", "size": size} for name, size in names]
    head = {
        "name": f"/Archives/edgar/data/{int(cik)}/{filing.folder}",
        "parent-dir": f"/Archives/edgar/data/{int(cik)}",
    }
    return dumps({"directory": {"item": items} | head})


def full_submission(filing: Filing) -> bytes:
    """Return the full submission: SGML header, then every document in its wrapper."""
    parts = [submission_header(filing, len(documents_of(filing)), parties(filing)).encode()]
    for listed, body in _bodies(filing):
        kind = "XBRL" if listed.type in {"EX-101.SCH"} or (filing.is_xbrl and listed.sequence == 1) else ""
        kind = "XML" if listed.type == "XML" or listed.name.endswith(".xml") else kind
        opening, closing = (f"<{kind}>\n", f"\n</{kind}>") if kind else ("", "")
        description = f"<DESCRIPTION>{listed.description}\n" if listed.description else ""
        head = f"<DOCUMENT>\n<TYPE>{listed.type}\n<SEQUENCE>{listed.sequence}\n<FILENAME>{listed.name}\n{description}"
        parts.append(f"{head}<TEXT>\n{opening}".encode() + body + f"{closing}\n</TEXT>\n</DOCUMENT>\n".encode())
    return b"".join(parts) + b"</SEC-DOCUMENT>\n"


def headers_html(filing: Filing) -> bytes:
    """Return the page that shows the SGML header."""
    header = submission_header(filing, len(documents_of(filing)), parties(filing))
    title = f"SEC EDGAR Submission {filing.accession}"
    return f"<HTML><HEAD><TITLE>{title}</TITLE>\n</HEAD><BODY>\n<PRE>{escape(header)}</PRE></BODY></HTML>\n".encode()


def index_html(cik: str, filing: Filing) -> bytes:
    """Return the index page of a filing with its tables of document and data files."""
    plain = [listed for listed in documents_of(filing) if listed.sequence < 4]
    data = [listed for listed in documents_of(filing) if listed.sequence >= 4]
    company = companies()[filing.cik]
    items = "".join(f"Item {item}: {ITEMS[item]}<br />" for item in filing.items.split(",") if item)
    period = _group("Period of Report", str(filing.report_date)) if filing.report_date else ""
    body = (
        '<div class="formDiv">\n<div id="formHeader"><div id="formName">\n'
        f"<strong>Form {escape(filing.form)}</strong> - {form_name(filing.form)}: </div>\n"
        f'<div id="secNum"><strong>SEC Accession No.</strong> {filing.accession}</div></div>\n'
        '<div class="formContent">\n<div class="formGrouping">'
        + _pair("Filing Date", str(filing.filed))
        + _pair("Accepted", f"{filing.accepted:%Y-%m-%d %H:%M:%S}")
        + _pair("Documents", str(len(documents_of(filing))))
        + f"</div>\n{period}{_group('Items', items) if items else ''}</div></div>\n"
        + _table("Document Format Files", cik, filing, plain, with_text=True)
        + (_table("Data Files", cik, filing, data, with_text=False) if data else "")
        + f'<div class="companyInfo"><span class="companyName">{escape(company.name)} (Filer)\n'
        f'<acronym title="Central Index Key">CIK</acronym>: <a href="/cgi-bin/browse-edgar?CIK={company.cik}'
        f'&amp;action=getcompany">{company.cik} (see all company filings)</a></span></div>\n'
    )
    title = f"EDGAR Filing Documents for {filing.accession}"
    return (
        '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN" "http://www.w3.org/TR/html4/loose.dtd">\n'
        '<html xmlns="http://www.w3.org/1999/xhtml">\n<head>\n<meta http-equiv="Content-Type" content="text/html; '
        f'charset=utf-8" />\n<title>{title}</title>\n</head>\n<body>\n<div id="contentDiv">\n{body}</div>\n</body></html>\n'
    ).encode()


def _pair(head: str, text: str) -> str:
    return f'<div class="infoHead">{head}</div><div class="info">{text}</div>\n'


def _group(head: str, text: str) -> str:
    return f'<div class="formGrouping">{_pair(head, text)}</div>\n'


def _table(title: str, cik: str, filing: Filing, listed: list[Document], *, with_text: bool) -> str:
    rows = [
        _row(cik, filing, str(entry.sequence), entry.description, entry.name, entry.type, str(len(body)))
        for entry, body in _bodies(filing)
        if entry in listed
    ]
    if with_text:
        rows.append(
            _row(cik, filing, "&nbsp;", "Complete submission text file", f"{filing.accession}.txt", "&nbsp;", "")
        )
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("Seq", "Description", "Document", "Type", "Size"))
    return (
        f'<div class="formDiv"><p>{title}</p>\n<table class="tableFile" summary="{title}">\n<tr>{heads}</tr>\n'
        + "".join(rows)
        + "</table></div>\n"
    )


def _row(cik: str, filing: Filing, sequence: str, description: str, name: str, kind: str, size: str) -> str:
    path = f"/Archives/edgar/data/{int(cik)}/{filing.folder}/{name}"
    inline = filing.is_xbrl and kind == filing.form
    shown = f'{name}</a> &nbsp;&nbsp;<span style="color: green">iXBRL</span>' if inline else f"{name}</a>"
    link = f'<a href="{"/ix?doc=" if inline else ""}{path}">{shown}'
    cells = (sequence, description, link, kind, size)
    return "<tr>" + "".join(f'<td scope="row">{cell}</td>' for cell in cells) + "</tr>\n"
