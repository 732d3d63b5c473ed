from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest

from sec_assets.tables import XBRL_FACTS
from sec_assets.xbrl.instance import InstanceDocument, parse_instances
from sec_assets.xbrl.problems import CAUSES_PER_DOCUMENT
from sec_assets_tests.xbrl.instances import context, document, inline, instance, only, parse

ASSETS = '<us-gaap:Assets contextRef="{}" unitRef="usd" decimals="{}">{}</us-gaap:Assets>'


def test_a_number_keeps_its_text_and_is_exact() -> None:
    fact = only(parse(instance(ASSETS.format("y", "-6", " 0012345678901234567890.50 "))))
    assert fact["value"] == "0012345678901234567890.50"
    assert fact["numeric"] == Decimal("12345678901234567890.50")
    assert (fact["unit"], fact["decimals"], fact["is_nil"], fact["lang"]) == ("USD", "-6", False, None)


def test_every_column_comes_from_the_document_or_its_filing() -> None:
    accepted = datetime(2025, 2, 1, 11, 30, tzinfo=UTC)
    body = instance(ASSETS.format("y", "INF", "7"))
    filed = InstanceDocument("0000000042", "0000000042-25-000009", "a.xml", body, "10-K/A", date(2025, 2, 1), accepted)
    parsed = parse_instances([filed])
    assert parsed.frame.schema == XBRL_FACTS.schema
    assert parsed.frame.row(0, named=True) == {
        "cik": "0000000042", "accession_number": "0000000042-25-000009", "concept": "us-gaap:Assets",
        "namespace": "http://fasb.org/us-gaap/2024", "is_extension": False, "value": "7", "numeric": Decimal(7),
        "unit": "USD", "decimals": "INF", "period": "2024-01-01/2024-12-31", "period_start": date(2024, 1, 1),
        "period_end": date(2024, 12, 31), "is_instant": False, "dimensions": "", "is_nil": False, "lang": None,
        "occurrence": 0, "duplicates": None, "ordinal": 0, "entity_scheme": "http://www.sec.gov/CIK",
        "entity_identifier": "0000000042", "text_length": None, "form": "10-K/A", "filed": date(2025, 2, 1),
        "accepted_at": accepted, "source": "a.xml", "also_in": None,
    }  # fmt: skip


@pytest.mark.parametrize("text", ["0.1234567890123", "123456789012345678901234567", "1e30"])
def test_a_number_that_does_not_fit_is_null_counted_and_kept_as_text(text: str) -> None:
    parsed = parse(instance(ASSETS.format("y", "INF", text)))
    fact = only(parsed)
    assert (fact["value"], fact["numeric"], parsed.out_of_range) == (text, None, 1)


def test_trailing_zeros_and_exponents_do_not_cost_a_number_its_place() -> None:
    parsed = parse(instance(ASSETS.format("y", "INF", "1.2500000000000000000E3")))
    assert only(parsed)["numeric"] == Decimal(1250)
    assert parsed.out_of_range == 0


def test_a_number_that_is_none_is_a_failure_not_a_null() -> None:
    parsed = parse(instance(ASSETS.format("y", "0", "1,000"), ASSETS.format("y", "0", "1")))
    assert parsed.frame["value"].to_list() == ["1"]
    assert parsed.failures[0][2] == "us-gaap:Assets (line 2): '1,000' is not a number"


@pytest.mark.parametrize("true", ["true", "1"])
def test_nil_is_neither_zero_nor_empty(true: str) -> None:
    fact = only(parse(instance(f'<acme:X contextRef="y" unitRef="usd" xsi:nil="{true}"/>')))
    assert (fact["value"], fact["numeric"], fact["is_nil"]) == (None, None, True)
    assert only(parse(instance('<acme:X contextRef="y"></acme:X>')))["value"] == ""


def test_language_is_inherited_from_the_root_and_only_texts_have_one() -> None:
    facts = (
        '<acme:A contextRef="y">a</acme:A><acme:B contextRef="y" xml:lang="fr">b</acme:B>'
        '<acme:C contextRef="y" xml:lang="">c</acme:C><acme:D contextRef="y" unitRef="usd">4</acme:D>'
    )
    parsed = parse(instance(facts, attributes='xml:lang="en-US"'))
    assert parsed.frame["lang"].to_list() == ["en-US", "fr", None, None]


