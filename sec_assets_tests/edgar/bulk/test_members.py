from pathlib import Path

import pytest

from sec_assets.edgar.bulk.batches import in_batches, members_of
from sec_assets.edgar.bulk.directory import read_directory
from sec_assets.edgar.bulk.members import Member, MemberReader
from sec_assets.errors import CorruptError, MalformedError
from sec_assets.sample.archive_writer import ArchiveWriter

BODY = b'{"cik": 42}' * 500


@pytest.fixture
def packed(tmp_path: Path) -> tuple[Path, Member]:
    path = tmp_path / "a.zip"
    with ArchiveWriter(path) as writer:
        writer.add("CIK0000000041.json", b"before")
        writer.add("CIK0000000042.json", BODY)
        writer.add("CIK0000000043.json", b"after")
    [company] = members_of(read_directory(path).members, ["0000000042"])
    return path, company.members[0]


def test_a_member_is_read_whole(packed: tuple[Path, Member]) -> None:
    with MemberReader(packed[0]) as reader:
        assert reader.read(packed[1]) == BODY


def test_damage_anywhere_in_a_member_is_its_error(packed: tuple[Path, Member]) -> None:
    path, member = packed
    whole = path.read_bytes()
    length = 30 + len(member.name) + member.compressed
    unread = {*range(4, 26)}  # the directory tells these; the copies before the member are not looked at
    for place in (place for place in range(length) if place not in unread):
        body = bytearray(whole)
        body[member.offset + place] ^= 0x55
        path.write_bytes(body)
        with (
            MemberReader(path) as reader,
            pytest.raises(MalformedError, match=r"CIK0000000042\.json in a\.zip is damaged"),
        ):
            reader.read(member)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"crc32": 1}, "CRC-32"),
        ({"size": len(BODY) - 1}, "inflated to its length"),
        ({"size": len(BODY) + 1}, "inflated to its length"),
        ({"size": 2**29}, "inflated to its length"),
        ({"size": 2**31}, "claims 2,147,483,648 bytes"),
        ({"method": 12}, "inflated"),
        ({"offset": 0}, "another member is in its place"),
        ({"offset": 10**9}, "not where"),
        ({"compressed": 10**6}, "the archive ends within it"),
    ],
)
def test_a_directory_that_does_not_fit_is_the_members_error(
    packed: tuple[Path, Member], change: dict[str, int], why: str
) -> None:
    fields = {name: getattr(packed[1], name) for name in Member.__slots__} | change
    with MemberReader(packed[0]) as reader, pytest.raises(MalformedError, match=why):
        reader.read(Member(**fields))


def test_an_archive_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorruptError, match=r"gone\.zip cannot be read"):
        MemberReader(tmp_path / "gone.zip")


def test_companies_come_with_their_pages_in_the_order_of_the_archive(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with ArchiveWriter(path) as writer:
        for name in ("7-submissions-002", "9", "7", "8-submissions-001", "7-submissions-001"):
            writer.add(f"CIK{name.partition('-')[0]:0>10}{''.join(name.partition('-')[1:])}.json", b"{}" * 10)
    members = read_directory(path).members
    found = members_of(members, ["0000000007", "0000000008", "0000000009", "0000000010"])
    assert [(company.cik, [m.page for m in company.members]) for company in found] == [
        ("0000000009", [0]),
        ("0000000007", [0, 1, 2]),
    ]
    assert [len(batch) for batch in in_batches(found, most_bytes=70)] == [1, 1]
    assert [len(batch) for batch in in_batches(found, most_bytes=80)] == [2]
    assert [len(batch) for batch in in_batches(found, most_companies=1)] == [1, 1]
    assert list(in_batches([])) == []
