"""Documents become rows of SENTIMENT."""

from datetime import UTC, datetime

import polars as pl
import pytest

from sec_assets.tables import SENTIMENT
from sec_assets.text.sentiment import Scorer, finance_lexicon, score

COLUMNS = {
    "document_id": pl.String, "cik": pl.String, "document_kind": pl.String, "accession_number": pl.String, "item": pl.String,
    "published_at": pl.Datetime("us", "UTC"), "text": pl.String,
}  # fmt: skip


def documents(*texts: str | None) -> pl.DataFrame:
    at = datetime(2025, 1, 1, tzinfo=UTC)
    rows = [(f"d{i}", "0000000001", "news", None, None, at, text) for i, text in enumerate(texts)]
    return pl.DataFrame(rows, schema=COLUMNS, orient="row")


def test_each_document_has_one_row() -> None:
    scored = score(documents("Profit rose. The office is blue.", "Profit fell.", "The office is blue.", "", None))
    assert scored.schema == SENTIMENT.schema
    assert scored["label"].to_list() == ["positive", "negative", "neutral", "neutral", "neutral"]
    assert scored["n_sentences"].to_list() == [2, 1, 1, 0, 0]
    assert scored["scorer"].unique().to_list() == ["vader-finance"]
    assert scored["scorer_version"].n_unique() == 1


def test_the_score_is_the_mean_over_sentences() -> None:
    scorer = Scorer(finance_lexicon())
    alone, _ = scorer.text_score("Profit rose.")
    assert scorer.text_score("Profit rose. The office is blue.") == (pytest.approx(alone / 2), 2)


def test_no_documents_give_an_empty_frame_and_scores_repeat() -> None:
    assert score(documents()).schema == SENTIMENT.schema
    assert score(documents("Profit rose.")).equals(score(documents("Profit rose.")))
