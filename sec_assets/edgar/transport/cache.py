"""The HTTP cache of small, changing resources: requests-cache over one SQLite file for all processes.

Freshness is judged when an entry is read (`freshness`), so that a changed setting counts at once. Entries are JSON, not
pickle: reading a shared file must not run code. The library waits for ever when the file is locked, full or read-only,
and drops failed writes; here these are errors. Contact address and cookies are not stored.
"""

import base64
import json
import logging
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cattrs.errors import BaseValidationError
from cattrs.preconf.json import make_converter
from requests import Response
from requests_cache import CachedResponse
from requests_cache.backends.sqlite import SQLiteCache, SQLiteDict
from requests_cache.serializers import CattrStage, SerializerPipeline, Stage

from sec_assets.edgar.transport.freshness import UNCHANGING
from sec_assets.errors import StorageError

_LOG = logging.getLogger(__name__)

PRIVATE_HEADERS = ("User-Agent", "user-agent", "Cookie", "Set-Cookie", "Authorization", "Proxy-Authorization")
MaxAge = Callable[[str, datetime], timedelta | None]
_LOCK_SECONDS = 30.0
_CLOCK_TOLERANCE = timedelta(minutes=5)


def _pack(body: bytes) -> str:
    return base64.b64encode(zlib.compress(body or b"", 1)).decode("ascii")


def _unpack(text: str, _: type) -> bytes:
    try:
        return zlib.decompress(base64.b64decode(text, validate=True))
    except zlib.error as error:
        raise ValueError("the cached body is damaged") from error


def _serializer() -> SerializerPipeline:
    stage = CattrStage(make_converter)
    stage.converter.register_unstructure_hook(bytes, _pack)
    stage.converter.register_structure_hook(bytes, _unpack)
    return SerializerPipeline([stage, Stage(dumps=json.dumps, loads=json.loads)], name="json")


class _Rows(SQLiteDict):
    """The library's table with a bounded wait for the lock, and with write errors that are seen."""

    def deserialize(self, key: str, value: Any) -> Any:
        """Return the entry, or None when it is damaged: it is then fetched again."""
        try:
            return super().deserialize(key, value)
        except BaseValidationError:
            _LOG.warning("an entry of the HTTP cache %s is damaged and is fetched again", self.db_path)
            return None

    @contextmanager
    def _acquire_sqlite_lock(self) -> Iterator[None]:
        with self._lock, self.connection() as connection:
            self._begin(connection)
            self._active_transaction = True
            try:
                yield
                connection.commit()
            except BaseException:
                connection.rollback()
                raise
            finally:
                self._active_transaction = False

    def _begin(self, connection: sqlite3.Connection) -> None:
        deadline = time.monotonic() + _LOCK_SECONDS
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
            else:
                return


class HttpCache(SQLiteCache):
    """The cache in `path`; one object belongs to one thread. `max_age` tells how long an answer stays fresh.

    Raises:
        StorageError: the file cannot be read or written.
    """

    def __init__(self, path: Path, max_age: MaxAge) -> None:
        super(SQLiteCache, self).__init__(cache_name=str(path))
        self._max_age = max_age
        options: dict[str, Any] = {"wal": True, "busy_timeout": 1000}
        with self._errors(path):
            self.responses = _Rows(path, table_name="responses", serializer=_serializer(), **options)
            self.redirects = _Rows(path, table_name="redirects", serializer=None, **options)

    def get_response(self, key: str, default: CachedResponse | None = None) -> CachedResponse | None:
        """Return the entry with its expiry computed from its age and the setting of today."""
        with self._errors(self.db_path):
            response = super().get_response(key, default)
        if response is None:
            return None
        now = datetime.now(UTC)
        age_limit = self._max_age(response.url, response.created_at)
        if age_limit is None or response.created_at > now + _CLOCK_TOLERANCE:
            response.expires = now
        else:
            response.expires = None if age_limit == UNCHANGING else response.created_at + age_limit
        return response

    def save_response(self, response: Response, cache_key: str | None = None, expires: datetime | None = None) -> None:
        """Store an answer worth keeping; one that the server confirmed unchanged (304) counts as fetched now."""
        if self._max_age(response.url, datetime.now(UTC)) is None:
            return
        if isinstance(response, CachedResponse) and response.revalidated:
            response.created_at = datetime.now(UTC)
        with self._errors(self.db_path):
            super().save_response(response, cache_key, expires)

    @contextmanager
    def _errors(self, path: Path | str) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise StorageError(
                f"the HTTP cache {path} cannot be used ({error}); free space or make it writable, "
                "or delete the file: it only saves repeated requests"
            ) from error
