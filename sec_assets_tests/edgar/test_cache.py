"""The HTTP cache in a file and on a real Redis server: same freshness, same bound, nothing private, honest errors."""

import json
import random
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis import Redis

from sec_assets.edgar.client import EdgarClient
from sec_assets.edgar.transport import cache, cache_sqlite, freshness
from sec_assets.errors import AbsentError, BannedError, InputError, OutageError, SettingError, StorageError
from sec_assets_tests.edgar.http_server import FakeEdgar, Handler, always, fake_edgar
from sec_assets_tests.edgar.live_clients import quick_client, settings_for
from sec_assets_tests.redis_server import redis_server

TICKERS = "https://www.sec.gov/files/company_tickers.json"
COMPANY = "https://data.sec.gov/submissions/CIK0000320193.json"
FACTS = "https://data.sec.gov/api/xbrl/companyfacts/CIK0000320193.json"
INDEX = "https://www.sec.gov/Archives/edgar/daily-index/2024/QTR1/master.20240312.idx"
SECOND = timedelta(seconds=1)


@dataclass
class Kept:
    """Where a cache lies, and everything it holds."""

    data: Path
    base: str
    redis: str | None

    def client(self, **more: str) -> EdgarClient:
        chosen = {"SEC_ASSETS_HTTP_CACHE": self.redis} if self.redis else {}
        return quick_client(self.data, self.base, patience=5.0, **chosen, **more)

    def everything(self) -> bytes:
        if self.redis is None:
            return b"".join(file.read_bytes() for file in (self.data / "state").glob("http_cache*"))
        with Redis.from_url(self.redis) as redis:
            parts: list[bytes] = []
            for key in redis.scan_iter():
                parts += [key, redis.dump(key) or b"", (redis.get(key) or b"") if redis.type(key) == b"string" else b""]
            return b"".join(parts)

    def size(self) -> int:
        if self.redis is None:
            return sum(file.stat().st_size for file in (self.data / "state").glob("http_cache.sqlite"))
        with Redis.from_url(self.redis) as redis:
            return sum(redis.strlen(key) for key in redis.scan_iter() if redis.type(key) == b"string")


@pytest.fixture
def edgar() -> Iterator[FakeEdgar]:
    with fake_edgar() as server:
        yield server


@pytest.fixture(params=["file", "redis"])
def kept(request: pytest.FixtureRequest, tmp_path: Path, edgar: FakeEdgar) -> Iterator[Kept]:
    if request.param == "file":
        yield Kept(tmp_path / "data", edgar.base, None)
        return
    with redis_server(tmp_path) as server:
        yield Kept(tmp_path / "data", edgar.base, server.url)


def noise(number: int) -> bytes:
    return json.dumps({"noise": random.Random(number).randbytes(50_000).hex()}).encode()


def company(number: int) -> str:
    return f"https://data.sec.gov/submissions/CIK{number:010d}.json"


def test_answers_are_shared_by_clients_and_follow_the_setting_of_today(kept: Kept, edgar: FakeEdgar) -> None:
    edgar.default = always(200, b'{"a": 1}')
    with kept.client() as one:
        one.get(COMPANY)
    with kept.client() as other:
        assert other.get(COMPANY).from_cache
        assert other.get_json(COMPANY) == {"a": 1}
    with kept.client(SEC_ASSETS_SUBMISSIONS_MAX_AGE_HOURS="0") as impatient:
        assert not impatient.get(COMPANY).from_cache
    assert len(edgar.arrivals) == 2


def test_neither_contact_nor_pickle_nor_cookies_are_kept(kept: Kept, edgar: FakeEdgar) -> None:
    edgar.default = always(200, b"{}", Set_Cookie="session=tasty-cookie", ETag='"v1"')
    with kept.client() as client:
        client.get(TICKERS)
        client.get(TICKERS)
    raw = kept.everything()
    assert b"company_tickers" in raw
    assert b"created_at" in raw
    for private in (b"t@example.com", b"requests_cache", b"tasty-cookie"):
        assert private not in raw


def test_an_expired_answer_is_asked_for_with_its_validator_and_renewed(kept: Kept, edgar: FakeEdgar) -> None:
    def serve(handler: Handler, _: int) -> None:
        if handler.headers.get("If-None-Match") == '"v1"':
            handler.send_response(304)
            handler.end_headers()
        else:
            handler.reply(200, b'{"a": 1}', ETag='"v1"')

    edgar.default = serve
    with kept.client(SEC_ASSETS_SUBMISSIONS_MAX_AGE_HOURS="0.0001") as client:
        first = client.get(COMPANY)
        time.sleep(0.5)
        second = client.get(COMPANY)
        assert (second.body, second.from_cache) == (first.body, True)
        assert second.fetched_at > first.fetched_at
        assert client.get(COMPANY).fetched_at == second.fetched_at
    assert len(edgar.arrivals) == 2


