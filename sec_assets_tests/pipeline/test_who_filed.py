"""Companies that the daily lists do not name are not asked, and their rows are those that asking would have given."""

import json
import shutil
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from sec_assets.edgar.bulk.seen import SeenThrough
from sec_assets.edgar.client import EdgarClient
from sec_assets.edgar.urls import daily_index_url, submissions_url
from sec_assets.pipeline.bulk import IndexWay, plan_index
from sec_assets.pipeline.filings import index_companies
from sec_assets.pipeline.outcome import Outcome, Store
from sec_assets.pipeline.who_filed import seen_of
from sec_assets.sample import crowd
from sec_assets.settings import Settings, load_settings
from sec_assets.storage.documents import DocumentStore
from sec_assets.storage.lake import Lake
from sec_assets.storage.status import StatusLog, Verdict
from sec_assets.tables import FILINGS_INDEX
from sec_assets_tests.edgar.mirrors import put

CIKS = crowd.ciks_of(304, 1_000)
FIRST = datetime(2026, 7, 7, 15, tzinfo=UTC)  # a Tuesday
THEN = datetime(2026, 7, 10, 15, tzinfo=UTC)
LISTED = (date(2026, 7, 6), date(2026, 7, 7), date(2026, 7, 8), date(2026, 7, 9))
HEAD = "Description:  Master Index\n\nCIK|Company Name|Form Type|Date Filed|Filename\n" + "-" * 80 + "\n"


