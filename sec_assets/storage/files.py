"""Writing files so that a reader sees the old one or the new one, never half.

Every durable write of the platform goes through `atomic_writer` or `write_atomically`: a temporary name in the same
folder, fsync, rename, fsync of the folder. A crash leaves at most a `.tmp-…` file, which `sweep_temporaries` removes.
"""

import errno
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from sec_assets.errors import StorageError
from sec_assets.object_store import ObjectUrl

_TEMPORARY_PREFIX = ".tmp-"
_STORAGE_ERRNOS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.EFBIG}


@contextmanager
def storage_errors(path: Path | ObjectUrl) -> Iterator[None]:
    """Turn "disk full", "read-only" and the like into one clear `StorageError` that names the path."""
    try:
        yield
    except OSError as error:
        if error.errno not in _STORAGE_ERRNOS:
            raise
        raise StorageError(
            f"cannot write {path}: {error.strerror}; free space or make the folder writable, then run again "
            "(what was finished is kept)"
        ) from error


@contextmanager
def atomic_writer(path: Path) -> Iterator[BinaryIO]:
    """Open a temporary file that becomes `path` when the block ends well, and vanishes when it does not.

    Raises:
        StorageError: the disk is full or the folder cannot be written.
    """
    temporary = path.parent / f"{_TEMPORARY_PREFIX}{os.getpid()}-{uuid.uuid4().hex[:12]}"
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


def write_atomically(path: Path, body: bytes) -> None:
    """Write `body` to `path` atomically; see `atomic_writer`."""
    with atomic_writer(path) as file:
        file.write(body)


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sweep_temporaries(root: Path, *, older_than_seconds: float = 3600.0) -> int:
    """Remove temporary files left by crashed writers below `root`; return how many."""
    limit = time.time() - older_than_seconds
    stale = [path for path in root.rglob(f"{_TEMPORARY_PREFIX}*") if path.stat().st_mtime < limit]
    for path in stale:
        path.unlink(missing_ok=True)
    return len(stale)
