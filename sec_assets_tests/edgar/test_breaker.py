"""The circuit breaker: its states by a clock of our own, and through a real client and servers that die."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sec_assets.edgar.client import EdgarClient
from sec_assets.edgar.transport.breaker import Breakers
from sec_assets.edgar.transport.retry import Persistence
from sec_assets.edgar.transport.rules import Budget
from sec_assets.errors import AbsentError, BannedError, OutageError, SettingError, UnreachableError
from sec_assets.settings import load_settings
from sec_assets_tests.edgar.http_server import FakeEdgar, Handler, always, fake_edgar

WWW, DATA = "www.sec.gov", "data.sec.gov"
FEED = "https://www.sec.gov/cgi-bin/browse-edgar?output=atom"
COMPANY = "https://data.sec.gov/submissions/CIK0000320193.json"


@dataclass
class Clock:
    now: float = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breakers(clock: Clock) -> Breakers:
    return Breakers(3, 60.0, clock)


def fail(breakers: Breakers, host: str, error: Exception | None = None) -> None:
    error = error or UnreachableError(f"https://{host}/x: the server answered 503 (6 tries in 30 s); run again later")
    with pytest.raises(type(error)), breakers.guarded(host):
        raise error


def refused(breakers: Breakers, host: str) -> str:
    with pytest.raises(UnreachableError) as caught, breakers.guarded(host):
        pytest.fail("it should not have been let in")
    return str(caught.value)


def test_it_opens_after_failures_in_a_row_and_says_why(breakers: Breakers, clock: Clock) -> None:
    for _ in range(3):
        fail(breakers, WWW)
    clock.now += 20
    text = refused(breakers, WWW)
    for part in (WWW, "2023-11-14 22:13:20 UTC", "the server answered 503 (6 tries in 30 s)", "tried again in 40 s"):
        assert part in text
    assert "\n" not in text


@pytest.mark.parametrize("answer", [None, AbsentError("404"), SettingError("who are you")])
def test_any_answer_of_the_server_starts_the_count_anew(breakers: Breakers, answer: Exception | None) -> None:
    fail(breakers, WWW)
    fail(breakers, WWW)
    if answer is None:
        with breakers.guarded(WWW):
            pass
    else:
        fail(breakers, WWW, answer)
    fail(breakers, WWW)
    fail(breakers, WWW)
    with breakers.guarded(WWW) as pointless:
        assert not pointless()


def test_one_host_does_not_block_another(breakers: Breakers) -> None:
    for _ in range(3):
        fail(breakers, DATA)
    refused(breakers, DATA)
    with breakers.guarded(WWW) as pointless:
        assert not pointless()


def test_after_the_pause_one_caller_tries_and_the_others_still_fail_fast(breakers: Breakers, clock: Clock) -> None:
    for _ in range(3):
        fail(breakers, WWW)
    clock.now += 61
    with breakers.guarded(WWW) as pointless:
        assert pointless(), "the trial is one try, not a course"
        assert "by another thread" in refused(breakers, WWW)
    with breakers.guarded(WWW) as pointless:
        assert not pointless()


def test_a_failed_trial_doubles_the_pause_up_to_ten_minutes(breakers: Breakers, clock: Clock) -> None:
    for _ in range(3):
        fail(breakers, WWW)
    for pause in (60, 120, 240, 480, 600, 600):
        assert f"in {pause} s" in refused(breakers, WWW)
        clock.now += pause + 1
        fail(breakers, WWW)


@pytest.mark.parametrize("error", [BannedError("pause"), KeyboardInterrupt()])
def test_a_trial_without_a_verdict_leaves_the_turn_to_the_next(
    breakers: Breakers, clock: Clock, error: BaseException
) -> None:
    for _ in range(3):
        fail(breakers, WWW)
    clock.now += 61
    with pytest.raises(type(error)), breakers.guarded(WWW):
        raise error
    with breakers.guarded(WWW):
        pass


def client_for(data: Path, base: str, **persistence: float) -> EdgarClient:
    environ = {"SEC_ASSETS_SOURCE": "live", "SEC_USER_AGENT": "T t@example.com", "SEC_ASSETS_EDGAR_BASE": base}
    settings = load_settings({**environ, "SEC_ASSETS_DATA": str(data)})
    chosen = Persistence(tries=2, back_off=0.001, **persistence)  # pyright: ignore[reportArgumentType]
    return EdgarClient(settings, budget=Budget.local(), persistence=chosen)


@pytest.fixture
def edgar() -> Iterator[FakeEdgar]:
    def by_host(handler: Handler, _: int) -> None:
        if handler.path.startswith("/data.sec.gov"):
            handler.reply(503, b"busy")
        else:
            handler.reply(200, b"fine")

    with fake_edgar(by_host) as server:
        yield server


def test_an_outage_of_one_host_fails_fast_and_the_other_goes_on(tmp_path: Path, edgar: FakeEdgar) -> None:
    with client_for(tmp_path, edgar.base) as client:
        for _ in range(3):
            with pytest.raises(UnreachableError, match="503"):
                client.get(COMPANY)
        assert len(edgar.arrivals) == 6
        for _ in range(20):
            with pytest.raises(OutageError, match=r"data\.sec\.gov has not answered since.*503"):
                client.get(COMPANY)
        assert len(edgar.arrivals) == 6, "nothing is sent while it is open"
        assert client.get(FEED).body == b"fine"


def test_it_closes_by_itself_when_the_server_is_back(tmp_path: Path, edgar: FakeEdgar) -> None:
    with client_for(tmp_path, edgar.base, outage_pause=0.3) as client:
        for _ in range(3):
            with pytest.raises(UnreachableError):
                client.get(COMPANY)
        time.sleep(0.35)
        with pytest.raises(UnreachableError):
            client.get(COMPANY)
        assert len(edgar.arrivals) == 7, "a trial is a single request"
        edgar.default = always(200, b"{}")
        with pytest.raises(UnreachableError, match="has not answered"):
            client.get(COMPANY)
        time.sleep(0.65)
        assert client.get_json(COMPANY) == {}


def test_threads_in_the_middle_of_their_tries_stop_when_it_opens(tmp_path: Path, edgar: FakeEdgar) -> None:
    failures: list[str] = []

    def ask(client: EdgarClient, number: int) -> None:
        try:
            client.get(f"https://data.sec.gov/submissions/CIK{number:010d}.json")
        except UnreachableError as error:
            failures.append(str(error))

    environ = {"SEC_ASSETS_SOURCE": "live", "SEC_USER_AGENT": "T t@example.com", "SEC_ASSETS_EDGAR_BASE": edgar.base}
    settings = load_settings({**environ, "SEC_ASSETS_DATA": str(tmp_path)})
    persistence = Persistence(tries=1000, seconds=1.0, back_off=0.05, outage_courses=1)
    with EdgarClient(settings, budget=Budget.local(), persistence=persistence) as client:
        threads = [threading.Thread(target=ask, args=(client, number)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        sent = len(edgar.arrivals)
        began = time.monotonic()
        ask(client, 99)
        assert time.monotonic() - began < 0.5
    assert len(failures) == 9
    assert len(edgar.arrivals) == sent
