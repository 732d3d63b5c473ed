"""Invented universes of any size: the same bytes every time, and read like EDGAR's own."""

import zipfile
from datetime import UTC, datetime

import pytest

from sec_assets.edgar.bulk.batches import in_batches, members_of
from sec_assets.edgar.bulk.directory import read_directory
from sec_assets.pipeline.bulk import index_batch
from sec_assets.pipeline.outcome import Store
from sec_assets.sample import crowd
from sec_assets.storage.documents import DocumentStore
from sec_assets.storage.lake import Lake
from sec_assets.tables import FILINGS_INDEX
from sec_assets.xbrl.companyfacts import read_companyfacts

AT = datetime(2026, 4, 1, tzinfo=UTC)


def test_an_archive_has_exactly_the_members_asked_for_and_the_same_bytes_every_time(tmp_path):
    for name in ("a.zip", "b.zip"):
        crowd.write_submissions(tmp_path / name, members=600, companies=30)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as file:
        assert len(set(file.namelist())) == 600
        assert file.testzip() is None
    assert len(crowd.ciks_of(30, 600)) == 30


def test_its_companies_are_read_whole(tmp_path):
    crowd.write_submissions(tmp_path / "a.zip", members=600, companies=30)
    store = Store(Lake(tmp_path / "lake"), DocumentStore(tmp_path / "documents"))
    found = members_of(read_directory(tmp_path / "a.zip").members, crowd.ciks_of(30, 600))
    assert any(len(company.members) > 1 for company in found)
    outcomes = [index_batch(store, tmp_path / "a.zip", AT, batch) for batch in in_batches(found, most_companies=7)]
    assert [(outcome.failed, outcome.partial) for outcome in outcomes] == [({}, {})] * 5
    index = store.lake.read_many(FILINGS_INDEX, crowd.ciks_of(30, 600))
    assert index["cik"].n_unique() == 30
    assert index.select("cik", "accession_number").is_unique().all()
    assert index["accepted_at"].null_count() == 0
    assert index["acceptance_clock"].unique().to_list() == ["utc"]


def test_too_few_members_are_refused(tmp_path):
    with pytest.raises(ValueError, match="21 members are too few for 20 companies"):
        crowd.write_submissions(tmp_path / "a.zip", members=21, companies=20)


def test_its_companyfacts_are_each_companys_own(tmp_path):
    crowd.write_companyfacts(tmp_path / "f.zip", companies=2, members=20)
    with zipfile.ZipFile(tmp_path / "f.zip") as file:
        for cik in crowd.ciks_of(2, 20):
            facts = read_companyfacts(file.read(f"CIK{cik}.json"))
            assert facts["cik"].unique().to_list() == [cik]
            assert facts.height > 500
            assert facts["accession_number"].str.starts_with(cik).all()
