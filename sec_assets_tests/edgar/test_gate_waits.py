"""Waiting for a turn: it can be interrupted, it is told once, and it can be given up."""

import ctypes
import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from pyrate_limiter import Limiter

from sec_assets.edgar.client import EdgarClient
from sec_assets.edgar.transport.bucket import limiter_over
from sec_assets.edgar.transport.gate import Gate
from sec_assets.edgar.transport.rules import Budget
from sec_assets.edgar.urls import submissions_url
from sec_assets.errors import BannedError, OutageError
from sec_assets.pipeline.filings import index_companies
from sec_assets.pipeline.outcome import Store
from sec_assets.settings import Settings, load_settings
from sec_assets.storage.documents import DocumentStore
from sec_assets.storage.lake import Lake
from sec_assets.storage.locks import locked
from sec_assets_tests.edgar.http_server import always, fake_edgar

PATIENT = 900.0
COMPANIES = ("0000000001", "0000000002")


class Interruption(BaseException):
    pass


def banned(tmp_path: Path, seconds: float) -> Gate:
    gate = Gate(tmp_path / "gate.sqlite", Budget.local())
    gate.refused(seconds)
    return gate


class Waiter(threading.Thread):
    """A thread that waits for a turn and remembers how that ended, and when."""

    def __init__(self, wait: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self.wait, self.ended_by, self.ended = wait, None, 0.0
        self.start()

    @classmethod
    def at(cls, limiter: Limiter) -> "Waiter":
        return cls(lambda: limiter.try_acquire("sec"))

    def send(self, error: type[BaseException]) -> None:
        """Raise an exception in it, as ending a run does."""
        assert ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.ident or 0), ctypes.py_object(error))

    def run(self) -> None:
        try:
            self.wait()
        except BaseException as error:  # noqa: BLE001 - what ended it is what the test asks
            self.ended_by = type(error)
        self.ended = time.monotonic()


def test_ctrl_c_ends_the_wait_for_the_end_of_a_ban(tmp_path: Path) -> None:
    limiter = limiter_over(banned(tmp_path, 60.0), PATIENT)
    began = time.monotonic()
    threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        limiter.try_acquire("sec")
    assert time.monotonic() - began < 3.0


def test_an_exception_sent_to_the_thread_ends_its_wait(tmp_path: Path) -> None:
    waiter = Waiter.at(limiter_over(banned(tmp_path, 60.0), PATIENT))
    time.sleep(0.3)
    sent = time.monotonic()
    waiter.send(Interruption)
    waiter.join(10)
    assert waiter.ended_by is Interruption
    assert waiter.ended - sent < 2.5


def test_waits_that_are_given_up_end_soon_and_later_ones_go_on(tmp_path: Path) -> None:
    gate = banned(tmp_path, 4.0)
    limiters = [limiter_over(gate, PATIENT) for _ in range(3)]
    waiters = [Waiter.at(limiter) for limiter in limiters]
    time.sleep(0.3)
    given_up = time.monotonic()
    gate.abandon()
    for waiter in waiters:
        waiter.join(10)
        assert waiter.ended_by is OutageError
        assert waiter.ended - given_up < 2.5
    last = Waiter.at(limiters[0])
    last.join(20)
    assert last.ended_by is None


def test_a_long_wait_is_told_once_per_process(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    gate = banned(tmp_path, 30.0)
    with caplog.at_level(logging.WARNING):
        waiters = [Waiter.at(limiter_over(gate, PATIENT)) for _ in range(8)]
        time.sleep(2.2)
        gate.abandon()
        for waiter in waiters:
            waiter.join(20)
            assert waiter.ended_by is OutageError
    assert [record.message for record in caplog.records if "pause" in record.message] == [
        "EDGAR asked for a pause: all processes wait 30 s, then go on"
    ]


def test_a_ban_longer_than_the_patience_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(BannedError, match="another 10 minutes"):
        limiter_over(banned(tmp_path, 610.0), 60.0).try_acquire("sec")


def live(tmp_path: Path, base: str = "http://127.0.0.1:9") -> Settings:
    return load_settings(
        {
            "SEC_ASSETS_SOURCE": "live",
            "SEC_USER_AGENT": "Tests tests@example.com",
            "SEC_ASSETS_EDGAR_BASE": base,
            "SEC_ASSETS_DATA": str(tmp_path),
        }
    )


def seconds_until_interrupted(settings: Settings, waiting: Callable[[], bool] = lambda: True) -> float:
    """How long a step of two threads goes on after Ctrl-C, which comes when both wait."""
    pressed: list[float] = []

    def press() -> None:
        latest = time.monotonic() + 20.0
        while not waiting() and time.monotonic() < latest:
            time.sleep(0.01)
        time.sleep(1.5)
        pressed.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    store = Store(Lake(settings.lake), DocumentStore(settings.documents))
    with EdgarClient.from_settings(settings) as client:
        outcomes = index_companies(client, store, COMPANIES, workers=2, refresh=False)
        threading.Thread(target=press).start()
        with pytest.raises(KeyboardInterrupt):
            next(outcomes)
    return time.monotonic() - pressed[0]


def test_an_interrupted_step_does_not_wait_for_the_end_of_a_ban(tmp_path: Path) -> None:
    settings = live(tmp_path)
    Gate(settings.limiter, Budget.per_second(9)).refused(60.0)
    assert seconds_until_interrupted(settings) < 5.0


def test_an_interrupted_step_does_not_wait_for_somebody_who_asks_for_the_same(tmp_path: Path) -> None:
    settings = live(tmp_path)
    with ExitStack() as stack:
        for cik in COMPANIES:
            assert stack.enter_context(locked(settings.state / "locks", submissions_url(cik), 1.0))
        assert seconds_until_interrupted(settings) < 5.0


def test_an_interrupted_step_does_not_wait_for_the_next_try(tmp_path: Path) -> None:
    with fake_edgar(always(503, b"busy", Retry_After="60")) as edgar:
        both = len(COMPANIES)
        assert seconds_until_interrupted(live(tmp_path, edgar.base), lambda: len(edgar.arrivals) == both) < 5.0
        assert len(edgar.arrivals) == len(COMPANIES)


@pytest.mark.parametrize("waiting_for", ["the same thing", "the next try"])
def test_an_ended_run_ends_the_wait_of_its_thread(tmp_path: Path, waiting_for: str) -> None:
    url = submissions_url(COMPANIES[0])
    with fake_edgar(always(503, b"busy", Retry_After="60")) as edgar, ExitStack() as stack:
        settings = live(tmp_path, edgar.base)
        if waiting_for == "the same thing":
            assert stack.enter_context(locked(settings.state / "locks", url, 1.0))
        with EdgarClient.from_settings(settings) as client:
            waiter = Waiter(lambda: client.get(url))
            time.sleep(1.5)
            sent = time.monotonic()
            waiter.send(Interruption)
            waiter.join(10)
    assert waiter.ended_by is Interruption
    assert waiter.ended - sent < 2.5
