"""What `sec-assets monitor` tells: how much of the request budget is used, by whom, and whether EDGAR refuses us.

Everything is computed from one look at the shared budget (`edgar.transport.store`); nothing is created or changed. The
command itself, its options and its exit codes, is `cli_monitor`; the rules of the budget are `edgar.transport.rules`.
"""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Literal

from sec_assets.edgar.transport.rules import Budget
from sec_assets.edgar.transport.store import Reading

Status = Literal["OK", "WARN", "VIOLATION"]
EXIT_CODES: dict[Status, int] = {"OK": 0, "WARN": 1, "VIOLATION": 2}
SEC_LIMIT = 10
_SECONDS = (1, 5, 10)
_SHOWN_ASKERS = 4


@dataclass(frozen=True, slots=True)
class Usage:
    """The budget at one moment.

    `sent` counts requests in the last 1, 5 and 10 s, `allowed` what the budget lets pass in them; `most_in_a_second` is
    over the last 10 s, `most_in_window` too, for the budget's own window. `askers` counts requests of the last minute
    per process, `priorities`, `hosts` and `outcomes` likewise. `hit_rate` is the HTTP cache's over the last hour.
    """

    at: str
    place: str
    status: Status
    reason: str
    sent: dict[int, int]
    allowed: dict[int, int]
    most_in_a_second: int
    most_in_window: int
    limit: int
    banned_seconds: float
    banned_until: str | None
    strikes: int
    last_hour: int
    refused_last_hour: int
    askers: dict[str, int]
    priorities: dict[str, int]
    hosts: dict[str, int]
    outcomes: dict[str, int]
    hits: int
    misses: int

    @property
    def hit_rate(self) -> float | None:
        """The share of cache answers among all that could have come from the cache, None when there were none."""
        asked = self.hits + self.misses
        return self.hits / asked if asked else None

    def as_json(self) -> dict[str, object]:
        """Return everything under names, for programs."""
        return {**asdict(self), "hit_rate": self.hit_rate}


def usage(reading: Reading, budget: Budget, place: str) -> Usage:
    """Judge one look at the shared budget."""
    now, wall = reading.moment.now, reading.moment.wall
    sent = sorted(one.sent_at for one in reading.permits if one.sent_at is not None)
    recent = sent[bisect_left(sent, now - _SECONDS[-1]) :]
    minute = [one for one in reading.permits if one.at > now - 60.0]
    refused = sum(one.outcome == "refused" for one in reading.permits)
    left = max(reading.state.banned_until - now, 0.0)
    second, window = most_within(recent, 1.0), most_within(recent, budget.window)
    status, reason = _judged(second, window, budget, left, reading.state.strikes, refused)
    return Usage(
        at=_time(wall),
        place=place,
        status=status,
        reason=reason,
        sent={seconds: len(recent) - bisect_left(recent, now - seconds) for seconds in _SECONDS},
        allowed={seconds: allowed(budget, seconds) for seconds in _SECONDS},
        most_in_a_second=second,
        most_in_window=window,
        limit=budget.limit,
        banned_seconds=round(left, 1),
        banned_until=_time(wall + left) if left else None,
        strikes=reading.state.strikes,
        last_hour=len(sent),
        refused_last_hour=refused,
        askers=dict(Counter(one.who for one in minute).most_common()),
        priorities=dict(Counter(one.priority for one in minute).most_common()),
        hosts=dict(Counter(one.host or "?" for one in minute).most_common()),
        outcomes=dict(Counter(one.outcome for one in minute).most_common()),
        hits=sum(one.hits for one in reading.counts.values()),
        misses=sum(one.misses for one in reading.counts.values()),
    )


def most_within(times: Sequence[float], seconds: float) -> int:
    """Return the most of the sorted `times` that lie in any half-open stretch of `seconds`."""
    return max((bisect_left(times, at + seconds) - index for index, at in enumerate(times)), default=0)


def allowed(budget: Budget, seconds: float) -> int:
    """Return how many requests the budget can let pass in any `seconds`."""
    return math.ceil(seconds / budget.window - 1e-9) * budget.limit if seconds > budget.window else budget.limit


def _judged(second: int, window: int, budget: Budget, left: float, strikes: int, refused: int) -> tuple[Status, str]:
    if left:
        return "VIOLATION", "EDGAR refuses us: nothing is sent until the pause is over"
    if second > max(SEC_LIMIT, allowed(budget, 1.0)):
        return "VIOLATION", f"{second} requests in one second"
    if strikes:
        return "WARN", "a pause has just ended: one request probes whether EDGAR answers again"
    if window > budget.limit:
        return "WARN", f"{window} requests in {budget.window:.2f} s, the budget is {budget.limit}"
    if refused:
        return "WARN", f"EDGAR refused {refused} requests within the last hour"
    return "OK", ""


def line(used: Usage) -> str:
    """Return one line for people."""
    parts = [
        used.at[11:19],
        f"{used.status:<9}",
        " ".join(f"{seconds}s {used.sent[seconds]}/{used.allowed[seconds]}" for seconds in _SECONDS),
        f"last hour {used.last_hour}",
        f"cache hits {used.hit_rate:.0%}" if used.hit_rate is not None else "cache hits -",
    ]
    if used.banned_until is not None:
        parts.append(
            f"banned until {used.banned_until[11:19]} UTC ({used.banned_seconds:.0f} s, strikes {used.strikes})"
        )
    if used.reason:
        parts.append(used.reason)
    asking = [f"{who}: {count}/min" for who, count in list(used.askers.items())[:_SHOWN_ASKERS]]
    if len(used.askers) > _SHOWN_ASKERS:
        asking.append(f"{len(used.askers) - _SHOWN_ASKERS} more")
    parts.append(f"asking: {', '.join(asking)}" if asking else "nobody asks")
    return " | ".join(parts)


def _time(wall: float) -> str:
    return datetime.fromtimestamp(wall, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
