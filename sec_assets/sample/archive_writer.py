"""Writes ZIP archives of any number of members in one pass and bounded memory, ZIP64 where it is needed.

Only 46 bytes and the name of each member are kept, in a file beside the archive. Every member has the same fixed time,
so that equal content makes equal bytes. What is in the members is decided by the callers.
"""

import shutil
import struct
import tempfile
import zlib
from pathlib import Path
from typing import Self

_TIME, _DATE = 3 << 11, (2026 - 1980) << 9 | 3 << 5 | 21  # 2026-03-21 03:00
_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_FULL_16, _FULL_32 = 0xFFFF, 0xFFFFFFFF
_STORED, _DEFLATED = 0, 8


class ArchiveWriter:
    """A context manager: `add` members, then leave the block to finish the archive."""

    def __init__(self, path: Path, *, level: int = 6) -> None:
        self._file = path.open("wb")
        self._directory = tempfile.TemporaryFile(dir=path.parent)  # noqa: SIM115 - closed in __exit__
        self._level = level
        self.members = 0

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def add(self, name: str, body: bytes) -> None:
        """Append a member; deflated unless the level is 0."""
        packer = zlib.compressobj(self._level, zlib.DEFLATED, -zlib.MAX_WBITS)
        packed = packer.compress(body) + packer.flush() if self._level else body
        method = _DEFLATED if self._level else _STORED
        at, title = self._file.tell(), name.encode()
        crc, sizes = zlib.crc32(body), (len(packed), len(body))
        head = (45, 0, method, _TIME, _DATE, crc, *sizes)
        self._file.write(_LOCAL.pack(b"PK\x03\x04", *head, len(title), 0) + title)
        self._file.write(packed)
        extra = struct.pack("<2HQ", 1, 8, at) if at >= _FULL_32 else b""
        place = min(at, _FULL_32)
        self._directory.write(_CENTRAL.pack(b"PK\x01\x02", 45, *head, len(title), len(extra), 0, 0, 0, 0, place))
        self._directory.write(title + extra)
        self.members += 1

    def __exit__(self, *error: object) -> None:
        """Append directory and end records."""
        with self._file, self._directory:
            if error[0] is None:
                self._finish()

    def _finish(self) -> None:
        start, size = self._file.tell(), self._directory.tell()
        self._directory.seek(0)
        shutil.copyfileobj(self._directory, self._file)
        if self.members >= _FULL_16 or start >= _FULL_32 or size >= _FULL_32:
            end = self._file.tell()
            counts = (self.members, self.members, size, start)
            self._file.write(struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, *counts))
            self._file.write(struct.pack("<4sLQL", b"PK\x06\x07", 0, end, 1))
        count = min(self.members, _FULL_16)
        self._file.write(
            struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, min(size, _FULL_32), min(start, _FULL_32), 0)
        )