def test_hits_cost_no_permit(kept: Kept, edgar: FakeEdgar) -> None:
    edgar.default = always(200, b"{}")
    with kept.client() as client:
        client.get(TICKERS)
        edgar.default = always(429, b"", Retry_After="3000")
        with pytest.raises(BannedError):
            client.get(COMPANY)
        assert client.get(TICKERS).from_cache, "also while everybody is paused"


def test_the_index_of_a_past_day_is_kept_for_ever(kept: Kept, edgar: FakeEdgar) -> None:
    edgar.default = always(200, b"CIK|Company Name|Form Type|Date Filed|Filename\n")
    with kept.client() as client:
        client.get(INDEX, expect="text")
    with kept.client() as client:
        assert client.get(INDEX, expect="text").from_cache


def test_company_facts_are_fresh_until_a_newer_filing_is_known(
    kept: Kept, edgar: FakeEdgar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "_PUBLICATION", timedelta(seconds=0.5))
    monkeypatch.setattr(cache, "_PUBLICATION_PATIENCE", timedelta(seconds=0.4))
    edgar.default = always(200, b"{}")
    with kept.client(SEC_ASSETS_SUBMISSIONS_MAX_AGE_HOURS="0.0001") as client:
        began = datetime.now(UTC)
        client.get(FACTS, newer_than=began - 10 * SECOND)
        time.sleep(0.5)
        assert client.get(FACTS, newer_than=began - 10 * SECOND).from_cache, (
            "older than any setting allows, but current"
        )
        assert not client.get(FACTS, newer_than=datetime.now(UTC)).from_cache, "a newer filing is known"
        filed = datetime.now(UTC) - SECOND / 10
        client.get(FACTS, newer_than=filed, refresh=True)
        assert client.get(FACTS, newer_than=filed).from_cache, "EDGAR is given time to publish"
        time.sleep(0.5)
        assert not client.get(FACTS, newer_than=filed).from_cache, "fetched too soon after the filing"
        assert client.get(FACTS, newer_than=filed).from_cache
        time.sleep(0.5)
        assert client.get(FACTS, newer_than=filed).from_cache, "fetched long after the filing"


def test_other_answers_obey_their_age_as_well(kept: Kept, edgar: FakeEdgar) -> None:
    edgar.default = always(200, b"{}")
    with kept.client() as client:
        client.get(COMPANY)
        assert client.get(COMPANY, newer_than=datetime.now(UTC) - 60 * SECOND).from_cache
        assert not client.get(COMPANY, newer_than=datetime.now(UTC)).from_cache
        assert client.get(COMPANY).from_cache, "the condition was for one question only"


def test_no_error_and_no_notice_page_is_ever_kept(kept: Kept, edgar: FakeEdgar, evidence: Path) -> None:
    files = sorted(path for path in (evidence / "edgar_mirror/_errors").rglob("*.*") if path.is_file())
    files.sort(key=lambda path: "RateThreshold" in path.name)
    assert len(files) == 10
    with kept.client() as client:
        for file in files:
            for status in (200, 404) if "RateThreshold" not in file.name else (200,):
                edgar.default = always(status, file.read_bytes())
                with pytest.raises((InputError, SettingError, OutageError)):
                    client.get(INDEX, expect="text", refresh=True)
    assert len(edgar.arrivals) >= 20
    raw = kept.everything()
    for file in files:
        assert file.read_bytes()[:60] not in raw
    assert b'"_content"' not in raw


def test_an_absence_is_remembered_for_its_time_and_forgotten_by_a_refresh(
    kept: Kept, edgar: FakeEdgar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freshness, "_ABSENT", timedelta(seconds=2))
    edgar.default = always(404, b"<Error><Code>NoSuchKey</Code></Error>")
    for _ in range(2):
        with kept.client() as client, pytest.raises(AbsentError, match="404"):
            client.get(COMPANY)
    assert len(edgar.arrivals) == 1
    with kept.client() as client:
        time.sleep(2.1)
        with pytest.raises(AbsentError):
            client.get(COMPANY)
        assert len(edgar.arrivals) == 2
        edgar.default = always(200, b"{}")
        assert client.get_json(FACTS) == {}
        assert client.get(COMPANY, refresh=True).body == b"{}"
        assert client.get(COMPANY).from_cache


