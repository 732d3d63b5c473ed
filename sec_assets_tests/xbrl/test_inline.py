from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from sec_assets.xbrl.instance import parse_instances
from sec_assets_tests.xbrl.instances import USD, context, document, inline, instance, only, parse, recorded


def number(printed: str, attributes: str = "", concept: str = "us-gaap:Assets") -> str:
    fixed = f'name="{concept}" contextRef="y" unitRef="usd"'
    return f"<ix:nonFraction {fixed} {attributes}>{printed}</ix:nonFraction>"


def text(content: str, attributes: str = "", concept: str = "acme:Note") -> str:
    return f'<ix:nonNumeric name="{concept}" contextRef="y" {attributes}>{content}</ix:nonNumeric>'


DOT = 'format="ixt:num-dot-decimal"'


@pytest.mark.parametrize(
    ("printed", "attributes", "value"),
    [
        ("1,234.5", f'{DOT} scale="6"', "1234500000"),
        ("1,234.5", f'{DOT} scale="6" sign="-"', "-1234500000"),
        ("12.34", f'{DOT} scale="-2"', "0.1234"),
        ("0.1", f"{DOT} scale='-4'", "0.00001"),
        ("\u2014", 'format="ixt:fixed-zero" scale="6"', "0"),
        (" 17 ", "", "17"),
        ("<b>1</b><i>7</i>", DOT, "17"),
        ("no", 'format="ixt-sec:numwordsen"', "0"),
        ("5", 'decimals="-3"', "5"),
    ],
)
def test_numbers_are_transformed_scaled_and_signed_exactly(printed: str, attributes: str, value: str) -> None:
    fact = only(parse(inline(number(printed, attributes))))
    assert fact["value"] == value
    assert fact["numeric"] == Decimal(value)
    assert (fact["concept"], fact["unit"]) == ("us-gaap:Assets", "USD")


@pytest.mark.parametrize(
    ("fact", "reason"),
    [
        (number("5", 'format="ixt:num-roman"'), "format 'num-roman'"),
        (number("5", 'format="nobody:x"'), "no namespace is declared for the prefix 'nobody'"),
        (number("five", DOT), "not a number of this format"),
        (number("(5)"), "is not a number"),
        (number("-5", 'sign="-"'), "has a sign"),
        (number("5", 'sign="+"'), "neither '-' nor nothing"),
        (number("5", 'scale="many"'), "not a whole number"),
        (number("5", 'target="other"'), "target document 'other'"),
        (number("5", concept="nobody:X"), "no namespace is declared for the prefix 'nobody'"),
        ('<ix:nonFraction name="acme:X" contextRef="y">5</ix:nonFraction>', "it has no unit"),
        ('<ix:fraction name="acme:F" contextRef="y" unitRef="usd"/>', "a fraction needs a numerator and a denominator"),
        (text("x", 'continuedAt="gone"'), "its continuation 'gone' is not there"),
        (
            text("x", 'continuedAt="a"') + '<ix:continuation id="a" continuedAt="a">y</ix:continuation>',
            "goes round in a circle",
        ),
    ],
)
def test_a_fact_that_cannot_be_read_is_reported_and_its_neighbours_stay(fact: str, reason: str) -> None:
    parsed = parse(inline(fact, number("7", concept="acme:Good")))
    assert parsed.frame["concept"].to_list() == ["acme:Good"]
    [(_, _, said)] = parsed.failures
    assert reason in said
    assert "(line 2)" in said


def test_a_tuple_is_a_failure_and_so_are_the_facts_in_it() -> None:
    parsed = parse(inline(f'<ix:tuple name="acme:T">{number("1")}</ix:tuple>{number("2", concept="acme:Good")}'))
    assert parsed.frame["concept"].to_list() == ["acme:Good"]
    assert len(parsed.failures) == 2


def test_a_number_that_does_not_fit_is_kept_as_text_and_counted() -> None:
    parsed = parse(inline(number("1", 'scale="30"')))
    fact = only(parsed)
    assert (fact["value"], fact["numeric"], parsed.out_of_range) == ("1E30", None, 1)


