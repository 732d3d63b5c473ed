"""Texts of one company to sentiment scores. Runs in a worker and writes its own partition."""

from functools import lru_cache
from pathlib import Path

import polars as pl

from sec_assets.errors import CorruptError
from sec_assets.pipeline.outcome import Outcome, Store
from sec_assets.tables import FILING_TEXT, NEWS, SENTIMENT
from sec_assets.text.sentiment.score import Scorer, score

_COLUMNS = ("document_id", "cik", "document_kind", "accession_number", "item", "published_at", "text")


def score_company(store: Store, cik: str, *, lexicon: Path | None = None) -> Outcome:
    """Score every article and every filing item of a company and write its partition of `sentiment`.

    Items of filings without a known acceptance are dated by the end of their filing day in New York, when they were
    public for certain.
    """
    try:
        items, articles = store.lake.read(FILING_TEXT, cik=cik), store.lake.read(NEWS, cik=cik)
    except CorruptError as error:
        return Outcome([cik], failed={cik: str(error)})
    documents = pl.concat([_of_items(items), _of_news(articles)])
    scored = score(documents, _scorer(lexicon))
    return Outcome(
        [cik],
        written={cik: store.lake.write(SENTIMENT, scored, cik=cik)},
        notes={} if documents.height else {cik: "there are no texts of it"},
    )


@lru_cache(maxsize=2)
def _scorer(lexicon: Path | None) -> Scorer:
    """Loading the words takes longer than scoring a company: once per process."""
    return Scorer.from_path(lexicon)


def _of_items(items: pl.DataFrame) -> pl.DataFrame:
    day_end = pl.col("filed").cast(pl.Datetime("us")).dt.offset_by("1d").dt.replace_time_zone("America/New_York")
    return items.with_columns(
        document_id=pl.col("accession_number") + "#" + pl.col("item"),
        document_kind=pl.lit("filing_item"),
        published_at=pl.coalesce("accepted_at", day_end.dt.convert_time_zone("UTC").dt.offset_by("-1us")),
    ).select(_COLUMNS)


def _of_news(articles: pl.DataFrame) -> pl.DataFrame:
    is_release = pl.col("source") == "press_release"
    return articles.with_columns(
        document_id=pl.col("article_id"),
        document_kind=pl.when(is_release).then(pl.lit("press_release")).otherwise(pl.lit("news")),
        item=pl.lit(None, dtype=pl.String),
        text=pl.concat_str("title", "summary", separator="\n\n", ignore_nulls=True),
    ).select(_COLUMNS)
