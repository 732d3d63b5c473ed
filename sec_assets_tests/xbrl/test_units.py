import pytest

from sec_assets_tests.xbrl.instances import instance, only, parse

USD = "<xbrli:measure>iso4217:USD</xbrli:measure>"
SHARES = "<xbrli:measure>\n xbrli:shares </xbrli:measure>"


def ratio(above: str, below: str) -> str:
    numerator = f"<xbrli:unitNumerator>{above}</xbrli:unitNumerator>"
    return f"<xbrli:divide>{numerator}<xbrli:unitDenominator>{below}</xbrli:unitDenominator></xbrli:divide>"


def unit_of(content: str) -> object:
    unit = f'<xbrli:unit id="Unit_Standard_xyz">{content}</xbrli:unit>'
    return only(parse(instance(unit, '<acme:X contextRef="y" unitRef="Unit_Standard_xyz">1</acme:X>')))["unit"]


@pytest.mark.parametrize(
    ("content", "unit"),
    [
        (USD, "USD"),
        (SHARES, "shares"),
        ("<xbrli:measure>xbrli:pure</xbrli:measure>", "pure"),
        (ratio(USD, SHARES), "USD/shares"),
        ("<xbrli:measure>acme:segment</xbrli:measure>", "segment"),
        (SHARES + USD, "USD*shares"),
        (ratio(USD, "<xbrli:measure>acme:MWh</xbrli:measure>" + SHARES), "USD/MWh*shares"),
        ("<xbrli:measure>acme:USD</xbrli:measure>", "acme:USD"),
        ("<xbrli:measure>acme:shares</xbrli:measure>", "acme:shares"),
    ],
)
def test_units_are_named_by_what_they_measure(content: str, unit: str) -> None:
    assert unit_of(content) == unit


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "no measure"),
        ("<xbrli:measure>bad:USD</xbrli:measure>", "prefix 'bad'"),
        ("<xbrli:measure>US dollars</xbrli:measure>", "not a qualified name"),
        (ratio(USD, ""), "no measure"),
        ("<xbrli:divide/>", "a ratio needs"),
    ],
)
def test_a_broken_unit_leaves_its_facts_out(content: str, reason: str) -> None:
    unit = f'<xbrli:unit id="u">{content}</xbrli:unit>'
    facts = '<acme:X contextRef="y" unitRef="u">1</acme:X><acme:Y contextRef="y" unitRef="usd">2</acme:Y>'
    parsed = parse(instance(unit, facts))
    assert parsed.frame["concept"].to_list() == ["acme:Y"]
    assert reason in parsed.failures[0][2]


def test_an_undefined_unit_is_a_failure_of_the_fact() -> None:
    parsed = parse(instance('<acme:X contextRef="y" unitRef="eur">1</acme:X>'))
    assert parsed.frame.is_empty()
    assert parsed.failures[0][2] == "acme:X (line 2): unit 'eur' is not defined"