def test_the_cache_is_bounded_and_what_was_used_least_recently_goes_first(
    kept: Kept, edgar: FakeEdgar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache_sqlite, "_USE_SECONDS", 0.0)
    edgar.default = lambda handler, _: handler.reply(200, noise(hash(handler.path)))
    with kept.client(SEC_ASSETS_HTTP_CACHE_MB="1") as client:
        for number in range(40):
            client.get(company(number))
            client.get(company(0))
        assert kept.size() < 1.3 * 2**20
        assert client.get(company(0)).from_cache, "always in use"
        assert client.get(company(39)).from_cache
        assert not client.get(company(5)).from_cache
    assert edgar.paths().count("/data.sec.gov/submissions/CIK0000000000.json") == 1
    assert kept.everything().count(b'"_content"') >= 8, "most of the room is used"


def test_a_file_of_an_older_version_is_bounded_too(tmp_path: Path, edgar: FakeEdgar) -> None:
    kept = Kept(tmp_path, edgar.base, None)
    edgar.default = lambda handler, _: handler.reply(200, noise(hash(handler.path)))
    with kept.client() as client:
        for number in range(30):
            client.get(company(number))
    connection = sqlite3.connect(tmp_path / "state/http_cache.sqlite")
    connection.executescript("DROP TABLE uses; DROP TABLE absent")
    connection.close()
    with kept.client(SEC_ASSETS_HTTP_CACHE_MB="1") as client:
        client.get(company(99))
    connection = sqlite3.connect(tmp_path / "state/http_cache.sqlite")
    assert connection.execute("SELECT sum(length(value)) FROM responses").fetchone()[0] < 2**20
    connection.close()


def test_a_file_shrinks_by_what_was_removed(tmp_path: Path, edgar: FakeEdgar) -> None:
    kept = Kept(tmp_path, edgar.base, None)
    edgar.default = lambda handler, _: handler.reply(200, noise(hash(handler.path)))
    with kept.client() as client:
        for number in range(40):
            client.get(company(number))
    assert kept.size() > 2.5 * 2**20
    with kept.client(SEC_ASSETS_HTTP_CACHE_MB="1") as client:
        client.get(company(99))
    with kept.client(SEC_ASSETS_HTTP_CACHE_MB="1") as client:
        assert client.get(company(99)).from_cache
    assert kept.size() < 1.3 * 2**20


def test_a_damaged_page_of_the_file_is_an_error_that_names_the_way_out(tmp_path: Path, edgar: FakeEdgar) -> None:
    kept = Kept(tmp_path, edgar.base, None)
    edgar.default = always(200, noise(1))
    with kept.client() as client:
        for number in range(5):
            client.get(company(number))
    file = tmp_path / "state/http_cache.sqlite"
    raw = bytearray(file.read_bytes())
    raw[4096:] = b"\xff" * (len(raw) - 4096)
    file.write_bytes(raw)
    with kept.client() as client, pytest.raises(StorageError, match=r"http_cache\.sqlite.*delete the file"):
        client.get(company(1))
    file.unlink()
    with kept.client() as client:
        assert client.get(company(1)).body == noise(1)


def test_a_damaged_entry_on_the_server_is_fetched_again(tmp_path: Path, edgar: FakeEdgar) -> None:
    edgar.default = always(200, b'{"a": 1}')
    with redis_server(tmp_path) as server:
        kept = Kept(tmp_path / "data", edgar.base, server.url)
        with kept.client() as client:
            client.get(TICKERS)
        with Redis.from_url(server.url) as redis:
            (key,) = redis.scan_iter("sec_assets:http:*")
            redis.set(key, str(redis.get(key), "utf-8").replace('"_content": "eA', '"_content": "AA'))
        with kept.client() as client:
            assert client.get_json(TICKERS) == {"a": 1}
    assert len(edgar.arrivals) == 2


def test_a_server_that_is_gone_is_one_sentence_without_its_password(tmp_path: Path, edgar: FakeEdgar) -> None:
    edgar.default = always(200, b"{}")
    with redis_server(tmp_path, "--requirepass", "pass-word") as server:
        url = server.url.replace("//", "//:pass-word@")
        with quick_client(tmp_path, edgar.base, SEC_ASSETS_HTTP_CACHE=url) as client:
            client.get(TICKERS)
            assert client.get(TICKERS).from_cache
            server.kill()
            with pytest.raises(StorageError, match="unset SEC_ASSETS_HTTP_CACHE") as caught:
                client.get(TICKERS)
    assert "pass-word" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(edgar.arrivals) == 1


@pytest.mark.parametrize("text", ["redis://", "http://localhost", "/tmp/cache", "redis://user:secret@:6379"])
def test_an_address_that_is_none_is_refused_without_showing_it(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingError, match="SEC_ASSETS_HTTP_CACHE") as caught:
        settings_for(tmp_path, "http://localhost", SEC_ASSETS_HTTP_CACHE=text)
    assert "secret" not in str(caught.value)
