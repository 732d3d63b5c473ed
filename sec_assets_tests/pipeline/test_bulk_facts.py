"""The table `companyfacts` out of the nightly archive is what each company's own file says."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sec_assets.edgar.client import EdgarClient
from sec_assets.edgar.urls import companyfacts_archive_url, companyfacts_url
from sec_assets.errors import AbsentError
from sec_assets.pipeline.bulk_facts import choose_facts, load_companyfacts
from sec_assets.pipeline.outcome import Store
from sec_assets.sample.archive_writer import ArchiveWriter
from sec_assets.sample.universe import companies
from sec_assets.settings import Settings, load_settings
from sec_assets.storage.documents import DocumentStore
from sec_assets.storage.lake import Lake
from sec_assets.storage.status import StatusLog
from sec_assets.tables import COMPANYFACTS
from sec_assets.xbrl.companyfacts import companyfacts_as_facts, read_companyfacts
from sec_assets_tests.edgar.mirrors import mirror_settings, put

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
CIKS = sorted(companies())
APPLE = "0000320193"


def here(function, batches):
    return map(function, batches)


def load(settings: Settings, now: datetime = NOW) -> tuple[Store, str]:
    store = Store(Lake(settings.lake), DocumentStore(settings.documents))
    with EdgarClient.from_settings(settings) as client:
        return store, load_companyfacts(client, store, settings, CIKS, here, run_id="r", now=now)


def status(settings: Settings) -> dict[str, tuple[str, str | None]]:
    rows = StatusLog(settings.lake).latest(COMPANYFACTS.name)
    return {cik: (state, error) for cik, state, error in rows.select("cik", "state", "error").iter_rows()}


def archive(folder: Path, members: dict[str, bytes]) -> Path:
    path = put(folder, companyfacts_archive_url(), b"")
    with ArchiveWriter(path) as writer:
        for name, body in members.items():
            writer.add(name, body)
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Every companyfacts file of the sample."""
    settings = load_settings({"SEC_ASSETS_SOURCE": "sample", "SEC_ASSETS_DATA": str(tmp_path_factory.mktemp("files"))})
    found = {}
    with EdgarClient.from_settings(settings) as client:
        for cik in CIKS:
            try:
                found[f"CIK{cik}.json"] = client.get(companyfacts_url(cik)).body
            except AbsentError:
                continue
    return found


def test_rows_are_those_of_each_companys_own_file(tmp_path: Path, files: dict[str, bytes]) -> None:
    settings = load_settings({"SEC_ASSETS_SOURCE": "sample", "SEC_ASSETS_DATA": str(tmp_path)})
    store, told = load(settings)
    assert told.startswith(f"companyfacts.zip: {len(files)} companies changed, 0 unchanged")
    assert [f"CIK{cik}.json" for cik in store.lake.ciks(COMPANYFACTS)] == list(files)
    for cik in store.lake.ciks(COMPANYFACTS):
        alone = companyfacts_as_facts(read_companyfacts(files[f"CIK{cik}.json"]))
        assert store.lake.read(COMPANYFACTS, cik=cik).equals(alone)
    assert {state for state, _ in status(settings).values()} == {"ok"}
    stamps = {path: path.stat().st_mtime_ns for path in settings.lake.glob("companyfacts/*")}
    _, told = load(settings)
    assert told.startswith(f"companyfacts.zip: 0 companies changed, {len(files)} unchanged")
    assert {path: path.stat().st_mtime_ns for path in settings.lake.glob("companyfacts/*")} == stamps


@pytest.mark.parametrize("broken", [b"{}", b"<html>", b"stranger"])
def test_a_bad_member_is_its_companys_failure_and_its_old_partition_stays(
    tmp_path: Path, files: dict[str, bytes], broken: bytes
) -> None:
    mirror = tmp_path / "mirror"
    archive(mirror, files)
    settings = mirror_settings(mirror, tmp_path / "data")
    store, _ = load(settings)
    before = store.lake.read(COMPANYFACTS, cik=APPLE)
    other = next(name for name in files if APPLE not in name)
    body = files[other] if broken == b"stranger" else broken
    archive(mirror, files | {f"CIK{APPLE}.json": body})
    store, told = load(settings, NOW + timedelta(days=1))
    assert told.endswith("1 could not be read")
    state, error = status(settings)[APPLE]
    assert (state, bool(error)) == ("failed", True)
    assert [cik for cik, (state, _) in status(settings).items() if state != "ok"] == [APPLE]
    assert store.lake.read(COMPANYFACTS, cik=APPLE).equals(before)


def test_without_an_archive_nothing_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "mirror").mkdir()
    store, told = load(mirror_settings(tmp_path / "mirror", tmp_path / "data"))
    assert told.startswith("no archive of companyfacts: ")
    assert store.lake.ciks(COMPANYFACTS) == []


def test_few_companies_are_not_worth_the_archive(tmp_path: Path) -> None:
    settings = load_settings({"SEC_ASSETS_DATA": str(tmp_path)})
    store = Store(Lake(settings.lake), DocumentStore(settings.documents))
    assert not choose_facts(settings, store, CIKS, now=NOW).use_archive
    many = [f"{number:010d}" for number in range(1, 5_912)]
    choice = choose_facts(settings, store, many, now=NOW)
    assert choice.use_archive
    assert choice.sentence == "5,911 companies: 1 request for companyfacts.zip instead of about 5,911"
