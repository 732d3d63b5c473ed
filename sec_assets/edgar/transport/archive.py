"""Bringing the newest version of a large ZIP archive that EDGAR rebuilds every night: resumed, conditional, verified.

The archive goes past the HTTP cache to a file. A broken transfer is continued with Range and If-Range, so that bytes of
two versions never mix; an unchanged archive costs one request without a body. Each try takes a permit like any
request. The unfinished file is `storage.partial`; small documents that never change are `EdgarClient.download`.
"""

import logging
import re
import time
import zipfile
from collections.abc import Callable, Mapping

from requests import Response

from sec_assets.edgar.transport.body import Pace, read_body
from sec_assets.edgar.transport.classify import TryAgain
from sec_assets.edgar.transport.session import DocumentSession
from sec_assets.errors import MalformedError, UnreachableError
from sec_assets.storage.partial import PartialFile, Version

_LOG = logging.getLogger(__name__)
_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
_ZIP_MARK = b"PK"
_WORTH_GOING_ON = 2**20
_LONGEST_SECONDS = 12 * 3600.0


class ArchiveSession(DocumentSession):
    """The stack without a cache whose bodies go to a `PartialFile`."""

    part: PartialFile

    def bring(self, address: str, *, url: str, part: PartialFile) -> bool:
        """Try once; True when `part` holds a whole new archive, False when the finished one is still the newest.

        Raises:
            TryAgain: the transfer broke; `part` keeps what came. Otherwise see `DocumentSession.fetch`.
        """
        self.part = part
        try:
            response = self.fetch(address, url=url, expect="zip", headers=_conditions(part))
        finally:
            part.close()
        if response.status_code == 304:
            return part.complete
        if part.total is not None and part.size != part.total:
            raise _spoiled(part, f"{part.size} bytes came, {part.total} were announced")
        if not part.verified(zipfile.is_zipfile):
            raise _spoiled(part, "the ZIP archive has no readable end record")
        return True

    def _validate(self, response: Response) -> None:
        if response.status_code == 206:
            self._continue(response)
        elif response.status_code == 416:
            raise _spoiled(self.part, f"the server cannot continue at byte {self.part.size}")
        else:
            self.sink = _Restart(self.part, response.headers)
            super()._validate(response)

    def _continue(self, response: Response) -> None:
        """Append the rest, when it is the rest of the very version the first bytes are of."""
        found = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
        encoded = response.headers.get("Content-Encoding", "identity") != "identity"
        total = None if found is None or found[3] == "*" else int(found[3])
        if found is None or encoded or int(found[1]) != self.part.size or total not in {None, self.part.total}:
            raise _spoiled(self.part, f"the server continued with {response.headers.get('Content-Range')!r}")
        read_body(response.raw, url=self.shown_url, encoding="", pace=self._pace(), sink=self.part.append)
        response._content = b""
        response._content_consumed = True  # pyright: ignore[reportAttributeAccessIssue]

    def _pace(self) -> Pace:
        return Pace(self.timing.body, by_progress=True)


class _Restart:
    """Takes a whole body; the unfinished file is touched only once the body has begun like a ZIP archive."""

    def __init__(self, part: PartialFile, headers: Mapping[str, str]) -> None:
        self._part = part
        self._headers = headers
        self._head = b""
        self._began = False

    def __call__(self, piece: bytes) -> None:
        if self._began:
            self._part.append(piece)
        elif len(self._head) < len(_ZIP_MARK):
            self._head += piece
            if self._head.startswith(_ZIP_MARK):
                self._part.begin(*_announced(self._headers))
                self._part.append(self._head)
                self._began = True


def bring_archive(
    session: ArchiveSession,
    part: PartialFile,
    *,
    url: str,
    address: str,
    persistently: Callable[[Callable[[], bool], str], bool],
) -> bool:
    """Try until the archive is whole; as long as bytes come, a broken transfer is continued.

    Args:
        session: this thread's session.
        part: the unfinished file.
        url: the address at EDGAR, for messages.
        address: where it is asked for.
        persistently: one course of tries, see `retry`.

    Returns:
        True when `part` is whole, False when the finished archive is still the newest.
    """
    deadline, furthest = time.monotonic() + _LONGEST_SECONDS, part.size
    while True:
        try:
            return persistently(lambda: session.bring(address, url=url, part=part), url)
        except (UnreachableError, MalformedError) as error:
            if part.size < furthest + _WORTH_GOING_ON or time.monotonic() > deadline:
                raise
            _LOG.warning("going on at byte %d after: %s", part.size, error)
        furthest = max(furthest, part.size)


def _conditions(part: PartialFile) -> dict[str, str]:
    """Return the headers of the next request: the rest of what has begun, or only something newer than what is there."""
    headers = {"Accept-Encoding": "identity"}  # a range counts the bytes as sent
    if part.size and not part.complete and part.total is not None and (validator := part.version.validator):
        return {**headers, "Range": f"bytes={part.size}-", "If-Range": validator}
    finished = part.finished()
    known = part.version if part.complete else finished.version if finished else Version()
    if known.etag is not None:
        headers["If-None-Match"] = known.etag
    if known.last_modified is not None:
        headers["If-Modified-Since"] = known.last_modified
    return headers


def _announced(headers: Mapping[str, str]) -> tuple[Version, int | None]:
    packed = headers.get("Content-Encoding", "identity") != "identity"
    length = headers.get("Content-Length", "")
    total = int(length) if length.isascii() and length.isdigit() and not packed else None
    return Version(headers.get("ETag"), headers.get("Last-Modified")), total


def _spoiled(part: PartialFile, reason: str) -> TryAgain:
    part.discard()
    return TryAgain(reason, "body")
