"""The document store: safe names, all-or-nothing files, and honest errors."""

import hashlib
import random
import re
import resource
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sec_assets.errors import AbsentError, InputError, StorageError
from sec_assets.storage.documents import DocumentStore, relative_path
from sec_assets.storage.files import sweep_temporaries

URL = "https://www.sec.gov/Archives/edgar/data/320193/000032019324000123/aapl.htm"
PATH = "www.sec.gov/Archives/edgar/data/320193/000032019324000123/aapl.htm"


def write(store: DocumentStore, url: str, *pieces: bytes) -> None:
    with store.open_writer(url) as writer:
        for piece in pieces:
            writer.write(piece)


def test_an_address_becomes_host_and_path(tmp_path: Path) -> None:
    assert relative_path(URL) == PATH
    assert DocumentStore(tmp_path).path_of(URL) == tmp_path / PATH
    assert relative_path("https://www.sec.gov/a%20b/c.htm") == "www.sec.gov/a b/c.htm"


@pytest.mark.parametrize(
    "url",
    [
        "https://www.sec.gov/../etc/passwd",
        "https://www.sec.gov/a/../../b",
        "https://www.sec.gov/%2e%2e/b",
        "https://www.sec.gov/a%2f..%2fb",
        "https://www.sec.gov/a\\..\\b",
        "https://www.sec.gov/a%00b",
        "https://www.sec.gov/a\nb\x07/c",
        "https://www.sec.gov//etc/passwd",
        "https://www.sec.gov/folder/",
        "https://www.sec.gov/",
        "https://www.sec.gov",
        "https://../x",
        "https:///x",
        "https://www.sec.gov/.tmp-1",
        "https://www.sec.gov/.part-submissions.zip",
        "https://www.sec.gov/.about-submissions.zip.json",
        "https://www.sec.gov/a?b=c",
        "https://www.sec.gov/a#b",
        "https://www.sec.gov/" + "n" * 300,
        "https://[/x",
        "https://www.sec.gov:99999/x",
        "ftp://www.sec.gov/x",
        "/etc/passwd",
        "",
    ],
)
def test_an_address_that_is_no_plain_file_is_refused(tmp_path: Path, url: str) -> None:
    store = DocumentStore(tmp_path / "documents")
    with pytest.raises(InputError):
        store.path_of(url)
    with pytest.raises(InputError):
        write(store, url, b"x")
    assert list(tmp_path.iterdir()) == []


def test_a_written_document_has_its_size_hash_and_time(tmp_path: Path) -> None:
    store = DocumentStore(tmp_path)
    assert not store.has(URL)
    with store.open_writer(URL) as writer:
        writer.write(b"one ")
        writer.write(b"two")
        assert not store.has(URL), "not before it is complete"
    assert (writer.bytes, writer.sha256) == (7, hashlib.sha256(b"one two").hexdigest())
    assert store.has(URL)
    assert store.read(PATH) == b"one two"
    entry = store.entry(PATH)
    assert (entry.bytes, entry.sha256, store.sha256(PATH)) == (7, writer.sha256, writer.sha256)
    assert abs((datetime.now(UTC) - entry.written_at).total_seconds()) < 60


def test_a_failure_while_writing_leaves_nothing(tmp_path: Path) -> None:
    store = DocumentStore(tmp_path)

    def break_off() -> None:
        with store.open_writer(URL) as writer:
            writer.write(b"half")
            raise ConnectionError("the line broke")

    with pytest.raises(ConnectionError, match="the line broke"):
        break_off()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_writer_that_gets_nothing_creates_nothing(tmp_path: Path) -> None:
    with DocumentStore(tmp_path / "documents").open_writer(URL):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["../outside", "www.sec.gov/../../outside", "/etc/passwd", ""])
def test_reading_never_leaves_the_store(tmp_path: Path, path: str) -> None:
    (tmp_path / "outside").write_bytes(b"secret")
    with pytest.raises(InputError):
        DocumentStore(tmp_path / "documents").read(path)


def test_reading_what_is_not_there_is_absent(tmp_path: Path) -> None:
    with pytest.raises(AbsentError, match=r"aapl\.htm"):
        DocumentStore(tmp_path).read(PATH)
    with pytest.raises(AbsentError, match=r"aapl\.htm"):
        DocumentStore(tmp_path).sha256(PATH)


