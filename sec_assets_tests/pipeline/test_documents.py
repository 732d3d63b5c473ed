"""Many companies share one pool; each is handed over as soon as it is complete, and the result does not depend on how."""

import threading
import time
from pathlib import Path

import pytest

from sec_assets.edgar.client import EdgarClient
from sec_assets.edgar.effort import Allowance, Effort
from sec_assets.errors import StoppedError, UnreachableError
from sec_assets.pipeline.documents import collect_companies, documents_in_place, without_documents_first
from sec_assets.pipeline.filings import index_companies
from sec_assets.pipeline.outcome import Store
from sec_assets.settings import Settings, load_settings
from sec_assets.storage.documents import DocumentStore
from sec_assets.storage.lake import Lake
from sec_assets.tables import ARTIFACTS, FILINGS_INDEX
from sec_assets_tests.edgar.http_server import always, fake_edgar
from sec_assets_tests.edgar.test_artifacts import CIK, PAGE, filings, live_client, serve

SOUND, GHOST, FRACTURED = "0009900008", "0009900013", "0009900014"


class World:
    """A data folder over the sample."""

    def __init__(self, data, **environ: str) -> None:
        self.settings: Settings = load_settings({"SEC_ASSETS_DATA": str(data), **environ})
        self.store = Store(Lake(self.settings.lake), DocumentStore(self.settings.documents))

    def index(self, *ciks: str, workers: int = 4) -> dict[str, str]:
        """Failures by company."""
        failed = {}
        with EdgarClient.from_settings(self.settings) as client:
            for outcome in index_companies(client, self.store, ciks, workers=workers, refresh=False):
                failed |= outcome.failed
                if outcome.frame is not None:
                    good = [cik for cik in outcome.ciks if cik not in outcome.failed]
                    self.store.lake.write_partitions(FILINGS_INDEX, outcome.frame, good)
        return failed

    def collect(self, *ciks: str, effort: Effort, write: bool = True) -> list[str]:
        """The companies in the order in which they were handed over."""
        order = []
        with EdgarClient.from_settings(self.settings) as client:
            for outcome in collect_companies(client, self.store, self.settings, ciks, effort):
                order += outcome.ciks
                if outcome.frame is not None and write:
                    self.store.lake.write_partitions(ARTIFACTS, outcome.frame, outcome.ciks)
        return order

    def rows(self) -> list[tuple]:
        """Everything on record but the instants of fetching."""
        frame = self.store.lake.read_many(ARTIFACTS, self.store.lake.ciks(ARTIFACTS))
        return frame.drop("fetched_at").rows()


@pytest.mark.parametrize("effort", [Effort(1), Effort(8, companies=1), Effort(8, companies=2), Effort(3)])
def test_neither_workers_nor_companies_at_once_change_the_rows(tmp_path, effort):
    world, plain = World(tmp_path / "a"), World(tmp_path / "b")
    for each in (world, plain):
        assert list(each.index(SOUND, GHOST, FRACTURED)) == [GHOST]
    assert sorted(world.collect(SOUND, GHOST, FRACTURED, effort=effort)) == [SOUND, GHOST, FRACTURED]
    plain.collect(SOUND, GHOST, FRACTURED, effort=Effort(1))
    assert world.rows() == plain.rows()
    assert len(world.rows()) > 20


def test_the_sequential_path_has_one_request_under_way_in_the_calling_thread(tmp_path):
    world, threads = World(tmp_path), set()
    world.index(SOUND, FRACTURED, workers=1)
    world.collect(
        SOUND, FRACTURED, effort=Effort(1, told=lambda status, fetched: threads.add(threading.current_thread().name))
    )
    assert threads == {threading.current_thread().name}


def test_nothing_begins_before_it_is_allowed_and_never_more_than_that(tmp_path):
    world, allowance, lock = World(tmp_path), Allowance(0, 0), threading.Lock()
    world.index(SOUND, FRACTURED)
    begun, rests, at_once = [], [], [0]

    def told(status: str, fetched: bool) -> None:
        with lock:
            at_once.append(at_once[-1] + 1)
        time.sleep(0.02)
        with lock:
            at_once.append(at_once[-1] - 1)

    effort = Effort(4, 2, allowance=allowance, begun=begun.append, told=told, rest=lambda *rest: rests.append(rest))
    work = threading.Thread(target=lambda: world.collect(SOUND, FRACTURED, effort=effort))
    work.start()
    time.sleep(1.5)
    assert (begun, at_once) == ([], [0])
    allowance.change(1, 1)
    until = time.monotonic() + 30
    while len(at_once) < 20:
        assert time.monotonic() < until
        time.sleep(0.01)
    assert len(begun) == max(at_once) == 1
    allowance.change(4, 2)
    work.join(60)
    assert begun == [SOUND, FRACTURED]
    assert 2 <= max(at_once) <= 4
    assert rests[-1] == (0, 1)


