import time
from pathlib import Path

import pytest
from lxml import etree

from sec_assets.errors import MalformedError
from sec_assets.xbrl.documents import is_html, new_parser, parse_xml, unwrap
from sec_assets.xbrl.instance import parse_instances
from sec_assets_tests.xbrl.instances import document, instance, only, parse

FACT = '<acme:X contextRef="y">x</acme:X>'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"\n", b""),
        (b"\r\n\r\n", b"\r\n"),
        (b"<XML>\n", b"\n</XML>\n"),
        (
            b"<DOCUMENT>\n<TYPE>EX-101.INS\n<SEQUENCE>2\n<FILENAME>a.xml\n<TEXT>\n<XML>\n",
            b"</XML>\n</TEXT>\n</DOCUMENT>\n",
        ),
        (b"\n<XBRL>\n", b"\n</XBRL>\n\n"),
        (b"\xef\xbb\xbf", b""),
    ],
)
def test_wrapping_of_the_full_submission_is_taken_off(before: bytes, after: bytes) -> None:
    assert only(parse(before + instance(FACT) + after))["value"] == "x"


def test_what_is_not_wrapped_stays_as_it_is() -> None:
    assert unwrap(b"<xbrl/>") == b"<xbrl/>"


BOMB = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
HOSTILE = {
    "empty": (b"", "the document is empty"),
    "blank": (b" \n ", "the document is empty"),
    "entity bomb": (f'<!DOCTYPE x [<!ENTITY e0 "ha">{BOMB}]><x>&e11;</x>'.encode(), "document type declaration"),
    "external entity": (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY p SYSTEM "file:///etc/passwd">]><x>&p;</x>',
        "document type declaration",
    ),
    "external dtd": (b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><x/>', "document type declaration"),
    "dtd in utf-16": ('<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x []><x/>'.encode("utf-16"), "declaration"),
    "dtd behind a comment": (b"<!--" + b" x " * 40000 + b"--><!DOCTYPE x []><x/>", "declaration"),
    "error page": (b"<!DOCTYPE html><html><body>Request Rate Threshold Exceeded<br></body></html>", "an HTML page"),
    "bare error page": (b"<html><head><title>SEC.gov</title><body><p>no", "an HTML page"),
    "json": (b'{"cik": 1}', "not well-formed XML"),
    "truncated": (instance(FACT)[:-40], "line"),
    "depth": (b"<x>" * 100_000, "not well-formed XML"),
    "bytes that are no utf-8": (instance(FACT).replace(b">x<", b">\xff\xfe<"), "not well-formed XML"),
    "unknown encoding": (b"<?xml version='1.0' encoding='no-such'?><x/>", "not well-formed XML"),
    "undefined entity": (instance(FACT).replace(b">x<", b">&nbsp;<"), "nbsp"),
    "nul": (instance(FACT).replace(b">x<", b">\x00<"), "not well-formed XML"),
    "linkbase": (b'<linkbase xmlns="http://www.xbrl.org/2003/linkbase"/>', "not that of an XBRL instance"),
    "no facts": (instance(), "the instance holds no facts"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_bad_document_is_a_failure_with_a_reason_and_its_neighbours_are_read(name: str) -> None:
    body, reason = HOSTILE[name]
    started = time.monotonic()
    parsed = parse(instance(FACT), body, instance(FACT))
    assert time.monotonic() - started < 20
    assert parsed.frame["source"].to_list() == ["document-0.xml", "document-2.xml"]
    [(_, source, said)] = parsed.failures
    assert source == "document-1.xml"
    assert reason in said


def test_a_prolog_of_comments_is_walked_in_linear_time() -> None:
    prolog = b"<?xml version='1.0'?>" + b"<!-- a -->\n<?b c?> " * 3000
    started = time.monotonic()
    assert only(parse(prolog + instance(FACT).split(b"\n", 1)[1]))["value"] == "x"
    assert time.monotonic() - started < 20


def test_the_parser_opens_no_file_for_an_external_entity(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    body = f'<!DOCTYPE x [<!ENTITY p SYSTEM "{secret.as_uri()}">]><x>&p;</x>'.encode()
    root = etree.fromstring(body, new_parser())
    assert "secret" not in "".join(str(text) for text in root.itertext())
    with pytest.raises(MalformedError):
        parse_xml(body, new_parser())


def test_comments_and_instructions_do_not_cut_values_in_two() -> None:
    assert only(parse(instance('<acme:X contextRef="y">a<!-- b -->c<?d e?>f</acme:X>')))["value"] == "acf"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"<?xml version='1.0'?>\n<!-- x -->\n<html xmlns='http://www.w3.org/1999/xhtml'>", True),
        (b"<!DOCTYPE html><HTML>", True),
        (b"<xhtml:html xmlns:xhtml='x'>", True),
        (b"<xbrl><html>", False),
        (b"", False),
    ],
)
def test_html_is_told_by_its_root(body: bytes, expected: bool) -> None:
    assert is_html(body) is expected


def test_an_overlong_reason_is_cut() -> None:
    name = "n" * 40_000
    parsed = parse(instance(f'<acme:{name} contextRef="nowhere">x</acme:{name}>'))
    assert len(parsed.failures[0][2]) < 1000
    assert len(str(parsed.problems["subject"][0])) == 200


def test_the_document_is_named_in_the_failure() -> None:
    assert parse_instances([document(b"no", "a.xml")]).failures[0][:2] == ("0000000042-25-000001", "a.xml")
