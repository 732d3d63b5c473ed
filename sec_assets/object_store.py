"""Objects of an S3-compatible store, named by URL and used like `pathlib` paths.

Only what the platform needs of a path, over the library obstore: it signs, retries and splits large uploads. An object
is seen whole or not at all, whatever happens to its writer. Endpoint, region and credentials are obstore's own settings
(`AWS_ENDPOINT_URL`, `AWS_ACCESS_KEY_ID`, …). What lies where is decided in `storage`.
"""

import errno
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import IO, TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from sec_assets.errors import DefectError, SettingError, StorageError

if TYPE_CHECKING:
    from obstore import ObjectMeta
    from obstore.store import ClientConfig, RetryConfig

SCHEME = "s3://"
_URL = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:/[A-Za-z0-9_][A-Za-z0-9_.=+-]*)*)/?")
_PART_BYTES = 16 * 2**20
_CLIENT: "ClientConfig" = {
    "allow_http": True,  # only where the endpoint of the settings is http://
    "connect_timeout": timedelta(seconds=5),
    "read_timeout": timedelta(seconds=30),
    "timeout": timedelta(seconds=180),
}
_RETRIES: "RetryConfig" = {
    "max_retries": 8,
    "retry_timeout": timedelta(seconds=60),
    "backoff": {"init_backoff": timedelta(milliseconds=500), "max_backoff": timedelta(seconds=5), "base": 3},
}
_STATUS = re.compile(r"non-2xx status code: (\d{3}[ A-Za-z-]*)")
_CODE = re.compile(r"<Code>(\w+)</Code>")


@dataclass(frozen=True, slots=True)
class Body:
    """An object's bytes and when it was written (UTC)."""

    data: bytes
    written_at: datetime


@dataclass(frozen=True, slots=True)
class About:
    """An object's size in bytes, when it was written (UTC), and the notes given with it."""

    size: int
    written_at: datetime
    notes: Mapping[str, str]


@dataclass(frozen=True, slots=True, order=True)
class ObjectUrl:
    """An object, or a folder of objects; holds no connection, and no secrets, so that it can travel.

    Every method that asks the store raises `StorageError`, which names the URL, when it cannot be reached or refuses.
    """

    bucket: str
    key: str

    @classmethod
    def parse(cls, text: str) -> "ObjectUrl":
        """Return the folder that `s3://bucket/prefix` names.

        Raises:
            ValueError: it is no such address.
        """
        match = _URL.fullmatch(text)
        if match is None:
            raise ValueError("not an address such as s3://bucket/prefix")
        return cls(match[1], match[2].removeprefix("/"))

    def __str__(self) -> str:
        """Return the URL."""
        return f"{SCHEME}{self.bucket}/{self.key}"

    def __truediv__(self, name: str) -> "ObjectUrl":
        """Return what lies below this folder."""
        return ObjectUrl(self.bucket, f"{self.key}/{name}" if self.key else name)

    @property
    def name(self) -> str:
        """The last part."""
        return self.key.rpartition("/")[2]

    @property
    def stem(self) -> str:
        """The last part without its suffix."""
        return self.name.rpartition(".")[0] or self.name

    def is_file(self) -> bool:
        """Tell whether the object exists."""
        try:
            self.about()
        except FileNotFoundError:
            return False
        return True

    def about(self) -> About:
        """Ask for size, time and notes only.

        Raises:
            FileNotFoundError: there is no such object.
        """
        with self._asking("read"):
            found = obstore.get(_open(self.bucket), self.key, options={"head": True})
            meta, notes = found.meta, {str(name): str(value) for name, value in found.attributes.items()}
        return About(meta["size"], meta["last_modified"], notes)

    def read(self) -> Body:
        """Return the object; raises like `about`."""
        with self._asking("read"):
            found = obstore.get(_open(self.bucket), self.key)
            return Body(found.bytes().to_bytes(), found.meta["last_modified"])

    def read_bytes(self) -> bytes:
        """Return the object's bytes; raises like `about`."""
        return self.read().data

    def write(self, body: bytes | IO[bytes], notes: Mapping[str, str] | None = None) -> None:
        """Put the object in place of the one that is there; readers see the old one until the last byte has come."""
        with self._asking("write"):
            obstore.put(
                _open(self.bucket),
                self.key,
                body,
                attributes=dict(notes or {}),
                chunk_size=_PART_BYTES,
                max_concurrency=4,
            )

    def unlink(self) -> None:
        """Remove the object, if there is one."""
        with self._asking("remove"):
            obstore.delete(_open(self.bucket), self.key)

    def listing(self) -> "list[Listed]":
        """Return the objects directly in this folder, sorted; a folder that was never written to has none."""
        with self._asking("list"):
            found = obstore.list_with_delimiter(_open(self.bucket), self.key)
            listed = [
                Listed(ObjectUrl(self.bucket, meta["path"]), meta["size"], _state(meta)) for meta in found["objects"]
            ]
            return sorted(listed, key=lambda item: item.url)

    def objects(self) -> "list[ObjectUrl]":
        """Return the addresses of `listing`."""
        return [item.url for item in self.listing()]

    def folders(self) -> "list[ObjectUrl]":
        """Return the folders directly in this folder, sorted."""
        with self._asking("list"):
            found = obstore.list_with_delimiter(_open(self.bucket), self.key)
            return sorted(ObjectUrl(self.bucket, path) for path in found["common_prefixes"])

    @contextmanager
    def _asking(self, what: str) -> Iterator[None]:
        # The library's own text is left out: it holds what the store answered, which may name the access key.
        try:
            yield
        except FileNotFoundError as error:
            if _code(error) == "NoSuchBucket":
                raise _outage(what, self, error) from None
            raise FileNotFoundError(errno.ENOENT, "no such object", str(self)) from None
        except BaseError as error:
            raise _outage(what, self, error) from None


