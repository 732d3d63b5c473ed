"""The HTTP cache on a Redis server, for several machines: same entries, same freshness, same bound as in a file.

Sizes and times of use lie beside the entries; one script stores an entry and removes what was used least recently, so
that the bound holds whoever writes. What is fresh is decided in `cache`, how an entry is written in `cache_format`.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from redis import Redis
from redis.exceptions import RedisError
from requests_cache.backends.redis import RedisDict, RedisHashDict

from sec_assets.edgar.transport.cache_format import json_serializer, read_entry
from sec_assets.errors import StorageError

_NAME = "sec_assets:http"
_TIMEOUT_SECONDS = 5.0
_SAVE = """
local old = tonumber(redis.call('HGET', KEYS[2], ARGV[1]) or '0')
redis.call('SET', KEYS[1], ARGV[2])
redis.call('HSET', KEYS[2], ARGV[1], #ARGV[2])
redis.call('ZADD', KEYS[3], ARGV[3], ARGV[1])
local total = redis.call('INCRBY', KEYS[4], #ARGV[2] - old)
while total > tonumber(ARGV[4]) do
  local oldest = redis.call('ZPOPMIN', KEYS[3])[1]
  if not oldest then break end
  local size = tonumber(redis.call('HGET', KEYS[2], oldest) or '0')
  redis.call('DEL', ARGV[5] .. oldest)
  redis.call('HDEL', KEYS[2], oldest)
  total = redis.call('DECRBY', KEYS[4], size)
end
return total
"""


class RedisPlace:
    """The entries on the server at `url` (`redis://` or `rediss://`), at most `limit` bytes of them.

    Raises:
        StorageError: the server cannot be used.
    """

    def __init__(self, url: str, limit: int) -> None:
        parts = urlsplit(url)
        self._shown = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
        self._redis = Redis.from_url(url, socket_timeout=_TIMEOUT_SECONDS, socket_connect_timeout=_TIMEOUT_SECONDS)
        self.responses = _Answers(self._redis, limit, self._shown)
        self.redirects = RedisHashDict(_NAME, collection_name="redirects", connection=self._redis)

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turn failures of the server into a `StorageError`."""
        try:
            yield
        except (RedisError, OSError) as error:
            raise StorageError(
                f"the HTTP cache {self._shown} cannot be used ({error}); start the server, or unset SEC_ASSETS_HTTP_CACHE "
                "to keep the cache in a file: it only saves repeated requests"
            ) from error

    def absent(self, url: str) -> str | None:
        """Return what was noted of an address, unless that is over."""
        with self.errors():
            found = self._redis.get(f"{_NAME}-absent:{url}")
        return found.decode() if isinstance(found, bytes) else None

    def note_absent(self, url: str, sentence: str, seconds: float) -> None:
        """Note for some time that there is no such thing."""
        with self.errors():
            self._redis.set(f"{_NAME}-absent:{url}", sentence, px=max(int(seconds * 1000), 1))

    def forget_absent(self, url: str) -> None:
        """Forget what was noted."""
        with self.errors():
            self._redis.delete(f"{_NAME}-absent:{url}")


class _Answers(RedisDict):
    """The answers, and beside them how large each is and when it was used."""

    def __init__(self, redis: Redis, limit: int, shown: str) -> None:
        super().__init__(_NAME, connection=redis, ttl=False, serializer=json_serializer())
        self._limit = limit
        self._shown = shown
        self._save = redis.register_script(_SAVE)

    def deserialize(self, key: str, value: Any) -> Any:
        """Return the entry, or None when it is damaged: it is then fetched again."""
        return read_entry(self, self._shown, key, value)

    def __getitem__(self, key: str) -> Any:
        value = super().__getitem__(key)
        self.connection.zadd(f"{_NAME}-uses", {key: time.time()}, xx=True)
        return value

    def __setitem__(self, key: str, item: Any) -> None:
        keys = [f"{_NAME}:{key}", f"{_NAME}-sizes", f"{_NAME}-uses", f"{_NAME}-total"]
        self._save(keys=keys, args=[key, self.serialize(item), time.time(), self._limit, f"{_NAME}:"])
