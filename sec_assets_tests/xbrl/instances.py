"""Small XBRL documents for the tests, built from their parts, and the recorded filings as documents."""

import gzip
from collections.abc import Iterator
from pathlib import Path

from sec_assets.xbrl.instance import InstanceDocument, ParsedFacts, parse_instances

NAMESPACES = (
    'xmlns:us-gaap="http://fasb.org/us-gaap/2024" xmlns:dei="http://xbrl.sec.gov/dei/2024" '
    'xmlns:acme="http://acme.example/20241231" xmlns:iso4217="http://www.xbrl.org/2003/iso4217" '
    'xmlns:link="http://www.xbrl.org/2003/linkbase" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'xmlns:xbrldi="http://xbrl.org/2006/xbrldi" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)
USD = '<xbrli:unit id="usd"><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unit>'
YEAR = "<xbrli:startDate>2024-01-01</xbrli:startDate><xbrli:endDate>2024-12-31</xbrli:endDate>"


def context(identifier: str = "y", period: str = YEAR, segment: str = "", cik: str = "0000000042") -> str:
    """A context element."""
    segment = f"<xbrli:segment>{segment}</xbrli:segment>" if segment else ""
    entity = f'<xbrli:identifier scheme="http://www.sec.gov/CIK">{cik}</xbrli:identifier>{segment}'
    return (
        f'<xbrli:context id="{identifier}"><xbrli:entity>{entity}</xbrli:entity>'
        f"<xbrli:period>{period}</xbrli:period></xbrli:context>"
    )


def instance(*parts: str, attributes: str = "", parts_before: str = context() + USD) -> bytes:
    """An instance with the context `y` and the unit `usd`, unless told otherwise."""
    root = f'<xbrli:xbrl xmlns:xbrli="http://www.xbrl.org/2003/instance" {NAMESPACES} {attributes}>'
    return f"<?xml version='1.0' encoding='utf-8'?>\n{root}{parts_before}{''.join(parts)}</xbrli:xbrl>".encode()


def inline(*parts: str, resources: str = context() + USD, schema: str = "acme.xsd", hidden: str = "") -> bytes:
    """An inline XBRL document."""
    reference = f'<ix:references><link:schemaRef xlink:href="{schema}" xlink:type="simple"/></ix:references>'
    header = (
        f"<ix:header><ix:hidden>{hidden}</ix:hidden>{reference if schema else ''}"
        f"{f'<ix:resources>{resources}</ix:resources>' if resources else ''}</ix:header>"
    )
    root = (
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:ix="http://www.xbrl.org/2013/inlineXBRL" '
        'xmlns:xbrli="http://www.xbrl.org/2003/instance" '
        'xmlns:ixt="http://www.xbrl.org/inlineXBRL/transformation/2020-02-12" '
        f'xmlns:ixt-sec="http://www.sec.gov/inlineXBRL/transformation/2015-08-31" {NAMESPACES}>'
    )
    return f"<?xml version='1.0'?>\n{root}<body><div>{header}</div>{''.join(parts)}</body></html>".encode()


def document(
    body: bytes, name: str = "acme_htm.xml", accession_number: str = "0000000042-25-000001"
) -> InstanceDocument:
    """A document of the company 42."""
    return InstanceDocument("0000000042", accession_number, name, body, "10-K")


def parse(*bodies: bytes) -> ParsedFacts:
    """Parse documents of one filing."""
    return parse_instances(document(body, f"document-{number}.xml") for number, body in enumerate(bodies))


def only(parsed: ParsedFacts) -> dict[str, object]:
    """The one fact of a result without failures."""
    assert parsed.failures == []
    assert parsed.frame.height == 1, parsed.frame
    return parsed.frame.row(0, named=True)


def recorded(path: Path, cik: str, accession_number: str) -> InstanceDocument:
    """A recorded document; files above 64 KiB are kept compressed."""
    body = path.read_bytes()
    name = path.name.removesuffix(".gz")
    return InstanceDocument(cik, accession_number, name, gzip.decompress(body) if path.suffix == ".gz" else body)


def recorded_of(mirror: Path, cik: int, pattern: str) -> Iterator[InstanceDocument]:
    """The recorded documents of a company whose names match a pattern."""
    for path in sorted((mirror / f"www.sec.gov/Archives/edgar/data/{cik}").glob(f"*/{pattern}")):
        folder = path.parent.name
        yield recorded(path, f"{cik:010d}", f"{folder[:10]}-{folder[10:12]}-{folder[12:]}")
