"""A lake in a real object store: the same rows, the same rules, and old or new content whatever happens to a writer."""

import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest

from sec_assets import object_store
from sec_assets.errors import AbsentError, CorruptError, SettingError, StorageError
from sec_assets.object_store import ObjectUrl
from sec_assets.storage import warehouse
from sec_assets.storage.documents import DocumentStore
from sec_assets.storage.lake import Lake
from sec_assets.storage.origin import claim
from sec_assets.storage.renewal import MadeFrom, inventory
from sec_assets.storage.status import StatusLog, Verdict
from sec_assets.tables import PRICES, TICKER_MAP
from sec_assets_tests.object_server import SECRET, Line, ObjectServer, environment

ROW = {
    "cik": "0000000001", "ticker": "A", "date": date(2025, 1, 2), "close": 10.0, "adjustment_factor": 1.0,
    "price_basis": "raw", "source": "t",
}  # fmt: skip
CIKS = [f"{number:010d}" for number in range(1, 8)]
NOW = datetime(2026, 1, 1, tzinfo=UTC)
URL = "https://www.sec.gov/Archives/edgar/data/1/000000000124000001/a b.htm"
BIG = 40_000_000


@pytest.fixture
def line(store_server: ObjectServer, objects: ObjectUrl, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    """A line to the store that the platform uses; the tries are few, so that the end is soon."""
    with closing(Line(store_server.ports["s3"][0])) as way:
        monkeypatch.setenv("AWS_ENDPOINT_URL", way.endpoint)
        monkeypatch.setattr(object_store, "_RETRIES", {"max_retries": 1, "retry_timeout": timedelta(seconds=5)})
        yield way


def prices(*ciks: str, close: float = 10.0) -> pl.DataFrame:
    return PRICES.frame([ROW | {"cik": cik, "close": close} for cik in ciks])


def stamp(place: object) -> tuple[int, datetime]:
    assert isinstance(place, ObjectUrl)
    about = place.about()
    return about.size, about.written_at


def test_rows_come_back_and_partitions_are_known(objects: ObjectUrl) -> None:
    lake = Lake(objects / "lake")
    assert lake.read(PRICES, cik="1").is_empty()
    assert lake.ciks(PRICES) == []
    written = lake.write_partitions(PRICES, prices(*CIKS[:3]), CIKS)
    assert [one.rows for one in written.values()] == [1, 1, 1, 0, 0, 0, 0]
    assert lake.read(PRICES, cik="1").equals(prices(CIKS[0]))
    assert lake.read_many(PRICES, CIKS).height == 3
    assert lake.ciks(PRICES) == CIKS
    assert lake.made(PRICES, [*CIKS, "0000000099"]) == set(CIKS)
    assert lake.written(PRICES, CIKS) == {cik: type(one)(one.rows, one.bytes, False) for cik, one in written.items()}
    assert lake.rows(PRICES) == 3
    assert str(lake.path(PRICES, "1")) == f"{objects}/lake/prices/0000000001.parquet"


def test_the_same_content_again_is_not_sent(objects: ObjectUrl) -> None:
    lake = Lake(objects)
    assert lake.write(PRICES, prices("0000000001"), cik="1").changed
    before = stamp(lake.path(PRICES, "1"))
    assert not lake.write(PRICES, prices("0000000001"), cik="1").changed
    assert stamp(lake.path(PRICES, "1")) == before
    assert lake.write(PRICES, prices("0000000001", close=11.0), cik="1").changed


def test_objects_of_other_programs_are_read_too(objects: ObjectUrl) -> None:
    lake, copy = Lake(objects), io.BytesIO()
    prices("0000000001").write_parquet(copy)
    place = lake.path(PRICES, "1")
    assert isinstance(place, ObjectUrl)
    place.write(copy.getvalue())  # without the notes that our own writing adds
    assert lake.written(PRICES, ["0000000001"])["0000000001"].rows == 1
    assert lake.write(PRICES, prices("0000000001"), cik="1").changed  # our bytes are others
    place.write(b"PAR1")
    with pytest.raises(CorruptError, match=r"s3://.*0000000001\.parquet is damaged.*--partition 0000000001"):
        lake.read(PRICES, cik="1")


def test_the_status_table_is_that_of_a_folder(objects: ObjectUrl, tmp_path: Path) -> None:
    logs = [StatusLog(objects / "lake"), StatusLog(tmp_path)]
    for log in logs:
        for hour in range(4):
            states = {CIKS[0]: Verdict("failed", 0, "x"), CIKS[1]: Verdict("ok", hour)}
            log.record("prices", states, run_id=f"r{hour}", at=NOW + timedelta(hours=hour))
        log.record("news", {CIKS[2]: Verdict("empty", 0)}, run_id="r", at=NOW)
    assert logs[0].latest().equals(logs[1].latest())
    assert logs[0].latest("prices")["attempts"].to_list() == [4, 0]
    assert logs[0].compact() == 4
    assert logs[0].latest().equals(logs[1].latest())
    assert len((objects / "lake/status/prices").objects()) == 1


def test_the_warehouse_is_that_of_a_folder(objects: ObjectUrl, tmp_path: Path) -> None:
    def build(lake: Lake) -> tuple[dict[str, int], list[tuple[object, ...]]]:
        lake.write_partitions(PRICES, prices(*CIKS), CIKS)
        lake.write(TICKER_MAP, TICKER_MAP.frame([{"cik": CIKS[0], "ticker": "A", "is_primary": True}]))
        StatusLog(lake.root).record("prices", {CIKS[0]: Verdict("ok", 1)}, run_id="r", at=NOW)
        with duckdb.connect() as connection:
            rows = warehouse.build(connection, lake, StatusLog(lake.root), folder=tmp_path)
            return rows, connection.execute("SELECT * FROM prices").fetchall()

    assert build(Lake(objects)) == build(Lake(tmp_path / "lake"))
    assert [path.name for path in tmp_path.iterdir()] == ["lake"]  # the copies are gone
    place = Lake(objects).path(PRICES, "2")
    assert isinstance(place, ObjectUrl)
    place.write(b"PAR1 but not Parquet")
    with pytest.raises(CorruptError, match=r"prices/0000000002\.parquet is damaged"):
        build_only(Lake(objects))


def test_the_list_of_what_a_warehouse_is_made_from_is_that_of_a_folder_and_tells_what_changed(
    objects: ObjectUrl, tmp_path: Path
) -> None:
    def listed(lake: Lake) -> pl.DataFrame:
        return inventory(lake).drop("state").sort("table", "cik")

    lakes = [Lake(objects), Lake(tmp_path / "lake")]
    for lake in lakes:
        lake.write_partitions(PRICES, prices(*CIKS), CIKS)
        lake.write(TICKER_MAP, TICKER_MAP.frame([{"cik": CIKS[0], "ticker": "A", "is_primary": True}]))
    assert listed(lakes[0]).equals(listed(lakes[1]))
    built, made_from = tmp_path / "warehouse.duckdb", MadeFrom(tmp_path / "made_from.parquet")
    built.write_bytes(b"a warehouse")
    made_from.note(built, inventory(lakes[0]), None)
    lakes[0].write_partitions(PRICES, prices(*CIKS), CIKS)
    assert made_from.changes(built, inventory(lakes[0])).is_empty(), "written again without change"
    lakes[0].write(PRICES, prices(CIKS[2]).with_columns(close=pl.lit(11.0)), cik=CIKS[2])
    assert made_from.changes(built, inventory(lakes[0])).rows() == [("prices", CIKS[2])]


def build_only(lake: Lake) -> None:
    with duckdb.connect() as connection:
        warehouse.build(connection, lake, StatusLog(lake.root))


def break_off(store: DocumentStore) -> None:
    with store.open_writer(URL) as writer:
        writer.write(b"half of it")
        raise RuntimeError("the transfer broke")


def test_documents_are_whole_or_absent(objects: ObjectUrl, tmp_path: Path) -> None:
    store = DocumentStore(objects / "documents", tmp_path)
    with pytest.raises(RuntimeError, match="broke"):
        break_off(store)
    assert not store.has(URL)
    with store.open_writer(URL) as writer:
        writer.write(b"all ")
        writer.write(b"of it")
    path = "www.sec.gov/Archives/edgar/data/1/000000000124000001/a b.htm"
    assert store.read(path) == b"all of it"
    assert (store.entry(path).sha256, store.entry(path).bytes) == (writer.sha256, 9)
    size, at = store.about(URL)
    assert (size, at) == (9, store.entry(path).written_at)
    with pytest.raises(AbsentError, match="is not in the document store"):
        store.about(f"{URL}x")
    store.discard(URL)
    with pytest.raises(AbsentError, match=r"a b\.htm is not in the document store s3://"):
        store.read(path)
    assert store.archive_path("https://www.sec.gov/a.zip") == tmp_path / "www.sec.gov/a.zip"


def test_a_large_document_goes_up_in_parts(objects: ObjectUrl) -> None:
    store, body = DocumentStore(objects), os.urandom(BIG)
    with store.open_writer(URL) as writer:
        for start in range(0, BIG, 2**20):
            writer.write(body[start : start + 2**20])
    assert store.sha256("www.sec.gov/Archives/edgar/data/1/000000000124000001/a b.htm") == writer.sha256


def test_sample_and_real_figures_do_not_share_a_folder(objects: ObjectUrl) -> None:
    claim(objects, "sample")
    claim(objects, "sample")
    with pytest.raises(SettingError, match=f"the folder {objects} holds the bundled sample"):
        claim(objects, "live")


@pytest.mark.parametrize(("size", "cut_after"), [(300_000, 100_000), (BIG, 30_000_000)])
def test_a_line_cut_during_the_upload_leaves_the_old_object(
    objects: ObjectUrl, line: Line, size: int, cut_after: int
) -> None:
    place = objects / "one"
    place.write(b"old")
    line.sent, line.cut_after = 0, cut_after
    with pytest.raises(StorageError, match=f"cannot write {place}: .*what was finished is kept"):
        place.write(os.urandom(size))
    line.cut_after = None
    assert place.read_bytes() == b"old"
    new = os.urandom(size)
    place.write(new)
    assert place.read_bytes() == new


_WRITER = """
import sys
from sec_assets.object_store import ObjectUrl
ObjectUrl(*sys.argv[1:3]).write(b"n" * int(sys.argv[3]))
"""


@pytest.mark.parametrize(
    ("size", "hold_at"),
    [(BIG, b"CompleteMultipartUpload"), (300_000, b"n" * 1000)],
    ids=["before commit", "in the body"],
)
def test_a_writer_killed_before_the_commit_leaves_the_old_object(
    objects: ObjectUrl, line: Line, size: int, hold_at: bytes
) -> None:
    place = objects / "one"
    place.write(b"old")
    line.hold_at = hold_at
    command = [sys.executable, "-c", _WRITER, place.bucket, place.key, str(size)]
    writer = subprocess.Popen(command, env=os.environ | environment(line.endpoint))
    assert line.held.wait(60)
    writer.send_signal(signal.SIGKILL)
    writer.wait(10)
    line.hold_at = None
    assert place.read_bytes() == b"old"
    assert place.about().size == 3
    assert objects.objects() == [place]  # no half object, no temporary name
    place.write(b"new")
    assert place.read_bytes() == b"new"


def test_of_two_writers_at_once_one_wins_whole(objects: ObjectUrl) -> None:
    place, bodies = objects / "one", [bytes([number]) * 200_000 for number in (1, 2)]
    place.write(bodies[0])
    writers = [threading.Thread(target=lambda body=body: [place.write(body) for _ in range(20)]) for body in bodies]
    for writer in writers:
        writer.start()
    seen = set()
    while any(writer.is_alive() for writer in writers):
        seen.add(place.read_bytes())
    assert {*seen, place.read_bytes()} <= set(bodies)


def test_a_store_that_is_down_is_an_outage_not_an_empty_lake(
    objects: ObjectUrl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setattr(object_store, "_RETRIES", {"max_retries": 1})
    object_store.forget()
    lake = Lake(objects)
    place = str(lake.path(PRICES, "1"))
    for call in (
        lambda: lake.read(PRICES, cik="1"),
        lambda: lake.has(PRICES, cik="1"),
        lambda: lake.read_each(PRICES, ["0000000001"]),
        lambda: lake.write(PRICES, prices("0000000001"), cik="1"),
    ):
        with pytest.raises(StorageError, match=place):
            call()
    for call in (lambda: lake.ciks(PRICES), lambda: StatusLog(objects).latest(), lambda: build_only(lake)):
        with pytest.raises(StorageError, match=str(objects)):
            call()


def test_a_wrong_key_and_a_missing_bucket_are_told_without_secrets(
    objects: ObjectUrl, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(StorageError, match=r"s3://no-such-bucket/.*404 Not Found \(NoSuchBucket\)"):
        Lake(ObjectUrl("no-such-bucket", "x")).has(PRICES, cik="1")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another-secret")
    object_store.forget()
    with pytest.raises(StorageError, match="403 Forbidden") as caught:
        Lake(objects).read(PRICES, cik="1")
    told = f"{caught.value} {caught.value.__cause__}"
    assert "another-secret" not in told
    assert SECRET not in told
    assert caught.value.__suppress_context__
    assert "secret" not in repr(Lake(objects))


_FORKING = """
import os, sys
from sec_assets.errors import DefectError
from sec_assets.object_store import ObjectUrl
place = ObjectUrl(*sys.argv[1:3])
place.is_file()
if (child := os.fork()) == 0:
    try:
        place.is_file()
    except DefectError as error:
        os._exit(7 if "spawn" in str(error) else 8)
    os._exit(9)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_forked_process_is_told_instead_of_hanging(objects: ObjectUrl, store_server: ObjectServer) -> None:
    command = [sys.executable, "-c", _FORKING, objects.bucket, objects.key]
    told = subprocess.run(
        command, env=os.environ | store_server.environment, capture_output=True, text=True, timeout=60, check=True
    )
    assert told.stdout.strip() == "7"
