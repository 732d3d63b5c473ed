"""The compiled walk and the one in Python give the same answers, to the last character."""

import re
from itertools import islice
from pathlib import Path

import pytest

from sec_assets.xbrl.documents import is_html, plain_xml
from sec_assets.xbrl.instance import parse_instances
from sec_assets.xbrl.walk import scan, tagged
from sec_assets_tests.campaigns.xbrl_mutants import mutants
from sec_assets_tests.xbrl.instances import USD, YEAR, context, document, inline, instance, recorded_of
from sec_assets_tests.xbrl.walks import are_equal, walk_in_python

pytest.importorskip("sec_assets.xbrl.walk.compiled", reason="there was no C compiler when the project was installed")

FACT = '<us-gaap:Assets contextRef="y" unitRef="usd" decimals="-3">{}</us-gaap:Assets>'
MEMBER = '<xbrldi:explicitMember dimension="us-gaap:Axis">{}</xbrldi:explicitMember>'
TYPED = '<xbrldi:typedMember dimension="acme:LineAxis">{}</xbrldi:typedMember>'
SCENARIO = "<xbrli:scenario>{}</xbrli:scenario></xbrli:context>"
INSTANT = "<xbrli:instant>\u00a02024-12-31 </xbrli:instant>"


def both_ways(*bodies: bytes) -> tuple[int, int]:
    """Facts and failures of documents, read with either walk and found equal."""
    documents = [document(body, accession_number=f"0000000042-25-{n:06}") for n, body in enumerate(bodies)]
    compiled = parse_instances(documents)
    with walk_in_python():
        assert are_equal(compiled, parse_instances(documents))
    return compiled.frame.height, len(compiled.failures)


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("1", 1), (" \t\r\n-12.50 ", 1), ("+7", 1), ("1e3", 1), (".5", 1), ("5.", 1), ("9" * 26, 1), ("9" * 27, 1),
        ("0." + "1" * 12, 1), ("0." + "1" * 13, 1), ("<![CDATA[5]]>", 1), ("1<![CDATA[5]]>", 1), ("1<!-- x -->5", 1),
        ("&#49;", 1), ("", 0), ("\u00a05", 0), ("\u0665", 0), ("1,5", 0), ("INF", 1), ("-", 0), ("5\u00a0", 0),
    ],
)  # fmt: skip
def test_numbers(text: str, facts: int) -> None:
    assert both_ways(instance(FACT.format(text))) == (facts, 1 - facts)


@pytest.mark.parametrize(
    "attributes",
    [
        'contextRef="y"', 'contextRef="y" xml:lang="de"', 'contextRef="y" xml:lang=""', 'contextRef=" y "', 'contextRef="n"', "",
        'contextRef="y" xsi:nil="true"', 'contextRef="y" unitRef="usd" xsi:nil=" 1 "', 'contextRef="y" unitRef="usd" xsi:nil="0"',
        'contextRef="y" unitRef=" usd"', 'contextRef="y" unitRef="n"', 'contextRef="y" unitRef="usd" precision="2"',
        'contextRef="y" unitRef="usd" decimals=" 2 "', 'contextRef="y" unitRef="usd" decimals="x"',
        'contextRef="y" unitRef="usd" decimals="&#x49;NF"', 'acme:contextRef="n" contextRef="y" acme:nil="true"',
        'contextRef="y" unitRef="" decimals=""', 'id="a&amp;b" contextRef="y" unitRef="usd"', 'contextRef="y" decimals="&amp;"',
        'contextRef="y&amp;" unitRef="usd"', 'id="" contextRef="y" unitRef="usd"', 'contextRef="y" precision="" unitRef="usd"',
    ],
)  # fmt: skip
def test_attributes(attributes: str) -> None:
    assert sum(both_ways(instance(f"<us-gaap:Assets {attributes}>5</us-gaap:Assets>"))) == 1


@pytest.mark.parametrize(
    "changed",
    [
        context(segment=MEMBER.format("acme:One")),
        context(segment=MEMBER.format(" acme:One ") + MEMBER.format("acme:Two")),
        context(segment=MEMBER.format("nobody:One")),
        context(segment=MEMBER.format("One")),
        context(segment=MEMBER.format("")),
        context(segment='<xbrldi:explicitMember xmlns:acme="http://other" dimension="acme:A">acme:B</xbrldi:explicitMember>'),
        context(segment='<xbrldi:typedMember dimension="acme:A"><acme:line> 1 </acme:line></xbrldi:typedMember>'),
        context(segment=TYPED.format('<acme:line xsi:nil="true"/>')),
        context(segment=TYPED.format('<acme:line>"a" &amp; \u00e9</acme:line>') + MEMBER.format("acme:One")),
        context(segment=TYPED.format("<acme:line><acme:part>1</acme:part></acme:line>")),
        context(segment=TYPED.format("<acme:line>1</acme:line><acme:line>2</acme:line>")),
        context(segment=TYPED.format("")),
        context(segment=TYPED.format("<acme:line>1</acme:line>") * 2),
        context(segment=MEMBER.format("acme:One<!-- x -->Two")),
        context(segment=MEMBER.format("<acme:One/>")),
        context(segment=MEMBER.format("acme:One").replace("us-gaap:Axis", "us-gaap:&amp;")),
        context(segment="<acme:free/>"),
        context(period=INSTANT),
        context(period="<xbrli:forever/>"),
        context(period="<xbrli:startDate>2024-01-01</xbrli:startDate>"),
        context(period=YEAR.replace("2024-01-01", "2025-01-01")),
        context(period=YEAR + "<xbrli:instant>2024-06-30</xbrli:instant>"),
        context(period=""),
        context().replace("</xbrli:context>", SCENARIO.format(MEMBER.format("acme:One"))),
        context().replace("</xbrli:context>", SCENARIO.format(TYPED.format("<acme:line>1</acme:line>"))),
        context().replace("</xbrli:context>", "<xbrli:period/></xbrli:context>"),
        context().replace("<xbrli:period>", "<xbrli:entity/><xbrli:period>"),
        context(period=YEAR + "<acme:more/>"),
        context(period="<xbrli:endDate>2024-12-31</xbrli:endDate><xbrli:startDate>2024-01-01</xbrli:startDate>"),
        context() + context(cik="0000000043"),
        context() + context(period=INSTANT),
        context() + context(),
        context(" y "),
        "",
    ],
)  # fmt: skip
def test_contexts(changed: str) -> None:
    assert sum(
        both_ways(instance(FACT.format(5), "<acme:Note contextRef='y'>a</acme:Note>", parts_before=changed + USD))
    )
    both_ways(
        inline(
            '<ix:nonFraction name="us-gaap:Assets" contextRef="y" unitRef="usd">5</ix:nonFraction>',
            resources=changed + USD,
        )
    )


