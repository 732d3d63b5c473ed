import gzip
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl

from sec_assets.xbrl.companyfacts import SCHEMA, read_companyfacts
from sec_assets.xbrl.instance import InstanceDocument, ParsedFacts, parse_instances
from sec_assets.xbrl.reconcile import DIFFERENCES, reconcile
from sec_assets_tests.xbrl.instances import context, instance, parse, recorded_of

ACCESSION = "0000000042-25-000001"
CIK = "0000000042"
YEAR = (date(2024, 1, 1), date(2024, 12, 31))


def api(*rows: tuple[str, str, date | None, date, str], accession: str = ACCESSION) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "cik": CIK, "accession_number": accession, "taxonomy": "us-gaap", "tag": tag, "unit": unit,
                "start": start, "end": end, "value": value, "numeric": Decimal(value),
            }
            for tag, unit, start, end, value in rows
        ],
        schema=SCHEMA,
    )  # fmt: skip


def facts(*values: str, decimals: str = "0") -> list[str]:
    return [
        f'<us-gaap:Assets contextRef="y" unitRef="usd" decimals="{decimals}">{value}</us-gaap:Assets>'
        for value in values
    ]


def rules(filing: bytes, companyfacts: pl.DataFrame) -> list[tuple[str, str | None, str | None]]:
    found = reconcile(parse(filing).frame, companyfacts)
    assert found.schema == DIFFERENCES
    return [
        (rule, None if ours is None else f"{ours.normalize():f}", None if theirs is None else f"{theirs.normalize():f}")
        for rule, ours, theirs in found.select("rule", "filing_value", "api_value").iter_rows()
    ]


def test_equal_facts_give_no_difference() -> None:
    assert rules(instance(*facts("5.00")), api(("Assets", "USD", *YEAR, "5"))) == []


def test_what_the_api_leaves_out_is_not_compared() -> None:
    member = '<xbrldi:explicitMember dimension="us-gaap:Axis">acme:OneMember</xbrldi:explicitMember>'
    left_out = (
        context("d", segment=member)
        + '<us-gaap:Assets contextRef="d" unitRef="usd">1</us-gaap:Assets>'
        + '<acme:Own contextRef="y" unitRef="usd">1</acme:Own><us-gaap:Text contextRef="y">t</us-gaap:Text>'
        + '<us-gaap:Nil contextRef="y" unitRef="usd" xsi:nil="true"/>'
    )
    assert rules(instance(*facts("5"), left_out), api(("Assets", "USD", *YEAR, "5"))) == []


def test_another_value_is_unexplained() -> None:
    assert rules(instance(*facts("5")), api(("Assets", "USD", *YEAR, "6"))) == [("unexplained", "5", "6")]


def test_facts_of_one_side_only_are_unexplained() -> None:
    found = rules(instance(*facts("5")), api(("Liabilities", "USD", *YEAR, "5")))
    assert sorted(found, key=str) == [("unexplained", "5", None), ("unexplained", None, "5")]


def test_a_one_day_duration_may_be_an_instant() -> None:
    day = "<xbrli:startDate>2024-01-01</xbrli:startDate><xbrli:endDate>2024-01-01</xbrli:endDate>"
    filing = instance(context("d", day), '<us-gaap:Assets contextRef="d" unitRef="usd">5</us-gaap:Assets>')
    assert rules(filing, api(("Assets", "USD", None, date(2024, 1, 1), "5"))) == [("one_day_duration", "5", "5")]
    assert [rule for rule, _, _ in rules(filing, api(("Assets", "USD", None, date(2024, 1, 1), "6")))] == [
        "unexplained",
        "unexplained",
    ]


def test_an_amount_per_share_may_be_in_plain_currency() -> None:
    numerator = "<xbrli:unitNumerator><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unitNumerator>"
    denominator = "<xbrli:unitDenominator><xbrli:measure>xbrli:shares</xbrli:measure></xbrli:unitDenominator>"
    unit = f'<xbrli:unit id="ps"><xbrli:divide>{numerator}{denominator}</xbrli:divide></xbrli:unit>'
    filing = instance(unit, '<us-gaap:Price contextRef="y" unitRef="ps">5</us-gaap:Price>')
    assert rules(filing, api(("Price", "USD", *YEAR, "5"))) == [("unit_relabelled", "5", "5")]
    assert {rule for rule, _, _ in rules(filing, api(("Price", "EUR", *YEAR, "5")))} == {"unexplained"}


def test_the_less_precise_of_two_statements_has_a_name() -> None:
    filing = instance(*facts("17000", decimals="-3"), *facts("16758"))
    assert rules(filing, api(("Assets", "USD", *YEAR, "16758"))) == []
    assert rules(filing, api(("Assets", "USD", *YEAR, "17000"))) == [("other_duplicate", "16758", "17000")]


def test_a_filing_the_api_does_not_know_is_said_once() -> None:
    companyfacts = api(("Assets", "USD", *YEAR, "5"), accession="0000000042-24-000009")
    assert rules(instance(*facts("5"), *facts("6")), companyfacts) == [("filing_not_in_api", None, None)]


