"""Totals reported by dimensions only: recovered where the filing proves how, left out where it does not."""

from sec_assets.xbrl.standardize import standardize
from sec_assets_tests.xbrl.small_facts import filing, frame

YEAR, BEFORE, END = "2023-01-01/2023-12-31", "2022-01-01/2022-12-31", "2023-12-31"
PRODUCT, REGION = "srt:ProductOrServiceAxis", "srt:StatementGeographicalAxis"


def part(value: int, axis: str, member: str, period: str = YEAR, **other: object) -> tuple:
    return ("Revenues", period, value, {"dimensions": f"{axis}=x:{member}Member", **other})


def revenue(*facts: tuple) -> list[tuple]:
    rows = standardize(frame(filing("a", "2024-02-01", *facts))).filter(line_item="revenue").sort("period_end")
    return rows.select("period_end", "value", "rule").rows()


def test_members_that_make_a_reported_total_make_the_missing_one_too():
    facts = [
        part(60, PRODUCT, "A"),
        part(40, PRODUCT, "B"),
        part(30, PRODUCT, "A", BEFORE),
        part(20, PRODUCT, "B", BEFORE),
    ]
    ((_, known, _), (_, found, rule)) = revenue(*facts, ("Revenues", BEFORE, 50))
    assert (known, found) == (50, 100)
    assert rule == f"sum of 2 members of {PRODUCT}, no total reported: they make the total of another period"


def test_other_members_than_those_of_the_proof_prove_nothing():
    facts = [
        part(60, PRODUCT, "A"),
        part(40, PRODUCT, "C"),
        part(30, PRODUCT, "A", BEFORE),
        part(20, PRODUCT, "B", BEFORE),
    ]
    assert len(revenue(*facts, ("Revenues", BEFORE, 50))) == 1


def test_members_that_do_not_make_the_reported_total_are_not_summed():
    facts = [
        part(60, PRODUCT, "A"),
        part(40, PRODUCT, "B"),
        part(30, PRODUCT, "A", BEFORE),
        part(20, PRODUCT, "B", BEFORE),
    ]
    assert len(revenue(*facts, ("Revenues", BEFORE, 45))) == 1


def test_products_and_regions_of_equal_sums_prove_each_other():
    facts = [part(60, PRODUCT, "A"), part(40, PRODUCT, "B"), part(75, REGION, "US"), part(25, REGION, "EU")]
    ((_, value, rule),) = revenue(*facts)
    assert value == 100
    assert rule == f"no total reported: the members of {PRODUCT} and of {REGION} give the same sum"


def test_one_axis_alone_or_two_that_disagree_give_nothing():
    products = [part(60, PRODUCT, "A"), part(40, PRODUCT, "B")]
    assert revenue(*products) == []
    assert revenue(*products, part(75, REGION, "US"), part(20, REGION, "EU")) == []


def test_the_registrants_own_facts_of_a_combined_report_are_its_totals():
    own = {"dimensions": "dei:LegalEntityAxis=x:ParentMember"}
    other = {"dimensions": "dei:LegalEntityAxis=x:UtilityMember"}
    cover = ("dei:EntityCentralIndexKey", END, 1, {**own, "value": "0000000001", "numeric": None, "unit": None})
    subsidiary = ("dei:EntityCentralIndexKey", END, 2, {**other, "value": "0000000002", "numeric": None, "unit": None})
    ((_, value, rule),) = revenue(cover, subsidiary, ("Revenues", YEAR, 100, own), ("Revenues", YEAR, 70, other))
    assert value == 100
    assert rule.endswith("; of the registrant, x:ParentMember in a combined report")


def test_earnings_per_share_are_those_of_all_classes_only_if_they_are_the_same():
    def eps(value: str, member: str) -> tuple:
        dimensions = f"us-gaap:StatementClassOfStockAxis=us-gaap:CommonClass{member}Member"
        return ("EarningsPerShareBasic", YEAR, value, {"unit": "USD/shares", "dimensions": dimensions})

    def found(*facts: tuple) -> list[object]:
        rows = standardize(frame(filing("a", "2024-02-01", *facts)))
        return [float(value) for value in rows.filter(line_item="eps_basic")["value"]]

    assert found(eps("5.84", "A"), eps("5.84", "B")) == [5.84]
    assert found(eps("5.84", "A"), eps("8760.00", "B")) == []


def test_a_reported_total_is_never_replaced_by_a_sum():
    facts = [part(60, PRODUCT, "A"), part(40, PRODUCT, "B"), part(75, REGION, "US"), part(25, REGION, "EU")]
    assert [value for _, value, _ in revenue(*facts, ("Revenues", YEAR, 120))] == [120]
