import pytest

from sec_assets.xbrl.duplicates import classify_duplicates, count_duplicates
from sec_assets_tests.xbrl.instances import instance, parse


def facts(*values: tuple[str, str | None]) -> list[str]:
    return [
        f'<acme:X contextRef="y" unitRef="usd"{f" decimals={chr(34)}{decimals}{chr(34)}" if decimals else ""}>{value}</acme:X>'
        if value != "nil"
        else '<acme:X contextRef="y" unitRef="usd" xsi:nil="true" decimals="INF"/>'
        for value, decimals in values
    ]


@pytest.mark.parametrize(
    ("values", "order"),
    [
        ([("17000", "-3"), ("16758", "0")], ["16758", "17000"]),
        ([("1", "0"), ("2", "INF"), ("3", "5")], ["2", "3", "1"]),
        ([("1", None), ("2", "-9")], ["2", "1"]),
        ([("1", "0"), ("2", "0")], ["1", "2"]),
        ([("nil", None), ("2", "-6")], ["2", None]),
        ([("5", "10"), ("6", "9")], ["5", "6"]),
    ],
)
def test_the_most_precise_fact_is_the_one_to_use(values: list[tuple[str, str | None]], order: list[str | None]) -> None:
    frame = parse(instance(*facts(*values))).frame
    assert frame["occurrence"].to_list() == list(range(len(values)))
    assert frame["value"].to_list() == order


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ([("100", "0"), ("100.0", "0")], "complete"),
        ([("100", "0"), ("100", "-2")], "consistent"),
        ([("16758", "0"), ("17000", "-3")], "consistent"),
        ([("16758", "INF"), ("17000", "-3")], "consistent"),
        ([("16758", "0"), ("18000", "-3")], "inconsistent"),
        ([("100", "INF"), ("101", "INF")], "inconsistent"),
        ([("100", None), ("101", None)], "inconsistent"),
        ([("nil", None), ("100", "0")], "inconsistent"),
        ([("17000", "-3"), ("16758", "0"), ("17000", "-3")], "consistent"),
    ],
)
def test_duplicates_are_judged_by_their_rounding(values: list[tuple[str, str | None]], verdict: str) -> None:
    frame = parse(instance(*facts(*values))).frame
    judged = classify_duplicates(frame)
    assert judged.select("n_facts", "verdict").rows() == [(len(values), verdict)]
    counts = {"complete": 0, "consistent": 0, "inconsistent": 0, verdict: 1}
    assert count_duplicates(frame) == counts


def test_single_facts_are_no_duplicates() -> None:
    frame = parse(instance(*facts(("1", "0")))).frame
    assert classify_duplicates(frame).is_empty()


def test_texts_agree_when_they_are_the_same() -> None:
    texts = '<acme:T contextRef="y">a</acme:T><acme:T contextRef="y">a</acme:T><acme:U contextRef="y">a</acme:U>'
    frame = parse(instance(texts, '<acme:U contextRef="y">b</acme:U>')).frame
    assert classify_duplicates(frame).sort("concept").select("concept", "verdict").rows() == [
        ("acme:T", "complete"),
        ("acme:U", "inconsistent"),
    ]
