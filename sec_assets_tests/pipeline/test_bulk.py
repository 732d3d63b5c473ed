"""The filings index out of the nightly archive is the one that requests would have made."""

import gzip
import io
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from sec_assets.edgar.client import EdgarClient, Stored
from sec_assets.edgar.submissions import merge_first_seen
from sec_assets.edgar.urls import submissions_archive_url
from sec_assets.errors import CorruptError
from sec_assets.pipeline.bulk import ArchivePass, IndexWay, index_batch, ledger_of, plan_index
from sec_assets.pipeline.filings import index_companies
from sec_assets.pipeline.outcome import Outcome, Store
from sec_assets.sample.archive_writer import ArchiveWriter
from sec_assets.sample.bulk import submissions_zip
from sec_assets.sample.universe import GHOST, companies
from sec_assets.settings import Settings, load_settings
from sec_assets.storage.documents import DocumentStore
from sec_assets.storage.lake import Lake
from sec_assets.storage.status import StatusLog, Verdict
from sec_assets.tables import COMPANIES, FILINGS_INDEX
from sec_assets_tests.edgar.mirrors import mirror_settings

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
CIKS = sorted(companies())
APPLE = "0000320193"


def here(function, batches):
    """The fan-out in this process."""
    return map(function, batches)


def settings_of(data: Path, **more: str) -> Settings:
    return load_settings({"SEC_ASSETS_SOURCE": "sample", "SEC_ASSETS_DATA": str(data), **more})


def store_of(settings: Settings) -> Store:
    return Store(Lake(settings.lake), DocumentStore(settings.documents))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return store_of(settings_of(tmp_path))


@pytest.fixture
def members() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(submissions_zip())) as file:
        return {name: file.read(name) for name in file.namelist()}


def write(path: Path, members: dict[str, bytes]) -> Path:
    with ArchiveWriter(path) as archive:
        for name, body in members.items():
            archive.add(name, body)
    return path


def stored(store: Store, archive: Path, at: datetime) -> Stored:
    """Put an archive into the document store, as if it had been fetched."""
    url = f"https://www.sec.gov/Archives/{archive.name}"
    path = store.documents.path_of(url)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(archive.read_bytes())
    return Stored(url, str(path), path.stat().st_size, "", at, downloaded=True)


def index(tmp_path: Path, store: Store, archive: Path, ciks=CIKS, now=NOW) -> tuple[ArchivePass, dict[str, Outcome]]:
    night = ArchivePass(
        stored(store, archive, now), store, ledger_of(settings_of(tmp_path), "submissions"), FILINGS_INDEX, ciks
    )
    return night, {cik: outcome for outcome in night.outcomes(index_batch, here, now) for cik in outcome.ciks}