def test_escaped_markup_stays_markup() -> None:
    fact = only(parse(instance('<acme:X contextRef="y">\n&lt;p&gt;a &amp;amp; b&lt;/p&gt; </acme:X>')))
    assert fact["value"] == "<p>a &amp; b</p>"


def test_an_accuracy_given_as_precision_is_told_as_decimals() -> None:
    fact = only(parse(instance('<acme:X contextRef="y" unitRef="usd" precision="3">123456</acme:X>')))
    assert fact["decimals"] == "-3"


def test_facts_may_stand_before_their_contexts_and_have_no_id() -> None:
    assert only(parse(instance(ASSETS.format("late", "0", "5"), context("late"))))["value"] == "5"


def test_tuples_and_facts_with_children_are_failures() -> None:
    parsed = parse(
        instance('<acme:T><acme:X contextRef="y">x</acme:X></acme:T><acme:U contextRef="y"><b/></acme:U>'),
    )
    assert parsed.frame.is_empty()
    assert [reason.partition(": ")[2] for _, _, reason in parsed.failures] == [
        "it is a tuple, which is not read, of 1 facts",
        "it holds elements instead of a value",
    ]


@pytest.mark.parametrize(
    ("numerator", "denominator", "value", "number"),
    [("1", "3", "1/3", None), ("1", "8", "1/8", Decimal("0.125")), ("-2.5", "1e1", "-2.5/1e1", Decimal("-0.25"))],
)
def test_a_fraction_is_a_number_where_it_can_be_one_exactly(
    numerator: str, denominator: str, value: str, number: Decimal | None
) -> None:
    parts = f"<xbrli:numerator> {numerator}</xbrli:numerator><xbrli:denominator>{denominator} </xbrli:denominator>"
    fact = only(parse(instance(f'<acme:F contextRef="y" unitRef="usd">{parts}</acme:F>')))
    assert (fact["value"], fact["numeric"], fact["decimals"]) == (value, number, "INF")


def test_a_fraction_by_zero_is_a_failure() -> None:
    parts = "<xbrli:numerator>1</xbrli:numerator><xbrli:denominator>0.0</xbrli:denominator>"
    parsed = parse(instance(f'<acme:F contextRef="y" unitRef="usd">{parts}</acme:F>'))
    assert parsed.failures[0][2] == "acme:F (line 2): a fraction has the denominator 0"


def test_the_entity_is_kept_as_filed() -> None:
    fact = only(parse(instance(ASSETS.format("y", "0", "5"))))
    assert (fact["entity_scheme"], fact["entity_identifier"]) == ("http://www.sec.gov/CIK", "0000000042")


def test_duplicates_carry_their_verdict() -> None:
    other = '<us-gaap:Cash contextRef="y" unitRef="usd" decimals="0">1</us-gaap:Cash>'
    parsed = parse(instance(ASSETS.format("y", "0", "16758"), ASSETS.format("y", "-3", "17000"), other))
    assert dict(parsed.frame.select("value", "duplicates").iter_rows()) == {
        "16758": "consistent",
        "17000": "consistent",
        "1": None,
    }


def test_a_thousand_facts_that_fail_for_one_reason_are_one_failure() -> None:
    parsed = parse(instance(*[ASSETS.format("nowhere", "0", "1")] * 1000))
    assert [reason for _, _, reason in parsed.failures] == [
        "us-gaap:Assets (line 2): context 'nowhere' is not defined; and 999 more facts for the same reason"
    ]
    row = parsed.problems.row(0, named=True)
    assert (row["source"], row["line"], row["subject"], row["facts"]) == ("document-0.xml", 2, "us-gaap:Assets", 1000)