def test_nil_facts_and_nested_facts() -> None:
    nested = number(number("5", f'{DOT} scale="3"', "acme:Inner"), f'{DOT} scale="3"', "acme:Outer")
    nil = number("\u2014", 'xsi:nil="true"', "acme:Nothing")
    frame = parse(inline(nested, nil)).frame.sort("ordinal")
    assert frame.select("concept", "value", "is_nil").rows() == [
        ("acme:Outer", "5000", False),
        ("acme:Inner", "5000", False),
        ("acme:Nothing", None, True),
    ]


def test_a_self_closed_nil_fact_does_not_swallow_what_follows() -> None:
    empty = '<ix:nonFraction name="acme:Nothing" contextRef="y" unitRef="usd" xsi:nil="true"/>'
    frame = parse(inline(f"<p>{empty}after {number('5')}</p>")).frame
    assert dict(frame.select("concept", "value").iter_rows()) == {"acme:Nothing": None, "us-gaap:Assets": "5"}


def test_hidden_facts_are_facts() -> None:
    assert only(parse(inline(hidden=text("0000000042", concept="dei:EntityCentralIndexKey"))))["value"] == "0000000042"


def test_texts_continue_across_documents_of_the_set_and_leave_out_what_is_excluded() -> None:
    first = inline(text("one <ix:exclude>page 1</ix:exclude>", 'continuedAt="a"'), schema="acme.xsd")
    second = inline(
        '<ix:continuation id="b">three</ix:continuation><ix:continuation id="a" continuedAt="b">two </ix:continuation>',
        number("5"),
        resources="",
        schema="",
    )
    frame = parse(first, second).frame
    assert dict(frame.select("concept", "value").iter_rows()) == {"acme:Note": "one two three", "us-gaap:Assets": "5"}
    assert frame["source"].to_list() == ["document-0.xml", "document-1.xml"]


def test_documents_with_another_schema_are_another_set() -> None:
    fees = inline(number("9", concept="acme:Fee"), resources=context("y", "<xbrli:forever/>") + USD, schema="ffd.xsd")
    frame = parse(inline(number("5")), fees).frame
    assert dict(frame.select("concept", "period").iter_rows()) == {
        "us-gaap:Assets": "2024-01-01/2024-12-31",
        "acme:Fee": "forever",
    }


@pytest.mark.parametrize("escape", ["true", "1"])
def test_escaped_text_is_markup_in_edgars_form(escape: str) -> None:
    content = (
        '<p style="a" class="b">1 &lt; 2 &amp; <ix:exclude>x</ix:exclude>3<br clear="all"></br></p>'
        f'<div title="a &quot;b&quot;"/>{number("5")}<ix:continuation id="z">tail</ix:continuation>'
    )
    facts = parse(inline(text(content, f'escape="{escape}"'))).frame.filter(pl.col("concept") == "acme:Note")
    assert facts["value"].to_list() == [
        '<p class="b" style="a">1 &lt; 2 &amp; 3<br clear="all"/></p><div title="a &quot;b&quot;"></div>5tail'
    ]


def test_text_that_is_not_escaped_has_no_markup() -> None:
    assert only(parse(inline(text("<b>a</b> &amp; <i>b</i>"))))["value"] == "a & b"
    assert only(parse(inline(text("a &amp; b", 'escape="true"'))))["value"] == "a &amp; b"


def test_formats_go_by_namespace_whatever_the_prefix() -> None:
    body = inline(text("\u2612", 'format="ixt:boolballotbox"')).replace(b"xmlns:ixt-sec", b"xmlns:swapped")
    body = body.replace(b"http://www.xbrl.org/inlineXBRL/transformation/2020-02-12", b"http://x.example")
    body = body.replace(b'xmlns:ixt="http://x.example" xmlns:swapped=', b"xmlns:ixt=")
    assert only(parse(body))["value"] == "true"


def test_language_comes_from_the_nearest_ancestor() -> None:
    body = inline(f'<div xml:lang="fr"><p>{text("a")}</p></div>', text("b", concept="acme:Other"))
    frame = parse(body.replace(b"<html ", b'<html xml:lang="en-US" ')).frame
    assert dict(frame.select("concept", "lang").iter_rows()) == {"acme:Note": "fr", "acme:Other": "en-US"}


