"""From the list of filings to facts and text with lake and documents in an object store: the same rows as in a folder."""

from datetime import UTC, datetime
from pathlib import Path

from sec_assets.edgar.client import EdgarClient
from sec_assets.edgar.effort import Effort
from sec_assets.object_store import ObjectUrl
from sec_assets.pipeline.documents import collect_companies, companies_with_documents
from sec_assets.pipeline.facts import parse_company
from sec_assets.pipeline.filings import index_companies
from sec_assets.pipeline.outcome import Outcome, Store
from sec_assets.pipeline.texts import split_company
from sec_assets.settings import Settings, load_settings
from sec_assets.stats.coverage import by_form, scan
from sec_assets.storage.documents import DocumentStore
from sec_assets.storage.lake import Lake
from sec_assets.storage.status import StatusLog, Verdict
from sec_assets.tables import ARTIFACTS, FILINGS_INDEX, XBRL_FACTS, Table
from sec_assets_tests.campaigns.lake_compare import compare

CIKS = ["0009900008", "0009900014"]  # the second has a document that is absent and one that ends in the middle


def keep(store: Store, table: Table, outcome: Outcome) -> None:
    if outcome.frame is not None:
        store.lake.write_partitions(table, outcome.frame, outcome.ciks)
    state = "partial" if outcome.partial else "ok"
    verdicts = {cik: Verdict(state, store.lake.read(table, cik=cik).height) for cik in outcome.ciks}
    StatusLog(store.lake.root).record(table.name, verdicts, run_id="r", at=datetime(2026, 1, 1, tzinfo=UTC))


def make(settings: Settings) -> Store:
    store = Store(Lake(settings.lake), DocumentStore(settings.documents, settings.archives))
    with EdgarClient(settings) as client:
        for outcome in index_companies(client, store, CIKS, workers=2, refresh=False):
            keep(store, FILINGS_INDEX, outcome)
        for outcome in collect_companies(client, store, settings, CIKS, Effort(2)):
            keep(store, ARTIFACTS, outcome)
    for cik in CIKS:
        keep(store, XBRL_FACTS, parse_company(store, cik))
        split_company(store, cik)
    return store


def test_an_object_store_holds_what_a_folder_holds(objects: ObjectUrl, tmp_path: Path) -> None:
    here = load_settings({"SEC_ASSETS_DATA": str(tmp_path / "here")})
    there = load_settings({"SEC_ASSETS_DATA": str(objects), "SEC_ASSETS_LOCAL": str(tmp_path / "local")})
    folder, store = make(here), make(there)
    found = compare(str(here.data), str(objects))
    assert (found["differing"], found["damaged"]) == ([], [])
    assert found["documents"]
    assert companies_with_documents(store.lake, CIKS) == set(CIKS)
    kinds = [
        by_form(scan(lake, FILINGS_INDEX).rows, scan(lake, ARTIFACTS).rows, here.forms)
        for lake in (folder.lake, store.lake)
    ]
    assert kinds[0].equals(kinds[1])
    assert not list((tmp_path / "local").rglob("*.parquet"))
    assert not (tmp_path / "local" / "documents").exists()


def test_documents_that_are_stored_are_not_asked_for_again(objects: ObjectUrl, tmp_path: Path) -> None:
    settings = load_settings({"SEC_ASSETS_DATA": str(objects), "SEC_ASSETS_LOCAL": str(tmp_path)})
    store = make(settings)
    row = store.lake.read(ARTIFACTS, cik=CIKS[0]).filter(status="stored").row(0, named=True)
    place = store.documents.path_of(row["url"])
    assert isinstance(place, ObjectUrl)
    with EdgarClient(settings) as client:
        assert not client.download(row["url"]).downloaded
        place.write(b"cut")  # another size than the one on record: taken away and fetched again
        list(collect_companies(client, store, settings, CIKS[:1], Effort(2)))
    assert place.about().size == row["bytes"]
