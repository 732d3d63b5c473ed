"""News: headlines from feeds, and press releases furnished with 8-K and 6-K filings."""

from sec_assets.text.news.feed import FeedProblem, ParsedFeed, parse_feed
from sec_assets.text.news.merge import merge_known
from sec_assets.text.news.press_releases import PressReleaseDocument, PressReleases, press_releases
from sec_assets.text.news.sources import FeedQuery, FeedSource, google_rss, sample, yahoo_rss

__all__ = [
    "FeedProblem", "FeedQuery", "FeedSource", "ParsedFeed", "PressReleaseDocument", "PressReleases", "google_rss",
    "merge_known", "parse_feed", "press_releases", "sample", "yahoo_rss",
]  # fmt: skip