def test_an_end_is_told_from_when_workers_have_nothing_to_do(tmp_path):
    world, rests = World(tmp_path), []
    world.index(SOUND, FRACTURED)
    world.collect(SOUND, FRACTURED, effort=Effort(2, rest=lambda *rest: rests.append(rest)))
    assert [filings for filings, _ in rests] == sorted((filings for filings, _ in rests), reverse=True)
    assert rests[0][0] < 2, "the last two may end at once"
    assert rests[-1][0] == 0


def test_a_stop_ends_the_wait_for_an_allowance(tmp_path):
    world, stop = World(tmp_path), threading.Event()
    world.index(SOUND)
    threading.Timer(0.5, stop.set).start()
    began = time.monotonic()
    with pytest.raises(StoppedError):
        world.collect(SOUND, effort=Effort(4, allowance=Allowance(0, 0), stop=stop))
    assert time.monotonic() - began < 10
    assert world.rows() == []


def test_companies_without_any_document_come_first(tmp_path):
    world = World(tmp_path)
    world.index(SOUND, FRACTURED)
    world.collect(SOUND, effort=Effort(4))
    assert without_documents_first(world.store.lake, [SOUND, FRACTURED, GHOST]) == [FRACTURED, GHOST, SOUND]
    assert world.collect(SOUND, FRACTURED, effort=Effort(1)) == [FRACTURED, SOUND]


def test_a_damaged_partition_fails_its_company_alone(tmp_path):
    world = World(tmp_path)
    world.index(SOUND, FRACTURED)
    world.store.lake.path(FILINGS_INDEX, FRACTURED).write_bytes(b"none")
    path = world.store.lake.path(ARTIFACTS, SOUND)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"none")
    with EdgarClient.from_settings(world.settings) as client:
        outcomes = list(collect_companies(client, world.store, world.settings, [SOUND, FRACTURED], Effort(2)))
    assert {cik for outcome in outcomes for cik in outcome.failed} == {SOUND, FRACTURED}


def test_a_stop_ends_the_work_between_two_documents_and_keeps_what_is_done(tmp_path):
    world, stop, seen = World(tmp_path), threading.Event(), []

    def told(status: str, fetched: bool) -> None:
        seen.append((status, fetched))
        if len(seen) == 5:
            stop.set()

    world.index(SOUND, FRACTURED)
    with pytest.raises(StoppedError):
        world.collect(SOUND, FRACTURED, effort=Effort(1, stop=stop, told=told))
    assert len(seen) == 5
    assert len(world.rows()) == 5
    again = []
    world.collect(SOUND, FRACTURED, effort=Effort(4, told=lambda status, fetched: again.append((status, fetched))))
    assert [each for each in again if each == ("stored", False)] == [("stored", False)] * seen.count(("stored", True))


def test_an_outage_yields_no_company_as_complete_that_is_not(tmp_path):
    blocked = always(403, b"<html><title>Blocked by the office proxy</title></html>")
    environ = {"SEC_ASSETS_SOURCE": "live", "SEC_USER_AGENT": "Example admin@example.com"}
    with fake_edgar(blocked) as edgar:
        serve(edgar, 1, a__htm=PAGE)
        world = World(tmp_path, SEC_ASSETS_EDGAR_BASE=edgar.base, SEC_REQUESTS_PER_SECOND="10", **environ)
        world.store.lake.write(FILINGS_INDEX, filings(1, 2, 3), cik=CIK)
        with live_client(edgar.base, tmp_path) as client:
            outcomes = collect_companies(client, world.store, world.settings, [CIK], Effort(2))
            with pytest.raises(UnreachableError):
                next(outcomes)


def test_documents_are_in_place_until_one_is_lost_or_cut(tmp_path: Path) -> None:
    store = Store(Lake(tmp_path / "lake"), DocumentStore(tmp_path / "documents"))
    url = "https://www.sec.gov/Archives/edgar/data/1/000000000125000001/a.htm"
    with store.documents.open_writer(url) as writer:
        writer.write(b"four")
    row = {"cik": "0000000001", "accession_number": "0000000001-25-000001", "form": "10-K", "url": url, "attempts": 1}
    stored = {"name": "a.htm", "kind": "primary", "path": url.removeprefix("https://"), "bytes": 4, "status": "stored"}
    absent = {"name": "b.htm", "kind": "exhibit", "status": "absent", "error": "not there"}
    store.lake.write(ARTIFACTS, ARTIFACTS.frame([row | stored, row | absent]), cik="0000000001")
    assert documents_in_place(store, "0000000001")
    store.documents.path_of(url).write_bytes(b"cut")
    assert not documents_in_place(store, "0000000001")
    store.documents.path_of(url).unlink()
    assert not documents_in_place(store, "0000000001")
    unsized = ARTIFACTS.frame([row | stored | {"bytes": None}])
    store.lake.write(ARTIFACTS, unsized, cik="0000000001")
    assert not documents_in_place(store, "0000000001")
    store.lake.path(ARTIFACTS, "0000000001").write_bytes(b"damaged")
    assert not documents_in_place(store, "0000000001")
