"""Feeds: what is an article, what is a problem, and what is no feed at all."""

from datetime import UTC, datetime

import pytest

from sec_assets.errors import MalformedError
from sec_assets.tables import NEWS
from sec_assets.text.news import ParsedFeed, parse_feed

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
DATE = "<pubDate>Fri, 30 May 2025 14:30:00 -0400</pubDate>"


def rss(*items: str) -> bytes:
    return f"<?xml version='1.0' encoding='UTF-8'?><rss version='2.0'><channel><title>t</title>{''.join(items)}</channel></rss>".encode()


def parse(body: bytes, ticker: str = "EXM") -> ParsedFeed:
    return parse_feed(body, source="yahoo_rss", cik="320193", ticker=ticker, fetched_at=NOW)


def item(
    title: str = "Sales rise", guid: str = "g1", link: str = "https://example.com/a", date: str = DATE, more: str = ""
) -> str:
    return f"<item><title>{title}</title><guid>{guid}</guid><link>{link}</link>{date}{more}</item>"


def test_an_article_of_an_rss_feed() -> None:
    parsed = parse(
        rss(item(more="<description>&lt;p&gt;Up &lt;b&gt;5%&lt;/b&gt;&amp;nbsp;today&lt;/p&gt;</description>"))
    )
    assert parsed.problems == []
    assert parsed.frame.schema == NEWS.schema
    row = parsed.frame.row(0, named=True)
    assert row["published_at"] == datetime(2025, 5, 30, 18, 30, tzinfo=UTC)
    assert (row["title"], row["summary"], row["url"]) == ("Sales rise", "Up 5% today", "https://example.com/a")
    assert (row["cik"], row["ticker"], row["source"], row["accession_number"]) == (
        "0000320193",
        "EXM",
        "yahoo_rss",
        None,
    )


def test_an_article_of_an_atom_feed() -> None:
    body = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><entry><id>urn:1</id><title type="html">A &amp;amp; B</title>
    <link href="https://example.com/1"/><updated>2025-05-30T10:00:00Z</updated></entry></feed>"""
    row = parse(body).frame.row(0, named=True)
    assert (row["title"], row["published_at"]) == ("A & B", datetime(2025, 5, 30, 10, tzinfo=UTC))


def test_identity_is_source_and_guid_else_the_link() -> None:
    first, again = parse(rss(item())), parse(rss(item(title="Changed", link="https://example.com/b")))
    assert first.frame["article_id"].to_list() == again.frame["article_id"].to_list()
    other = parse_feed(rss(item()), source="google_rss", cik="320193", ticker="EXM", fetched_at=NOW)
    assert other.frame["article_id"][0] != first.frame["article_id"][0]
    linked = parse(rss(f"<item><title>x</title><link>https://example.com/only</link>{DATE}</item>"))
    assert linked.frame.height == 1


def test_the_same_article_twice_is_one_row() -> None:
    assert parse(rss(item(), item(), item(guid="g2"))).frame.height == 2


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (item(date=""), "no readable publication date"),
        (item(date="<pubDate>yesterday</pubDate>"), "no readable publication date"),
        (item(date="<pubDate>Mon, 02 Jun 2025 10:00:00 GMT</pubDate>"), "after it was fetched"),
        (item(title=""), "no title"),
        (item(title="&lt;script&gt;alert(1)&lt;/script&gt;"), "no title"),
        (f"<item><title>x</title>{DATE}</item>", "neither guid nor link"),
    ],
)
def test_unusable_articles_are_problems_and_the_others_stand(entry: str, reason: str) -> None:
    parsed = parse(rss(entry, item(guid="good")))
    assert parsed.frame["title"].to_list() == ["Sales rise"]
    assert len(parsed.problems) == 1
    assert reason in parsed.problems[0].reason


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("&lt;b&gt;Bold&lt;/b&gt; move", "Bold move"),
        ("A&amp;amp;B &amp;#8217;25", "A&B \u201925"),
        ("x&lt;script&gt;steal()&lt;/script&gt;y", "xy"),
        ("&amp;lt;script&amp;gt;steal()&amp;lt;/script&amp;gt;safe", "safe"),
        ("open &lt;script&gt;steal()", "open"),
        ("pay \u202eelpmaxe\u202c now\u200b!", "pay elpmaxe now!"),
        ("two\n   lines\t here", "two lines here"),
        ("5 &lt; 6 &gt; 4", "5 < 6 > 4"),
    ],
)
def test_titles_are_plain_text(title: str, shown: str) -> None:
    assert parse(rss(item(title=title))).frame["title"].to_list() == [shown]


def test_long_titles_and_summaries_are_cut() -> None:
    row = parse(rss(item(title="t" * 9000, more=f"<description>{'s ' * 9000}</description>"))).frame.row(0, named=True)
    assert len(row["title"]) == 500
    assert row["title"].endswith("\u2026")
    assert len(row["summary"]) <= 2000


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "data:text/html,x", "ftp://example.com/x", "//example.com/x", "https://", "http://a b/c"],
)
def test_only_web_addresses_are_kept(link: str) -> None:
    assert parse(rss(item(link=link))).frame["url"].to_list() == [None]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  \n",
        b"<html><head><title>Too Many Requests</title></head><body><p>429</p></body></html>",
        b"Too Many Requests",
        b'{"error": "limit"}',
        b"\x1f\x8b\x08\x00garbage",
        b"http://127.0.0.1:9/feed.xml",
        b"/etc/hostname",
        b"<?xml version='1.0'?><!DOCTYPE r [<!ENTITY a 'x'>]><rss version='2.0'><channel><item><title>&a;</title></item></channel></rss>",
        rss() + b" " * 5_000_001,
    ],
)
def test_what_is_no_feed_is_an_error_and_not_an_empty_list(body: bytes) -> None:
    with pytest.raises(MalformedError, match="yahoo_rss"):
        parse(body)


def test_a_feed_without_articles_is_empty() -> None:
    assert parse(rss()).frame.is_empty()


def test_a_truncated_feed_gives_what_is_there_and_says_so() -> None:
    body = rss(item(), item(guid="g2"))[:-60]
    parsed = parse(body)
    assert parsed.frame.height >= 1
    assert any("damaged" in problem.reason for problem in parsed.problems)
