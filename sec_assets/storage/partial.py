"""Unfinished large files that survive a crash, together with the version of the document their bytes belong to.

Beside `name` lie `.part-name` (the bytes so far), `.part-name.json` (their version) and `.about-name.json` (the version
of the finished file). Small documents are written in one go by `documents`; what is asked of the server to continue is
decided in `edgar.transport.archive`.
"""

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from sec_assets.errors import StorageError
from sec_assets.storage.files import storage_errors, sync_folder, write_atomically

_PIECE = 2**20


@dataclass(frozen=True, slots=True)
class Version:
    """What the server calls a version of a document: its ETag and Last-Modified as sent, if any."""

    etag: str | None = None
    last_modified: str | None = None

    @property
    def validator(self) -> str | None:
        """What may stand in If-Range: a strong ETag, else the date."""
        strong = self.etag is not None and not self.etag.startswith("W/")
        return self.etag if strong else self.last_modified


@dataclass(frozen=True, slots=True)
class Finished:
    """A finished file: its version, size in bytes, SHA-256 in hex, and when its last byte came (UTC)."""

    version: Version
    bytes: int
    sha256: str
    written_at: datetime


class PartialFile:
    """The unfinished form of the file `path`; one owner at a time (the caller holds a lock).

    Raises:
        StorageError: from every method, when the disk is full or not writable.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._part = path.with_name(f".part-{path.name}")
        self._record = path.with_name(f".part-{path.name}.json")
        self._about = path.with_name(f".about-{path.name}.json")
        self._file: BinaryIO | None = None
        self.version, self.total, self.size = Version(), None, 0
        self._hash = hashlib.sha256()
        with storage_errors(path):
            self._resume()

    @property
    def complete(self) -> bool:
        """Tell whether all announced bytes are there."""
        return self.total is not None and self.size == self.total

    def begin(self, version: Version, total: int | None) -> None:
        """Forget what was there and begin another version of `total` bytes (None: not announced)."""
        self.discard()
        self.version, self.total = version, total
        with storage_errors(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self._record, json.dumps({**asdict(version), "total": total}).encode())

    def append(self, piece: bytes) -> None:
        """Add bytes."""
        with storage_errors(self.path):
            if self._file is None:
                self._file = self._part.open("ab", buffering=0)
            rest = memoryview(piece)
            while rest:
                written = self._file.write(rest)
                self._hash.update(rest[:written])
                self.size += written or 0
                rest = rest[written:]

    def discard(self) -> None:
        """Remove the unfinished bytes."""
        self.close()
        with storage_errors(self.path):
            self._part.unlink(missing_ok=True)
            self._record.unlink(missing_ok=True)
        self.version, self.total, self.size = Version(), None, 0
        self._hash = hashlib.sha256()

    def close(self) -> None:
        """Keep what is there for the next owner."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def verified(self, check: Callable[[Path], bool]) -> bool:
        """Tell whether `check` accepts the bytes so far."""
        self.close()
        return self._part.is_file() and check(self._part)

    def finish(self) -> Finished:
        """Make the bytes durable and give them their name; a reader of the old file keeps the old one."""
        self.close()
        with storage_errors(self.path):
            with self._part.open("rb+") as file:
                os.fsync(file.fileno())
                status = os.fstat(file.fileno())
            about = {"sha256": self._hash.hexdigest(), "bytes": status.st_size, "mtime_ns": status.st_mtime_ns}
            write_atomically(self._about, json.dumps({**asdict(self.version), **about}).encode())
            self._part.replace(self.path)
            sync_folder(self.path.parent)
            self._record.unlink(missing_ok=True)
        finished = self.finished()
        if finished is None:
            raise StorageError(f"{self.path} was changed by another program while it was written; run again")
        return finished

    def finished(self) -> Finished | None:
        """Return what is known of the finished file; None when there is none or it is not the one that was noted."""
        about = _read_json(self._about)
        if about is None or not self.path.is_file():
            return None
        status = self.path.stat()
        if (about.get("bytes"), about.get("mtime_ns")) != (status.st_size, status.st_mtime_ns):
            return None
        at = datetime.fromtimestamp(status.st_mtime, UTC)
        return Finished(_version(about), status.st_size, str(about.get("sha256")), at)

    def _resume(self) -> None:
        record = _read_json(self._record)
        if record is None or not self._part.is_file():
            return
        self.version, self.total = _version(record), record.get("total")
        with self._part.open("rb") as file:
            while piece := file.read(_PIECE):
                self._hash.update(piece)
                self.size += len(piece)


def _version(record: dict[str, Any]) -> Version:
    return Version(record.get("etag"), record.get("last_modified"))


def _read_json(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return found if isinstance(found, dict) else None
