from sec_assets.tables import XBRL_FACTS, XBRL_TEXTS
from sec_assets.xbrl.texts import LONGEST_VALUE, texts_apart, with_texts
from sec_assets_tests.xbrl.instances import instance, parse


def test_long_texts_lie_apart_and_can_be_put_back() -> None:
    long, number = "x" * (LONGEST_VALUE + 1), "0" * LONGEST_VALUE + "5"
    facts = parse(
        instance(
            f'<acme:Long contextRef="y">{long}</acme:Long><acme:Short contextRef="y">{long[1:]}</acme:Short>',
            f'<acme:Number contextRef="y" unitRef="usd">{number}</acme:Number>',
            '<acme:Nil contextRef="y" xsi:nil="true"/>',
        )
    ).frame
    short, texts = texts_apart(facts)
    assert (short.schema, texts.schema) == (XBRL_FACTS.schema, XBRL_TEXTS.schema)
    assert texts.select("concept", "text").rows() == [("acme:Long", long)]
    lengths = dict(short.select("concept", "text_length").iter_rows())
    assert lengths == {"acme:Long": len(long), "acme:Short": None, "acme:Number": None, "acme:Nil": None}
    assert short.filter(short["concept"] == "acme:Long")["value"].to_list() == [None]
    assert with_texts(short, texts).equals(facts)