@dataclass(frozen=True, slots=True)
class Listed:
    """An object as the list of its folder shows it: size in bytes, and a text that changes whenever it is replaced."""

    url: ObjectUrl
    size: int
    state: str


def data_root(environ: Mapping[str, str]) -> tuple[Path, ObjectUrl | None]:
    """Return the data folder of this machine, and the object store's folder where lake and documents lie there.

    Raises:
        SettingError: names the variable and what is allowed.
    """
    text, local = environ.get("SEC_ASSETS_DATA") or "data", environ.get("SEC_ASSETS_LOCAL")
    if not text.startswith(SCHEME):
        if local:
            raise SettingError(f"SEC_ASSETS_LOCAL={local!r}: allowed only where SEC_ASSETS_DATA is s3://bucket/prefix")
        return Path(text).expanduser().absolute(), None
    try:
        objects = ObjectUrl.parse(text)
    except ValueError:
        raise SettingError(
            "SEC_ASSETS_DATA is not a usable address (value not shown, it may hold a key): allowed are a folder or "
            "s3://bucket/prefix; credentials go into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        ) from None
    return Path(local or "data").expanduser().absolute(), objects


def _state(meta: "ObjectMeta") -> str:
    return f"{meta['e_tag'] or ''}:{meta['size']}:{meta['last_modified'].isoformat()}"


def _outage(what: str, url: ObjectUrl, error: Exception) -> StorageError:
    return StorageError(
        f"cannot {what} {url}: {_reason(error)}; see that the object store is up, that the bucket exists and that "
        "AWS_ENDPOINT_URL and the credentials are right, then run again (what was finished is kept)"
    )


def _reason(error: Exception) -> str:
    """Return what went wrong in a few words, without the store's own answer."""
    told, code = _STATUS.search(str(error)), _code(error)
    if told is not None:
        return f"it answered {told[1].strip()}" + (f" ({code})" if code else "")
    first = str(error).split("\n", 1)[0]
    return first.rpartition(" - ")[2] or type(error).__name__


def _code(error: Exception) -> str:
    found = _CODE.search(str(error))
    return found[1] if found else ""


def _open(bucket: str) -> S3Store:
    pid, store = _opened(bucket)
    if pid != os.getpid():
        raise DefectError(
            f"{SCHEME}{bucket} was opened before this process was forked and would hang: start processes by spawn"
        )
    return store


def forget() -> None:
    """Open buckets anew at their next use, with the settings of that moment."""
    _opened.cache_clear()


@lru_cache
def _opened(bucket: str) -> tuple[int, S3Store]:
    """Open a bucket and see that it exists: a store answers for a missing one as for a missing object."""
    store = S3Store(bucket, client_options=_CLIENT, retry_config=_RETRIES)
    for _ in obstore.list(store, "a-folder-that-nobody-has"):
        break
    return os.getpid(), store
