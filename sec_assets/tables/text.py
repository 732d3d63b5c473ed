"""Tables of the group `text`: items of filings, news, and how both sound."""

import polars as pl

from sec_assets.tables.edgar import ACCEPTED_AT, ACCESSION, CIK, FILED, FORM
from sec_assets.tables.model import UTC_INSTANT, Column, Table

FILING_TEXT = Table(
    "filing_text",
    "Items of 10-K, 10-Q, 8-K and 20-F as plain text.",
    ("cik", "accession_number", "item"),
    (
        CIK,
        ACCESSION,
        Column(
            "item",
            pl.String,
            "item code, e.g. 1A, 7, part2.1A, 2.02; 'document' when no items were found",
            required=True,
        ),
        Column("title", pl.String, "heading as filed"),
        Column("text", pl.String, "plain text of the item", required=True),
        Column("n_words", pl.Int32, "words in text", "words", required=True),
        Column("ordinal", pl.Int32, "position in the document", required=True),
        Column("document", pl.String, "file name of the document", required=True),
        FORM,
        FILED,
        ACCEPTED_AT,
    ),
)

NEWS = Table(
    "news",
    "Headlines from feeds, and press releases furnished with 8-K filings.",
    ("cik", "article_id"),
    (
        CIK,
        Column(
            "article_id",
            pl.String,
            "stable identifier: hash of source and guid, or accession number and file",
            required=True,
        ),
        Column("published_at", UTC_INSTANT, "publication; acceptance for press releases", "UTC", required=True),
        Column("source", pl.String, "feed name, or press_release", required=True),
        Column("ticker", pl.String, "ticker the feed was asked for"),
        Column("title", pl.String, "headline, plain text", required=True),
        Column("summary", pl.String, "summary or opening of the text, plain text"),
        Column("url", pl.String, "http or https address"),
        Column("accession_number", pl.String, "filing a press release came with"),
    ),
)

SENTIMENT = Table(
    "sentiment",
    "One score per article and per filing item.",
    ("cik", "document_id"),
    (
        CIK,
        Column("document_id", pl.String, "article_id, or accession_number#item", required=True),
        Column("document_kind", pl.String, "news, press_release or filing_item", required=True),
        Column("accession_number", pl.String, "filing, where there is one"),
        Column("item", pl.String, "item of the filing"),
        Column("published_at", UTC_INSTANT, "when the document became public", "UTC", required=True),
        Column("score", pl.Float64, "−1 (negative) to 1 (positive)", required=True),
        Column("label", pl.String, "negative, neutral or positive", required=True),
        Column("n_sentences", pl.Int32, "sentences scored", "sentences", required=True),
        Column("scorer", pl.String, "name of the scorer", required=True),
        Column("scorer_version", pl.String, "version of engine and lexicon", required=True),
    ),
)
