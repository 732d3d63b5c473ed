"""Answers of EDGAR that came in meanwhile are worked on together; what came before an outage is given before it."""

import json
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from sec_assets.errors import UnreachableError
from sec_assets.pipeline.filings import SameAnswers, index_companies
from sec_assets.pipeline.outcome import Store
from sec_assets.storage.documents import DocumentStore
from sec_assets.storage.lake import Lake
from sec_assets.tables import FILINGS_INDEX
from sec_assets_tests.edgar.http_server import always, fake_edgar
from sec_assets_tests.edgar.live_clients import quick_client

CIKS = [f"{number:010d}" for number in range(1, 13)]
ABSENT, DOWN = CIKS[2], CIKS[8]


def address(cik: str) -> str:
    return f"/data.sec.gov/submissions/CIK{cik}.json"


def submissions(cik: str, files: Sequence[dict[str, str]] = ()) -> bytes:
    columns = {
        "accessionNumber": [f"{cik}-24-000001"],
        "filingDate": ["2024-05-03"],
        "acceptanceDateTime": ["2024-05-02T22:04:25.000Z"],
        "form": ["10-Q"],
        "primaryDocument": ["q.htm"],
    }
    return json.dumps({"cik": cik, "name": "Example Co", "filings": {"recent": columns, "files": list(files)}}).encode()


def test_companies_are_given_in_order_as_they_come_and_before_an_outage(tmp_path: Path) -> None:
    store = Store(Lake(tmp_path / "lake"), DocumentStore(tmp_path / "documents"))
    with fake_edgar() as edgar, quick_client(tmp_path, edgar.base) as client:
        for cik in CIKS:
            edgar.behaviours[address(cik)] = always(200, submissions(cik), Content_Type="application/json")
        del edgar.behaviours[address(ABSENT)]
        edgar.behaviours[address(DOWN)] = always(500, b"<html>Internal Server Error</html>")
        outcomes = index_companies(client, store, CIKS, workers=1, refresh=False)
        first = next(outcomes)
        until = time.monotonic() + 30
        while not edgar.count(address(DOWN)) and time.monotonic() < until:
            time.sleep(0.01)
        rest = next(outcomes)
        assert [*first.ciks, *rest.ciks] == CIKS[: CIKS.index(DOWN)]
        assert len(rest.ciks) > 1, "they had come in meanwhile"
        assert list(rest.failed) == [ABSENT]
        assert rest.frame is not None
        assert rest.frame["cik"].to_list() == [cik for cik in rest.ciks if cik != ABSENT]
        with pytest.raises(UnreachableError, match="500"):
            next(outcomes)


def test_nothing_is_made_of_an_answer_that_is_the_one_of_before(tmp_path: Path) -> None:
    store = Store(Lake(tmp_path / "lake"), DocumentStore(tmp_path / "documents"))
    ciks = CIKS[:6]
    lacking, damaged, other = ciks[1], ciks[3], ciks[4]

    def run() -> dict[str, bool]:
        """Companies an outcome came for, and whether rows were made of their answers."""
        made: dict[str, bool] = {}
        same = SameAnswers(tmp_path / "receipts", store.lake)
        for outcome in index_companies(client, store, ciks, workers=2, refresh=True, same=same):
            made |= dict.fromkeys(outcome.ciks, outcome.frame is not None)
            if outcome.frame is None or outcome.extra is None:
                assert {cik: written.rows for cik, written in outcome.written.items()} == dict.fromkeys(outcome.ciks, 1)
                continue
            store.lake.write_partitions(FILINGS_INDEX, outcome.frame, outcome.ciks)
            store.lake.write_partitions(*outcome.extra, outcome.ciks)
        return made

    with fake_edgar() as edgar, quick_client(tmp_path, edgar.base) as client:
        for cik in ciks:
            files = [{"name": f"CIK{cik}-submissions-001.json"}] if cik == lacking else []
            edgar.behaviours[address(cik)] = always(200, submissions(cik, files), Content_Type="application/json")
        assert run() == dict.fromkeys(ciks, True)
        assert run() == {cik: cik == lacking for cik in ciks}, "what lacks a page is tried again"
        store.lake.write(FILINGS_INDEX, store.lake.read(FILINGS_INDEX, cik=damaged).clear(), cik=damaged)
        edgar.behaviours[address(other)] = always(
            200, submissions(other).replace(b"10-Q", b"10-K"), Content_Type="application/json"
        )
        assert run() == {cik: cik in (lacking, damaged, other) for cik in ciks}
        assert store.lake.read(FILINGS_INDEX, cik=damaged).height == 1
        assert store.lake.read(FILINGS_INDEX, cik=other)["form"].to_list() == ["10-K"]
