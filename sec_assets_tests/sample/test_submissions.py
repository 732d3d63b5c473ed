"""Tickers and submissions have the shapes EDGAR gives them."""

import gzip
import json

import pytest

from sec_assets.sample.site import respond
from sec_assets.sample.universe import companies


def served(url: str):
    return json.loads(respond(url).body)


def recorded(evidence, path: str):
    return json.loads(gzip.decompress((evidence / "edgar_mirror" / (path + ".gz")).read_bytes()))


@pytest.mark.parametrize("cik", list(companies()))
def test_submissions_have_the_keys_and_types_of_a_recorded_one(evidence, cik: str) -> None:
    real = recorded(evidence, "data.sec.gov/submissions/CIK0000320193.json")
    ours = served(f"https://data.sec.gov/submissions/CIK{cik}.json")
    assert list(ours) == list(real)
    assert list(ours["addresses"]["business"]) == list(real["addresses"]["business"])
    assert list(ours["filings"]) == list(real["filings"])
    columns, pattern = ours["filings"]["recent"], real["filings"]["recent"]
    assert list(columns) == list(pattern)
    assert len({len(column) for column in columns.values()}) == 1
    for name, column in columns.items():
        assert {type(cell) for cell in column} <= {type(cell) for cell in pattern[name]}
    assert columns["acceptanceDateTime"] == sorted(columns["acceptanceDateTime"], reverse=True)


def test_real_filings_are_told_as_recorded(evidence) -> None:
    for cik in ("0000320193", "0001835632"):
        real = recorded(evidence, f"data.sec.gov/submissions/CIK{cik}.json")
        ours = served(f"https://data.sec.gov/submissions/CIK{cik}.json")
        for key in (
            "name",
            "tickers",
            "exchanges",
            "sic",
            "sicDescription",
            "category",
            "stateOfIncorporation",
            "formerNames",
        ):
            assert ours[key] == real[key]
        pattern, columns = real["filings"]["recent"], ours["filings"]["recent"]
        for place, accession in enumerate(columns["accessionNumber"]):
            where = pattern["accessionNumber"].index(accession)
            for name in (
                "form",
                "filingDate",
                "reportDate",
                "acceptanceDateTime",
                "items",
                "size",
                "primaryDocument",
                "filmNumber",
            ):
                assert columns[name][place] == pattern[name][where], (accession, name)


def test_older_filings_are_on_a_page_of_their_own() -> None:
    files = served("https://data.sec.gov/submissions/CIK0009900005.json")["filings"]["files"]
    page = served(f"https://data.sec.gov/submissions/{files[0]['name']}")
    assert files[0]["filingCount"] == len(page["accessionNumber"]) == 16
    assert files[0]["filingFrom"] == page["filingDate"][-1]
    assert files[0]["filingTo"] == page["filingDate"][0]


def test_tickers_agree_with_each_other(evidence) -> None:
    plain = served("https://www.sec.gov/files/company_tickers.json")
    exchange = served("https://www.sec.gov/files/company_tickers_exchange.json")
    funds = served("https://www.sec.gov/files/company_tickers_mf.json")
    assert exchange["fields"] == recorded(evidence, "www.sec.gov/files/company_tickers_exchange.json")["fields"]
    assert funds["fields"] == recorded(evidence, "www.sec.gov/files/company_tickers_mf.json")["fields"]
    assert list(plain["0"]) == ["cik_str", "ticker", "title"]
    rows = [(row["cik_str"], row["title"], row["ticker"]) for row in plain.values()]
    assert rows == [tuple(row[:3]) for row in exchange["data"]]
    assert [row[2] for row in exchange["data"] if row[3] is None] == ["XTXTX", "XGHST"]
    assert {row[2] for row in rows if row[0] == 1652044} == {"GOOGL", "GOOG"}
