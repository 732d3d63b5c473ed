"""Reading a body to its true end: decoded, complete, within its time and size.

The libraries below notice neither a gzip stream that stops early nor a server that sends one byte a second. What the
body means is `classify`.
"""

import http.client
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import urllib3.exceptions

from sec_assets.edgar.transport.classify import TryAgain
from sec_assets.errors import MalformedError

HEAD_BYTES = 65_536
_PIECE = 65_536
_SLOWEST_BYTES_PER_SECOND = 100_000
_SLOWEST_PROGRESS = 10_000
_ENCODINGS = {"", "identity", "gzip", "x-gzip", "deflate"}
_LARGEST_IN_MEMORY = 512 * 2**20
_LARGEST = 8 * 2**30


class RawBody(Protocol):
    """What is needed of a urllib3 response."""

    def read1(self, amt: int | None = None, decode_content: bool | None = None) -> bytes:
        """Return what one read of the socket brings, undecoded."""
        ...


@dataclass(frozen=True, slots=True)
class Body:
    """The decoded body, or only its first bytes when it went to a sink; `size` is its full length."""

    content: bytes
    size: int


class Pace:
    """How slowly one body may come.

    A body has `seconds`, plus a second for every 100 kB received. `by_progress`: it may take as long as it likes while
    every `seconds` bring 10 kB a second on average, so that a large one that stalls is noticed soon.
    """

    def __init__(self, seconds: float, *, by_progress: bool = False) -> None:
        self._seconds = seconds
        self._by_progress = by_progress
        self._since = time.monotonic()
        self._received = 0

    def count(self, received: int) -> None:
        """Count bytes.

        Raises:
            TryAgain: too few have come.
        """
        self._received += received
        elapsed = time.monotonic() - self._since
        if not self._by_progress:
            if elapsed > self._seconds + self._received / _SLOWEST_BYTES_PER_SECOND:
                raise TryAgain(f"the body was not complete after {self._seconds:g} s", "line")
        elif elapsed > self._seconds:
            if self._received < self._seconds * _SLOWEST_PROGRESS:
                raise TryAgain(f"only {self._received} bytes of the body came in {elapsed:.0f} s", "line")
            self._since, self._received = time.monotonic(), 0


def read_body(
    raw: RawBody, *, url: str, encoding: str, pace: Pace, sink: Callable[[bytes], object] | None = None
) -> Body:
    """Read and decode a body until its end.

    Args:
        raw: the response to read from.
        url: its address, for messages.
        encoding: its Content-Encoding.
        pace: how slowly the body may come.
        sink: where to write the decoded bytes; kept in memory if None.

    Raises:
        TryAgain: lost or too slow connection, incomplete body, broken gzip.
        MalformedError: too large when decoded, or an encoding that was not asked for.
    """
    if encoding.strip().lower() not in _ENCODINGS:
        raise MalformedError(f"{url}: the body has the encoding {encoding!r}, which was not asked for")
    decoder = _Decoder(encoding)
    kept: list[bytes] = []
    size = head = 0
    while piece := _read_piece(raw):
        pace.count(len(piece))
        plain = decoder.feed(piece)
        size += len(plain)
        if size > (_LARGEST if sink else _LARGEST_IN_MEMORY):
            raise MalformedError(f"{url}: the decoded body is larger than {size // 2**20} MiB")
        if sink is None or head < HEAD_BYTES:
            kept.append(plain)
            head += len(plain)
        if sink is not None and plain:
            sink(plain)
    decoder.finish()
    return Body(b"".join(kept), size)


def _read_piece(raw: RawBody) -> bytes:
    try:
        return raw.read1(_PIECE, decode_content=False)
    except urllib3.exceptions.ReadTimeoutError as error:
        raise TryAgain("no byte came for too long", "line") from error
    except (urllib3.exceptions.HTTPError, http.client.HTTPException, OSError) as error:
        if any(isinstance(one, http.client.IncompleteRead) for one in (error, *error.args)):
            raise TryAgain("the body stopped before its announced length", "body") from error
        raise TryAgain(f"the connection broke while the body came ({type(error).__name__})", "line") from error


class _Decoder:
    """Undoes gzip or deflate piece by piece and knows whether the stream was complete."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding.strip().lower()
        self._packed = self._encoding not in {"", "identity"}
        self._bits = 15 if self._encoding == "deflate" else 31
        self._stream = zlib.decompressobj(self._bits)
        self._began = False

    def feed(self, piece: bytes) -> bytes:
        if not self._packed:
            return piece
        plain: list[bytes] = []
        try:
            while piece:
                if self._stream.eof:
                    self._stream = zlib.decompressobj(self._bits)
                plain.append(self._stream.decompress(piece))
                piece = self._stream.unused_data
                self._began = True
        except zlib.error as error:
            if self._bits == 15 and not self._began:
                self._bits = -15  # some servers mean the bare stream by "deflate"
                self._stream = zlib.decompressobj(self._bits)
                return self.feed(piece)
            raise TryAgain(f"the {self._encoding} body is broken ({error})", "body") from error
        return b"".join(plain)

    def finish(self) -> None:
        if self._packed and self._began and not self._stream.eof:
            raise TryAgain(f"the {self._encoding} body is cut off", "body")
