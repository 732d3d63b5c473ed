"""The shared budget on a Redis server: the processes of several machines.

The server's clock decides; the clients' play no part. A change reads state, time and the server's run id in one script
and writes in a second, which does nothing if another process was faster: no lock is held that a killed or stopped
process could keep. A server that restarted has another run id, and `rules.resume` then begins one window late. The key
of the state never expires, so that a ban is not forgotten; the record of permits does, after an hour.
Scripts go by their digest and are loaded again after a restart or SCRIPT FLUSH (redis-py does that).
"""

import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from redis import Redis
from redis.backoff import ConstantBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from sec_assets.edgar.transport.rules import State
from sec_assets.edgar.transport.store import (
    RECORD_SECONDS,
    Change,
    Counts,
    Moment,
    Permitted,
    Reading,
    Sent,
    packed,
    unpacked,
)
from sec_assets.errors import StorageError

T = TypeVar("T")
_KEY = "sec_assets:budget"
_TIMEOUT_SECONDS = 2.0
_RETRIES = 8  # half a second apart: a server that restarts is waited for
_PATIENCE_SECONDS = 30.0
_SETTLED_MINUTES = 5
_EXPIRY_SECONDS = int(RECORD_SECONDS) + 120
_READ = """
local time = redis.call('TIME')
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)') or ''
return {redis.call('GET', KEYS[1]) or '', time[1], time[2], run}
"""
_WRITE = """
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
if ARGV[3] ~= '' then
  redis.call('HSET', KEYS[2], ARGV[3], ARGV[4])
  redis.call('EXPIRE', KEYS[2], ARGV[5])
end
return 1
"""


class RedisStore:
    """A `BudgetStore` on the server that `url` names (`redis://` or `rediss://`); for any thread, and after a fork."""

    def __init__(self, url: str) -> None:
        self.name = shown(url)
        self._redis = Redis.from_url(
            url,
            decode_responses=True,
            socket_timeout=_TIMEOUT_SECONDS,
            socket_connect_timeout=_TIMEOUT_SECONDS,
            retry=Retry(ConstantBackoff(0.5), _RETRIES),
        )
        self._settled: dict[int, list[Permitted]] = {}
        self._reader = self._redis.register_script(_READ)
        self._writer = self._redis.register_script(_WRITE)

    def update(self, change: Callable[[State | None, Moment], Change[T]]) -> T:
        """Apply `change`, again if another process was faster; see `BudgetStore`."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        with self._errors():
            while time.monotonic() < deadline:
                text, moment = self._state()
                changed = change(unpacked(text) if text else None, moment)
                bucket, field, value = _entry(changed.note)
                arguments = (text, packed(changed.state), field, value, _EXPIRY_SECONDS)
                if self._writer(keys=(_KEY, bucket), args=arguments):
                    return changed.result
                time.sleep(random.uniform(0.0, 0.005))  # noqa: S311 - so that two do not collide again
        raise StorageError(
            f"the shared request budget on {self.name} was changed by others again and again for "
            f"{_PATIENCE_SECONDS:.0f} s; nothing is sent without it: use a server that is nearer, or fewer processes"
        )

    def mark(self, key: str, departed: float, outcome: str) -> None:
        """Record what came of a permit."""
        with self._errors():
            self._redis.hset(_permits_of(departed), f"{key} outcome", outcome)

    def count(self, counts: Counts) -> None:
        """Add to this minute's count of cache answers."""
        with self._errors(), self._redis.pipeline() as pipeline:
            bucket = f"{_KEY}:counts:{int(time.time() // 60)}"
            pipeline.hincrby(bucket, "hits", counts.hits)
            pipeline.hincrby(bucket, "misses", counts.misses)
            pipeline.expire(bucket, _EXPIRY_SECONDS)
            pipeline.execute()

    def read(self, seconds: float = RECORD_SECONDS) -> Reading | None:
        """Look without changing anything; see `BudgetStore`."""
        with self._errors():
            text, moment = self._state()
            if not text:
                return None
            this = int(moment.now // 60)
            first = int((moment.now - seconds) // 60)
            permits = [one for minute in range(first, this + 1) for one in self._minute(minute, this)]
            counts = {
                minute: Counts(int(found["hits"]), int(found["misses"]))
                for minute in range(this - int(RECORD_SECONDS) // 60, this + 2)
                if (found := self._hash(f"{_KEY}:counts:{minute}"))
            }
            recent = sorted((one for one in permits if one.at > moment.now - seconds), key=lambda one: one.at)
            return Reading(moment, unpacked(text), tuple(recent), counts)

    def _minute(self, minute: int, this: int) -> list[Permitted]:
        """Return the permits of a minute; those of long ago are kept, so that a monitor does not fetch them each second."""
        if minute in self._settled:
            return self._settled[minute]
        found = _permits(self._hash(f"{_KEY}:permits:{minute}"))
        if minute < this - _SETTLED_MINUTES:
            self._settled = {old: permits for old, permits in self._settled.items() if old > this - 62} | {
                minute: found
            }
        return found

    def _state(self) -> tuple[str, Moment]:
        text, seconds, micros, run = cast("list[str]", self._reader(keys=(_KEY,)))
        now = int(seconds) + int(micros) / 1e6
        return text, Moment(now, now, run)

    def _hash(self, key: str) -> dict[str, str]:
        return cast("dict[str, str]", self._redis.hgetall(key))

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except RedisError as error:
            raise StorageError(
                f"the shared request budget on {self.name} cannot be used ({_reason(error)}); nothing is sent without "
                "it: start that server again, or correct SEC_ASSETS_LIMITER, then run again (what is done is kept)"
            ) from error
        except (ValueError, TypeError, KeyError) as error:
            raise StorageError(
                f"the shared request budget on {self.name} is damaged ({error}); nothing is sent without it: stop all "
                f"runs, delete its key {_KEY}, and run again"
            ) from error


def shown(url: str) -> str:
    """Return the address of a Redis server without user and password."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _reason(error: RedisError) -> str:
    return str(error).strip().rstrip(".") or type(error).__name__


def _permits_of(departed: float) -> str:
    return f"{_KEY}:permits:{int(departed // 60)}"


def _entry(note: Permitted | Sent | None) -> tuple[str, str, str]:
    """Return hash, field and value of what is recorded; the field is empty when nothing is."""
    if note is None:
        return _KEY, "", ""
    if isinstance(note, Sent):
        return _permits_of(note.departed), f"{note.key} sent", repr(note.at)
    value = json.dumps([note.at, note.wall, note.host, note.who, note.priority])
    return _permits_of(note.at), note.key, value


def _permits(fields: dict[str, str]) -> list[Permitted]:
    found: list[Permitted] = []
    for key, value in fields.items():
        if " " in key:
            continue
        at, wall, host, who, priority = cast("list[Any]", json.loads(value))
        sent = fields.get(f"{key} sent")
        outcome = fields.get(f"{key} outcome") or ("sent" if sent else "waiting")
        found.append(Permitted(key, at, wall, host, who, priority, float(sent) if sent else None, outcome))
    return found
