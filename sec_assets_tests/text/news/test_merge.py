"""Known news brought up to date."""

from datetime import UTC, datetime

import polars as pl

from sec_assets.tables import NEWS
from sec_assets.text.news import merge_known


def row(
    article_id: str, title: str = "t", ticker: str | None = "AAA", day: int = 1, **more: object
) -> dict[str, object]:
    return {"cik": "0000000001", "article_id": article_id, "published_at": datetime(2025, 1, day, tzinfo=UTC), "source": "s",
            "ticker": ticker, "title": title, **more}  # fmt: skip


def test_articles_the_feed_forgot_stay_and_new_ones_come() -> None:
    merged = merge_known(NEWS.frame([row("a"), row("b")]), NEWS.frame([row("b"), row("c")]))
    assert merged["article_id"].to_list() == ["a", "b", "c"]
    assert merged.schema == NEWS.schema


def test_an_article_seen_again_takes_the_new_words_and_keeps_ticker_and_first_publication() -> None:
    old = NEWS.frame([row("a", title="old", ticker="AAA", day=1, url="https://e.com/old", summary="s")])
    new = NEWS.frame([row("a", title="new", ticker="BBB", day=5)])
    known = merge_known(old, new).row(0, named=True)
    assert (known["title"], known["url"], known["summary"]) == ("new", None, None)
    assert (known["ticker"], known["published_at"].day) == ("AAA", 1)


def test_a_story_under_two_tickers_of_one_company_counts_once_whatever_the_order() -> None:
    rows = [row("a", ticker="BRK-B", title="x"), row("a", ticker="BRK-A", title="x"), row("b")]
    one = merge_known(NEWS.frame(), NEWS.frame(rows))
    other = merge_known(NEWS.frame(), NEWS.frame(rows[::-1]))
    assert one.equals(other)
    assert one.filter(pl.col("article_id") == "a")["ticker"].to_list() == ["BRK-A"]


def test_merging_again_changes_nothing() -> None:
    new = NEWS.frame([row("a"), row("b", ticker=None)])
    once = merge_known(NEWS.frame(), new)
    assert merge_known(once, new).equals(once)
    assert merge_known(once, NEWS.frame()).equals(once)