def test_a_thousand_reasons_are_a_hundred_failures_and_a_count() -> None:
    parsed = parse(instance(*[ASSETS.format(f"nowhere{number}", "0", "1") for number in range(1000)]))
    assert len(parsed.failures) == CAUSES_PER_DOCUMENT + 1
    assert "900 more facts could not be read" in parsed.failures[-1][2]
    assert parsed.problems["facts"].sum() == 1000


def test_missing_declarations_of_namespaces_are_one_failure_of_the_document() -> None:
    body = instance(
        context("a", segment='<xbrldi:explicitMember dimension="acme:Axis">gone:M</xbrldi:explicitMember>'),
        *['<acme:X contextRef="a">x</acme:X>', '<acme:Y contextRef="y" unitRef="u">1</acme:Y>'] * 50,
        '<xbrli:unit id="u"><xbrli:measure>lost:USD</xbrli:measure></xbrli:unit>',
        ASSETS.format("y", "0", "5"),
    )
    parsed = parse(body)
    assert parsed.frame["value"].to_list() == ["5"]
    assert [reason for _, _, reason in parsed.failures] == [
        "acme:X (line 2): no namespace is declared for the prefix 'gone', 'lost'; and 99 more facts for the same reason"
    ]


def test_the_line_of_broken_xml_is_kept() -> None:
    parsed = parse(b"<a>\n<b>\n</a>")
    assert parsed.problems.select("line", "subject", "facts").rows() == [(3, None, None)]


def test_the_key_is_unique_over_documents_of_one_filing() -> None:
    parsed = parse(instance(ASSETS.format("y", "-3", "1000")), instance(ASSETS.format("y", "0", "1001")))
    assert parsed.frame.select("occurrence", "source", "value").rows() == [
        (0, "document-1.xml", "1001"),
        (1, "document-0.xml", "1000"),
    ]
    assert not parsed.frame.select(XBRL_FACTS.key).is_duplicated().any()


def test_filings_do_not_disturb_each_other() -> None:
    bodies = [instance(ASSETS.format("y", "0", str(number))) for number in range(3)]
    parsed = parse_instances(
        document(body, accession_number=f"0000000042-25-00000{number}") for number, body in enumerate(bodies)
    )
    assert parsed.frame["occurrence"].to_list() == [0, 0, 0]
    assert parsed.frame["value"].to_list() == ["0", "1", "2"]


def test_no_documents_give_an_empty_table() -> None:
    parsed = parse_instances([])
    assert parsed.frame.schema == XBRL_FACTS.schema
    assert (parsed.frame.height, parsed.failures, parsed.out_of_range) == (0, [], 0)


def test_the_frame_is_sorted_by_the_key_of_the_table() -> None:
    facts = [ASSETS.format("y", "0", "1"), '<acme:B contextRef="y">b</acme:B>', '<acme:A contextRef="y">a</acme:A>']
    frame = parse(instance(*facts)).frame
    assert frame.equals(XBRL_FACTS.conform(frame.sample(fraction=1, shuffle=True, seed=1)))


NUMBER = '<ix:nonFraction name="us-gaap:Assets" contextRef="y" unitRef="usd" format="ixt:num-dot-decimal">{}</ix:nonFraction>'


def test_an_inline_document_is_passed_over_where_its_extracted_instance_was_read() -> None:
    page, extracted = inline(NUMBER.format("2")), instance(ASSETS.format("y", "0", "1"))
    both = parse_instances([document(page, "acme.htm"), document(extracted, "acme_htm.xml")])
    assert both.frame["source"].to_list() == ["acme_htm.xml"]
    broken = parse_instances([document(page, "acme.htm"), document(extracted[:-9], "acme_htm.xml")])
    assert broken.frame["source"].to_list() == ["acme.htm"]
    assert [name for _, name, _ in broken.failures] == ["acme_htm.xml"]
    other = parse_instances([document(page, "acme.htm"), document(extracted, "other_htm.xml")])
    assert set(other.frame["source"]) == {"acme.htm", "other_htm.xml"}


def test_numbers_are_decimals_of_the_table() -> None:
    assert parse(instance(ASSETS.format("y", "0", "1"))).frame["numeric"].dtype == pl.Decimal(38, 12)
