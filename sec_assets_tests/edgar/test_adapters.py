"""The sources without a network: what a mirror folder and the bundled sample answer."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from sec_assets.edgar.client import EdgarClient
from sec_assets.edgar.transport.adapters import folder_listing
from sec_assets.edgar.urls import submissions_url, tickers_url
from sec_assets.errors import AbsentError, InputError, MalformedError
from sec_assets.settings import load_settings

FOLDER = "https://www.sec.gov/Archives/edgar/data/320193/000032019324000123"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "mirror"
    folder.mkdir()
    return folder


@pytest.fixture
def client(root: Path, tmp_path: Path) -> EdgarClient:
    environ = {"SEC_ASSETS_SOURCE": "mirror", "SEC_ASSETS_MIRROR": str(root), "SEC_ASSETS_DATA": str(tmp_path / "data")}
    return EdgarClient.from_settings(load_settings(environ))


def put(root: Path, path: str, body: bytes) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(body)


def test_a_gzipped_file_is_served_under_its_plain_name(client: EdgarClient, root: Path) -> None:
    put(root, "www.sec.gov/a/b.txt.gz", gzip.compress(b"content"))
    assert client.get("https://www.sec.gov/a/b.txt").body == b"content"


def test_a_plain_file_wins_and_a_real_gz_file_is_served_as_it_is(client: EdgarClient, root: Path) -> None:
    put(root, "www.sec.gov/a/b.txt", b"plain")
    put(root, "www.sec.gov/a/b.txt.gz", gzip.compress(b"packed", mtime=0))
    assert client.get("https://www.sec.gov/a/b.txt").body == b"plain"
    assert client.get("https://www.sec.gov/a/b.txt.gz").body == gzip.compress(b"packed", mtime=0)


@pytest.mark.parametrize(
    "body", [gzip.compress(b"content" * 1000, mtime=0)[:-20], b"not gzip", b""], ids=["cut off", "not gzip", "empty"]
)
def test_a_damaged_gzip_file_is_malformed_at_once(client: EdgarClient, root: Path, body: bytes) -> None:
    put(root, "www.sec.gov/a/b.txt.gz", body)
    with pytest.raises(MalformedError, match="1 try"):
        client.get("https://www.sec.gov/a/b.txt")


def test_a_page_in_place_of_json_is_malformed_and_pauses_nobody(client: EdgarClient, root: Path) -> None:
    put(
        root,
        "www.sec.gov/files/company_tickers.json",
        b"<html><title>SEC.gov | Request Rate Threshold Exceeded</title>",
    )
    put(root, "www.sec.gov/files/other.json", b"<html><title>Hello</title>")
    put(root, "www.sec.gov/a", b"fine")
    for name in ("company_tickers", "other"):
        with pytest.raises(MalformedError):
            client.get_json(f"https://www.sec.gov/files/{name}.json")
    assert client.get("https://www.sec.gov/a").body == b"fine"


def test_what_is_missing_is_said_to_be_not_in_the_mirror(client: EdgarClient, root: Path) -> None:
    (root / "www.sec.gov/Archives").mkdir(parents=True)
    for url in ("https://www.sec.gov/none.txt", "https://www.sec.gov/Archives", "https://www.sec.gov/q?a=1"):
        with pytest.raises(AbsentError, match="not in the mirror"):
            client.get(url)


def test_dots_do_not_leave_the_mirror(client: EdgarClient, root: Path) -> None:
    (root.parent / "outside.txt").write_bytes(b"secret")
    for path in ("../outside.txt", "%2e%2e/outside.txt", "..%2foutside.txt", "a/../../outside.txt"):
        with pytest.raises(InputError):
            client.get(f"https://www.sec.gov/{path}")


@pytest.mark.parametrize(
    "name",
    [
        "browse-edgar?action=getcurrent&count=100&start=0&type=&output=atom",
        "browse-edgar%3Faction=getcurrent&type=&start=0&count=100&output=atom.atom",
        "browse-edgar?output=atom&start=0&count=100&action=getcurrent",
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_query_is_found_in_any_order_of_its_parameters(
    client: EdgarClient, root: Path, name: str, packed: bool
) -> None:
    body = gzip.compress(b"<feed/>") if packed else b"<feed/>"
    put(root, f"www.sec.gov/cgi-bin/{name}{'.gz' if packed else ''}", body)
    base = "https://www.sec.gov/cgi-bin/browse-edgar"
    wanted = f"{base}?action=getcurrent&type=&start=0&count=100&output=atom"
    assert client.get(wanted, expect="xml").body == b"<feed/>"
    with pytest.raises(AbsentError):
        client.get(wanted.replace("start=0", "start=100"))
    with pytest.raises(AbsentError):
        client.get(base)


def test_a_folder_without_index_lists_itself_as_edgar_does(client: EdgarClient, root: Path) -> None:
    path = FOLDER.removeprefix("https://")
    put(root, f"{path}/aapl.htm.gz", gzip.compress(b"x" * 5000))
    put(root, f"{path}/aapl-xbrl.zip", b"zip")
    put(root, f"{path}/.tmp-1-2", b"half")
    put(root, f"{path}/R/inner.xml", b"<a/>")
    directory = client.get_json(f"{FOLDER}/index.json")["directory"]
    assert directory["name"] == "/Archives/edgar/data/320193/000032019324000123"
    assert directory["parent-dir"] == "/Archives/edgar/data/320193"
    items: dict[str, dict[str, Any]] = {item["name"]: item for item in directory["item"]}
    assert {name: (item["type"], item["size"]) for name, item in items.items()} == {
        "R": ("folder.gif", ""),
        "aapl-xbrl.zip": ("compressed.gif", "3"),
        "aapl.htm": ("text.gif", "5000"),
    }
    assert len(items["aapl.htm"]["last-modified"]) == len("2024-11-01 06:01:36")


def test_an_index_that_is_there_is_served_instead_of_a_listing(client: EdgarClient, root: Path) -> None:
    put(root, f"{FOLDER.removeprefix('https://')}/index.json", b'{"directory": "real"}')
    assert client.get_json(f"{FOLDER}/index.json") == {"directory": "real"}


def test_every_recorded_filing_folder_lists_what_can_be_fetched(evidence: Path, tmp_path: Path) -> None:
    data = evidence / "edgar_mirror/www.sec.gov/Archives/edgar/data"
    folders = sorted(path for path in data.glob("*/*") if path.is_dir())[:40]
    settings = {"SEC_ASSETS_SOURCE": "mirror", "SEC_ASSETS_MIRROR": str(evidence / "edgar_mirror")}
    with EdgarClient.from_settings(load_settings({**settings, "SEC_ASSETS_DATA": str(tmp_path)})) as client:
        for folder in folders:
            base = "https://" + str(folder.relative_to(evidence / "edgar_mirror"))
            for item in client.get_json(f"{base}/index.json")["directory"]["item"]:
                if item["type"] != "folder.gif":
                    stored = client.download(f"{base}/{item['name']}")
                    assert str(stored.bytes) == item["size"]


def test_a_listing_of_an_empty_folder_is_empty(tmp_path: Path) -> None:
    assert json.loads(folder_listing(tmp_path, "/a/b/index.json")) == {
        "directory": {"item": [], "name": "/a/b", "parent-dir": "/a"}
    }


def test_the_sample_answers_through_the_same_path(tmp_path: Path) -> None:
    with EdgarClient.from_settings(load_settings({"SEC_ASSETS_DATA": str(tmp_path)})) as client:
        tickers = client.get_json(tickers_url())
        cik = f"{next(iter(tickers.values()))['cik_str']:010d}"
        assert client.get_json(submissions_url(cik))["filings"]["recent"]["accessionNumber"]
        with pytest.raises(AbsentError, match="not in the sample"):
            client.get_json(submissions_url("9999999999"))
    assert (tmp_path / "state" / "limiter-sample.sqlite").is_file()