def test_the_first_version_of_inline_xbrl_is_read_and_a_prefix_for_html() -> None:
    body = inline(number("5", DOT), text("<p>a</p>", 'escape="true"'))
    body = body.replace(b"2013/inlineXBRL", b"2008/inlineXBRL").replace(b"xmlns=", b"xmlns:h=")
    for tag in (b"html", b"body", b"div", b"p"):
        body = body.replace(b"<" + tag, b"<h:" + tag).replace(b"</" + tag + b">", b"</h:" + tag + b">")
    assert parse(body).frame["value"].to_list() == ["<p>a</p>", "5"]


def test_a_page_without_facts_is_a_failure() -> None:
    page = b'<html xmlns="http://www.w3.org/1999/xhtml"><body>Thank you</body></html>'
    assert parse(page).failures[0][2] == "there is no inline XBRL in it"


def test_a_set_that_holds_contexts_and_no_facts_is_a_failure_and_a_part_of_a_set_without_facts_is_none() -> None:
    header_alone, page = inline(), inline(number("5", DOT), resources="")
    assert [failure[2] for failure in parse(header_alone).failures] == ["its inline XBRL holds no facts"]
    assert only(parse(header_alone, page))["value"] == "5"


def test_texts_nested_without_end_do_not_exhaust_memory() -> None:
    opening = '<ix:nonNumeric name="acme:Note" contextRef="y" escape="true">'
    parsed = parse(inline(opening * 200 + "x" * 200_000 + "</ix:nonNumeric>" * 200))
    assert parsed.frame.height + parsed.problems["facts"].sum() == 200
    assert parsed.frame["value"].str.len_bytes().sum() < 30 * 220_000
    assert "hold each other too often" in parsed.failures[-1][2]


def pairs(mirror: Path) -> list[tuple[Path, Path]]:
    """Every recorded inline document whose extracted instance is recorded too."""
    found = []
    for extracted in sorted(mirror.rglob("*_htm.xml*")):
        stem = extracted.name.removesuffix(".gz").removesuffix("_htm.xml")
        found += [(page, extracted) for page in extracted.parent.glob(f"{stem}.htm*")]
    return found


def test_inline_documents_equal_the_instances_edgar_extracted_from_them(evidence: Path) -> None:
    compared = {"documents": 0, "facts": 0, "numbers": 0, "texts": 0}
    for page, extracted in pairs(evidence / "edgar_mirror"):
        ours, theirs = (
            parse_instances([recorded(path, "0000000042", "0000000042-25-000001")]) for path in (page, extracted)
        )
        assert ours.failures == theirs.failures == []
        left, right = (parsed.frame.drop("source", "value").sort("ordinal") for parsed in (ours, theirs))
        assert left.equals(right), page.name
        texts = [
            parsed.frame.filter(pl.col("unit").is_null()).sort("ordinal")["value"].to_list()
            for parsed in (ours, theirs)
        ]
        assert texts[0] == texts[1], page.name
        compared["documents"] += 1
        compared["facts"] += left.height
        compared["numbers"] += left["numeric"].drop_nulls().len()
        compared["texts"] += len(texts[0])
    assert compared == {"documents": 15, "facts": 3060, "numbers": 2429, "texts": 625}


def test_recorded_inline_filings_are_read_without_a_single_failure(evidence: Path) -> None:
    archive = evidence / "edgar_mirror/www.sec.gov/Archives/edgar/data"
    names = (
        "320193/000032019325000079/aapl-20250927.htm.gz", "1652044/000165204425000014/goog-20241231.htm.gz",
        "731766/000073176625000063/unh-20241231.htm.gz", "1018724/000101872425000004/amzn-20241231.htm.gz",
    )  # fmt: skip
    parsed = parse_instances(
        recorded(archive / name, "0000000042", f"0000000042-25-00000{i}") for i, name in enumerate(names)
    )
    assert parsed.failures == []
    assert parsed.out_of_range == 0


def test_instances_and_pages_can_be_mixed() -> None:
    mixed = [document(instance('<acme:X contextRef="y">x</acme:X>'), "a.xml"), document(inline(number("5")), "b.htm")]
    assert parse_instances(mixed).frame["value"].to_list() == ["x", "5"]
