from datetime import date

import pytest

from sec_assets.errors import MalformedError
from sec_assets.xbrl.contexts import read_day
from sec_assets_tests.xbrl.instances import USD, context, instance, only, parse


def duration(start: str, end: str) -> str:
    return f"<xbrli:startDate>{start}</xbrli:startDate><xbrli:endDate>{end}</xbrli:endDate>"


def fact_of(period: str, segment: str = "") -> dict[str, object]:
    return only(parse(instance('<acme:X contextRef="c">x</acme:X>', parts_before=context("c", period, segment))))


@pytest.mark.parametrize(
    ("period", "text", "start", "end", "is_instant"),
    [
        ("<xbrli:instant>2024-09-28</xbrli:instant>", "2024-09-28", None, date(2024, 9, 28), True),
        ("<xbrli:instant>\n2024-09-28 </xbrli:instant>", "2024-09-28", None, date(2024, 9, 28), True),
        ("<xbrli:instant>2024-09-29T00:00:00</xbrli:instant>", "2024-09-28", None, date(2024, 9, 28), True),
        ("<xbrli:instant>2024-09-28T24:00:00</xbrli:instant>", "2024-09-28", None, date(2024, 9, 28), True),
        ("<xbrli:instant>2014-06-30T02:12:23</xbrli:instant>", "2014-06-30", None, date(2014, 6, 30), True),
        ("<xbrli:instant>2024-09-28Z</xbrli:instant>", "2024-09-28", None, date(2024, 9, 28), True),
        (
            duration("2024-01-01", "2024-12-31"),
            "2024-01-01/2024-12-31",
            date(2024, 1, 1),
            date(2024, 12, 31),
            False,
        ),
        (
            duration("2024-01-01T00:00:00", "2025-01-01T00:00:00"),
            "2024-01-01/2024-12-31",
            date(2024, 1, 1),
            date(2024, 12, 31),
            False,
        ),
        (duration("2024-03-05", "2024-03-05"), "2024-03-05/2024-03-05", date(2024, 3, 5), date(2024, 3, 5), False),
        ("<xbrli:forever/>", "forever", None, None, False),
    ],
)
def test_periods(period: str, text: str, start: date | None, end: date | None, is_instant: bool) -> None:
    fact = fact_of(period)
    assert (fact["period"], fact["period_start"], fact["period_end"], fact["is_instant"]) == (
        text,
        start,
        end,
        is_instant,
    )


@pytest.mark.parametrize("text", ["2024-02-30", "2024-2-3", "20240203", "2024-W01-1", "", "0000-01-01", "12024-01-01"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        read_day(text, is_end=True)


def test_the_first_midnight_of_all_is_refused_not_overflowed() -> None:
    with pytest.raises(MalformedError):
        read_day("0001-01-01T00:00:00", is_end=True)


EXPLICIT = '<xbrldi:explicitMember dimension="us-gaap:{}Axis"> acme:{}Member </xbrldi:explicitMember>'


def test_dimensions_are_sorted_so_that_their_order_in_the_document_does_not_matter() -> None:
    one, two = EXPLICIT.format("Z", "Last"), EXPLICIT.format("A", "First")
    expected = "us-gaap:AAxis=acme:FirstMember; us-gaap:ZAxis=acme:LastMember"
    assert fact_of("<xbrli:forever/>", one + two)["dimensions"] == expected
    assert fact_of("<xbrli:forever/>", two + one)["dimensions"] == expected


def test_a_scenario_holds_dimensions_as_a_segment_does() -> None:
    scenario = f"<xbrli:scenario>{EXPLICIT.format('A', 'First')}</xbrli:scenario>"
    with_scenario = context("c").replace("</xbrli:context>", f"{scenario}</xbrli:context>")
    fact = only(parse(instance('<acme:X contextRef="c">x</acme:X>', parts_before=with_scenario)))
    assert fact["dimensions"] == "us-gaap:AAxis=acme:FirstMember"


@pytest.mark.parametrize(
    ("content", "member"),
    [
        ("<acme:line>1</acme:line>", '"1"'),
        ("<acme:line> 2025-03-30 </acme:line>", '"2025-03-30"'),
        ('<acme:line>a"b\\c; d=e</acme:line>', '"a\\"b\\\\c; d=e"'),
        ("<acme:line/>", '""'),
        ('<acme:line xsi:nil="true"/>', "nil"),
    ],
)
def test_typed_members_are_quoted_so_that_the_text_stays_unambiguous(content: str, member: str) -> None:
    typed = f'<xbrldi:typedMember dimension="acme:LineAxis">{content}</xbrldi:typedMember>'
    assert fact_of("<xbrli:forever/>", typed)["dimensions"] == f"acme:LineAxis={member}"


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (context("c", "<xbrli:instant>soon</xbrli:instant>"), "'soon' is not a date"),
        (context("c", duration("2024-12-31", "2024-01-01")), "before its start"),
        (context("c", ""), "neither an instant"),
        (context("c", segment="<acme:region>EU</acme:region>"), "is not a dimension"),
        (context("c", segment=EXPLICIT.format("A", "B") + EXPLICIT.format("A", "C")), "an axis is given twice"),
        (context("c") + context("c", "<xbrli:forever/>"), "is defined twice"),
        ("", "context 'c' is not defined"),
    ],
)
def test_a_broken_context_leaves_its_facts_out_and_keeps_the_others(broken: str, reason: str) -> None:
    facts = '<acme:Bad contextRef="c">1</acme:Bad>\n<acme:Good contextRef="y">2</acme:Good>'
    parsed = parse(instance(facts, parts_before=broken + context() + USD))
    assert parsed.frame["concept"].to_list() == ["acme:Good"]
    [(accession, name, said)] = parsed.failures
    assert (accession, name) == ("0000000042-25-000001", "document-0.xml")
    assert said.startswith("acme:Bad (line 2): ")
    assert reason in said


def test_the_same_context_given_twice_alike_is_no_problem() -> None:
    parsed = parse(instance('<acme:X contextRef="c">x</acme:X>', parts_before=context("c") + context("c")))
    assert only(parsed)["value"] == "x"


def test_facts_about_another_entity_do_not_pass_for_the_companys() -> None:
    facts = '<acme:X contextRef="y">ours</acme:X><acme:X contextRef="z">theirs</acme:X>'
    parsed = parse(instance(facts, parts_before=context("z", cik="0000000777") + context("y")))
    assert parsed.frame["value"].to_list() == ["ours"]
    assert "is about entity '777', the document about '42'" in parsed.failures[0][2]


def test_a_typed_member_without_canonical_form_is_a_problem_of_its_context() -> None:
    typed = '<xbrldi:typedMember dimension="acme:Axis"><acme:line xmlns:r="relative/uri"><r:a/></acme:line></xbrldi:typedMember>'
    parsed = parse(instance('<acme:X contextRef="c">x</acme:X>', parts_before=context("c", segment=typed)))
    assert parsed.frame.is_empty()
    assert "a typed member cannot be written in canonical form" in parsed.failures[0][2]
