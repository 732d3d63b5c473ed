"""What an answer means, from status, headers and body alone."""

from datetime import UTC, datetime

import pytest

from sec_assets.edgar.transport.classify import Answer, Expect, Refused, TryAgain, classify, retry_after
from sec_assets.errors import AbsentError, MalformedError, UnreachableError
from sec_assets.settings import SourceName

NOW = datetime(2024, 3, 15, 12, tzinfo=UTC)
URL = "https://www.sec.gov/x"


def judge(status: int, body: bytes, expect: Expect = "any", source: SourceName = "live", **headers: str) -> None:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    classify(Answer(URL, status, named, body, len(body)), expect, source=source, now=NOW)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7.0),
        ("Fri, 15 Mar 2024 12:01:00 GMT", 60.0),
        ("Fri, 15 Mar 2024 11:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("1e9", None),
        ("", None),
    ],
)
def test_retry_after_is_read_in_both_of_its_forms(text: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": text}, NOW) == seconds


def test_good_answers_pass() -> None:
    judge(200, b'{"a": [1]}', "json")
    judge(200, b"\xef\xbb\xbf<?xml version='1.0'?><feed/>", "xml")
    judge(200, b"<SEC-DOCUMENT>0000320193.txt", "text")
    judge(200, b"<html><title>Apple 10-K</title>", "html")
    judge(200, b"PK\x03\x04", "any")
    judge(304, b"")


@pytest.mark.parametrize("status", [404, 410])
def test_absence_says_where(status: int) -> None:
    with pytest.raises(AbsentError, match="EDGAR has no such document"):
        judge(status, b"")
    with pytest.raises(AbsentError, match="not in the sample"):
        judge(status, b"", source="sample")


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_trouble_of_the_server_is_worth_another_try(status: int) -> None:
    with pytest.raises(TryAgain) as caught:
        judge(status, b"", Retry_After="3")
    assert (caught.value.kind, caught.value.seconds) == ("server", 3.0)


def test_a_refusal_carries_its_pause() -> None:
    with pytest.raises(Refused) as caught:
        judge(429, b"", Retry_After="Fri, 15 Mar 2024 12:10:00 GMT")
    assert caught.value.seconds == 600.0


@pytest.mark.parametrize(("status", "kind"), [(400, MalformedError), (401, UnreachableError), (302, UnreachableError)])
def test_other_statuses_end_at_once(status: int, kind: type[Exception]) -> None:
    with pytest.raises(kind, match=str(status)):
        judge(status, b"<title> Some\n reason </title>")


def test_a_filing_that_mentions_the_notice_pages_is_a_filing() -> None:
    judge(200, b"<html><title>10-K</title>an undeclared automated tool; request rate threshold exceeded</html>", "html")


def test_hostile_json_is_an_ordinary_failure() -> None:
    with pytest.raises(TryAgain, match="cannot be parsed"):
        judge(200, b"[" * 200_000, "json")
    with pytest.raises(TryAgain, match="cannot be parsed"):
        judge(200, b'{"a": ' + b"9" * 10_000 + b"}", "json")
