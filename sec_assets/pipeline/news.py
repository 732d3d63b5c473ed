"""Headlines of feeds and press releases of filings, merged with the articles already known."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime

import polars as pl

from sec_assets.errors import AbsentError, CorruptError, InputError, SecAssetsError
from sec_assets.pipeline.outcome import Outcome, Store, in_words
from sec_assets.settings import Settings
from sec_assets.tables import ARTIFACTS, NEWS, TICKER_MAP
from sec_assets.text.news.merge import merge_known
from sec_assets.text.news.press_releases import PressReleaseDocument, press_releases
from sec_assets.text.news.sources import FeedQuery, FeedSource, google_rss, sample, yahoo_rss

_FEEDS = {"sample": sample, "yahoo_rss": yahoo_rss, "google_rss": google_rss}


@contextmanager
def open_feeds(settings: Settings) -> Iterator[list[FeedSource]]:
    """Open the feeds among the news sources of the settings, and close their connections at the end."""
    with ExitStack() as stack:
        feeds = [_FEEDS[name]() for name in settings.news_sources if name in _FEEDS]
        for feed in feeds:
            stack.callback(feed.close)
        yield feeds


def news_companies(
    store: Store, feeds: Sequence[FeedSource], ciks: Sequence[str], *, with_releases: bool, now: datetime
) -> Iterator[Outcome]:
    """Yield one outcome per company: all articles ever seen of it.

    Raises:
        OutageError: a feed cannot be reached or refuses requests; companies before are done.
    """
    tickers = store.lake.read(TICKER_MAP).filter(pl.col("cik").is_in(list(ciks)))
    for cik in ciks:
        try:
            known = store.lake.read(NEWS, cik=cik)
            releases, problems = _releases(store, cik) if with_releases else (NEWS.frame(), [])
        except CorruptError as error:
            yield Outcome([cik], failed={cik: str(error)})
            continue
        articles, complaints = _headlines(feeds, tickers.filter(pl.col("cik") == cik), now)
        problems += complaints
        frame = merge_known(known, pl.concat([*articles, releases]))
        yield Outcome(
            [cik],
            frame=frame,
            partial={cik: in_words(problems, "problems", "problem")} if problems else {},
            notes={cik: "no source has news of it"},
        )


def _headlines(
    feeds: Sequence[FeedSource], tickers: pl.DataFrame, now: datetime
) -> tuple[list[pl.DataFrame], list[str]]:
    frames: list[pl.DataFrame] = []
    problems: list[str] = []
    for feed in feeds:
        for row in tickers.iter_rows(named=True):
            try:
                parsed = feed.articles(FeedQuery(row["cik"], row["ticker"], row["name"]), fetched_at=now)
            except AbsentError:
                continue  # a company nobody writes about is no failure; the outcome's note says so
            except InputError as error:
                problems.append(f"{feed.name}, {row['ticker']}: {error}")
                continue
            frames.append(parsed.frame)
            problems += [
                f"{feed.name}, {row['ticker']}, {problem.article}: {problem.reason}" for problem in parsed.problems
            ]
    return frames, problems


def _releases(store: Store, cik: str) -> tuple[pl.DataFrame, list[str]]:
    """Read the EX-99 exhibits of 8-K and 6-K filings that lie in the store."""
    artifacts = store.lake.read(ARTIFACTS, cik=cik)
    furnished = artifacts.filter(
        (pl.col("status") == "stored") & (pl.col("kind") == "exhibit") & pl.col("form").str.contains(r"^(8-K|6-K)")
    )
    exhibits: list[PressReleaseDocument] = []
    problems: list[str] = []
    for row in furnished.iter_rows(named=True):
        try:
            body = store.documents.read(row["path"])
        except SecAssetsError as error:
            problems.append(f"{row['accession_number']}/{row['name']}: {error}")
            continue
        exhibits.append(
            PressReleaseDocument(
                cik=cik, accession_number=row["accession_number"], name=row["name"], url=row["url"], body=body,
                accepted_at=row["accepted_at"], document_type=row["document_type"] or "EX-99",
            )
        )  # fmt: skip
    read = press_releases(exhibits)
    problems += [f"{failure.accession_number}/{failure.name}: {failure.reason}" for failure in read.failures]
    return read.frame, problems
