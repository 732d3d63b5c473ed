"""Every recorded answer of EDGAR that is no document, as a real server sends it, and what becomes of it."""

import gzip
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sec_assets.edgar.client import EdgarClient, Expect
from sec_assets.errors import AbsentError, BannedError, MalformedError, SecAssetsError, SettingError, UnreachableError
from sec_assets_tests.edgar.http_server import FakeEdgar, always, fake_edgar
from sec_assets_tests.edgar.live_clients import QUICK, quick_client

FILING = "https://www.sec.gov/Archives/edgar/data/320193/000032019324000123/aapl.htm"
FEED = "https://www.sec.gov/cgi-bin/browse-edgar?output=atom"
FACTS = "https://data.sec.gov/api/xbrl/companyfacts/CIK0000320193.json"
PLACES: dict[str, Expect] = {FILING: "html", FEED: "xml", FACTS: "json"}

ABSENT = "403/www.sec.gov/Archives_edgar_full-index_2099_QTR1_form.gz.body"
NO_KEY = "404/data.sec.gov/submissions_CIK-000000001.json.body"
UNAVAILABLE = "503/www.sec.gov/browse-edgar_getcurrent_3907718a.html"
UNDECLARED = "pages/403_UndeclaredAutomatedTool.html"
TOO_MANY = "pages/429_or_403_RequestRateThresholdExceeded.html"

TRIES = QUICK.tries
TABLE: list[tuple[str, int, type[SecAssetsError], int]] = [
    (ABSENT, 403, AbsentError, 1),
    (ABSENT, 404, AbsentError, 1),
    (ABSENT, 200, AbsentError, 1),
    (NO_KEY, 404, AbsentError, 1),
    (NO_KEY, 403, AbsentError, 1),
    (UNAVAILABLE, 503, UnreachableError, TRIES),
    (UNAVAILABLE, 500, UnreachableError, TRIES),
    (UNAVAILABLE, 200, UnreachableError, TRIES),
    (UNDECLARED, 403, SettingError, 1),
    (UNDECLARED, 200, SettingError, 1),
    (UNDECLARED, 429, SettingError, 1),
    (TOO_MANY, 403, BannedError, 1),
    (TOO_MANY, 429, BannedError, 1),
    (TOO_MANY, 200, BannedError, 1),
    (TOO_MANY, 503, BannedError, 1),
]


@pytest.fixture
def edgar() -> Iterator[FakeEdgar]:
    with fake_edgar() as server:
        yield server


@pytest.fixture
def client(tmp_path: Path, edgar: FakeEdgar) -> Iterator[EdgarClient]:
    with quick_client(tmp_path, edgar.base, patience=5.0) as made:
        yield made


def asked(client: EdgarClient, url: str) -> SecAssetsError:
    ask = client.download if url == FILING else client.get
    with pytest.raises(SecAssetsError) as caught:
        ask(url, expect=PLACES[url])
    return caught.value


@pytest.mark.parametrize(("name", "status", "kind", "requests"), TABLE)
@pytest.mark.parametrize("url", PLACES)
@pytest.mark.parametrize("packed", [False, True])
def test_what_becomes_of_it(
    client: EdgarClient,
    edgar: FakeEdgar,
    evidence: Path,
    url: str,
    packed: bool,
    name: str,
    status: int,
    kind: type[SecAssetsError],
    requests: int,
) -> None:
    body = (evidence / "edgar_mirror/_errors" / name).read_bytes()
    edgar.default = always(status, gzip.compress(body), Content_Encoding="gzip") if packed else always(status, body)
    began = time.monotonic()
    error = asked(client, url)
    assert type(error) is kind, error
    assert len(edgar.arrivals) == requests
    assert time.monotonic() - began < 10
    assert [path for path in client.documents.root.rglob("*") if path.is_file()] == []
    text = str(error)
    assert "\n" not in text
    if kind is not BannedError:
        assert url in text
        assert str(status) in text
        assert "try" in text or "tries" in text


def test_every_recorded_body_has_its_row(evidence: Path) -> None:
    folder = evidence / "edgar_mirror/_errors"
    bodies = {path.read_bytes() for path in folder.rglob("*.*") if path.is_file() and path.suffix != ".md"}
    known = [(folder / name).read_bytes() for name in {row[0] for row in TABLE}]
    heads = [body[:40] for body in known]
    assert {body for body in bodies if body not in known and body[:40] not in heads} == set()


def test_the_three_kinds_of_403_do_three_things(client: EdgarClient, edgar: FakeEdgar, evidence: Path) -> None:
    errors = evidence / "edgar_mirror/_errors"
    pages = {name: (errors / name).read_bytes() for name in (ABSENT, UNDECLARED, TOO_MANY)}
    for name, kind in ((ABSENT, AbsentError), (UNDECLARED, SettingError)):
        edgar.default = always(403, pages[name])
        assert type(asked(client, FEED)) is kind
    edgar.default = always(200, b"<feed/>")
    assert client.get(FEED).body == b"<feed/>", "neither pauses anybody"
    edgar.default = always(403, pages[TOO_MANY])
    asked(client, FEED)
    sent = len(edgar.arrivals)
    edgar.default = always(200, b"<feed/>")
    assert "10 minutes" in str(asked(client, FEED))
    assert len(edgar.arrivals) == sent


@pytest.mark.parametrize(
    ("url", "status", "body", "parts"),
    [
        (FACTS, 503, b"busy", ["503", "3 tries", "run again"]),
        (FACTS, 404, b"", ["404", "1 try"]),
        (FACTS, 200, b'{"a": ', ["cannot be parsed", "2 tries", "the next run tries again"]),
        (FEED, 200, b"<html><title>Hello</title>", ["200", "Hello", "1 try"]),
        (FEED, 400, b"<title>bad</title>", ["400", "1 try"]),
        (FEED, 401, b"", ["401", "1 try", "proxy"]),
    ],
)
def test_an_error_names_address_status_tries_and_what_to_do(
    client: EdgarClient, edgar: FakeEdgar, url: str, status: int, body: bytes, parts: list[str]
) -> None:
    edgar.default = always(status, body)
    error = asked(client, url)
    for part in (url, *parts):
        assert part in str(error)
    assert isinstance(error, AbsentError | MalformedError | UnreachableError)
