"""The store of raw documents: every file lies below its root as HOST/PATH, so that the store is itself a mirror.

A document is immutable: what is there is complete and is never fetched again. Writing is all or nothing. The root is a
folder or lies in an object store; the nightly archives, which are read in pieces, are files of this machine in either
case. What is fetched, and whether a body is good enough to be kept, is decided by `edgar.client`.
"""

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO
from urllib.parse import unquote, urlsplit

from sec_assets.errors import AbsentError, CorruptError, InputError, SettingError
from sec_assets.object_store import ObjectUrl
from sec_assets.storage.files import atomic_writer, storage_errors
from sec_assets.storage.places import Place

_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')
_OWN_PREFIXES = (".tmp-", ".part-", ".about-")
_LONGEST_NAME = 240
_PIECE = 2**20
_SPOOLED = 2**24  # bytes of a document on its way into an object store that are kept in memory


def relative_path(url: str) -> str:
    """Return HOST/PATH of an address; pure.

    Raises:
        InputError: not an http(s) address of a file, or a name that could lead out of the folder.
    """
    folder, _, name = url.rpartition("/")
    if "?" in name or "#" in name:
        raise InputError(f"{url!r}: an address with a query or fragment is not a stored document")
    return f"{_folder_path(folder)}/{_file_name(name)}"


