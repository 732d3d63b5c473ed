import gzip
from pathlib import Path

from sec_assets.xbrl.instance import parse_instances
from sec_assets_tests.xbrl.instances import USD, context, inline, instance, parse, recorded

FACT = '<acme:{0} id="{0}" contextRef="y" unitRef="usd">1</acme:{0}>'
NUMBER = '<ix:nonFraction id="{0}" name="acme:{0}" contextRef="y" unitRef="usd">1</ix:nonFraction>'
ARCROLE = "http://www.xbrl.org/2003/arcrole/fact-footnote"
ROLE = "http://www.xbrl.org/2003/role/footnote"


def located(*facts: str) -> str:
    return "".join(f'<link:loc xlink:type="locator" xlink:href="#{fact}" xlink:label="l-{fact}"/>' for fact in facts)


def arc(fact: str, note: str) -> str:
    return f'<link:footnoteArc xlink:type="arc" xlink:from="l-{fact}" xlink:to="{note}" xlink:arcrole="{ARCROLE}"/>'


def link(*parts: str) -> str:
    return f'<link:footnoteLink xlink:type="extended">{"".join(parts)}</link:footnoteLink>'


def footnote(label: str, content: str) -> str:
    return f'<link:footnote xlink:label="{label}" xlink:role="{ROLE}" xml:lang="en-US">{content}</link:footnote>'


def rows(*bodies: bytes) -> list[tuple[object, ...]]:
    parsed = parse(*bodies)
    assert parsed.failures == []
    joined = parsed.footnotes.join(parsed.frame, on=["cik", "accession_number", "source", "ordinal"], how="inner")
    assert joined.height == parsed.footnotes.height
    assert joined["concept"].equals(joined["concept_right"])
    return parsed.footnotes.select("concept", "note", "role", "lang", "text").rows()


def test_a_classic_footnote_is_linked_to_its_facts() -> None:
    notes = footnote("n", "see <b>note</b>\n  9") + footnote("m", "unaudited")
    body = instance(
        FACT.format("A"), FACT.format("B"), FACT.format("C"),
        link(located("A", "C", "gone"), notes, arc("A", "n"), arc("A", "m"), arc("C", "n"), arc("gone", "n")),
    )  # fmt: skip
    assert rows(body) == [
        ("acme:A", 0, ROLE, "en-US", "see note 9"),
        ("acme:A", 1, ROLE, "en-US", "unaudited"),
        ("acme:C", 0, ROLE, "en-US", "see note 9"),
    ]


def test_footnotes_of_one_link_do_not_leak_into_another() -> None:
    body = instance(FACT.format("A"), link(located("A"), arc("A", "n")), link(footnote("n", "x"), arc("A", "n")))
    assert rows(body) == []


def test_an_inline_footnote_is_linked_across_documents_and_continued() -> None:
    relationship = f'<ix:relationship fromRefs="A B" toRefs="n" arcrole="{ARCROLE}"/>'
    note = f'<ix:footnote id="n" footnoteRole="{ROLE}" continuedAt="c" xml:lang="en"><b>one</b> </ix:footnote>'
    first = inline(NUMBER.format("A"), note, resources=context() + USD + relationship)
    second = inline(NUMBER.format("B"), '<ix:continuation id="c">two</ix:continuation>', resources="", schema="")
    assert rows(first, second) == [("acme:A", 0, ROLE, "en", "one two"), ("acme:B", 0, ROLE, "en", "one two")]


def test_a_footnote_that_cannot_be_put_together_is_a_problem_and_the_facts_stay() -> None:
    relationship = '<ix:relationship fromRefs="A" toRefs="n"/>'
    note = '<ix:footnote id="n" continuedAt="gone">one</ix:footnote>'
    parsed = parse(inline(NUMBER.format("A"), note, resources=context() + USD + relationship))
    assert parsed.frame["concept"].to_list() == ["acme:A"]
    assert "its continuation 'gone' is not there" in parsed.failures[0][2]


def test_links_multiplied_beyond_measure_are_a_problem() -> None:
    many = range(400)
    locs = "".join('<link:loc xlink:href="#A" xlink:label="l-A"/>' for _ in many)
    notes = "".join(footnote("n", "x") for _ in many)
    parsed = parse(instance(FACT.format("A"), link(locs, notes, arc("A", "n"))))
    assert parsed.frame.height == 1
    assert parsed.footnotes.is_empty()
    assert "more than 100,000 times" in parsed.failures[0][2]


def test_recorded_footnotes_are_all_linked(evidence: Path) -> None:
    archive = evidence / "edgar_mirror/www.sec.gov/Archives/edgar/data"
    classic = archive / "789019/000119312515272806/msft-20150630.xml.gz"
    page = archive / "1326801/000132680125000017/meta-20241231.htm.gz"
    for path, arcs in ((classic, gzip.decompress(classic.read_bytes()).count(b"footnoteArc ")), (page, None)):
        parsed = parse_instances([recorded(path, "0000000042", "0000000042-25-000001")])
        assert parsed.failures == []
        assert parsed.footnotes.height > 0
        assert arcs is None or parsed.footnotes.height == arcs
        assert parsed.footnotes["text"].str.len_chars().min() > 0
