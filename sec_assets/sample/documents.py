"""Which text each kind of filing gets: primary document, press release, taxonomy schema.

Texts are written by the sample itself. For the four real companies they only restate reported figures, and say so.
"""

from xml.sax.saxutils import escape

from sec_assets.sample import current, inline, layout, minor, reports
from sec_assets.sample.filings import Filing
from sec_assets.sample.universe import companies


def primary(filing: Filing) -> bytes:
    """Return the primary document of a filing."""
    if filing.kind == "ownership":
        return minor.ownership(filing)
    company = companies()[filing.cik]
    if filing.kind == "report":
        blocks = reports.blocks(filing)
    elif filing.kind == "current":
        blocks = current.blocks(filing)
    else:
        blocks = minor.blocks(filing)
    footer = f"{company.name} | {filing.fiscal_year or filing.filed.year} Form {filing.form}"
    if filing.primary.endswith(".txt"):
        return layout.as_text(footer, blocks)
    name = filing.primary.rsplit(".", 1)[0]
    if not filing.is_xbrl:
        return layout.as_html(name, layout.body_html(footer, blocks))
    tagger = inline.Tagger(filing)
    body = layout.body_html(footer, blocks, tagger.mark)
    return layout.as_html(name, tagger.header() + body, tagger.spaces())


def has_release(filing: Filing) -> bool:
    """True for current reports with a press release: those that list item 9.01."""
    return "9.01" in filing.items


def release(filing: Filing) -> bytes:
    """Return the press release (EX-99.1) of a current report."""
    return layout.as_html("EX-99.1", layout.body_html("Exhibit 99.1", current.release_blocks(filing)))


def ownership_page(filing: Filing) -> bytes:
    """Return an ownership report the way EDGAR's style sheet shows it, under its xsl folder."""
    text = escape(minor.ownership(filing).decode())
    return f"<html><head><title>SEC FORM 4</title></head><body><pre>{text}</pre></body></html>\n".encode()


def schema(filing: Filing) -> bytes:
    """Return the extension taxonomy schema: its namespace and the filer's own elements."""
    prefix = companies()[filing.cik].prefix
    space = f"http://www.{prefix}.example/{(filing.report_date or filing.filed):%Y%m%d}"
    names = ("CustomerContractsSigned", "NorthSegmentMember", "SouthSegmentMember", "OverseasSegmentMember")
    elements = "" if companies()[filing.cik].real else "".join(
        f'  <xs:element id="{prefix}_{name}" name="{name}" abstract="false" nillable="true"/>\n' for name in names
    )  # fmt: skip
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" '
        f'targetNamespace="{space}" elementFormDefault="qualified">\n{elements}</xs:schema>\n'
    ).encode()
