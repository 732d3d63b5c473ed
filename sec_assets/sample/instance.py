"""Renders the extracted XBRL instance of a filing, in the layout EDGAR gives its `_htm.xml` files.

Which facts a filing has is decided by `facts.py`, `cover.py` and `reported.py`; `facts_of` puts them together.
"""

from datetime import date
from functools import lru_cache
from xml.sax.saxutils import escape

from sec_assets.sample import cover, facts, reported
from sec_assets.sample.facts import Dimensions, Fact
from sec_assets.sample.filings import Filing
from sec_assets.sample.universe import companies

Context = tuple[date | None, date, Dimensions, bool]


def statements_of(filing: Filing) -> tuple[Fact, ...]:
    """Return the undimensioned facts of the statements, also for the company whose reports carry no XBRL."""
    return reported.statement_facts(filing) if companies()[filing.cik].real else facts.statement_facts(filing)


@lru_cache(maxsize=64)
def facts_of(filing: Filing) -> tuple[Fact, ...]:
    """Return every fact of a filing, in document order; empty for filings without XBRL."""
    if not filing.is_xbrl:
        return ()
    source = reported if companies()[filing.cik].real else facts
    statements = statements_of(filing)
    end = filing.report_date or filing.filed
    starts = [fact.start for fact in statements if fact.start and fact.end == end]
    start = min(starts, default=end)
    counts = [] if companies()[filing.cik].real else cover.share_count_facts(filing)
    head = [*cover.cover_facts(filing, start), *counts]
    tail = [*source.dimensioned_facts(filing), *cover.oddities(filing, statements, start)]
    return (*head, *statements, *tail)


def numbering(filing: Filing) -> tuple[dict[Context, str], dict[str, str]]:
    """Return the ids of contexts and units, equal in the instance and in the inline document it was extracted from."""
    contexts: dict[Context, str] = {}
    units: dict[str, str] = {}
    for fact in facts_of(filing):
        contexts.setdefault(context_of(fact), f"c-{len(contexts) + 1}")
        if fact.unit:
            units.setdefault(fact.unit, fact.unit.lower().replace("/shares", "PerShare"))
    return contexts, units


def render(filing: Filing) -> bytes:
    """Return the instance document."""
    contexts, units = numbering(filing)
    names = {"": "http://www.xbrl.org/2003/instance", **namespaces(filing)}
    spaces = "".join(f'\n  xmlns{":" if name else ""}{name}="{uri}"' for name, uri in sorted(names.items()))
    schema = filing.primary.rsplit(".", 1)[0] + ".xsd"
    parts = [
        f'<?xml version="1.0" encoding="utf-8"?>\n<xbrl\n  xml:lang="en-US"{spaces}>\n'
        f'    <link:schemaRef xlink:href="{schema}" xlink:type="simple"/>\n',
        resources(filing),
    ]
    for number, fact in enumerate(facts_of(filing), 1):
        parts.append(_fact_xml(fact, contexts[context_of(fact)], units, number))
    return ("".join(parts) + "</xbrl>\n").encode()


def resources(filing: Filing) -> str:
    """Return the contexts and units of a filing as XML in the namespace of instances."""
    contexts, units = numbering(filing)
    parts = [_context_xml(filing.cik, key, name) for key, name in contexts.items()]
    return "".join(parts + [_unit_xml(unit, name) for unit, name in units.items()])


def context_of(fact: Fact) -> Context:
    """Return what tells one context from another."""
    return (fact.start, fact.end, fact.dimensions, fact.is_typed)


def namespaces(filing: Filing) -> dict[str, str]:
    """Return the namespaces of facts, members and links by prefix."""
    prefix = companies()[filing.cik].prefix
    end = filing.report_date or filing.filed
    year = min(end.year, 2025)
    return {
        "country": f"http://xbrl.sec.gov/country/{year}",
        "dei": f"http://xbrl.sec.gov/dei/{year}",
        "ifrs-full": "https://xbrl.ifrs.org/taxonomy/2024-03-27/ifrs-full",
        "iso4217": "http://www.xbrl.org/2003/iso4217",
        "link": "http://www.xbrl.org/2003/linkbase",
        prefix: f"http://www.{prefix}.example/{end:%Y%m%d}",
        "srt": f"http://fasb.org/srt/{year}",
        "us-gaap": f"http://fasb.org/us-gaap/{year}",
        "xbrldi": "http://xbrl.org/2006/xbrldi",
        "xlink": "http://www.w3.org/1999/xlink",
        "xsi": "http://www.w3.org/2001/XMLSchema-instance",
    }


def _context_xml(cik: str, key: Context, name: str) -> str:
    start, end, dimensions, is_typed = key
    segment = "".join(_member_xml(axis, member, is_typed) for axis, member in dimensions)
    if segment:
        segment = f"            <segment>\n{segment}            </segment>\n"
    period = f"            <instant>{end}</instant>\n"
    if start is not None:
        period = f"            <startDate>{start}</startDate>\n            <endDate>{end}</endDate>\n"
    return (
        f'    <context id="{name}">\n        <entity>\n'
        f'            <identifier scheme="http://www.sec.gov/CIK">{cik}</identifier>\n{segment}        </entity>\n'
        f"        <period>\n{period}        </period>\n    </context>\n"
    )


def _member_xml(axis: str, member: str, is_typed: bool) -> str:
    if is_typed:
        inner = f"<{axis}.domain>{escape(member)}</{axis}.domain>"
        return f'                <xbrldi:typedMember dimension="{axis}">{inner}</xbrldi:typedMember>\n'
    return f'                <xbrldi:explicitMember dimension="{axis}">{member}</xbrldi:explicitMember>\n'


def measure(part: str) -> str:
    """Return the qualified name of a measure: ISO 4217 for currencies, the instance's own for shares and pure."""
    return part if part in {"shares", "pure"} else f"iso4217:{part}"


def _unit_xml(unit: str, name: str) -> str:
    above, _, below = unit.partition("/")
    if not below:
        return f'    <unit id="{name}">\n        <measure>{measure(above)}</measure>\n    </unit>\n'
    return (
        f'    <unit id="{name}">\n        <divide>\n            <unitNumerator>\n'
        f"                <measure>{measure(above)}</measure>\n            </unitNumerator>\n"
        f"            <unitDenominator>\n                <measure>{measure(below)}</measure>\n"
        "            </unitDenominator>\n        </divide>\n    </unit>\n"
    )


def _fact_xml(fact: Fact, context: str, units: dict[str, str], number: int) -> str:
    attributes = [f'contextRef="{context}"']
    if fact.decimals is not None:
        attributes.append(f'decimals="{fact.decimals}"')
    attributes.append(f'id="f-{number}"')
    if fact.unit is not None:
        attributes.append(f'unitRef="{units[fact.unit]}"')
    if fact.value is None:
        return f'    <{fact.concept} {" ".join(attributes)} xsi:nil="true"/>\n'
    text = escape(fact.value)
    return "    <" + fact.concept + "\n      " + "\n      ".join(attributes) + f">{text}</{fact.concept}>\n"
