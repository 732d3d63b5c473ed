"""What a server's log of arrivals says about the budget: the fullest windows, the slack, the rate in the steady state.

Pure, over sorted nanoseconds. The log is written by `loopback`: one line per request with the instant at which the
kernel received it, so that a server that is late to run blurs nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request: when (ns of the monotonic clock), how it was answered (status or fault), by whom, what for."""

    at: int
    answer: str
    client: str
    path: str


def read_log(log: Path) -> list[Arrival]:
    """Return the complete lines of a server's log in order of arrival."""
    lines = log.read_text(encoding="utf-8").splitlines(keepends=True)
    parts = [line.rstrip("\n").split("\t", 3) for line in lines if line.endswith("\n")]
    return sorted(
        (Arrival(int(at), answer, client, path) for at, answer, client, path in parts), key=lambda one: one.at
    )


def fullest(times: Sequence[int], seconds: float) -> int:
    """Return the largest number of arrivals within any window of `seconds` (its end excluded)."""
    most = first = 0
    for last, at in enumerate(times):
        while times[first] <= at - seconds * SECOND:
            first += 1
        most = max(most, last - first + 1)
    return most


def slack_ms(times: Sequence[int], limit: int) -> float | None:
    """Return by how much the closest `limit + 1` arrivals spread beyond a second, in ms; negative is a violation."""
    spans = [times[i + limit] - times[i] for i in range(len(times) - limit)]
    return (min(spans) - SECOND) / 1e6 if spans else None


def steady_per_minute(times: Sequence[int], warm_up: float) -> float | None:
    """Return the rate per minute from `warm_up` seconds after the first arrival to the last one."""
    steady = [at for at in times if at >= times[0] + warm_up * SECOND]
    return (len(steady) - 1) / ((steady[-1] - steady[0]) / SECOND) * 60 if len(steady) > 2 else None


def longest_gap(times: Sequence[int]) -> float:
    """Return the longest time without any arrival, in seconds."""
    return max(((later - earlier) / SECOND for earlier, later in pairwise(times)), default=0.0)
