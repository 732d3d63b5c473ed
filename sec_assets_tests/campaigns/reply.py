"""The reply of a healthy server: whole, a range, unchanged, or gzipped, as the request's headers ask for it.

How a reply is spoilt is `faults`.
"""

import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from sec_assets_tests.campaigns.connection import Connection
from sec_assets_tests.campaigns.site import Answer

_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, headers (without length) and the body as it goes over the line."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def head(self, length: int | None) -> bytes:
        """Return status line and headers, announcing `length` bytes, or chunks if None."""
        framing = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
        lines = [
            f"HTTP/1.1 {self.status} Loopback",
            framing,
            *(f"{name}: {text}" for name, text in self.headers.items()),
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    async def send(self, connection: Connection) -> None:
        """Send everything as announced."""
        await connection.send(self.head(len(self.body)) + self.body)


def reply_to(answer: Answer, asked: Mapping[str, str]) -> Reply:
    """Return the reply to a request with the headers `asked` (lower-case names)."""
    headers = {"Content-Type": answer.content_type}
    if answer.status != 200:
        return Reply(answer.status, headers, answer.body)
    headers |= {"ETag": f'"{hashlib.sha256(answer.body).hexdigest()[:16]}"', "Accept-Ranges": "bytes"}
    if asked.get("if-none-match") == headers["ETag"]:
        return Reply(304, headers, b"")
    wanted = _RANGE.fullmatch(asked.get("range", ""))
    if wanted and asked.get("if-range", headers["ETag"]) == headers["ETag"]:
        return _part(answer.body, headers, int(wanted[1]), int(wanted[2]) if wanted[2] else len(answer.body) - 1)
    if "gzip" in asked.get("accept-encoding", "") and answer.content_type != "application/zip":
        return Reply(200, headers | {"Content-Encoding": "gzip"}, gzip.compress(answer.body, 1, mtime=0))
    return Reply(200, headers, answer.body)


def _part(body: bytes, headers: dict[str, str], first: int, last: int) -> Reply:
    if first >= len(body):
        return Reply(416, headers | {"Content-Range": f"bytes */{len(body)}"}, b"")
    piece = body[first : last + 1]
    return Reply(206, headers | {"Content-Range": f"bytes {first}-{first + len(piece) - 1}/{len(body)}"}, piece)
