"""The store of raw documents: every file lies below its root as HOST/PATH, so that the store is itself a mirror.

A document is immutable: what is there is complete and is never fetched again. Writing is all or nothing. What is
fetched, and whether a body is good enough to be kept, is decided by `edgar.client`.
"""

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from sec_assets.errors import AbsentError, CorruptError, InputError
from sec_assets.storage.files import atomic_writer, storage_errors

_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')
_OWN_PREFIXES = (".tmp-", ".part-", ".about-")
_LONGEST_NAME = 240
_PIECE = 2**20


def relative_path(url: str) -> str:
    """Return HOST/PATH of an address; pure.

    Raises:
        InputError: not an http(s) address of a file, or a name that could lead out of the folder.
    """
    try:
        parts = urlsplit(url)
        host, extras = (parts.hostname or ""), parts.port or parts.username
    except ValueError as error:
        raise InputError(f"{url!r} is not an address ({error})") from error
    if parts.scheme not in {"http", "https"} or extras is not None or not _HOST.fullmatch(host) or ".." in host:
        raise InputError(f"{url!r}: expected an address such as https://www.sec.gov/Archives/edgar/data/…")
    if parts.query or parts.fragment:
        raise InputError(f"{url!r}: an address with a query or fragment is not a stored document")
    names = [unquote(name, errors="replace") for name in parts.path.removeprefix("/").split("/")]
    for name in names:
        if name in {"", ".", ".."} or name.startswith(_OWN_PREFIXES) or _FORBIDDEN.search(name):
            raise InputError(f"{url!r}: {name!r} cannot be part of a file name")
        if len(name.encode()) > _LONGEST_NAME:
            raise InputError(f"{url!r}: a name in it is longer than {_LONGEST_NAME} bytes")
    return "/".join([host, *names])


@dataclass(frozen=True, slots=True)
class Entry:
    """A stored file: its path below the root, size, SHA-256 in hex, and when it was written (UTC)."""

    path: str
    bytes: int
    sha256: str
    written_at: datetime


class DocumentWriter:
    """Counts and hashes what is written; the file is begun with the first byte."""

    def __init__(self, path: Path, stack: ExitStack) -> None:
        self._path = path
        self._stack = stack
        self._file: BinaryIO | None = None
        self._hash = hashlib.sha256()
        self.bytes = 0

    @property
    def sha256(self) -> str:
        """SHA-256 of what was written so far, in hex."""
        return self._hash.hexdigest()

    def write(self, piece: bytes) -> None:
        """Append bytes."""
        if self._file is None:
            self._file = self._stack.enter_context(atomic_writer(self._path))
        self._file.write(piece)
        self._hash.update(piece)
        self.bytes += len(piece)


@dataclass(frozen=True, slots=True)
class DocumentStore:
    """Access to the files below `root`."""

    root: Path

    def path_of(self, url: str) -> Path:
        """Return the file of an address; see `relative_path` for what it raises."""
        return self.root / relative_path(url)

    def has(self, url: str) -> bool:
        """Tell whether the document is stored."""
        return self.path_of(url).is_file()

    def read(self, path: str) -> bytes:
        """Return the content of HOST/PATH.

        Raises:
            AbsentError: it is not stored.
            CorruptError: it cannot be read.
            InputError: the path leads out of the store.
        """
        file = self._file(path)
        try:
            return file.read_bytes()
        except FileNotFoundError as error:
            raise AbsentError(f"{path} is not in the document store {self.root}") from error
        except OSError as error:
            raise _damaged(file, error) from error

    def sha256(self, path: str) -> str:
        """Return the SHA-256 of the stored bytes of HOST/PATH in hex; raises like `read`."""
        return self.entry(path).sha256

    def entry(self, path: str) -> Entry:
        """Return size, hash and time of HOST/PATH; raises like `read`."""
        file = self._file(path)
        digest, size = hashlib.sha256(), 0
        try:
            with file.open("rb") as stream:
                while piece := stream.read(_PIECE):
                    digest.update(piece)
                    size += len(piece)
                at = datetime.fromtimestamp(os.fstat(stream.fileno()).st_mtime, UTC)
        except FileNotFoundError as error:
            raise AbsentError(f"{path} is not in the document store {self.root}") from error
        except OSError as error:
            raise _damaged(file, error) from error
        return Entry(path, size, digest.hexdigest(), at)

    @contextmanager
    def open_writer(self, url: str) -> Iterator[DocumentWriter]:
        """Open the document of an address for writing: complete after the block, or not there at all.

        Raises:
            InputError: see `relative_path`.
            StorageError: the disk is full or not writable.
        """
        path = self.path_of(url)
        try:
            with storage_errors(path), ExitStack() as stack:
                yield DocumentWriter(path, stack)
        except (IsADirectoryError, NotADirectoryError, FileExistsError) as error:
            raise InputError(f"{url!r}: a folder and a document of this name cannot both be stored") from error

    def _file(self, path: str) -> Path:
        return self.root / relative_path(f"https://{path}")


def _damaged(file: Path, error: OSError) -> CorruptError:
    return CorruptError(
        f"{file} cannot be read ({error.strerror}); delete it, and the next run of artifacts fetches it"
    )
