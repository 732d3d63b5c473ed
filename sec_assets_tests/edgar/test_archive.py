"""Large archives against a real server: resumed, conditional, verified, never half; also with the process killed."""

import gzip
import hashlib
import io
import json
import random
import resource
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sec_assets.edgar.client import EdgarClient
from sec_assets.edgar.transport.retry import Persistence
from sec_assets.edgar.transport.rules import Budget
from sec_assets.edgar.transport.session import Timing
from sec_assets.errors import AbsentError, MalformedError, SettingError, StorageError, UnreachableError
from sec_assets.settings import Settings, load_settings
from sec_assets_tests.edgar.http_server import FakeEdgar, Handler, Ranged, always, fake_edgar, in_turn
from sec_assets_tests.edgar.mirrors import mirror_client, put

URL = "https://www.sec.gov/Archives/edgar/daily-index/bulkdata/submissions.zip"
PATH = "/www.sec.gov/Archives/edgar/daily-index/bulkdata/submissions.zip"
QUICK = Persistence(tries=3, offline_tries=2, body_tries=3, back_off=0.001)
MIB = 2**20


def archive_of(seed: int, size: int = 4 * MIB) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped:
        for number in range(4):
            zipped.writestr(f"CIK{number:010d}.json", random.Random(seed + number).randbytes(size // 4))
    return buffer.getvalue()


OLD, NEW = archive_of(1), archive_of(100)


def settings_for(data: Path, base: str) -> Settings:
    environ = {"SEC_ASSETS_SOURCE": "live", "SEC_USER_AGENT": "T t@example.com", "SEC_ASSETS_EDGAR_BASE": base}
    return load_settings({**environ, "SEC_ASSETS_DATA": str(data)})


def client_for(data: Path, base: str, *, timing: Timing | None = None) -> EdgarClient:
    return EdgarClient(settings_for(data, base), budget=Budget.local(), persistence=QUICK, timing=timing)


@pytest.fixture
def edgar() -> Iterator[FakeEdgar]:
    with fake_edgar() as server:
        yield server


@pytest.fixture
def client(tmp_path: Path, edgar: FakeEdgar) -> Iterator[EdgarClient]:
    with client_for(tmp_path, edgar.base) as made:
        yield made


def names(client: EdgarClient) -> list[str]:
    folder = client.documents.path_of(URL).parent
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def test_an_archive_is_fetched_whole_and_an_unchanged_one_costs_one_request_without_a_body(
    client: EdgarClient, edgar: FakeEdgar
) -> None:
    served = edgar.default = Ranged(OLD)
    first, second = client.archive(URL), client.archive(URL)
    assert client.documents.path_of(URL).read_bytes() == OLD
    assert (first.downloaded, first.bytes, first.sha256) == (True, len(OLD), hashlib.sha256(OLD).hexdigest())
    assert not second.downloaded
    assert (second.path, second.bytes, second.sha256, second.fetched_at) == (
        first.path,
        first.bytes,
        first.sha256,
        first.fetched_at,
    )
    assert served.served == [(200, len(OLD)), (304, 0)]
    assert names(client) == [".about-submissions.zip.json", "submissions.zip"]
    assert edgar.arrivals[0].headers["Accept-Encoding"] == "identity"


def test_a_new_version_replaces_the_old_and_readers_keep_theirs(client: EdgarClient, edgar: FakeEdgar) -> None:
    edgar.default = Ranged(OLD)
    client.archive(URL)
    with client.documents.path_of(URL).open("rb") as reader:
        edgar.default = Ranged(NEW, '"v2"')
        assert client.archive(URL).downloaded
        assert reader.read() == OLD
    assert client.documents.path_of(URL).read_bytes() == NEW


def test_the_date_serves_where_there_is_no_tag(client: EdgarClient, edgar: FakeEdgar) -> None:
    date = "Sun, 22 Nov 2026 03:00:00 GMT"

    def dated(handler: Handler, _: int) -> None:
        if handler.headers.get("If-Modified-Since") == date:
            handler.send_response(304)
            handler.end_headers()
        elif handler.headers.get("If-Range") == date:
            first = int(handler.headers["Range"][6:-1])
            handler.reply(206, OLD[first:], None, Content_Range=f"bytes {first}-{len(OLD) - 1}/{len(OLD)}")
        else:
            handler.reply(200, OLD[: MIB * 2], len(OLD), Last_Modified=date)

    edgar.default = dated
    assert client.archive(URL).sha256 == hashlib.sha256(OLD).hexdigest()
    assert not client.archive(URL).downloaded
    assert len(edgar.arrivals) == 3


def test_a_broken_transfer_goes_on_where_it_stopped(client: EdgarClient, edgar: FakeEdgar) -> None:
    third = len(OLD) // 3
    served = edgar.default = Ranged(OLD, cut={1: third, 2: third})
    assert client.archive(URL).sha256 == hashlib.sha256(OLD).hexdigest()
    assert served.served == [(200, third), (206, third), (206, len(OLD) - 2 * third)]
    assert edgar.arrivals[1].headers["If-Range"] == '"v1"'


def test_a_line_that_keeps_breaking_is_gone_on_with_as_long_as_bytes_come(
    client: EdgarClient, edgar: FakeEdgar
) -> None:
    body = archive_of(7, 12 * MIB)
    edgar.default = Ranged(body, cut=dict.fromkeys(range(1, 15), MIB))
    assert client.archive(URL).sha256 == hashlib.sha256(body).hexdigest()
    assert len(edgar.arrivals) == 13


def test_a_line_that_breaks_without_progress_ends_in_one_sentence_and_keeps_what_came(
    client: EdgarClient, edgar: FakeEdgar
) -> None:
    edgar.default = Ranged(OLD, cut={1: 2 * MIB} | dict.fromkeys(range(2, 100), 0))
    with pytest.raises((UnreachableError, MalformedError), match=r"submissions\.zip.*3 tries"):
        client.archive(URL)
    assert len(edgar.arrivals) == 6, "one course with progress, one without"
    assert names(client) == [".part-submissions.zip", ".part-submissions.zip.json"]
    edgar.default = again = Ranged(OLD)
    client.archive(URL)
    assert again.served == [(206, len(OLD) - 2 * MIB)]
    assert client.documents.path_of(URL).read_bytes() == OLD


def test_the_halves_of_two_versions_are_never_joined(client: EdgarClient, edgar: FakeEdgar) -> None:
    edgar.default = in_turn(Ranged(OLD, cut={1: MIB}), served := Ranged(NEW, '"v2"'))
    assert client.archive(URL).sha256 == hashlib.sha256(NEW).hexdigest()
    assert served.served == [(200, len(NEW))]


def test_a_server_without_ranges_is_asked_for_everything_again(client: EdgarClient, edgar: FakeEdgar) -> None:
    served = edgar.default = Ranged(OLD, cut={1: MIB}, ranges=False)
    assert client.archive(URL).sha256 == hashlib.sha256(OLD).hexdigest()
    assert served.served == [(200, MIB), (200, len(OLD))]


def test_a_server_without_validators_is_asked_for_everything_again(client: EdgarClient, edgar: FakeEdgar) -> None:
    served = edgar.default = Ranged(OLD, None, cut={1: MIB})
    assert client.archive(URL).downloaded
    assert client.archive(URL).downloaded
    assert served.served == [(200, MIB), (200, len(OLD)), (200, len(OLD))]


def test_a_range_that_cannot_be_served_begins_anew(client: EdgarClient, edgar: FakeEdgar) -> None:
    edgar.default = in_turn(Ranged(OLD, cut={1: 3 * MIB}), always(416, b""), served := Ranged(OLD))
    assert client.archive(URL).sha256 == hashlib.sha256(OLD).hexdigest()
    assert served.served == [(200, len(OLD))]


@pytest.mark.parametrize("content_range", ["bytes 0-9/10", "bytes 1048576-1048579/77", "bytes */10", "lines 1-2/3"])
def test_a_wrong_continuation_is_thrown_away(client: EdgarClient, edgar: FakeEdgar, content_range: str) -> None:
    wrong = always(206, b"evil", Content_Range=content_range, ETag='"v1"')
    edgar.default = in_turn(Ranged(OLD, cut={1: MIB}), wrong, Ranged(OLD))
    assert client.archive(URL).sha256 == hashlib.sha256(OLD).hexdigest()


@pytest.mark.parametrize("body", [b"PK\x03\x04 no end record", OLD[: 3 * MIB]])
def test_what_is_no_whole_archive_is_never_given_the_name(client: EdgarClient, edgar: FakeEdgar, body: bytes) -> None:
    edgar.default = always(200, body, ETag='"x"')
    with pytest.raises(MalformedError, match="no readable end record"):
        client.archive(URL)
    assert names(client) == []


def test_a_page_leaves_the_unfinished_file_and_the_old_archive_alone(
    client: EdgarClient, edgar: FakeEdgar, evidence: Path
) -> None:
    edgar.default = Ranged(OLD)
    client.archive(URL)
    edgar.default = Ranged(NEW, '"v2"', cut={2: MIB} | dict.fromkeys(range(3, 100), 0))
    with pytest.raises((UnreachableError, MalformedError)):
        client.archive(URL)
    pages = evidence / "edgar_mirror/_errors/pages"
    faults = {
        AbsentError: always(404, b""),
        MalformedError: always(200, b"<html><title>Hello</title></html>"),
        SettingError: always(403, (pages / "403_UndeclaredAutomatedTool.html").read_bytes()),
        UnreachableError: always(503, b"busy"),
    }
    for kind, fault in faults.items():
        edgar.default = fault
        with pytest.raises(kind):
            client.archive(URL)
    assert client.documents.path_of(URL).read_bytes() == OLD
    edgar.default = served = Ranged(NEW, '"v2"')
    client.archive(URL)
    assert served.served == [(206, len(NEW) - MIB)]


def test_a_body_that_stalls_is_cut_and_continued(tmp_path: Path, edgar: FakeEdgar) -> None:
    def stall(handler: Handler, _: int) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(OLD)))
        handler.send_header("ETag", '"v1"')
        handler.end_headers()
        handler.wfile.write(OLD[:MIB])
        for byte in OLD[MIB : MIB + 100]:
            time.sleep(0.05)
            handler.wfile.write(bytes([byte]))

    edgar.default = in_turn(stall, Ranged(OLD))
    with client_for(tmp_path, edgar.base, timing=Timing(body=0.4)) as client:
        began = time.monotonic()
        assert client.archive(URL).sha256 == hashlib.sha256(OLD).hexdigest()
    assert time.monotonic() - began < 4
    assert "Range" in edgar.arrivals[1].headers


