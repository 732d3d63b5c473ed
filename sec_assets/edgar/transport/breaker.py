"""A circuit breaker per host: after several courses of tries that all failed, nothing is asked of it for a while.

An outage then costs every caller one sentence instead of minutes of tries. When the pause is over one caller tries,
once, while the others go on failing fast; its success closes the breaker, its failure doubles the pause. One host never
blocks another. A pause that the source asked for is something else: it is kept for all processes in `gate`.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sec_assets.errors import InputError, SettingError, UnreachableError

_LONGEST_PAUSE_SECONDS = 600.0


@dataclass(slots=True)
class _Host:
    failures: int = 0
    since: float = 0.0
    reason: str = ""
    pause: float = 0.0
    closed_until: float | None = None
    trying: bool = False


class Breakers:
    """The breakers of one client, shared by all its threads.

    Args:
        courses: how many courses of tries in a row must fail.
        pause: seconds until the first trial; doubled by each that fails, to ten minutes.
        clock: seconds since the epoch.
    """

    def __init__(self, courses: int, pause: float, clock: Callable[[], float] = time.time) -> None:
        self._courses = courses
        self._pause = pause
        self._clock = clock
        self._hosts: dict[str, _Host] = {}
        self._lock = threading.Lock()

    @contextmanager
    def guarded(self, host: str) -> Iterator[Callable[[], bool]]:
        """Run a course of tries; gives a function that tells whether more tries are pointless.

        Raises:
            UnreachableError: the host was found unreachable a moment ago, and it is not time for a trial.
        """
        self._enter(host)
        try:
            yield lambda: self._is_open(host)
        except UnreachableError as error:
            self._failed(host, str(error).partition(";")[0])
            raise
        except (InputError, SettingError):
            self._answered(host)
            raise
        except BaseException:
            self._unknown(host)
            raise
        self._answered(host)

    def _enter(self, host: str) -> None:
        with self._lock:
            state = self._hosts.setdefault(host, _Host())
            if state.closed_until is None:
                return
            if state.trying or self._clock() < state.closed_until:
                raise UnreachableError(self._sentence(host, state))
            state.trying = True

    def _is_open(self, host: str) -> bool:
        with self._lock:
            return self._hosts[host].closed_until is not None

    def _failed(self, host: str, reason: str) -> None:
        with self._lock:
            state, now = self._hosts[host], self._clock()
            if not state.failures:
                state.since = now
            state.failures += 1
            state.reason = reason
            if state.trying:
                state.trying, state.pause = False, min(state.pause * 2, _LONGEST_PAUSE_SECONDS)
                state.closed_until = now + state.pause
            elif state.closed_until is None and state.failures >= self._courses:
                state.pause = self._pause
                state.closed_until = now + state.pause

    def _answered(self, host: str) -> None:
        with self._lock:
            self._hosts[host] = _Host()

    def _unknown(self, host: str) -> None:
        with self._lock:
            self._hosts[host].trying = False

    def _sentence(self, host: str, state: _Host) -> str:
        since = datetime.fromtimestamp(state.since, UTC)
        left = max((state.closed_until or 0.0) - self._clock(), 0.0)
        when = f"in {left:.0f} s" if left else "right now, by another thread"
        return (
            f"{host} has not answered since {since:%Y-%m-%d %H:%M:%S} UTC ({state.failures} courses of tries; the last: "
            f"{state.reason}); it is tried again {when}. Run again later: what is done is kept"
        )
