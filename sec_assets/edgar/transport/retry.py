"""Repeating from outside the session, so that each try takes a permit; and the last word when all tries failed.

Tries that reached a server back off longer and longer; without any connection it gives up soon, since waiting does not
bring a network. A pause asked for by the source is waited out inside the gate and costs no try.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, cast
from urllib.parse import urlsplit

from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_random_exponential

from sec_assets.edgar.transport.classify import Refused, TryAgain
from sec_assets.errors import BannedError, InputError, MalformedError, OutageError, SettingError, UnreachableError

_T = TypeVar("_T")
_BACK_OFF = wait_random_exponential(multiplier=1, max=60)
_REFUSALS = 3
_LONGEST_NAP_SECONDS = 1.0
GIVEN_UP = "the wait for a turn at EDGAR was given up because the work around it has ended"


@dataclass(frozen=True, slots=True)
class Persistence:
    """How often and how long to try, of it how often after a broken body; `back_off` scales the waits between tries.

    After `outage_courses` courses of tries that failed one after the other a host is left alone for `outage_pause` s.
    """

    tries: int = 6
    seconds: float = 300.0
    offline_tries: int = 3
    offline_seconds: float = 20.0
    body_tries: int = 3
    back_off: float = 1.0
    outage_courses: int = 3
    outage_pause: float = 60.0


LIVE = Persistence()
LOCAL = Persistence(tries=1, offline_tries=1, body_tries=1)


def _never() -> bool:
    return False


def persistently(
    attempt: Callable[[], _T],
    url: str,
    persistence: Persistence,
    *,
    by_way_of: str = "",
    pointless: Callable[[], bool] = _never,
    given_up: Callable[[], bool] = _never,
) -> _T:
    """Call `attempt` until it succeeds or nothing more is to be hoped for.

    Args:
        attempt: one try.
        url: what is asked for, for messages.
        persistence: how often and how long.
        by_way_of: a gateway, for messages.
        pointless: tells after a failed try whether others have found out meanwhile that the host is unreachable.
        given_up: ends the wait between two tries once it is true.

    Raises:
        UnreachableError: no connection, or no usable answer to the last try.
        MalformedError: the body was broken to the last try.
        BannedError: refused again after each pause.
        OutageError: the wait was given up.
        AbsentError, SettingError, StorageError: at once, from `attempt`.
    """
    reason = ""
    for _ in range(_REFUSALS):
        try:
            return _Course(url, persistence, by_way_of, pointless, given_up).run(attempt)
        except Refused as refusal:
            reason = str(refusal)
    raise BannedError(
        f"EDGAR refused a request {_REFUSALS} times, after each pause it asked for ({reason}); what is done is kept, "
        "run again later"
    )


class _Course:
    """One course of tries, and the sentence at its end."""

    def __init__(
        self,
        url: str,
        persistence: Persistence,
        by_way_of: str,
        pointless: Callable[[], bool],
        given_up: Callable[[], bool],
    ) -> None:
        self._url = url
        self._server = urlsplit(url).netloc + (f" by way of {by_way_of}" if by_way_of else "")
        self._persistence = persistence
        self._pointless, self._given_up = pointless, given_up
        self._began = time.monotonic()
        self._tries = self._broken = 0

    def run(self, attempt: Callable[[], _T]) -> _T:
        retrying = Retrying(
            retry=retry_if_exception_type(TryAgain),
            wait=self._wait,
            stop=self._stop,
            sleep=self._sleep,
            retry_error_callback=self._give_up,
        )
        return retrying(lambda: self._try(attempt))

    def _try(self, attempt: Callable[[], _T]) -> _T:
        self._tries += 1
        try:
            return attempt()
        except TryAgain as failure:
            self._broken += failure.kind == "body"
            raise
        except (InputError, SettingError, UnreachableError) as error:
            raise type(error)(f"{error} ({_tries(self._tries)})") from error

    def _sleep(self, seconds: float) -> None:
        """Sleep in pieces: an exception sent to a sleeping thread reaches it only between two."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if self._given_up():
                raise OutageError(GIVEN_UP)
            time.sleep(min(left, _LONGEST_NAP_SECONDS))

    def _failure(self, state: RetryCallState) -> TryAgain:
        return cast("TryAgain", state.outcome and state.outcome.exception())

    def _wait(self, state: RetryCallState) -> float:
        failure = self._failure(state)
        pause = _BACK_OFF(state) * self._persistence.back_off
        return min(pause, 4.0) if failure.kind == "offline" else max(pause, failure.seconds or 0.0)

    def _stop(self, state: RetryCallState) -> bool:
        failure, rules = self._failure(state), self._persistence
        elapsed = time.monotonic() - self._began
        if failure.kind != "body" and self._pointless():
            return True
        if failure.kind == "offline":
            return state.attempt_number >= rules.offline_tries or elapsed > rules.offline_seconds
        spent = state.attempt_number >= rules.tries or (failure.kind == "body" and self._broken >= rules.body_tries)
        return spent or elapsed + (failure.seconds or 0.0) > rules.seconds

    def _give_up(self, state: RetryCallState) -> None:
        failure = self._failure(state)
        tries = _tries(state.attempt_number)
        if failure.kind == "body":  # kept in a row that must not differ from run to run: no seconds
            raise MalformedError(f"{self._url}: {failure} ({tries}); the next run tries again") from failure
        effort = f"{tries} in {time.monotonic() - self._began:.0f} s"
        if failure.kind == "offline":
            raise UnreachableError(
                f"{self._server} could not be reached: {failure} ({effort}, for {self._url}); check the network, set "
                "HTTPS_PROXY or SEC_ASSETS_EDGAR_BASE if there is a way around, or work without network: "
                "SEC_ASSETS_SOURCE=sample, or mirror with SEC_ASSETS_MIRROR"
            ) from failure
        raise UnreachableError(
            f"{self._url}: {failure} ({effort}); the server has trouble, run again later: what is done is kept"
        ) from failure


def _tries(number: int) -> str:
    return f"{number} {'try' if number == 1 else 'tries'}"