@lru_cache(maxsize=4096)  # documents come a filing at a time
def _folder_path(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, extras = (parts.hostname or ""), parts.port or parts.username
    except ValueError as error:
        raise InputError(f"{url!r} is not an address ({error})") from error
    if parts.scheme not in {"http", "https"} or extras is not None or not _HOST.fullmatch(host) or ".." in host:
        raise InputError(f"{url!r}: expected an address such as https://www.sec.gov/Archives/edgar/data/…")
    if parts.query or parts.fragment:
        raise InputError(f"{url!r}: an address with a query or fragment is not a stored document")
    names = parts.path.removeprefix("/").split("/") if parts.path else []
    return "/".join([host, *(_file_name(name) for name in names)])


def _file_name(quoted: str) -> str:
    name = unquote(quoted, errors="replace")
    if name in {"", ".", ".."} or name.startswith(_OWN_PREFIXES) or _FORBIDDEN.search(name):
        raise InputError(f"{quoted!r} in an address cannot be part of a file name")
    if len(name.encode()) > _LONGEST_NAME:
        raise InputError(f"{quoted[:60]!r}… in an address is longer than {_LONGEST_NAME} bytes")
    return name


@dataclass(frozen=True, slots=True)
class Entry:
    """A stored file: its path below the root, size, SHA-256 in hex, and when it was written (UTC)."""

    path: str
    bytes: int
    sha256: str
    written_at: datetime


class DocumentWriter:
    """Counts and hashes what is written; the file is begun with the first byte."""

    def __init__(self, place: Place, stack: ExitStack) -> None:
        self._place = place
        self._stack = stack
        self._file: IO[bytes] | None = None
        self._hash = hashlib.sha256()
        self.bytes = 0

    @property
    def sha256(self) -> str:
        """SHA-256 of what was written so far, in hex."""
        return self._hash.hexdigest()

    def write(self, piece: bytes) -> None:
        """Append bytes."""
        if self._file is None:
            place = self._place
            self._file = self._stack.enter_context(
                atomic_writer(place) if isinstance(place, Path) else _object_writer(place)
            )
        self._file.write(piece)
        self._hash.update(piece)
        self.bytes += len(piece)


@contextmanager
def _object_writer(place: ObjectUrl) -> Iterator[IO[bytes]]:
    """Collect what becomes the object when the block ends well."""
    with SpooledTemporaryFile(_SPOOLED) as file:
        yield file
        file.seek(0)
        place.write(file)


@dataclass(frozen=True, slots=True)
class DocumentStore:
    """Access to the files below `root`.

    Attributes:
        root: a folder, or the URL of one in an object store.
        archives: folder of the nightly archives, where the root is no folder.
    """

    root: Place
    archives: Path | None = None

    def path_of(self, url: str) -> Place:
        """Return where the document of an address lies; see `relative_path` for what it raises."""
        return self.root / relative_path(url)

    def archive_path(self, url: str) -> Path:
        """Return the file of a nightly archive, on this machine wherever the documents are.

        Raises:
            InputError: see `relative_path`.
            SettingError: there is no folder for archives.
        """
        folder = self.root if isinstance(self.root, Path) else self.archives
        if folder is None:
            raise SettingError(f"documents lie in {self.root} and there is no folder for archives such as {url}")
        return folder / relative_path(url)

    def has(self, url: str) -> bool:
        """Tell whether the document is stored."""
        return self.path_of(url).is_file()

    def about(self, url: str) -> tuple[int, datetime]:
        """Return size and time of the document of an address, without reading it.

        Raises:
            AbsentError: it is not stored.
        """
        path = relative_path(url)
        try:
            if isinstance(self.root, ObjectUrl):
                found = (self.root / path).about()
                return found.size, found.written_at
            # Asked for every document on record in each run; making a `Path` takes three times as long as looking.
            status = os.stat(f"{self.root}/{path}")  # noqa: PTH116
        except (FileNotFoundError, NotADirectoryError) as error:
            raise AbsentError(f"{url} is not in the document store {self.root}") from error
        return status.st_size, datetime.fromtimestamp(status.st_mtime, UTC)

    def discard(self, url: str) -> None:
        """Take a damaged document away."""
        place = self.path_of(url)
        if isinstance(place, ObjectUrl):
            place.unlink()
            return
        with storage_errors(place):
            place.unlink(missing_ok=True)

    def read(self, path: str) -> bytes:
        """Return the content of HOST/PATH.

        Raises:
            AbsentError: it is not stored.
            CorruptError: it cannot be read.
            InputError: the path leads out of the store.
            StorageError: the object store cannot be reached.
        """
        place = self._place(path)
        try:
            return place.read_bytes()
        except FileNotFoundError as error:
            raise AbsentError(f"{path} is not in the document store {self.root}") from error
        except OSError as error:
            raise _damaged(place, error) from error

    def sha256(self, path: str) -> str:
        """Return the SHA-256 of the stored bytes of HOST/PATH in hex; raises like `read`."""
        return self.entry(path).sha256

    def entry(self, path: str) -> Entry:
        """Return size, hash and time of HOST/PATH; raises like `read`."""
        place = self._place(path)
        try:
            return _entry_of_object(path, place) if isinstance(place, ObjectUrl) else _entry_of_file(path, place)
        except FileNotFoundError as error:
            raise AbsentError(f"{path} is not in the document store {self.root}") from error
        except OSError as error:
            raise _damaged(place, error) from error

    @contextmanager
    def open_writer(self, url: str) -> Iterator[DocumentWriter]:
        """Open the document of an address for writing: complete after the block, or not there at all.

        Raises:
            InputError: see `relative_path`.
            StorageError: the disk is full or not writable.
        """
        place = self.path_of(url)
        try:
            with storage_errors(place), ExitStack() as stack:
                yield DocumentWriter(place, stack)
        except (IsADirectoryError, NotADirectoryError, FileExistsError) as error:
            raise InputError(f"{url!r}: a folder and a document of this name cannot both be stored") from error

    def _place(self, path: str) -> Place:
        return self.root / relative_path(f"https://{path}")


def _entry_of_file(path: str, file: Path) -> Entry:
    digest, size = hashlib.sha256(), 0
    with file.open("rb") as stream:
        while piece := stream.read(_PIECE):
            digest.update(piece)
            size += len(piece)
        at = datetime.fromtimestamp(os.fstat(stream.fileno()).st_mtime, UTC)
    return Entry(path, size, digest.hexdigest(), at)


def _entry_of_object(path: str, place: ObjectUrl) -> Entry:
    body = place.read()
    return Entry(path, len(body.data), hashlib.sha256(body.data).hexdigest(), body.written_at)


def _damaged(place: Place, error: OSError) -> CorruptError:
    return CorruptError(
        f"{place} cannot be read ({error.strerror}); delete it, and the next run of artifacts fetches it"
    )
