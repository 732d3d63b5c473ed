import shutil
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sec_assets.edgar.bulk import directory
from sec_assets.edgar.bulk.directory import SCHEMA, read_directory
from sec_assets.errors import CorruptError
from sec_assets.sample.archive_writer import ArchiveWriter

NAMES = (
    "CIK0000000042.json",
    "CIK0000000042-submissions-001.json",
    "CIK9999999999-submissions-014.json",
    "CIK0000000043.json",
)


def archive(path: Path, members: dict[str, bytes], *, level: int = 6) -> Path:
    with ArchiveWriter(path, level=level) as writer:
        for name, body in members.items():
            writer.add(name, body)
    return path


def told_by_zipfile(path: Path) -> list[tuple[object, ...]]:
    with zipfile.ZipFile(path) as file:
        return [
            (i.filename, i.CRC, i.compress_size, i.file_size, i.header_offset, i.compress_type) for i in file.infolist()
        ]


def told_by_us(path: Path) -> list[tuple[object, ...]]:
    found = []
    for cik, page, *rest in read_directory(path).members.iter_rows():
        crc, compressed, size, offset, method = rest
        name = f"CIK{cik:010d}-submissions-{page:03d}.json" if page else f"CIK{cik:010d}.json"
        found.append((name, crc, compressed, size, offset, method))
    return found


@pytest.mark.parametrize("level", [0, 6])
def test_members_of_companies_are_told_as_by_zipfile(tmp_path: Path, level: int) -> None:
    path = archive(tmp_path / "a.zip", {name: name.encode() * 50 for name in NAMES}, level=level)
    assert told_by_us(path) == told_by_zipfile(path)
    assert read_directory(path).members.schema == SCHEMA


def test_an_archive_of_another_writer_with_comment_and_extra_fields(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name in NAMES:
            info = zipfile.ZipInfo(name, (2026, 1, 2, 3, 4, 6))
            info.extra, info.comment = b"\x99\x99\x04\x00PK\x01\x02", b"PK\x01\x02 is not an entry"
            file.writestr(info, b"x" * 1000)
        file.comment = b"made by somebody else"
    assert [row[:4] for row in told_by_us(path)] == [row[:4] for row in told_by_zipfile(path)]


def test_more_than_65535_members_need_zip64(tmp_path: Path) -> None:
    path = tmp_path / "many.zip"
    with ArchiveWriter(path, level=0) as writer:
        for number in range(1, 70_001):
            writer.add(f"CIK{number:010d}.json", b"{}")
    told = read_directory(path).members
    assert (told.height, told["cik"].n_unique(), told["cik"].max()) == (70_000, 70_000, 70_000)
    with zipfile.ZipFile(path) as file:
        assert len(file.namelist()) == 70_000
        assert file.getinfo("CIK0000070000.json").header_offset == told["offset"].max()


def test_offsets_beyond_four_gigabytes_are_in_the_zip64_field(tmp_path: Path) -> None:
    path = tmp_path / "large.zip"
    with ArchiveWriter(path, level=0) as writer:
        writer.add(NAMES[0], b"{}")
        writer._file.seek(5 * 2**30)  # a hole in the file instead of five gigabytes of members
        writer.add(NAMES[3], b"[]")
    assert told_by_us(path) == told_by_zipfile(path)
    assert told_by_us(path)[1][4] == 5 * 2**30
    assert path.stat().st_blocks * 512 < 2**20


def test_zipfiles_own_zip64_members_are_read(tmp_path: Path) -> None:
    path = tmp_path / "forced.zip"
    with zipfile.ZipFile(path, "w") as file, file.open(NAMES[0], "w", force_zip64=True) as member:
        member.write(b"{}")
    assert told_by_us(path) == told_by_zipfile(path)


def test_other_names_are_counted_only(tmp_path: Path) -> None:
    others = [
        "readme.txt",
        "CIK000000004x.json",
        "cik0000000042.json",
        "CIK0000000042-submissions-1x1.json",
        "../CIK0000000042",
    ]
    told = read_directory(archive(tmp_path / "a.zip", dict.fromkeys([*others, NAMES[0]], b"{}")))
    assert (told.members["cik"].to_list(), told.others) == ([42], len(others))


def test_entries_are_found_across_pieces_of_any_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = archive(tmp_path / "a.zip", {f"CIK{n:010d}.json": b"x" for n in range(1, 300)} | {"x" * 400: b""})
    whole = read_directory(path)
    for size in (451, 512, 1000, 4096):
        monkeypatch.setattr(directory, "_PIECE", size)
        assert read_directory(path).members.equals(whole.members)


def test_an_empty_archive_has_no_members(tmp_path: Path) -> None:
    assert read_directory(archive(tmp_path / "a.zip", {})).members.is_empty()


def test_a_missing_archive_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorruptError, match=r"none\.zip is not a complete ZIP archive \(No such file"):
        read_directory(tmp_path / "none.zip")


@pytest.mark.parametrize("body", [b"", b"<html>503</html>", b"PK\x05\x06", b"PK\x03\x04" * 100])
def test_something_else_is_no_archive(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(body)
    with pytest.raises(CorruptError, match="delete it, and the next run fetches it again"):
        read_directory(path)


def test_an_archive_cut_anywhere_is_an_error(tmp_path: Path) -> None:
    whole = archive(tmp_path / "a.zip", dict.fromkeys(NAMES, b"x")).read_bytes()
    cut = tmp_path / "cut.zip"
    for length in range(len(whole)):
        cut.write_bytes(whole[:length])
        with pytest.raises(CorruptError):
            read_directory(cut)


def test_two_members_of_one_name_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with ArchiveWriter(path) as writer:
        writer.add(NAMES[0], b"{}")
        writer.add(NAMES[0], b"[]")
    with pytest.raises(CorruptError, match="the same name"):
        read_directory(path)


@settings(deadline=None)  # how long it takes is the machine's load
@given(data=st.data())
def test_damage_in_the_directory_never_crashes_and_never_invents_members(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("damage")
    whole = archive(folder / "a.zip", {name: name.encode() for name in NAMES}).read_bytes()
    start = whole.index(b"PK\x01\x02")
    place = data.draw(st.integers(start, len(whole) - 1))
    body = bytearray(whole)
    body[place] ^= data.draw(st.integers(1, 255))
    path = folder / "b.zip"
    path.write_bytes(body)
    try:
        told = read_directory(path)
    except CorruptError:
        return
    finally:
        shutil.rmtree(folder)
    assert told.members.height + told.others == len(NAMES)
