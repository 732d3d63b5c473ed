import gzip
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl

from sec_assets.tables import COMPANYFACTS, FILINGS_INDEX, XBRL_FACTS
from sec_assets.xbrl.companyfacts import SCHEMA, companyfacts_as_facts, read_companyfacts
from sec_assets.xbrl.merge import merge_companyfacts
from sec_assets.xbrl.names import standard_prefix
from sec_assets_tests.xbrl.instances import context, instance, parse

CIK, HERE, ELSEWHERE = "0000000042", "0000000042-25-000001", "0000000042-19-000001"
YEAR = (date(2024, 1, 1), date(2024, 12, 31))
NO_FILINGS = FILINGS_INDEX.frame()


def api(*rows: tuple[str, str, str, date | None, date, str]) -> pl.DataFrame:
    return companyfacts_as_facts(
        pl.DataFrame(
            [
                {
                    "cik": CIK, "accession_number": accession, "taxonomy": "us-gaap", "tag": tag, "unit": unit,
                    "start": start, "end": end, "value": value, "numeric": Decimal(value), "form": "10-K",
                    "filed": date(2025, 2, 1),
                }
                for accession, tag, unit, start, end, value in rows
            ],
            schema=SCHEMA,
        )
    )  # fmt: skip


ASSETS = '<us-gaap:Assets contextRef="y" unitRef="usd" decimals="0">5.0</us-gaap:Assets>'


def sources(merged: pl.DataFrame) -> list[tuple[str, str, str | None]]:
    return merged.select("concept", "source", "also_in").rows()


def test_a_fact_of_both_sources_is_kept_once_with_both_named() -> None:
    merged = merge_companyfacts(parse(instance(ASSETS)).frame, api((HERE, "Assets", "USD", *YEAR, "5")), NO_FILINGS)
    assert sources(merged) == [("us-gaap:Assets", "document-0.xml", "companyfacts")]


def test_a_fact_with_another_value_is_not_confirmed_and_the_document_wins() -> None:
    merged = merge_companyfacts(parse(instance(ASSETS)).frame, api((HERE, "Assets", "USD", *YEAR, "6")), NO_FILINGS)
    assert sources(merged) == [("us-gaap:Assets", "document-0.xml", None)]


def test_a_fact_with_dimensions_is_not_confirmed_by_the_total() -> None:
    member = '<xbrldi:explicitMember dimension="us-gaap:Axis">acme:OneMember</xbrldi:explicitMember>'
    part = '<us-gaap:Assets contextRef="d" unitRef="usd" decimals="0">5</us-gaap:Assets>'
    facts = parse(instance(context("d", segment=member), part)).frame
    assert sources(merge_companyfacts(facts, api((HERE, "Assets", "USD", *YEAR, "5")), NO_FILINGS)) == [
        ("us-gaap:Assets", "document-0.xml", None)
    ]


def test_a_filing_without_documents_comes_from_the_api_with_its_acceptance() -> None:
    accepted = datetime(2019, 2, 1, 21, tzinfo=UTC)
    filings = FILINGS_INDEX.frame(
        [
            {
                "cik": CIK,
                "accession_number": ELSEWHERE,
                "form": "10-K",
                "filing_date": date(2019, 2, 1),
                "accepted_at": accepted,
            }
        ]
    )
    theirs = api((HERE, "Assets", "USD", *YEAR, "5"), (ELSEWHERE, "Assets", "USD", None, date(2018, 12, 31), "4.00"))
    merged = merge_companyfacts(parse(instance(ASSETS)).frame, theirs, filings)
    assert merged.schema == XBRL_FACTS.schema
    other = merged.filter(pl.col("source") == "companyfacts").row(0, named=True)
    assert (other["accession_number"], other["period"], other["is_instant"]) == (ELSEWHERE, "2018-12-31", True)
    assert (other["value"], other["numeric"], other["decimals"]) == ("4.00", Decimal(4), None)
    assert (other["accepted_at"], other["namespace"]) == (accepted, "http://fasb.org/us-gaap")


def test_the_two_habits_of_the_api_do_not_hide_that_facts_are_the_same() -> None:
    day = "<xbrli:startDate>2024-01-01</xbrli:startDate><xbrli:endDate>2024-01-01</xbrli:endDate>"
    measures = "".join(
        f"<xbrli:unit{part}><xbrli:measure>{measure}</xbrli:measure></xbrli:unit{part}>"
        for part, measure in (("Numerator", "iso4217:USD"), ("Denominator", "xbrli:shares"))
    )
    unit = f'<xbrli:unit id="ps"><xbrli:divide>{measures}</xbrli:divide></xbrli:unit>'
    facts = parse(
        instance(
            context("d", day), unit,
            '<us-gaap:Rate contextRef="d" unitRef="usd" decimals="2">0.35</us-gaap:Rate>',
            '<us-gaap:Price contextRef="y" unitRef="ps" decimals="2">5</us-gaap:Price>',
        )
    ).frame  # fmt: skip
    theirs = api((HERE, "Rate", "USD", None, date(2024, 1, 1), "0.35"), (HERE, "Price", "USD", *YEAR, "5"))
    assert merge_companyfacts(facts, theirs, NO_FILINGS)["also_in"].to_list() == ["companyfacts"] * 2


def test_the_namespaces_given_to_the_api_lead_back_to_its_taxonomies(evidence: Path) -> None:
    for path in sorted((evidence / "edgar_mirror/data.sec.gov/api/xbrl/companyfacts").glob("*.json.gz")):
        companyfacts = read_companyfacts(gzip.decompress(path.read_bytes()))
        facts = companyfacts_as_facts(companyfacts)
        assert facts.schema == COMPANYFACTS.schema
        assert facts.height == companyfacts.height
        assert not facts.select(COMPANYFACTS.key).is_duplicated().any()
        prefixes = facts.select(pl.col("concept").str.split(":").list.first(), "namespace").unique()
        assert [prefix for prefix, _ in prefixes.iter_rows()] == [standard_prefix(n) for _, n in prefixes.iter_rows()]