# Every difference between Apple's recorded filings and companyfacts, each looked at: the API gives per-share prices of
# two 2010 filings in USD, although the filings say USD/shares, and two tax rates that hold for one day as instants.
PREFIX = "us-gaap:ShareBasedCompensationArrangementByShareBasedPaymentAward"
FAIR_VALUE = PREFIX + "EquityInstrumentsOtherThanOptionsForfeitedInPeriodWeightedAverageGrantDateFairValue"
EXERCISED, FORFEITED, GRANTED = (
    f"{PREFIX}Options{what}InPeriodWeightedAverageExercisePrice" for what in ("Exercises", "Forfeitures", "Grants")
)
TAX_RATE = "us-gaap:EffectiveIncomeTaxRateReconciliationAtFederalStatutoryIncomeTaxRate"
APPLE = [
    ("0000320193-19-000010", TAX_RATE, "2017-12-31", "0.35", "one_day_duration"),
    ("0000320193-19-000010", TAX_RATE, "2018-01-01", "0.21", "one_day_duration"),
    ("0001193125-10-162840", FAIR_VALUE, "2010-06-26", "146.42", "unit_relabelled"),
    ("0001193125-10-162840", EXERCISED, "2010-06-26", "64.45", "unit_relabelled"),
    ("0001193125-10-162840", FORFEITED, "2010-06-26", "137.61", "unit_relabelled"),
    ("0001193125-10-162840", GRANTED, "2010-06-26", "202", "unit_relabelled"),
    ("0001193125-10-238044", FAIR_VALUE, "2008-09-27", "119.12", "unit_relabelled"),
    ("0001193125-10-238044", FAIR_VALUE, "2009-09-26", "121.28", "unit_relabelled"),
    ("0001193125-10-238044", FAIR_VALUE, "2010-09-25", "147.56", "unit_relabelled"),
    ("0001193125-10-238044", EXERCISED, "2008-09-27", "27.88", "unit_relabelled"),
    ("0001193125-10-238044", EXERCISED, "2009-09-26", "41.78", "unit_relabelled"),
    ("0001193125-10-238044", EXERCISED, "2010-09-25", "62.69", "unit_relabelled"),
    ("0001193125-10-238044", FORFEITED, "2008-09-27", "98.4", "unit_relabelled"),
    ("0001193125-10-238044", FORFEITED, "2009-09-26", "122.98", "unit_relabelled"),
    ("0001193125-10-238044", FORFEITED, "2010-09-25", "136.27", "unit_relabelled"),
    ("0001193125-10-238044", GRANTED, "2008-09-27", "171.36", "unit_relabelled"),
    ("0001193125-10-238044", GRANTED, "2009-09-26", "106.84", "unit_relabelled"),
    ("0001193125-10-238044", GRANTED, "2010-09-25", "202", "unit_relabelled"),
]


def filings_of(mirror: Path, cik: int, *patterns: str) -> list[InstanceDocument]:
    """Every recorded instance and inline document of a company, once."""
    found = {(d.accession_number, d.name): d for pattern in patterns for d in recorded_of(mirror, cik, pattern)}
    linkbases = ("_cal.xml", "_def.xml", "_lab.xml", "_pre.xml")
    return [found[key] for key in sorted(found) if not key[1].endswith(linkbases)]


def companyfacts_of(mirror: Path, cik: int) -> pl.DataFrame:
    path = mirror / f"data.sec.gov/api/xbrl/companyfacts/CIK{cik:010d}.json.gz"
    return read_companyfacts(gzip.decompress(path.read_bytes()))


def shared_keys(parsed: ParsedFacts, companyfacts: pl.DataFrame) -> int:
    """Rows of the API for the filings that were parsed."""
    return companyfacts.join(parsed.frame, on=["cik", "accession_number"], how="semi").height


def test_apples_filings_agree_with_the_api_but_for_differences_that_have_a_name(evidence: Path) -> None:
    mirror = evidence / "edgar_mirror"
    documents = filings_of(mirror, 320193, "*_htm.xml*", "aapl-20*[0-9].xml*", "aapl-20*.htm*")
    # A formatter has taken the namespaces out of this copy: it is not what EDGAR served.
    documents = [document for document in documents if document.name != "aapl-20240629.htm"]
    parsed, companyfacts = parse_instances(documents), companyfacts_of(mirror, 320193)
    assert parsed.failures == []
    assert parsed.out_of_range == 0
    assert parsed.frame["source"].n_unique() == 15
    assert shared_keys(parsed, companyfacts) == 5386
    differences = reconcile(parsed.frame, companyfacts)
    assert [
        (accession, concept, end.isoformat(), f"{value.normalize():f}", rule)
        for accession, concept, end, value, rule in differences.select(
            "accession_number", "concept", "filing_end", "filing_value", "rule"
        ).iter_rows()
    ] == APPLE
    relabelled = differences.filter(pl.col("rule") == "unit_relabelled")
    assert relabelled.select("filing_unit", "api_unit").unique().rows() == [("USD/shares", "USD")]


def test_alphabets_filings_agree_with_the_api_without_any_difference(evidence: Path) -> None:
    mirror = evidence / "edgar_mirror"
    parsed = parse_instances(filings_of(mirror, 1652044, "goog-*_htm.xml*", "goog-*.htm*"))
    companyfacts = companyfacts_of(mirror, 1652044)
    assert parsed.failures == []
    assert parsed.frame["source"].n_unique() == 5
    assert shared_keys(parsed, companyfacts) == 2390
    assert reconcile(parsed.frame, companyfacts).is_empty()


def test_a_copy_without_namespaces_fails_loudly_and_shows_in_the_differences(evidence: Path) -> None:
    mirror = evidence / "edgar_mirror"
    parsed = parse_instances(filings_of(mirror, 320193, "aapl-20240629.htm*"))
    [(_, _, reason)] = parsed.failures
    assert (
        "no namespace is declared for the prefix 'dei', 'ecd', 'srt', 'iso4217', 'ixt', 'aapl', 'ixt-sec'; and 742 more"
        in reason
    )
    assert "unexplained" in reconcile(parsed.frame, companyfacts_of(mirror, 320193))["rule"].to_list()
