"""CPU time of work done over and over."""

import time
from collections.abc import Callable
from typing import TypeVar

_Result = TypeVar("_Result")


def best(repeats: int, work: Callable[[], _Result]) -> tuple[float, _Result]:
    """Return the least CPU seconds of several runs, at least one, and the result of the last."""
    least, result = _timed(work)
    for _ in range(repeats - 1):
        seconds, result = _timed(work)
        least = min(least, seconds)
    return least, result


def _timed(work: Callable[[], _Result]) -> tuple[float, _Result]:
    started = time.process_time()
    result = work()
    return time.process_time() - started, result
