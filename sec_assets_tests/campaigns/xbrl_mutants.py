"""Mutated XBRL documents: small seeds of both kinds, changed in their bytes or in their tree, the same for the same seed.

Only the making of inputs; what must hold for them is in `xbrl_fuzz.py`.
"""

import copy
import random
from collections.abc import Callable, Iterator

from lxml import etree

from sec_assets_tests.xbrl.instances import USD, context, inline, instance

MEMBER = '<xbrldi:explicitMember dimension="us-gaap:Axis">acme:OneMember</xbrldi:explicitMember>'
TYPED = '<xbrldi:typedMember dimension="acme:LineAxis"><acme:line>1</acme:line></xbrldi:typedMember>'
PER_SHARE = (
    '<xbrli:unit id="ps"><xbrli:divide><xbrli:unitNumerator><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unitNumerator>'
    "<xbrli:unitDenominator><xbrli:measure>xbrli:shares</xbrli:measure></xbrli:unitDenominator></xbrli:divide></xbrli:unit>"
)
CONTEXTS = (
    context() + context("d", segment=MEMBER) + context("t", "<xbrli:instant>2024-01-01T00:00:00</xbrli:instant>", TYPED)
)
FACTS = (
    '<us-gaap:Assets id="f1" contextRef="y" unitRef="usd" decimals="-3">1234567.50</us-gaap:Assets>'
    '<us-gaap:Assets contextRef="y" unitRef="usd" decimals="-6">1000000</us-gaap:Assets>'
    '<us-gaap:Assets contextRef="d" unitRef="usd" precision="4">12e3</us-gaap:Assets>'
    '<us-gaap:EarningsPerShareBasic contextRef="y" unitRef="ps" decimals="2">-0.05</us-gaap:EarningsPerShareBasic>'
    '<acme:Part contextRef="y" unitRef="usd"><xbrli:numerator>1</xbrli:numerator>'
    "<xbrli:denominator>3</xbrli:denominator></acme:Part>"
    '<acme:Note contextRef="t" xml:lang="en">&lt;p&gt;a&lt;/p&gt;</acme:Note>'
    '<dei:AmendmentFlag contextRef="y" xsi:nil="true"/>'
    '<link:footnoteLink xlink:type="extended"><link:loc xlink:href="#f1" xlink:label="l"/>'
    '<link:footnote xlink:label="n">see</link:footnote><link:footnoteArc xlink:from="l" xlink:to="n"/></link:footnoteLink>'
)
PAGE = (
    '<p><ix:nonFraction id="f1" name="us-gaap:Assets" contextRef="y" unitRef="usd" format="ixt:num-dot-decimal" scale="6" '
    'decimals="-6" sign="-">1,234.5</ix:nonFraction></p>'
    '<ix:nonFraction name="acme:Outer" contextRef="d" unitRef="ps" format="ixt:fixed-zero">'
    '<ix:nonFraction name="acme:Inner" contextRef="y" unitRef="usd" xsi:nil="true"/></ix:nonFraction>'
    '<ix:nonNumeric name="acme:Note" contextRef="t" escape="true" continuedAt="a"><b>x</b><br/></ix:nonNumeric>'
    '<ix:continuation id="a"><i>y</i><ix:exclude>z</ix:exclude></ix:continuation>'
    '<ix:fraction name="acme:F" contextRef="y" unitRef="usd"><ix:numerator>1</ix:numerator>'
    "<ix:denominator>8</ix:denominator></ix:fraction>"
    '<ix:nonNumeric name="acme:Years" contextRef="y" format="ixt-sec:durwordsen">two years</ix:nonNumeric>'
    '<ix:nonNumeric name="dei:DocumentPeriodEndDate" contextRef="y" format="ixt:date-monthname-day-year-en">'
    'June 1, 2024</ix:nonNumeric><ix:footnote id="n">see</ix:footnote>'
)
SEEDS = (
    instance(FACTS, parts_before=CONTEXTS + USD + PER_SHARE),
    inline(PAGE, resources=CONTEXTS + USD + PER_SHARE + '<ix:relationship fromRefs="f1" toRefs="n"/>'),
)
SNIPPETS = (
    b"<", b">", b"&", b'"', b"\x00", b"\xff", b"<!--", b"-->", b"]]>", b"<![CDATA[", b"<!DOCTYPE x [<!ENTITY e 'v'>]>",
    b"&e;", b"&#0;", b"&#x10FFFF;", b' xmlns="x"', b" xmlns:acme='y'", b"9" * 60, b"e99999", b"-", b"+", b"2024-02-31",
    b"T24:00:00", b":", b"nobody:x", b"INF", b"\xc2\xa0", b"<ix:tuple>", b"</xbrli:context>", b'scale="-999999"',
    b"continuedAt", b"%", b"\r\n", b"<?x?>", b"\xef\xbb\xbf", b"\xed\xa0\x80",
)  # fmt: skip
VALUES = (
    "", " ", "y", "d", "t", "usd", "ps", "a", "n", "f1", "gone", "acme:X", "us-gaap:Assets", ":", "nobody:x", "true", "1", "0",
    "-1", "-", "1.", ".5", "1,234", "(5)", "INF", "NaN", "1e9", "1e999999999", "9" * 39, "0.0000000000001", "2024-02-30",
    "2024-06-30", "9999-12-31T24:00:00", "0001-01-01", "2024-01-01/2024-12-31", "forever", "999999", "-999999", "\u2014", "\u0661",
    "ixt:num-dot-decimal", "ixt-sec:durwordsen", "ixt:fixed-true", "no years", "x" * 500, "é\u202e\U0001f600", "<b>", "&amp;",
)  # fmt: skip