def test_prefixes_that_mean_something_else_further_down() -> None:
    inner = '<acme:Part xmlns:acme="http://other" contextRef="y">a</acme:Part>'
    unprefixed = '<Part xmlns="http://third" contextRef="y">b</Part>'
    assert both_ways(instance(inner, unprefixed, inner.replace("http://other", "http://fourth"))) == (3, 0)


@pytest.mark.parametrize(
    "fact",
    [
        '<acme:Tuple><us-gaap:Assets contextRef="y" unitRef="usd">5</us-gaap:Assets></acme:Tuple>',
        '<acme:Part contextRef="y" unitRef="pure"><xbrli:numerator>1</xbrli:numerator><xbrli:denominator>8</xbrli:denominator></acme:Part>',
        '<Part xmlns="" contextRef="y">b</Part>',
        '<acme:Note contextRef="y">' + "a" * 200_000 + "&lt;b&gt; \u00e9 &#x2014;<![CDATA[<p>]]> </acme:Note>",
        "".join(f'<acme:Note xmlns:p{n}="http://p/{n}" contextRef="y">a</acme:Note>' for n in range(70)),
        "stray text",
    ],
)
def test_facts_out_of_the_ordinary(fact: str) -> None:
    both_ways(instance(FACT.format(5), fact, FACT.format(6)))


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1", "utf-8-sig"])
def test_encodings(encoding: str) -> None:
    text = instance("<acme:Note contextRef='y'>\u00e9t\u00e9</acme:Note>").decode().partition("?>")[2]
    label = encoding.removesuffix("-sig")
    assert both_ways(f'<?xml version="1.0" encoding="{label}"?>{text}'.encode(encoding)) == (1, 0)


NUMBER = '<ix:nonFraction name="us-gaap:Assets" contextRef="y" unitRef="usd">5</ix:nonFraction>'
TEXT = '<ix:nonNumeric name="acme:Note" contextRef="y" escape="true">a <b class="x">b</b> c</ix:nonNumeric>'


@pytest.mark.parametrize(
    "page",
    [
        f"<div><p>before</p><div>{TEXT}</div> between {NUMBER} after</div>",
        f'<div xml:lang="de">{TEXT}</div>{TEXT}',
        f'<div xmlns:acme="http://other">{TEXT}</div>{NUMBER}',
        f'<div xmlns="http://www.w3.org/1999/xhtml">{TEXT}</div>',
        f"<ix:exclude><p>{NUMBER}</p></ix:exclude>{TEXT.replace('<b', '<ix:exclude>x</ix:exclude><b')}",
        f"<table><tr><td>{TEXT.replace('a <b', NUMBER + '<b')}</td></tr></table>",
        "<p>nothing is tagged</p>",
        f"{TEXT}<p>&nbsp;</p>",
        f"{TEXT}<p>{'<i>' * 300}{'</i>' * 300}</p>",
    ],
)
def test_pages(page: str) -> None:
    both_ways(inline(page))


def test_ordinary_documents_need_no_whole_tree(evidence: Path) -> None:
    for cik in (320193, 1018724):
        documents = [one for end in ("xml", "htm") for one in recorded_of(evidence / "edgar_mirror", cik, f"*.{end}*")]
        instances = [one for one in documents if re.fullmatch(r".*(?:_htm|-\d{8})\.xml", one.name)]
        pages = [one for one in documents if is_html(one.body) and b"inlineXBRL" in one.body]
        assert instances
        assert pages
        assert all(scan(plain_xml(one.body)) is not None for one in instances)
        assert all(tagged(plain_xml(one.body)) is not None for one in pages)


def test_mutated_documents() -> None:
    facts, failures = both_ways(*islice(mutants(21), 1500))
    assert facts > 1000
    assert failures > 100


def test_recorded_documents(evidence: Path) -> None:
    facts = 0
    for cik in (320193, 1018724, 1326801, 1001039):
        documents = [one for end in ("xml", "htm") for one in recorded_of(evidence / "edgar_mirror", cik, f"*.{end}*")]
        compiled = parse_instances(documents)
        with walk_in_python():
            assert are_equal(compiled, parse_instances(documents))
        facts += compiled.frame.height
    assert facts > 10_000
