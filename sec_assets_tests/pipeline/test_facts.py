"""Documents of one company to facts: which document is read, what steps in, what is written where."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from sec_assets.pipeline.facts import parse_company
from sec_assets.pipeline.outcome import Outcome, Store
from sec_assets.storage.documents import DocumentStore
from sec_assets.storage.lake import Lake
from sec_assets.tables import (
    ARTIFACTS,
    COMPANYFACTS,
    FILING_COVER,
    FILINGS_INDEX,
    XBRL_FACTS,
    XBRL_PROBLEMS,
    XBRL_TEXTS,
    Table,
)
from sec_assets_tests.xbrl.instances import USD, context, inline, instance

CIK = "0000000042"
FACT = '<us-gaap:Assets contextRef="y" unitRef="usd" decimals="0">{}</us-gaap:Assets>'
NUMBER = '<ix:nonFraction name="us-gaap:Assets" contextRef="y" unitRef="usd">{}</ix:nonFraction>'
FEE = '<ix:nonFraction name="us-gaap:Fee" contextRef="z" unitRef="usd">9</ix:nonFraction>'


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(Lake(tmp_path / "lake"), DocumentStore(tmp_path / "documents"))


def put(store: Store, *documents: tuple[str, str, str, bytes]) -> None:
    """Store (accession number, name, kind, body) as artifacts of inline filings."""
    rows, filings = [], {}
    for accession, name, kind, body in documents:
        path = f"www.sec.gov/Archives/edgar/data/42/{accession.replace('-', '')}/{name}"
        file = store.documents.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
        rows.append({"cik": CIK, "accession_number": accession, "name": name, "kind": kind, "url": f"https://{path}",
                     "path": path, "status": "stored", "attempts": 1, "form": "10-K", "filed": date(2025, 2, 1)})  # fmt: skip
        filings[accession] = {"cik": CIK, "accession_number": accession, "form": "10-K", "filing_date": date(2025, 2, 1),
                              "is_inline_xbrl": True}  # fmt: skip
    store.lake.write(ARTIFACTS, ARTIFACTS.frame(rows), cik=CIK)
    store.lake.write(FILINGS_INDEX, FILINGS_INDEX.frame(filings.values()), cik=CIK)


def run(store: Store) -> tuple[Outcome, list[tuple[object, ...]]]:
    outcome = parse_company(store, CIK)
    assert outcome.failed == {}
    facts = store.lake.read(XBRL_FACTS, cik=CIK)
    assert outcome.written[CIK].rows == facts.height
    return outcome, facts.select("concept", "value", "source", "also_in").rows()


def table(store: Store, wanted: Table) -> list[dict[str, object]]:
    return store.lake.read(wanted, cik=CIK).to_dicts()


FIRST, SECOND = "0000000042-25-000001", "0000000042-25-000002"


def test_the_extracted_instance_is_read_and_the_page_is_not(store: Store) -> None:
    put(
        store,
        (FIRST, "a_htm.xml", "xbrl_instance", instance(FACT.format(1))),
        (FIRST, "a.htm", "primary", inline(NUMBER.format(2))),
    )
    outcome, rows = run(store)
    assert rows == [("us-gaap:Assets", "1", "a_htm.xml", None)]
    assert outcome.partial == {}


def test_an_inline_set_without_instance_is_read_whole_and_plain_exhibits_are_passed_over(store: Store) -> None:
    exhibit = inline(FEE, resources=context("z") + USD, schema="fees.xsd")
    put(
        store,
        (FIRST, "a.htm", "primary", inline(NUMBER.format(2))),
        (FIRST, "ex13.htm", "exhibit", exhibit),
        (FIRST, "ex99.htm", "exhibit", b"<html><body>News</body></html>"),
    )
    outcome, rows = run(store)
    assert rows == [("us-gaap:Assets", "2", "a.htm", None), ("us-gaap:Fee", "9", "ex13.htm", None)]
    assert outcome.partial == {}


def test_the_page_steps_in_for_an_instance_that_cannot_be_read(store: Store) -> None:
    put(
        store,
        (FIRST, "a_htm.xml", "xbrl_instance", instance(FACT.format(1))[:-20]),
        (FIRST, "a.htm", "primary", inline(NUMBER.format(2))),
        (SECOND, "b_htm.xml", "xbrl_instance", instance(FACT.format(3))),
    )
    outcome, rows = run(store)
    assert [row[1:3] for row in rows] == [("2", "a.htm"), ("3", "b_htm.xml")]
    assert "not well-formed" in outcome.partial[CIK]
    [problem] = table(store, XBRL_PROBLEMS)
    assert (problem["source"], problem["line"], problem["facts"]) == ("a_htm.xml", 2, None)


def test_problems_that_are_gone_leave_the_table(store: Store) -> None:
    put(store, (FIRST, "a.xml", "xbrl_instance", b"<a>"))
    run(store)
    put(store, (FIRST, "a.xml", "xbrl_instance", instance(FACT.format(1))))
    outcome, _ = run(store)
    assert outcome.partial == {}
    assert table(store, XBRL_PROBLEMS) == []


def test_companyfacts_stand_in_for_filings_and_companies_without_documents(store: Store) -> None:
    row = {
        "cik": CIK, "accession_number": SECOND, "concept": "us-gaap:Assets", "namespace": "http://fasb.org/us-gaap",
        "is_extension": False, "value": "7", "numeric": Decimal(7), "unit": "USD", "period": "2024-01-01/2024-12-31",
        "period_start": date(2024, 1, 1), "period_end": date(2024, 12, 31), "is_instant": False, "dimensions": "",
        "is_nil": False, "occurrence": 0, "ordinal": 0, "source": "companyfacts",
    }  # fmt: skip
    same = row | {"accession_number": FIRST, "value": "1", "numeric": Decimal(1), "ordinal": 1}
    store.lake.write(COMPANYFACTS, COMPANYFACTS.frame([row, same]), cik=CIK)
    _, rows = run(store)
    assert [row[1:] for row in rows] == [("1", "companyfacts", None), ("7", "companyfacts", None)]
    put(store, (FIRST, "a.xml", "xbrl_instance", instance(FACT.format(1))))
    _, rows = run(store)
    assert [row[1:] for row in rows] == [("1", "a.xml", "companyfacts"), ("7", "companyfacts", None)]


def test_long_texts_and_covers_are_written_beside_the_facts(store: Store) -> None:
    parts = f'<acme:Block contextRef="y">{"long " * 400}</acme:Block><dei:DocumentType contextRef="y">10-K</dei:DocumentType>'
    put(store, (FIRST, "a.xml", "xbrl_instance", instance(parts)))
    _, rows = run(store)
    assert [row[:2] for row in rows] == [("acme:Block", None), ("dei:DocumentType", "10-K")]
    assert [len(str(row["text"])) for row in table(store, XBRL_TEXTS)] == [1999]
    assert [row["document_type"] for row in table(store, FILING_COVER)] == ["10-K"]