def mutants(seed: int) -> Iterator[bytes]:
    """Yield changed documents without end."""
    chance = random.Random(seed)
    trees = [etree.fromstring(body) for body in SEEDS]
    while True:
        which = chance.randrange(len(SEEDS))
        if chance.random() < 0.5:
            yield _bytes_changed(SEEDS[which], chance)
        else:
            changed = _tree_changed(trees[which], chance)
            yield _bytes_changed(changed, chance) if chance.random() < 0.2 else changed


def _bytes_changed(body: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.randint(1, 4)):
        start = chance.randrange(len(body) + 1)
        end = min(len(body), start + chance.randrange(30))
        kind = chance.randrange(4)
        if kind == 0:
            middle = chance.choice(SNIPPETS)
        elif kind == 1:
            middle = body[end : end + 40]
        elif kind == 2:
            middle = chance.randbytes(chance.randrange(8))
        else:
            middle = chance.choice(VALUES).encode()
        body = body[:start] + middle + body[end:]
    return body[: chance.randrange(len(body) + 1)] if chance.random() < 0.05 else body


def _tree_changed(seed: etree._Element, chance: random.Random) -> bytes:
    root = copy.deepcopy(seed)
    for _ in range(chance.randint(1, 5)):
        elements = list(root.iter("*"))
        chance.choice(_CHANGES)(chance.choice(elements), elements, chance)
    return etree.tostring(root)


def _drop(element: etree._Element, _elements: list[etree._Element], _chance: random.Random) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _repeat(element: etree._Element, elements: list[etree._Element], chance: random.Random) -> None:
    chance.choice(elements).append(copy.deepcopy(element))


def _move(element: etree._Element, elements: list[etree._Element], chance: random.Random) -> None:
    target = chance.choice(elements)
    if element not in (target, *target.iterancestors()):
        target.insert(0, element)


def _rename(element: etree._Element, elements: list[etree._Element], chance: random.Random) -> None:
    element.tag = chance.choice(elements).tag


def _set_attribute(element: etree._Element, elements: list[etree._Element], chance: random.Random) -> None:
    name = chance.choice(list(chance.choice(elements).attrib) or ["contextRef"])
    element.set(name, chance.choice(VALUES))


def _drop_attribute(element: etree._Element, _elements: list[etree._Element], chance: random.Random) -> None:
    if element.attrib:
        del element.attrib[chance.choice(list(element.attrib))]


def _set_text(element: etree._Element, _elements: list[etree._Element], chance: random.Random) -> None:
    element.text = chance.choice(VALUES)


_Change = Callable[[etree._Element, list[etree._Element], random.Random], None]
_CHANGES: tuple[_Change, ...] = (
    _drop, _repeat, _move, _rename, _set_attribute, _set_attribute, _set_attribute, _drop_attribute, _set_text, _set_text,
)  # fmt: skip
