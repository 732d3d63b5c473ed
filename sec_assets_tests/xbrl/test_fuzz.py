"""Whatever is done to a document, it gives facts or a failure: never an exception, never a hang."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sec_assets.tables import XBRL_FACTS
from sec_assets.xbrl.duplicates import classify_duplicates
from sec_assets.xbrl.instance import parse_instances
from sec_assets_tests.xbrl.instances import USD, context, document, inline, instance

MEMBER = '<xbrldi:explicitMember dimension="us-gaap:Axis">acme:OneMember</xbrldi:explicitMember>'
TYPED = '<xbrldi:typedMember dimension="acme:LineAxis"><acme:line>1</acme:line></xbrldi:typedMember>'
FACTS = (
    '<us-gaap:Assets contextRef="y" unitRef="usd" decimals="-3">1234567.50</us-gaap:Assets>'
    '<us-gaap:Assets contextRef="d" unitRef="usd" precision="4">12e3</us-gaap:Assets>'
    '<acme:Note contextRef="t" xml:lang="en">&lt;p&gt;a&lt;/p&gt;</acme:Note>'
    '<dei:AmendmentFlag contextRef="y" xsi:nil="true"/>'
)
CONTEXTS = (
    context() + context("d", segment=MEMBER) + context("t", "<xbrli:instant>2024-01-01T00:00:00</xbrli:instant>", TYPED)
)
PAGE = (
    '<p><ix:nonFraction name="us-gaap:Assets" contextRef="y" unitRef="usd" format="ixt:num-dot-decimal" scale="6" '
    'decimals="-6" sign="-">1,234.5</ix:nonFraction></p>'
    '<ix:nonNumeric name="acme:Note" contextRef="t" escape="true" continuedAt="a"><b>x</b><br/></ix:nonNumeric>'
    '<ix:continuation id="a"><i>y</i><ix:exclude>z</ix:exclude></ix:continuation>'
    '<ix:nonNumeric name="acme:Years" contextRef="y" format="ixt-sec:durwordsen">two years</ix:nonNumeric>'
)
SEEDS = (instance(FACTS, parts_before=CONTEXTS + USD), inline(PAGE, resources=CONTEXTS + USD))
SNIPPETS = [
    b"<", b">", b"&", b'"', b"\x00", b"\xff", b"<!--", b"]]>", b"<!DOCTYPE x [<!ENTITY e 'v'>]>", b"&e;", b"&#0;",
    b' xmlns="x"', b" xmlns:acme='y'", b"9" * 60, b"e99999", b"-", b"2024-02-31", b"T24:00:00", b":", b"nobody:x",
    b"INF", b"\xc2\xa0", b"<ix:tuple>", b"</xbrli:context>", b'scale="-999999"', b"continuedAt", b"%",
]  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    body = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(body)))
        end = min(len(body), start + draw(st.integers(0, 30)))
        middle = draw(st.one_of(st.sampled_from(SNIPPETS), st.just(body[end : end + 40]), st.binary(max_size=8)))
        body = body[:start] + middle + body[end:]
    return body[: draw(st.integers(0, len(body)))] if draw(st.booleans()) and draw(st.booleans()) else body


@settings(max_examples=200, deadline=timedelta(seconds=5), suppress_health_check=[HealthCheck.too_slow])
@given(body=mutated())
def test_a_mutated_document_gives_facts_or_a_failure(body: bytes) -> None:
    parsed = parse_instances([document(body), document(SEEDS[0], "intact.xml")])
    assert parsed.frame.schema == XBRL_FACTS.schema
    assert "intact.xml" in parsed.frame["source"]
    assert parsed.failures or parsed.frame["source"].n_unique() == 2
    assert not parsed.frame.select(XBRL_FACTS.key).is_duplicated().any()
    classify_duplicates(parsed.frame)


@settings(max_examples=100, deadline=timedelta(seconds=5))
@given(body=st.binary(max_size=400))
def test_bytes_of_any_kind_give_a_failure(body: bytes) -> None:
    parsed = parse_instances([document(body)])
    assert parsed.frame.is_empty()
    assert len(parsed.failures) == 1
