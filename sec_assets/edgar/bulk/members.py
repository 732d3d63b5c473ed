"""Members out of an archive, one after the other, each checked against its size and CRC-32.

A damaged member concerns its company only. The archive is read at the offsets of the wanted members, so that a pass
over six thousand of a million companies does not touch the rest. Which members there are is `directory.py`.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import deflate

from sec_assets.errors import CorruptError, MalformedError

_LOCAL = struct.Struct("<4s5H3L2H")
_LONGEST = 2**30
_DENSEST = 1032  # bytes that one byte of deflate can stand for
_STORED, _DEFLATED = 0, 8
_USUAL_HEAD = _LOCAL.size + 128


@dataclass(frozen=True, slots=True)
class Member:
    """One member: company, page (0: its main file), checksum, bytes in the archive and inflated, place."""

    cik: str
    page: int
    crc32: int
    compressed: int
    size: int
    offset: int
    method: int

    @property
    def name(self) -> str:
        """Its name in the archive."""
        return f"CIK{self.cik}-submissions-{self.page:03d}.json" if self.page else f"CIK{self.cik}.json"


class MemberReader:
    """Reads members of one archive; a context manager that holds the file open."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file = path.open("rb", buffering=0)
        except OSError as error:
            raise CorruptError(f"{path} cannot be read ({error.strerror}); run again, it is fetched anew") from error

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._file.close()

    def read(self, member: Member) -> bytes | bytearray:
        """Return the content of a member.

        Raises:
            MalformedError: damaged: not where it should be, cut off, of another length or checksum.
        """
        if member.size > _LONGEST or member.compressed > _LONGEST:
            raise self._bad(member, f"it claims {member.size:,} bytes")
        body = _inflate(self._packed(member), member)
        if body is None:
            raise self._bad(member, "it cannot be inflated to its length")
        if deflate.crc32(body) != member.crc32:
            raise self._bad(member, "its CRC-32 is another")
        return body

    def _packed(self, member: Member) -> bytes:
        self._file.seek(member.offset)
        raw = self._exactly(_USUAL_HEAD + member.compressed, member)
        if len(raw) < _LOCAL.size or raw[:4] != b"PK\x03\x04":
            raise self._bad(member, "it is not where the directory says")
        *_, name, extra = _LOCAL.unpack_from(raw)
        start = _LOCAL.size + name + extra
        if raw[_LOCAL.size : _LOCAL.size + name] != member.name.encode():
            raise self._bad(member, "another member is in its place")
        if start > _USUAL_HEAD:
            self._file.seek(member.offset)
            raw = self._exactly(start + member.compressed, member)
        packed = raw[start : start + member.compressed]
        if len(packed) < member.compressed:
            raise self._bad(member, "the archive ends within it")
        return packed

    def _exactly(self, length: int, member: Member) -> bytes:
        pieces, left = [], length
        try:
            while left and (piece := self._file.read(left)):
                pieces.append(piece)
                left -= len(piece)
        except OSError as error:
            raise self._bad(member, error.strerror or str(error)) from error
        return b"".join(pieces)

    def _bad(self, member: Member, why: str) -> MalformedError:
        return MalformedError(f"{member.name} in {self._path.name} is damaged: {why}")


def _inflate(packed: bytes, member: Member) -> bytes | bytearray | None:
    """Return the content, None when it is not of the announced length; never more than that is inflated."""
    if member.method == _STORED:
        return packed if len(packed) == member.size else None
    if member.method != _DEFLATED or member.size > _DENSEST * len(packed):
        return None
    try:
        body = deflate.deflate_decompress(packed, member.size)
    except deflate.DeflateError:
        return None
    return body if len(body) == member.size else None
