"""One request for many askers, and absences that are remembered: threads, processes, and askers that die."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sec_assets.edgar.client import EdgarClient
from sec_assets.edgar.transport import freshness
from sec_assets.errors import AbsentError
from sec_assets.storage import locks
from sec_assets_tests.edgar.http_server import Behaviour, FakeEdgar, Handler, always, fake_edgar, in_turn
from sec_assets_tests.edgar.live_clients import child, quick_client, run_together

TICKERS = "https://www.sec.gov/files/company_tickers.json"
COMPANY = "https://data.sec.gov/submissions/CIK0000320193.json"
FACTS = "https://data.sec.gov/api/xbrl/companyfacts/CIK0000320193.json"
FEED = "https://www.sec.gov/cgi-bin/browse-edgar?output=atom"
FILING = "https://www.sec.gov/Archives/edgar/data/320193/000032019324000123/aapl.htm"
GONE = b"<Error><Code>NoSuchKey</Code></Error>"
NOW = datetime.now(UTC)


def slowly(answer: Behaviour, seconds: float = 0.3) -> Behaviour:
    def behave(handler: Handler, count: int) -> None:
        time.sleep(seconds)
        answer(handler, count)

    return behave


@pytest.fixture
def edgar() -> Iterator[FakeEdgar]:
    with fake_edgar() as server:
        yield server


@pytest.fixture
def client(tmp_path: Path, edgar: FakeEdgar) -> Iterator[EdgarClient]:
    with quick_client(tmp_path, edgar.base) as made:
        yield made


def in_threads(number: int, work: Callable[[], object]) -> list[object]:
    found: list[object] = []
    start = threading.Barrier(number)

    def run() -> None:
        start.wait(20)
        try:
            found.append(work())
        except AbsentError as error:
            found.append(error)

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(found) == number
    return found


# -- one request -------------------------------------------------------------------------------------------------------


def test_sixteen_threads_that_want_one_document_cause_one_request(client: EdgarClient, edgar: FakeEdgar) -> None:
    edgar.default = slowly(always(200, b'{"0": 1}'))
    bodies = in_threads(16, lambda: client.get(TICKERS).body)
    assert bodies == [b'{"0": 1}'] * 16
    assert len(edgar.arrivals) == 1


def test_sixteen_threads_that_want_one_refresh_cause_one_request(client: EdgarClient, edgar: FakeEdgar) -> None:
    asking = threading.Semaphore(0)

    def when_all_have_asked(handler: Handler, count: int) -> None:
        for _ in range(16):
            assert asking.acquire(timeout=30)
        slowly(always(200, b'{"0": 2}'), 0.5)(handler, count)

    def refresh() -> bytes:
        asking.release()
        return client.get(TICKERS, refresh=True).body

    edgar.default = in_turn(always(200, b'{"0": 1}'), when_all_have_asked)
    client.get(TICKERS)
    bodies = in_threads(16, refresh)
    assert bodies == [b'{"0": 2}'] * 16
    assert len(edgar.arrivals) == 2


def test_a_refresh_after_another_asks_again(client: EdgarClient, edgar: FakeEdgar) -> None:
    edgar.default = always(200, b"{}")
    client.get(TICKERS, refresh=True)
    client.get(TICKERS, refresh=True)
    assert len(edgar.arrivals) == 2


def test_several_processes_that_want_one_document_cause_one_request(tmp_path: Path, edgar: FakeEdgar) -> None:
    edgar.default = slowly(always(200, b'{"0": 1}'), 1.0)
    body = f"print(client.get('{TICKERS}').body)"
    assert run_together([child(body, tmp_path, edgar.base) for _ in range(3)]) == ["b'{\"0\": 1}'\n"] * 3
    assert len(edgar.arrivals) == 1


def test_processes_and_threads_that_want_one_filing_download_it_once(tmp_path: Path, edgar: FakeEdgar) -> None:
    edgar.default = slowly(always(200, b"<html>a filing</html>"), 1.0)
    body = (
        "import threading\nfound = []\n"
        f"work = lambda: found.append(client.download('{FILING}').downloaded)\n"
        "threads = [threading.Thread(target=work) for _ in range(4)]\n"
        "[t.start() for t in threads]\n[t.join() for t in threads]\nprint(sorted(found))"
    )
    answers = run_together([child(body, tmp_path, edgar.base) for _ in range(2)])
    assert sorted(answers) == ["[False, False, False, False]\n", "[False, False, False, True]\n"]
    assert len(edgar.arrivals) == 1


def test_different_documents_do_not_wait_for_each_other(client: EdgarClient, edgar: FakeEdgar) -> None:
    edgar.default = slowly(always(200, b"<html>x</html>"), 0.5)
    numbers = iter(range(100))
    began = time.monotonic()
    in_threads(8, lambda: client.download(f"{FILING}{next(numbers)}"))
    assert len(edgar.arrivals) == 8
    assert time.monotonic() - began < 3.0


def test_feeds_are_asked_for_by_everybody(client: EdgarClient, edgar: FakeEdgar) -> None:
    edgar.default = always(200, b"<feed/>")
    in_threads(4, lambda: client.get(FEED))
    assert len(edgar.arrivals) == 4


def test_an_asker_that_is_killed_lets_the_others_go_on(tmp_path: Path, edgar: FakeEdgar) -> None:
    edgar.default = in_turn(slowly(always(200, b"late"), 20.0), always(200, b"{}"))
    process = child(f"client.get('{TICKERS}')", tmp_path, edgar.base)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    assert process.stdin is not None
    process.stdin.close()
    process.stdin = None
    while not edgar.arrivals:
        assert process.poll() is None
        time.sleep(0.01)
    with quick_client(tmp_path, edgar.base) as client:
        bodies: list[bytes] = []
        waiting = threading.Thread(target=lambda: bodies.append(client.get(TICKERS).body))
        waiting.start()
        time.sleep(0.3)
        assert bodies == []
        assert len(edgar.arrivals) == 1
        process.kill()
        process.communicate(timeout=10)
        waiting.join(10)
    assert bodies == [b"{}"]


def test_waiting_for_another_is_bounded(tmp_path: Path) -> None:
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with locks.locked(tmp_path, "x", 1.0):
            held.set()
            done.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(5)
    with locks.locked(tmp_path, "x", 0.2) as alone:
        assert not alone
    done.set()
    thread.join(5)
    with locks.locked(tmp_path, "x", 0.2) as alone:
        assert alone


# -- what is not there -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", [COMPANY, FACTS])
def test_an_absence_is_remembered_by_all_and_not_as_a_page(tmp_path: Path, edgar: FakeEdgar, url: str) -> None:
    page = b"<html>" + b"an error page " * 50
    edgar.default = always(404, page)
    texts: list[str] = []
    for _ in range(2):
        with quick_client(tmp_path, edgar.base) as client:
            for _ in range(3):
                with pytest.raises(AbsentError, match="404") as caught:
                    client.get(url)
                texts.append(str(caught.value))
    assert len(edgar.arrivals) == 1
    assert len(set(texts)) == 1, "the same sentence each time"
    kept = b"".join(file.read_bytes() for file in (tmp_path / "state").glob("http_cache*"))
    assert b"an error page" not in kept


def test_threads_that_want_what_is_absent_cause_one_request(client: EdgarClient, edgar: FakeEdgar) -> None:
    edgar.default = slowly(always(403, GONE))
    found = in_threads(16, lambda: client.download(FILING))
    assert {type(one) for one in found} == {AbsentError}
    assert len(edgar.arrivals) == 1


def test_a_refresh_ignores_what_is_remembered_and_forgets_it(client: EdgarClient, edgar: FakeEdgar) -> None:
    edgar.default = in_turn(always(404, GONE), always(404, GONE), always(200, b"{}"))
    with pytest.raises(AbsentError):
        client.get(COMPANY)
    with pytest.raises(AbsentError):
        client.get(COMPANY, refresh=True)
    assert client.get(COMPANY, refresh=True).body == b"{}"
    assert client.get(COMPANY).from_cache
    assert len(edgar.arrivals) == 3


def test_a_refresh_asks_again_for_a_document_that_was_absent(client: EdgarClient, edgar: FakeEdgar) -> None:
    edgar.default = in_turn(always(404, GONE), always(200, b"<html>now</html>"))
    with pytest.raises(AbsentError):
        client.download(FILING)
    with pytest.raises(AbsentError):
        client.download(FILING)
    assert client.download(FILING, refresh=True).downloaded
    assert not client.download(FILING).downloaded
    assert len(edgar.arrivals) == 2


def test_an_absence_is_forgotten_when_its_time_is_over(
    client: EdgarClient, edgar: FakeEdgar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freshness, "_ABSENT", timedelta(seconds=0.3))
    edgar.default = in_turn(always(404, GONE), always(200, b"<html>late</html>"))
    for _ in range(2):
        with pytest.raises(AbsentError):
            client.download(FILING)
    time.sleep(0.4)
    assert client.download(FILING).downloaded


def test_what_is_absent_is_no_outage(client: EdgarClient, edgar: FakeEdgar) -> None:
    edgar.default = always(404, GONE)
    for number in range(10):
        with pytest.raises(AbsentError):
            client.get(f"https://data.sec.gov/submissions/CIK{number:010d}.json")
    edgar.default = always(200, b"{}")
    assert client.get(COMPANY).body == b"{}"


@pytest.mark.parametrize(
    ("url", "accepted_at", "expected"),
    [
        (COMPANY, None, timedelta(hours=1)),
        (FILING, None, timedelta(hours=1)),
        (FILING, NOW - timedelta(days=3), timedelta(hours=1)),
        (FILING, NOW - timedelta(hours=2), timedelta(minutes=10)),
        (f"https://www.sec.gov/Archives/edgar/daily-index/2024/QTR1/master.{NOW:%Y%m%d}.idx", None, timedelta(minutes=10)),
        ("https://www.sec.gov/Archives/edgar/daily-index/2024/QTR1/master.20240101.idx", None, timedelta(days=1)),
        ("https://www.sec.gov/Archives/edgar/full-index/2024/QTR1/master.idx", None, timedelta(hours=1)),
        (FEED, None, None),
    ],
)  # fmt: skip
def test_how_long_an_absence_is_remembered(url: str, accepted_at: datetime | None, expected: timedelta | None) -> None:
    assert freshness.max_absence(url, NOW, source="live", accepted_at=accepted_at) == expected
    assert freshness.max_absence(url, NOW, source="mirror", accepted_at=accepted_at) is None
