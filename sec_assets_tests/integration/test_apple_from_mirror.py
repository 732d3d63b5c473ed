"""Forty years of Apple from a folder of recorded responses, and a neighbour the folder does not have."""

import gzip
import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from sec_assets_tests.integration.home import BEHIND_TICKER_MAP, Home

pytestmark = [pytest.mark.executor, pytest.mark.timeout(900)]

APPLE, ALPHABET = "0000320193", "0001652044"


@pytest.fixture(scope="module")
def mirrored(evidence: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(
        tmp_path_factory.mktemp("mirrored") / "data",
        {
            "SEC_ASSETS_SOURCE": "mirror",
            "SEC_ASSETS_MIRROR": str(evidence / "edgar_mirror"),
            "SEC_ASSETS_UNIVERSE": "ciks:320193,1652044",
            "SEC_ASSETS_YEARS": "40",
            "SEC_ASSETS_PRICES_CSV": str(evidence / "market/prices/recent_2024-2026"),
        },
    ).init()
    home.materialize("ticker_map")
    home.materialize(BEHIND_TICKER_MAP, "--partition-range", f"{APPLE}...{ALPHABET}")
    return home


def folder(evidence: Path, accession: str) -> Path:
    data = evidence / "edgar_mirror/www.sec.gov/Archives/edgar/data"
    return data / str(int(APPLE)) / accession.replace("-", "")


def test_the_run_is_green(mirrored: Home) -> None:
    assert mirrored.run_statuses() == ["SUCCESS", "SUCCESS"]


def test_all_filings_are_in_the_index(mirrored: Home) -> None:
    index = mirrored.frame("filings_index")
    assert index["cik"].unique().to_list() == [APPLE]
    assert index.height == 1993
    assert index["filing_date"].min() == date(1994, 1, 26)


def test_every_wanted_document_is_stored_or_says_that_the_mirror_lacks_it(mirrored: Home, evidence: Path) -> None:
    rows = mirrored.frame("artifacts")
    assert set(rows["status"]) == {"stored", "absent"}
    assert rows["accession_number"].n_unique() > 300, "every filing of the chosen forms in forty years"
    for number, name, kind, status, error in rows.select(
        "accession_number", "name", "kind", "status", "error"
    ).iter_rows():
        place = folder(evidence, number)
        page = kind == "index" and name.endswith(".html")
        file = (place.parent if page else place) / name
        there = file.exists() or file.with_name(f"{name}.gz").exists() or (name == "index.json" and place.is_dir())
        assert (status == "stored") is there, (number, name)
        assert (error is None) if there else ("not in the mirror" in error), (number, name)


def test_every_instance_the_mirror_has_of_these_filings_is_parsed(mirrored: Home, evidence: Path) -> None:
    artifacts, facts = mirrored.frame("artifacts"), mirrored.frame("xbrl_facts")
    present = {
        (number, path.name.removesuffix(".gz"))
        for number in artifacts["accession_number"].unique()
        for path in folder(evidence, number).glob("*.xml*")
        if re.search(rb"<(\w+:)?xbrl[\s>]", head(path))
    }
    assert len(present) == 11
    assert present <= set(facts.select("accession_number", "source").iter_rows())


def head(path: Path) -> bytes:
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
        return stream.read(4096)


def test_what_was_reported_in_2023_comes_out(mirrored: Home) -> None:
    revenue = mirrored.frame("financials").filter(
        line_item="revenue", period_type="year", accession_number="0000320193-23-000106"
    )
    values = dict(revenue.select(pl.col("period_end").dt.year(), pl.col("value").cast(pl.Int64)).iter_rows())
    assert values[2023] == 383_285_000_000
    assert values[2022] == 394_328_000_000


def test_the_company_the_mirror_lacks_is_a_failure_and_its_prices_are_there(mirrored: Home) -> None:
    status = mirrored.status()
    state, why = status["filings_index", ALPHABET]
    assert state == "failed"
    assert "not in the mirror" in str(why)
    assert status["filings_index", APPLE][0] in {"ok", "partial"}
    assert status["financials", APPLE] == ("ok", None)
    prices = mirrored.frame("prices")
    counts = dict(prices.group_by("ticker").len().iter_rows())
    assert counts == {"AAPL": 499, "GOOGL": 499}
    assert set(prices["source"]) == {"csv"}
    assert "no file GOOG.csv" in str(status["prices", ALPHABET][1])


def test_no_holdings_is_no_reason_to_fail(mirrored: Home) -> None:
    assert not (mirrored.data / "portfolio.csv").exists()
    page = (mirrored.data / "reports/portfolio.html").read_text()
    assert "portfolio.csv" in page, "it says where holdings belong"
    assert mirrored.metadata("portfolio_report")["dagster/row_count"] == 0
