"""The inline document holds exactly the facts of the instance that EDGAR would extract from it."""

import re
from decimal import Decimal

import pytest
from lxml import etree

from sec_assets.sample import documents, instance
from sec_assets.sample.filings import Filing, by_accession

IX = "{http://www.xbrl.org/2013/inlineXBRL}"
X = "{http://www.xbrl.org/2003/instance}"
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
ANNUAL = [
    f.accession for f in by_accession().values() if f.is_xbrl and f.fiscal_year == 2025 and f.fiscal_period == "FY"
]
CHOSEN = [*ANNUAL, "0001652044-24-000022", "0001640147-24-000135", "0009900008-25-000011"]


def extracted(body: bytes) -> list[tuple]:
    """Read inline facts: (name, context, unit, decimals, value, nil)."""
    found = []
    for element in etree.fromstring(body).iter(IX + "nonFraction", IX + "nonNumeric"):
        text = "".join(map(str, element.itertext())).strip()
        if element.tag == IX + "nonFraction" and element.get(NIL) != "true":
            value = Decimal(text.replace(",", "")).scaleb(int(element.get("scale", "0")))
            text = str(-value if element.get("sign") == "-" else value)
            text = format(Decimal(text).normalize(), "f")
        found.append(
            (
                element.get("name"),
                element.get("contextRef"),
                element.get("unitRef"),
                element.get("decimals"),
                text,
                element.get(NIL),
            )
        )
    return sorted(found, key=str)


def told(body: bytes) -> list[tuple]:
    found = []
    for element in etree.fromstring(body):
        if element.get("contextRef"):
            name = f"{element.prefix}:{etree.QName(element).localname}"
            text = (element.text or "").strip()
            if element.get("unitRef") and text:
                text = format(Decimal(text).normalize(), "f")
            text = " ".join(re.sub(r"<[^>]+>", "", text).replace("&amp;", "&").split())
            found.append(
                (
                    name,
                    element.get("contextRef"),
                    element.get("unitRef"),
                    element.get("decimals"),
                    text,
                    element.get(NIL),
                )
            )
    return sorted(found, key=str)


def contexts(body: bytes) -> dict[str, str]:
    """The contexts by id, as text without white space."""
    return {
        str(context.get("id")): "".join("".join(map(str, context.itertext())).split())
        for context in etree.fromstring(body).iter(X + "context")
    }


@pytest.mark.parametrize(
    "filing", [by_accession()[accession] for accession in CHOSEN], ids=lambda filing: filing.accession
)
def test_inline_facts_equal_the_extracted_instance(filing: Filing) -> None:
    body, other = documents.primary(filing), instance.render(filing)
    ours = [(*row[:4], " ".join(row[4].split()), row[5]) for row in extracted(body)]
    assert sorted(ours, key=str) == told(other)
    assert contexts(body) == contexts(other)
    hidden = etree.fromstring(body).find(f".//{IX}hidden")
    assert hidden is not None
    assert 0 < len(hidden) < len(ours)


def test_ids_of_facts_are_those_of_the_instance() -> None:
    filing = by_accession()[CHOSEN[0]]
    inline = {
        e.get("id"): e.get("name")
        for e in etree.fromstring(documents.primary(filing)).iter(IX + "nonFraction", IX + "nonNumeric")
    }
    plain = {
        e.get("id"): f"{e.prefix}:{etree.QName(e).localname}"
        for e in etree.fromstring(instance.render(filing))
        if e.get("contextRef")
    }
    assert inline == plain
