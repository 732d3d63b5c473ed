"""What is in an archive: its central directory as a frame, read in bounded memory whatever the number of members.

Python's zipfile makes an object of about 1 kB for each member; here a million members are some 60 MB of columns, found with
NumPy a few megabytes at a time. Formats: PKWARE APPNOTE 6.3.10, sections 4.3.12 (entries), 4.3.14-16 (end records)
and 4.5.3 (ZIP64). Reading the members themselves is `members.py`.
"""

import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import polars as pl

from sec_assets.errors import CorruptError

Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int64]

SCHEMA = pl.Schema(
    {
        "cik": pl.Int64,
        "page": pl.Int32,
        "crc32": pl.UInt32,
        "compressed": pl.Int64,
        "size": pl.Int64,
        "offset": pl.Int64,
        "method": pl.UInt16,
    }
)

_ENTRY = b"PK\x01\x02"
_ENTRY_SIZE = 46
_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_LONGEST_COMMENT = 0xFFFF
_FULL_16, _FULL_32 = 0xFFFF, 0xFFFFFFFF
_PIECE = 4 * 2**20
_LONGEST_ENTRY = _ENTRY_SIZE + 3 * _FULL_16
_MAIN = len("CIK0000320193.json")
_PAGE = len("CIK0000320193-submissions-001.json")


@dataclass(frozen=True, slots=True)
class Directory:
    """The members of an archive that belong to companies.

    `members` has the columns cik (Int64), page (Int32: 0 for `CIK##########.json`, n for `-submissions-n`), crc32,
    compressed and size (bytes), offset of the local header, method (0 stored, 8 deflated); sorted by offset.
    `others` counts members with other names.
    """

    path: Path
    members: pl.DataFrame
    others: int


@dataclass(frozen=True, slots=True)
class _End:
    entries: int
    size: int
    offset: int


def read_directory(path: Path) -> Directory:
    """Read the central directory of an archive.

    Raises:
        CorruptError: missing, truncated, or not a ZIP archive; names the file and the way out.
    """
    try:
        with path.open("rb") as file:
            end = _find_end(file, path)
            columns, others = _read_entries(file, end, path)
    except OSError as error:
        raise _damaged(path, error.strerror or str(error)) from error
    if _has_repeats(columns["cik"] * 1000 + columns["page"]):
        raise _damaged(path, "two members have the same name")
    members = pl.DataFrame(columns, schema=SCHEMA)
    columns.clear()
    if not members["offset"].is_sorted():
        members = members.sort("offset")
    if members.height and members["offset"].item(-1) >= end.offset:
        raise _damaged(path, "a member lies behind the directory")
    return Directory(path, members, others)


def _has_repeats(keys: Numbers) -> bool:
    keys.sort()
    return bool((keys[1:] == keys[:-1]).any())


def _damaged(path: Path, why: str) -> CorruptError:
    return CorruptError(
        f"{path} is not a complete ZIP archive ({why}); nothing was changed: delete it, and the next run fetches it again"
    )


def _find_end(file: BinaryIO, path: Path) -> _End:
    """Find the end record, and the ZIP64 one before it; check that the file is as long as they say."""
    total = os.fstat(file.fileno()).st_size
    start = max(0, total - _END.size - _LONGEST_COMMENT)
    file.seek(start)
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + _END.size > len(tail):
        raise _damaged(path, "its end record is missing; the download was cut off, or it is something else")
    _, disk, _, _, entries, size, offset, comment = _END.unpack_from(tail, at)
    if disk not in {0, _FULL_16} or start + at + _END.size + comment != total:
        raise _damaged(path, "its end record does not fit its length")
    end = _End(entries, size, offset)
    if entries == _FULL_16 or size == _FULL_32 or offset == _FULL_32:
        end = _find_end_64(file, path, start + at) or end
    if end.offset + end.size > start + at:
        raise _damaged(path, "its directory lies outside of it")
    return end


def _find_end_64(file: BinaryIO, path: Path, end_at: int) -> _End | None:
    if end_at < _LOCATOR.size:
        return None
    file.seek(end_at - _LOCATOR.size)
    signature, _, at, _ = _LOCATOR.unpack(file.read(_LOCATOR.size))
    if signature != b"PK\x06\x07":
        return None  # exactly 65,535 members do not need ZIP64
    file.seek(min(at, end_at))
    body = file.read(_END_64.size)
    if len(body) < _END_64.size or body[:4] != b"PK\x06\x06":
        raise _damaged(path, "its ZIP64 end record is missing")
    *_, entries, size, offset = _END_64.unpack(body)
    return _End(entries, size, offset)


def _read_entries(file: BinaryIO, end: _End, path: Path) -> tuple[dict[str, np.ndarray], int]:
    file.seek(end.offset)
    left, rest, seen, others = end.size, b"", 0, 0
    found: list[dict[str, np.ndarray]] = []
    while left or rest:
        piece = file.read(min(_PIECE, left))
        if left and not piece:
            raise _damaged(path, "its directory is cut off")
        left -= len(piece)
        body = rest + piece
        starts, used = _entry_starts(body, final=not left)
        if not len(starts):
            raise _damaged(path, f"its directory cannot be read from entry {seen:,} on")
        columns = _columns(body, starts, path)
        seen += len(starts)
        others += len(starts) - len(columns["cik"])
        found.append(columns)
        rest = body[used:]
    if seen != end.entries:
        raise _damaged(path, f"its directory has {seen:,} entries instead of {end.entries:,}")
    return {
        name: np.concatenate([part.pop(name) for part in found]) if found else np.array([], np.int64) for name in SCHEMA
    }, others


