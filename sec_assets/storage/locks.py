"""Advisory locks below the state folder, so that several threads and processes do one thing once.

A lock is held by an open file (`flock`): it excludes threads and processes alike, and the system frees it when its
holder dies. Waiting is bounded; whoever waited too long goes on without, since a thing done twice is better than never.
The budget towards the source has a lock of its own in `edgar.transport.gate`.
"""

import hashlib
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from sec_assets.storage.files import storage_errors

_LOG = logging.getLogger(__name__)
_SLOTS = 4096
_POLL_SECONDS = 0.02


def _never() -> bool:
    return False


@contextmanager
def locked(
    folder: Path, subject: str, seconds: float, *, own: bool = False, given_up: Callable[[], bool] = _never
) -> Iterator[bool]:
    """Hold the lock of `subject`, waiting at most `seconds`; gives False when it goes on without the lock.

    Args:
        folder: where the lock files lie.
        subject: what is locked, such as an address.
        seconds: how long to wait.
        own: use a file for this subject alone; otherwise it shares one of a few thousand, so that files do not pile up.
        given_up: ends the wait early once it is true.

    Raises:
        StorageError: the folder cannot be written.
    """
    digest = hashlib.sha256(subject.encode()).hexdigest()
    path = folder / (f"{digest[:32]}.lock" if own else f"{int(digest[:8], 16) % _SLOTS:04d}.lock")
    lock = FileLock(path, timeout=seconds, poll_interval=_POLL_SECONDS)
    with storage_errors(path):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(cancel_check=given_up)
        except Timeout:
            if not given_up():
                _LOG.warning("%s has been held for %.0f s by another process; going on without it", path, seconds)
    try:
        yield lock.is_locked
    finally:
        lock.release()
