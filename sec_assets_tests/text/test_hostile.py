"""Any bytes give rows or a named failure, in bounded time."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sec_assets.errors import InputError
from sec_assets.tables import FILING_TEXT, NEWS
from sec_assets.text.items import FilingDocument, split_filings
from sec_assets.text.news import PressReleaseDocument, parse_feed, press_releases
from sec_assets.text.sentiment import Scorer, finance_lexicon

NOW = datetime(2025, 1, 2, tzinfo=UTC)
FORMS = ("10-K", "10-Q", "8-K", "20-F", "6-K", "10-KSB", "40-F/A", "odd form")
PIECES = (
    b"<p>", b"</p>", b"<table>", b"<tr>", b"<td>", b"</td>", b"</table>", b"<div style='display:none'>", b"</div>", b"<pre>",
    b"Item 1. Business\n", b"<b>Item</b> 1A", b"Item 2.02", b"PART II", b"Item 7", b"SIGNATURES\n", b"\n\n", b"\t", b"  ",
    b"&nbsp;", b"&#8217;", b"&#x", b"&#99999999;", b"<ix:header>", b"</ix:header>", b"<!--", b"-->", b"<script>", b"</script>",
    b"<DOCUMENT>\n<TYPE>10-K\n<TEXT>\n", b"</TEXT>\n</DOCUMENT>\n", b"<PAGE>", b"\x0c", b"\x00", b"\xff\xfe", b"\xe2\x80\x99",
    b"\x92", b"Risk Factors", b"12", b"(continued)", b"A. Selected", b"\"", b"'", b"<", b">", b"/", b"<hr>", b"<a href=\"",
)  # fmt: skip
FEED_PIECES = (
    b"<?xml version='1.0'?>", b"<rss version='2.0'><channel>", b"</channel></rss>", b"<item>", b"</item>", b"<title>",
    b"</title>", b"<guid>g</guid>", b"<link>https://e.com/a</link>", b"<pubDate>Mon, 06 Jan 2020 10:00:00 GMT</pubDate>",
    b"<feed xmlns='http://www.w3.org/2005/Atom'>", b"<entry>", b"</entry>", b"</feed>", b"<id>x</id>", b"<![CDATA[", b"]]>",
    b"<pubDate>99999-99-99</pubDate>", b"&lt;b&gt;", b"&bogus;", b"\xff", b"\x00", b"text", b"<!DOCTYPE x [", b"<description>",
)  # fmt: skip

quick = settings(max_examples=40, deadline=2000, suppress_health_check=[HealthCheck.too_slow])
markup = st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join) | st.binary(max_size=400)
feeds = st.lists(st.sampled_from(FEED_PIECES), max_size=25).map(b"".join) | st.binary(max_size=300)


@quick
@given(body=markup, form=st.sampled_from(FORMS))
def test_any_document_gives_rows_or_one_failure(body: bytes, form: str) -> None:
    document = FilingDocument("320193", "0000320193-25-000001", form, "a.htm", body)
    split = split_filings([document])
    assert split.frame.schema == FILING_TEXT.schema
    assert bool(split.frame.height) != bool(split.failures)
    assert split.frame.select(FILING_TEXT.key).is_unique().all()


@quick
@given(body=feeds)
def test_any_feed_gives_rows_or_malformed(body: bytes) -> None:
    try:
        parsed = parse_feed(body, source="s", cik="1", ticker="T", fetched_at=NOW)
    except InputError:
        return
    assert parsed.frame.schema == NEWS.schema


@quick
@given(body=markup)
def test_any_exhibit_gives_a_row_or_a_failure(body: bytes) -> None:
    found = press_releases([PressReleaseDocument("1", "0000320193-25-000001", "e.htm", "https://e.com/x", body, NOW)])
    assert found.frame.height + len(found.failures) == 1


@quick
@given(text=st.text(max_size=500))
def test_any_text_has_a_score_between_minus_one_and_one(text: str) -> None:
    score, sentences = Scorer(finance_lexicon()).text_score(text)
    assert -1.0 <= score <= 1.0
    assert sentences >= 0


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<div>" * 100_000 + b"tail", id="depth"),
        pytest.param(b"<table><tr><td>x" * 30_000 + b"</td></tr></table>" * 30_000, id="nested tables"),
        pytest.param(b"<p>" + b'<a "' * 300_000, id="open quotes"),
        pytest.param(b"<p>" + b"<!--" * 300_000 + b"tail", id="open comments"),
        pytest.param(b"<p>tail" + b"<script>" * 300_000, id="open scripts"),
        pytest.param(b'<p hidden>tail<p style="display:none">' * 30_000, id="never closed hidden"),
        pytest.param(b"".join(b"<p><x%d hidden>t" % i for i in range(3_000)), id="many unclosed hidden names"),
        pytest.param(b"<p>&#" + b"9" * 100_000 + b";tail", id="endless number"),
        pytest.param(b"Item 1. Business\n\n" * 20_000, id="endless headings"),
        pytest.param(b"Item 1A " * 100_000, id="one endless line"),
        pytest.param(b"a. " * 300_000 + b" " * 300_000, id="endless abbreviations and spaces"),
        pytest.param((b"x\n" + b" " * 200) * 10_000, id="spaces at line starts"),
        pytest.param(b"<p>x<hr>" * 40_000, id="page breaks"),
    ],
)
def test_hostile_documents_end_in_bounded_time(body: bytes) -> None:
    # A bound against quadratic work, not a measurement: honest work on these sizes takes well under a second.
    started = time.monotonic()
    split = split_filings([FilingDocument("1", "0000320193-25-000001", "10-K", "a.htm", body)])
    for text in split.frame["text"]:
        Scorer(finance_lexicon()).text_score(text)
    assert time.monotonic() - started < 20
    assert split.frame.height or split.failures