def _entry_starts(body: bytes, *, final: bool) -> tuple[Numbers, int]:
    """Return where the whole entries of a piece begin, and where the first one that is cut off does.

    Every signature is a candidate. Entries must follow each other without a gap, so that four bytes in a name or a
    checksum that look like a signature are found out; then the chain is followed one by one.
    """
    data = np.frombuffer(body, np.uint8)
    marks = np.flatnonzero(data[: len(data) - 3] == _ENTRY[0])
    for place, byte in enumerate(_ENTRY[1:], 1):
        marks = marks[data[marks + place] == byte]
    whole = marks[marks + _ENTRY_SIZE <= len(data)]
    ends = whole + _ENTRY_SIZE + _u16(data, whole + 28) + _u16(data, whole + 30) + _u16(data, whole + 32)
    fits = len(whole) > 0 and whole[0] == 0 and bool((ends[:-1] == whole[1:]).all())
    if fits and (ends[-1] <= len(data)):
        return whole, int(ends[-1])
    if fits and not final:
        return whole[:-1], int(whole[-1])
    return _chain(body)


def _chain(body: bytes) -> tuple[Numbers, int]:
    starts, at = [], 0
    while at + _ENTRY_SIZE <= len(body) and body.startswith(_ENTRY, at):
        following = at + _ENTRY_SIZE + sum(struct.unpack_from("<3H", body, at + 28))
        if following > len(body):
            break
        starts.append(at)
        at = following
    return np.array(starts, np.int64), at


def _columns(body: bytes, starts: Numbers, path: Path) -> dict[str, np.ndarray]:
    """Return the columns of the entries whose names are those of companies' members."""
    data = np.frombuffer(body, np.uint8)
    kept, cik, page = _names(data, starts)
    at = starts[kept]
    columns: dict[str, np.ndarray] = {
        "cik": cik,
        "page": page.astype(np.int32),
        "crc32": _u32(data, at + 16).astype(np.uint32),
        "compressed": _u32(data, at + 20),
        "size": _u32(data, at + 24),
        "offset": _u32(data, at + 42),
        "method": _u16(data, at + 10).astype(np.uint16),
    }
    if (_u16(data, at + 8) & 1).any():
        raise _damaged(path, "members are encrypted")
    in_extra = (columns["compressed"] == _FULL_32) | (columns["size"] == _FULL_32) | (columns["offset"] == _FULL_32)
    for row in np.flatnonzero(in_extra).tolist():
        _take_zip64(body, int(at[row]), columns, row, path)
    return columns


def _names(data: Bytes, starts: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Return which entries are named `CIK##########.json` or `CIK##########-submissions-###.json`, CIK and page."""
    lengths = _u16(data, starts + 28)
    kept, ciks, pages = [], [], []
    for length, pattern in ((_MAIN, b"CIK##########.json"), (_PAGE, b"CIK##########-submissions-###.json")):
        rows = np.flatnonzero(lengths == length)
        name = data[(starts[rows] + _ENTRY_SIZE)[:, None] + np.arange(length)]
        good = np.ones(len(rows), np.bool_)
        for place, byte in enumerate(pattern):
            column = name[:, place]
            good &= (column - 48 <= 9) if byte == ord("#") else (column == byte)
        digits = name[good].astype(np.int64) - 48
        kept.append(rows[good])
        ciks.append(_number(digits[:, 3:13]))
        pages.append(_number(digits[:, -8:-5]) if length == _PAGE else np.zeros(len(digits), np.int64))
    return np.concatenate(kept), np.concatenate(ciks), np.concatenate(pages)


def _number(digits: Numbers) -> Numbers:
    return digits @ 10 ** np.arange(digits.shape[1] - 1, -1, -1, dtype=np.int64)


def _take_zip64(body: bytes, at: int, columns: dict[str, np.ndarray], row: int, path: Path) -> None:
    """Replace full 32-bit fields by those of the ZIP64 extra field, which holds them in this order."""
    name, extra = struct.unpack_from("<2H", body, at + 28)
    place, stop = at + _ENTRY_SIZE + name, at + _ENTRY_SIZE + name + extra
    while place + 4 <= stop:
        kind, length = struct.unpack_from("<2H", body, place)
        place += 4
        if kind == 1:
            for column in ("size", "compressed", "offset"):
                if columns[column][row] == _FULL_32 and length >= 8:
                    columns[column][row] = struct.unpack_from("<q", body, place)[0]
                    place, length = place + 8, length - 8
            return
        place += length
    raise _damaged(path, "a member larger than 4 GB lacks its ZIP64 field")


def _u16(data: Bytes, at: Numbers) -> Numbers:
    return data[at].astype(np.int64) | data[at + 1].astype(np.int64) << 8


def _u32(data: Bytes, at: Numbers) -> Numbers:
    return _u16(data, at) | _u16(data, at + 2) << 16