def test_a_slow_but_steady_archive_is_not_cut(tmp_path: Path, edgar: FakeEdgar) -> None:
    edgar.default = Ranged(OLD, drip=0.02)
    with client_for(tmp_path, edgar.base, timing=Timing(body=0.2)) as client:
        assert client.archive(URL).bytes == len(OLD)
    assert len(edgar.arrivals) == 1


SCRIPT = (
    "import sys\nfrom sec_assets.edgar.client import EdgarClient\nfrom sec_assets.settings import load_settings\n"
    "s = load_settings(dict(SEC_ASSETS_SOURCE='live', SEC_USER_AGENT='T t@example.com', "
    "SEC_ASSETS_EDGAR_BASE=sys.argv[1], SEC_ASSETS_DATA=sys.argv[2]))\n"
    f"print(EdgarClient(s).archive('{URL}').downloaded)\n"
)


def start(edgar: FakeEdgar, data: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", SCRIPT, edgar.base, str(data)], stdout=subprocess.PIPE)


def test_a_killed_process_is_continued_by_the_next(tmp_path: Path, edgar: FakeEdgar) -> None:
    served = edgar.default = Ranged(OLD, drip=0.03)
    process = start(edgar, tmp_path)
    part = tmp_path / "documents" / f"{PATH[1:].replace('submissions.zip', '.part-submissions.zip')}"
    while not (part.is_file() and part.stat().st_size > MIB):
        assert process.poll() is None
        time.sleep(0.01)
    process.kill()
    process.communicate(timeout=10)
    kept = part.stat().st_size
    assert MIB < kept < len(OLD)
    served.drip = 0.0
    with client_for(tmp_path, edgar.base) as client:
        assert not client.documents.has(URL)
        assert client.archive(URL).sha256 == hashlib.sha256(OLD).hexdigest()
        assert client.documents.path_of(URL).read_bytes() == OLD
    assert served.served[-1] == (206, len(OLD) - kept)


def test_a_whole_file_whose_process_died_before_the_rename_needs_no_body(client: EdgarClient, edgar: FakeEdgar) -> None:
    served = edgar.default = Ranged(OLD)
    client.archive(URL)
    path = client.documents.path_of(URL)
    path.rename(path.with_name(f".part-{path.name}"))
    path.with_name(f".part-{path.name}.json").write_text(json.dumps({"etag": '"v1"', "total": len(OLD)}))
    assert client.archive(URL).downloaded
    assert path.read_bytes() == OLD
    assert served.served[-1] == (304, 0)


def test_two_processes_bring_one_archive_once(tmp_path: Path, edgar: FakeEdgar) -> None:
    served = edgar.default = Ranged(OLD, drip=0.005)
    answers = sorted(process.communicate(timeout=60)[0] for process in [start(edgar, tmp_path) for _ in range(2)])
    assert answers == [b"False\n", b"True\n"]
    assert sorted(served.served) == [(200, len(OLD)), (304, 0)]


def test_threads_bring_one_archive_once(client: EdgarClient, edgar: FakeEdgar) -> None:
    served = edgar.default = Ranged(OLD)
    found: list[bool] = []
    threads = [threading.Thread(target=lambda: found.append(client.archive(URL).downloaded)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(found) == [False, False, False, True]
    assert sum(size for _, size in served.served) == len(OLD)


def test_a_file_changed_by_somebody_else_is_fetched_again(client: EdgarClient, edgar: FakeEdgar) -> None:
    served = edgar.default = Ranged(OLD)
    client.archive(URL)
    client.documents.path_of(URL).write_bytes(b"scribble")
    assert client.archive(URL).downloaded
    assert client.documents.path_of(URL).read_bytes() == OLD
    assert [status for status, _ in served.served] == [200, 200]


def test_a_packed_answer_is_unpacked(client: EdgarClient, edgar: FakeEdgar) -> None:
    edgar.default = always(200, gzip.compress(OLD, 1), Content_Encoding="gzip", ETag='"v1"')
    assert client.archive(URL).sha256 == hashlib.sha256(OLD).hexdigest()


def test_a_full_disk_is_a_storage_error_and_what_came_is_kept(client: EdgarClient, edgar: FakeEdgar) -> None:
    served = edgar.default = Ranged(OLD)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (MIB, hard))
    try:
        with pytest.raises(StorageError, match=r"submissions\.zip"):
            client.archive(URL)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert client.archive(URL).sha256 == hashlib.sha256(OLD).hexdigest()
    assert served.served[-1] == (206, len(OLD) - MIB)


def test_a_mirror_gives_its_archive_once(tmp_path: Path) -> None:
    put(tmp_path / "mirror", URL, OLD)
    with mirror_client(tmp_path / "mirror", tmp_path / "data") as client:
        first, second = client.archive(URL), client.archive(URL)
        assert (first.downloaded, second.downloaded) == (True, False)
        assert client.documents.path_of(URL).read_bytes() == OLD
        put(tmp_path / "mirror", URL, NEW)
        assert client.archive(URL).sha256 == hashlib.sha256(NEW).hexdigest()


def test_the_sample_gives_its_archive_once(tmp_path: Path) -> None:
    with EdgarClient.from_settings(load_settings({"SEC_ASSETS_DATA": str(tmp_path)})) as client:
        stored = client.archive(URL)
        assert zipfile.is_zipfile(client.documents.path_of(URL))
        assert stored.downloaded
        assert not client.archive(URL).downloaded