def test_size_and_time_are_told_without_reading(tmp_path: Path) -> None:
    store = DocumentStore(tmp_path)
    write(store, URL, b"four")
    assert store.about(URL) == (4, store.entry(PATH).written_at)
    for absent in (f"{URL}x", f"{URL}/below"):  # a document lies where the folder of the last would be
        with pytest.raises(AbsentError, match="is not in the document store"):
            store.about(absent)
    with pytest.raises(InputError, match="expected an address"):
        store.about("file:///etc/passwd")


def test_a_folder_in_the_place_of_a_document_is_an_input_error(tmp_path: Path) -> None:
    store = DocumentStore(tmp_path)
    write(store, URL, b"x")
    with pytest.raises(InputError, match="folder"):
        write(store, URL.removesuffix("/aapl.htm"), b"x")
    with pytest.raises(InputError, match="folder"):
        write(store, URL + "/below", b"x")
    assert store.read(PATH) == b"x"


def test_a_full_disk_is_a_storage_error_and_keeps_what_is_there(tmp_path: Path) -> None:
    store = DocumentStore(tmp_path)
    write(store, URL, b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(StorageError, match="cannot write"):
            write(store, URL, b"n" * 200_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()] == [b"old"]


WRITER = """
import hashlib, sys
from pathlib import Path
from sec_assets.storage.documents import DocumentStore
store, number = DocumentStore(Path(sys.argv[1])), 0
print("ready", flush=True)
while True:
    piece = number.to_bytes(4, "big") * 5_000
    with store.open_writer(f"https://www.sec.gov/Archives/{number}.htm") as writer:
        for _ in range(10):
            writer.write(piece)
    print(number, flush=True)
    number += 1
"""


def test_a_writer_killed_at_any_moment_leaves_whole_documents_or_none(tmp_path: Path) -> None:
    pause = random.Random(5)
    for run in range(8):
        root = tmp_path / str(run)
        process = subprocess.Popen([sys.executable, "-c", WRITER, str(root)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(pause.uniform(0.0, 0.25))
        process.kill()
        told = [int(line) for line in process.communicate(timeout=10)[0].split()]
        store = DocumentStore(root)
        stored = sorted(int(path.stem) for path in root.rglob("*.htm"))
        assert stored == list(range(len(stored))), "in the order of writing"
        assert set(told) <= set(stored), "what was reported as written is there"
        for number in stored:
            body = store.read(f"www.sec.gov/Archives/{number}.htm")
            assert body == number.to_bytes(4, "big") * 50_000
        left = [path for path in root.rglob("*") if path.is_file() and path.suffix != ".htm"]
        assert len(left) <= 1
        assert all(path.name.startswith(".tmp-") for path in left), "and never under a document's name"
        assert sweep_temporaries(root, older_than_seconds=-60) == len(left)


def test_a_document_is_flushed_to_disk_before_it_gets_its_name(tmp_path: Path) -> None:
    if shutil.which("strace") is None:
        pytest.skip("needs strace to watch system calls")
    script = (
        "import sys\nfrom pathlib import Path\nfrom sec_assets.storage.documents import DocumentStore\n"
        f"with DocumentStore(Path(sys.argv[1])).open_writer('{URL}') as writer:\n    writer.write(b'x')\n"
    )
    log = tmp_path / "calls"
    command = ["strace", "-f", "-o", str(log), "-e", "trace=fsync,fdatasync,rename,renameat,renameat2"]
    subprocess.run([*command, sys.executable, "-c", script, str(tmp_path / "store")], check=True)
    calls = re.findall(r"\b(fsync|fdatasync|rename\w*)\(", log.read_text())
    assert calls[-3:] == ["fsync", "rename", "fsync"], "file, name, folder"


@pytest.mark.skipif(not Path("/sys/kernel").is_dir(), reason="needs a file system that refuses new folders")
def test_a_place_that_cannot_be_written_is_a_storage_error() -> None:
    with pytest.raises(StorageError, match="cannot write"):
        write(DocumentStore(Path("/sys/kernel/sec-assets")), URL, b"x")