def listing(day: date, ciks: list[str]) -> str:
    return HEAD + "\n".join(f"{int(cik)}|X|8-K|{day:%Y%m%d}|edgar/data/{int(cik)}/{cik}-26-999999.txt" for cik in ciks)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a mirror of 304 companies of three filings each, and data of a run that asked all of them."""
    folder = tmp_path_factory.mktemp("asked")
    crowd.write_submissions(folder / "all.zip", members=1_000, companies=304)
    with zipfile.ZipFile(folder / "all.zip") as file:
        for cik in CIKS:
            document = json.loads(file.read(f"CIK{cik}.json"))
            recent = {name: values[:3] for name, values in document["filings"]["recent"].items()}
            put(folder / "mirror", submissions_url(cik), document | {"filings": {"recent": recent, "files": []}})
    (folder / "all.zip").unlink()
    ask_everybody(settings_of(folder / "mirror", folder / "data"), FIRST)
    return folder


@pytest.fixture
def mirror(asked: Path, tmp_path: Path) -> Path:
    shutil.copytree(asked / "mirror", tmp_path / "mirror")
    shutil.copytree(asked / "data/lake", tmp_path / "data/lake")
    return tmp_path / "mirror"


def settings_of(mirror: Path, data: Path, **more: str) -> Settings:
    return load_settings(
        {
            "SEC_ASSETS_SOURCE": "mirror",
            "SEC_ASSETS_MIRROR": str(mirror),
            "SEC_ASSETS_DATA": str(data),
            "SEC_ASSETS_SUBMISSIONS_MAX_AGE_HOURS": "0",
            **more,
        }
    )


def store_of(settings: Settings) -> Store:
    return Store(Lake(settings.lake), DocumentStore(settings.documents))


def keep(settings: Settings, outcomes: list[Outcome], at: datetime) -> None:
    """Store outcomes as an asset does."""
    verdicts = {}
    for outcome in outcomes:
        if outcome.frame is not None:
            store_of(settings).lake.write_partitions(FILINGS_INDEX, outcome.frame, outcome.ciks)
        for cik in outcome.ciks:
            rows = outcome.frame.filter(cik=cik).height if outcome.frame is not None else outcome.written[cik].rows
            verdicts[cik] = Verdict("ok", rows)
    StatusLog(settings.lake).record(FILINGS_INDEX.name, verdicts, run_id="r", at=at)


def ask_everybody(settings: Settings, at: datetime) -> None:
    with EdgarClient.from_settings(settings) as client:
        keep(settings, list(index_companies(client, store_of(settings), CIKS, workers=4, refresh=False)), at)


def plan(settings: Settings, now: datetime, *, refresh: bool = False):
    return plan_index(settings, store_of(settings), StatusLog(settings.lake), CIKS, refresh=refresh, now=now)


def go(settings: Settings, now: datetime) -> tuple[list[Outcome], list[str]]:
    store = store_of(settings)
    with EdgarClient.from_settings(settings) as client:
        way = IndexWay(plan(settings, now), client, store, settings, refresh=False, now=now)
        outcomes = list(way.outcomes(CIKS, lambda function, batches: map(function, batches)))
    keep(settings, outcomes, now)
    return outcomes, way.told


def file_anew(mirror: Path, cik: str) -> None:
    path = mirror / submissions_url(cik).removeprefix("https://")
    document = json.loads(path.read_text())
    for name, values in document["filings"]["recent"].items():
        values.insert(0, f"{cik}-26-999999" if name == "accessionNumber" else values[0])
    path.write_text(json.dumps(document))


def rows(settings: Settings) -> pl.DataFrame:
    return store_of(settings).lake.read_many(FILINGS_INDEX, CIKS).drop("fetched_at")


def test_only_those_who_filed_are_asked_and_the_rows_are_as_if_all_were(mirror: Path, tmp_path: Path) -> None:
    settings = settings_of(mirror, tmp_path / "data")
    before = rows(settings)
    for day in LISTED[:3]:
        put(mirror, daily_index_url(day), listing(day, ["0000000001"]))
    filed = CIKS[10:15]
    put(mirror, daily_index_url(LISTED[3]), listing(LISTED[3], filed))
    for cik in filed:
        file_anew(mirror, cik)
    planned = plan(settings, THEN)
    assert planned.lookup is not None
    assert (planned.lookup.since, planned.lookup.until) == (LISTED[0], LISTED[3])
    assert planned.at_once
    assert planned.sentence.startswith("304 companies: daily indexes of 2026-07-06 to 2026-07-09; besides, 0 companies")
    outcomes, told = go(settings, THEN)
    assert told[0] == "304 companies: 4 daily indexes instead of about 304 requests; 5 filed"
    assert sorted(cik for outcome in outcomes for cik in outcome.ciks) == CIKS
    assert sorted(cik for outcome in outcomes if outcome.frame is not None for cik in outcome.ciks) == filed
    everybody = settings_of(mirror, tmp_path / "everybody")
    ask_everybody(everybody, THEN)
    assert rows(settings).equals(rows(everybody))
    assert rows(settings).height == before.height + len(filed)
    seen = seen_of(settings).read()
    assert seen == dict.fromkeys(sorted(set(CIKS) - set(filed)), LISTED[3])
    again = plan(settings, THEN + timedelta(hours=3))
    assert again.lookup is not None
    assert again.lookup.since == LISTED[3]  # for those who were asked on the 10th; the others are known through the 9th


def test_a_late_list_is_read_by_the_next_run(mirror: Path, tmp_path: Path) -> None:
    settings = settings_of(mirror, tmp_path / "data")
    for day in LISTED:
        put(mirror, daily_index_url(day), listing(day, ["0000000001"]))
    late = mirror / daily_index_url(LISTED[3]).removeprefix("https://")
    late.unlink()
    _, told = go(settings, THEN)
    assert "3 daily indexes" in told[0]
    assert set(seen_of(settings).read().values()) == {LISTED[2]}
    put(mirror, daily_index_url(LISTED[3]), listing(LISTED[3], [CIKS[0]]))
    outcomes, told = go(settings, THEN + timedelta(days=1))
    assert told[0] == "304 companies: 1 daily index instead of about 304 requests; 1 filed"
    assert [outcome.ciks for outcome in outcomes if outcome.frame is not None] == [[CIKS[0]]]


@pytest.mark.parametrize("bad", ["missing", "line"])
def test_lists_that_cannot_be_read_tell_nothing(mirror: Path, tmp_path: Path, bad: str) -> None:
    settings = settings_of(mirror, tmp_path / "data")
    now = THEN + timedelta(days=10) if bad == "missing" else THEN
    for day in LISTED:
        put(mirror, daily_index_url(day), listing(day, []))
    if bad != "missing":
        put(mirror, daily_index_url(LISTED[3]), HEAD + "no such line")
    outcomes, told = go(settings, now)
    assert "every company is asked for" in told[0]
    assert [cik for outcome in outcomes if outcome.frame is not None for cik in outcome.ciks] == CIKS
    assert seen_of(settings).read() == {}


def test_refresh_other_modes_and_companies_without_a_good_index_go_the_usual_way(mirror: Path, tmp_path: Path) -> None:
    settings = settings_of(mirror, tmp_path / "data")
    assert plan(settings, THEN, refresh=True).lookup is None
    assert plan(settings_of(mirror, tmp_path / "data", SEC_ASSETS_BULK="never"), THEN).lookup is None
    assert plan(settings_of(mirror, tmp_path / "data", SEC_ASSETS_BULK="always"), THEN).lookup is None
    assert plan(settings, FIRST + timedelta(days=63)).lookup is None
    store_of(settings).lake.path(FILINGS_INDEX, CIKS[0]).unlink()
    StatusLog(settings.lake).record(FILINGS_INDEX.name, {CIKS[1]: Verdict("failed", 0, "x")}, run_id="r", at=THEN)
    lookup = plan(settings, THEN).lookup
    assert lookup is not None
    assert lookup.ciks == set(CIKS[2:])


def test_what_was_seen_is_kept_until_asked_and_never_goes_back(tmp_path: Path) -> None:
    seen = SeenThrough(tmp_path / "state" / "seen.parquet")
    assert seen.read() == {}
    seen.record(["1", "2"], LISTED[1], asked=())
    seen.record(["1"], LISTED[0], asked=())
    assert seen.read() == {"1": LISTED[1], "2": LISTED[1]}
    seen.record((), None, asked=["1"])
    assert seen.read() == {"2": LISTED[1]}
    seen.path.write_bytes(b"broken")
    assert seen.read() == {}