def rows_of(outcome: Outcome, cik: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """A company's own rows of `filings_index` and `companies` in an outcome of several."""
    assert outcome.frame is not None
    assert outcome.extra is not None
    return outcome.frame.filter(cik=cik), outcome.extra[1].filter(cik=cik)


def test_rows_are_those_of_the_live_path_but_for_the_instant_of_fetching(tmp_path: Path, store: Store) -> None:
    archive = tmp_path / "submissions.zip"
    archive.write_bytes(submissions_zip())
    _, outcomes = index(tmp_path, store, archive)
    settings = settings_of(tmp_path / "live")
    with EdgarClient.from_settings(settings) as client:
        live = {
            cik: outcome
            for outcome in index_companies(client, store_of(settings), CIKS, workers=4, refresh=False)
            for cik in outcome.ciks
        }
    assert set(outcomes) == set(live) == set(CIKS)
    for cik in CIKS:
        bulk = store.lake.read(FILINGS_INDEX, cik=cik)
        frame, company = rows_of(live[cik], cik)
        assert bulk.drop("fetched_at").equals(FILINGS_INDEX.conform(frame).drop("fetched_at"))
        assert bulk["fetched_at"].unique().to_list() == [NOW]
        assert store.lake.read(COMPANIES, cik=cik).equals(company)
        assert outcomes[cik].written[cik].rows == bulk.height > 0


def test_real_submissions_make_the_same_rows_both_ways(tmp_path: Path, store: Store, evidence: Path) -> None:
    folder = evidence / "edgar_mirror/data.sec.gov/submissions"
    real = {
        path.name.removesuffix(".gz"): gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for path in sorted(folder.iterdir())
    }
    archive = write(tmp_path / "a.zip", real)
    ciks = sorted({name[3:13] for name in real})
    _, outcomes = index(tmp_path, store, archive, ciks)
    settings = mirror_settings(evidence / "edgar_mirror", tmp_path / "live")
    with EdgarClient.from_settings(settings) as client:
        live = {
            cik: outcome
            for outcome in index_companies(client, store_of(settings), ciks, workers=4, refresh=False)
            for cik in outcome.ciks
        }
    assert len(ciks) > 20
    for cik in ciks:
        assert (cik in live[cik].failed) == (cik in outcomes[cik].failed)
        assert (cik in live[cik].partial) == (cik in outcomes[cik].partial)
        if cik not in live[cik].failed:
            bulk = store.lake.read(FILINGS_INDEX, cik=cik).drop("fetched_at")
            assert bulk.equals(rows_of(live[cik], cik)[0].drop("fetched_at"))


def test_the_next_night_only_changed_companies_are_read(
    tmp_path: Path, store: Store, members: dict[str, bytes]
) -> None:
    first = write(tmp_path / "1.zip", members)
    index(tmp_path, store, first)
    stamps = {cik: store.lake.path(FILINGS_INDEX, cik).stat().st_mtime_ns for cik in CIKS}
    changed = dict(members)
    changed[f"CIK{APPLE}.json"] = members[f"CIK{APPLE}.json"].replace(b'"Apple Inc."', b'"Apple Incorporated"')
    gone = CIKS[-1]
    del changed[f"CIK{gone}.json"]
    later = NOW + timedelta(days=1)
    night, outcomes = index(tmp_path, store, write(tmp_path / "2.zip", changed), [*CIKS, GHOST["cik"]], later)
    assert (night.changes.changed, night.changes.deleted) == ([APPLE], [gone])
    assert night.not_listed == sorted([gone, GHOST["cik"]])
    assert night.sentence == (f"2.zip: 1 companies changed, {len(CIKS) - 2} unchanged, 1 not in it, 1 no longer in it")
    assert set(outcomes) == set(CIKS) - {gone}
    assert [cik for cik in outcomes if any(item.changed for item in outcomes[cik].written.values())] == []
    assert store.lake.read(COMPANIES, cik=APPLE)["name"].to_list() == ["Apple Incorporated"]
    assert {cik: store.lake.path(FILINGS_INDEX, cik).stat().st_mtime_ns for cik in CIKS} == stamps
    assert store.lake.has(FILINGS_INDEX, cik=gone)


def test_a_partition_that_got_lost_is_read_again(tmp_path: Path, store: Store, members: dict[str, bytes]) -> None:
    archive = write(tmp_path / "1.zip", members)
    index(tmp_path, store, archive)
    before = store.lake.read(FILINGS_INDEX, cik=APPLE)
    store.lake.path(FILINGS_INDEX, APPLE).unlink()
    night, _ = index(tmp_path, store, archive)
    assert night.changes.changed == [APPLE]
    assert store.lake.read(FILINGS_INDEX, cik=APPLE).equals(before)


def test_filings_known_before_keep_their_first_sight_and_stay(
    tmp_path: Path, store: Store, members: dict[str, bytes]
) -> None:
    archive = write(tmp_path / "1.zip", members)
    index(tmp_path, store, archive)
    whole = store.lake.read(FILINGS_INDEX, cik=APPLE)
    newer = whole.head(1).with_columns(accession_number=pl.lit("0000320193-26-999999"))
    store.lake.write(FILINGS_INDEX, merge_first_seen(whole, newer), cik=APPLE)
    ledger_of(settings_of(tmp_path), "submissions").path.unlink()
    index(tmp_path, store, archive, now=NOW + timedelta(days=1))
    again = store.lake.read(FILINGS_INDEX, cik=APPLE)
    assert again.height == whole.height + 1
    assert again["fetched_at"].unique().to_list() == [NOW]


def test_a_damaged_member_is_its_companys_failure_alone_and_is_tried_again(
    tmp_path: Path, store: Store, members: dict[str, bytes]
) -> None:
    archive = write(tmp_path / "1.zip", members)
    index(tmp_path, store, archive)
    known = store.lake.read(FILINGS_INDEX, cik=APPLE)
    ledger_of(settings_of(tmp_path), "submissions").path.unlink()
    body = bytearray(archive.read_bytes())
    body[body.index(f"CIK{APPLE}.json".encode()) + 200] ^= 0xFF
    archive.write_bytes(body)
    for _ in range(2):
        night, outcomes = index(tmp_path, store, archive)
        assert "damaged" in outcomes[APPLE].failed[APPLE]
        assert all(list(outcome.failed) == [APPLE] for outcome in outcomes.values() if outcome.failed)
        assert APPLE in night.changes.changed
    assert store.lake.read(FILINGS_INDEX, cik=APPLE).equals(known)


@pytest.mark.parametrize("broken", [b'{"cik": "320193"}', b"<html>", b'{"cik": "1", "filings": {"recent": {}}}'])
def test_a_member_that_is_no_submissions_file_is_its_companys_failure(
    tmp_path: Path, store: Store, members: dict[str, bytes], broken: bytes
) -> None:
    archive = write(tmp_path / "1.zip", members | {f"CIK{APPLE}.json": broken})
    _, outcomes = index(tmp_path, store, archive)
    assert f"CIK{APPLE}.json" in outcomes[APPLE].failed[APPLE]
    assert not store.lake.has(FILINGS_INDEX, cik=APPLE)
    assert store.lake.has(FILINGS_INDEX, cik=CIKS[-1])


def test_a_missing_page_makes_the_company_partial_and_is_looked_for_again(
    tmp_path: Path, store: Store, members: dict[str, bytes]
) -> None:
    page = next(name for name in members if "-submissions-" in name)
    cik = page[3:13]
    archive = write(tmp_path / "1.zip", {name: body for name, body in members.items() if name != page})
    _, outcomes = index(tmp_path, store, archive)
    assert f"older page '{page}' is missing from the index" in outcomes[cik].partial[cik]
    night, outcomes = index(tmp_path, store, write(tmp_path / "2.zip", members))
    assert night.changes.changed == [cik]
    assert outcomes[cik].partial == {}


@pytest.mark.parametrize("share", [0.0, 0.5, 0.999])
def test_a_truncated_archive_is_a_clear_error_and_the_lake_stays(
    tmp_path: Path, store: Store, members: dict[str, bytes], share: float
) -> None:
    archive = write(tmp_path / "1.zip", members)
    index(tmp_path, store, archive)
    before = {path: path.read_bytes() for path in store.lake.root.rglob("*.parquet")}
    body = archive.read_bytes()
    archive.write_bytes(body[: int(len(body) * share)])
    with pytest.raises(
        CorruptError, match=r"1\.zip is not a complete ZIP archive .*delete it, and the next run fetches"
    ):
        index(tmp_path, store, archive)
    assert {path: path.read_bytes() for path in store.lake.root.rglob("*.parquet")} == before


def plan(settings: Settings, ciks=CIKS, *, refresh: bool = False, now: datetime = NOW):
    return plan_index(settings, store_of(settings), StatusLog(settings.lake), ciks, refresh=refresh, now=now)


def test_few_companies_are_asked_for_one_by_one_and_many_come_from_the_archive(tmp_path: Path) -> None:
    many = [f"{number:010d}" for number in range(1, 5_912)]
    settings = settings_of(tmp_path)
    assert not plan(settings).choice.use_archive
    assert (
        plan(settings, many).choice.sentence == "5,911 companies: 1 request for submissions.zip instead of about 6,975"
    )
    assert not plan(settings, many, refresh=True).choice.use_archive
    assert plan(settings_of(tmp_path, SEC_ASSETS_BULK="always"), many, refresh=True).choice.use_archive
    assert not plan(settings_of(tmp_path, SEC_ASSETS_BULK="never"), many).choice.use_archive


def test_companies_asked_for_a_moment_ago_need_no_archive(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, SEC_ASSETS_BULK="always")
    StatusLog(settings.lake).record("filings_index", dict.fromkeys(CIKS, Verdict("ok", 5)), run_id="r", at=NOW)
    assert not plan(settings, now=NOW + timedelta(minutes=59)).choice.use_archive
    assert plan(settings, now=NOW + timedelta(minutes=61)).choice.use_archive


def test_the_way_through_the_archive_leaves_nobody_out_and_is_not_gone_twice(tmp_path: Path) -> None:
    settings, ciks = settings_of(tmp_path, SEC_ASSETS_BULK="always"), [*CIKS, GHOST["cik"]]
    store = store_of(settings)
    at = datetime.now(UTC)
    with EdgarClient.from_settings(settings) as client:
        way = IndexWay(plan(settings, ciks, now=at), client, store, settings, refresh=False, now=at)
        outcomes = list(way.outcomes(ciks, here))
        assert sorted(cik for outcome in outcomes for cik in outcome.ciks) == sorted(ciks)
        assert [cik for outcome in outcomes for cik in outcome.failed] == [GHOST["cik"]]
        assert "1 not in it" in way.told[0]
        again = plan(settings, CIKS, now=at + timedelta(minutes=5))
        assert again.confirmed == set(CIKS)
        assert not again.choice.use_archive
        way = IndexWay(again, client, store, settings, refresh=False, now=at)
        [outcome] = way.outcomes(CIKS, here)
        assert not any(item.changed for item in outcome.written.values())


def test_without_an_archive_every_company_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "mirror").mkdir()
    settings = mirror_settings(tmp_path / "mirror", tmp_path).model_copy(update={"bulk": "always"})
    with EdgarClient.from_settings(settings) as client:
        way = IndexWay(plan(settings), client, store_of(settings), settings, refresh=False, now=NOW)
        outcomes = list(way.outcomes(CIKS, here))
    assert {cik for outcome in outcomes for cik in outcome.failed} == set(CIKS)
    assert submissions_archive_url() in way.told[0]
