"""Documents to rows of table SENTIMENT.

The score of a document is the mean over its sentences; a document without sentences is neutral. The label follows
VADER's convention of ±0.05. Which documents are scored (news, press releases, items) is the caller's choice.
"""

from functools import cached_property
from pathlib import Path

import polars as pl

from sec_assets.tables import SENTIMENT
from sec_assets.text.sentiment.engine import Engine
from sec_assets.text.sentiment.lexicon import Lexicon, finance_lexicon, load_lexicon
from sec_assets.text.sentiment.sentences import split_sentences

THRESHOLD = 0.05
_ENGINE_VERSION = 1


class Scorer:
    """Scores texts with one lexicon; building it once and keeping it saves loading the words again."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon

    @classmethod
    def from_path(cls, path: Path | None) -> "Scorer":
        """Return a scorer on the list at `path` (Loughran-McDonald), or on our own without one.

        Raises:
            SettingError: the list cannot be used.
        """
        return cls(load_lexicon(path) if path else finance_lexicon())

    @property
    def version(self) -> str:
        """Version of engine and lexicon: changes whenever scores may change."""
        return f"{_ENGINE_VERSION}-{self.lexicon.version}"

    @cached_property
    def _engine(self) -> Engine:
        return Engine(self.lexicon)

    def text_score(self, text: str) -> tuple[float, int]:
        """Return (score from −1 to 1, number of sentences) of a text."""
        sentences = split_sentences(text)
        if not sentences:
            return 0.0, 0
        compound = self._engine.compound
        return sum(map(compound, sentences)) / len(sentences), len(sentences)


def label_of(score: float) -> str:
    """Return positive, negative or neutral."""
    if score >= THRESHOLD:
        return "positive"
    return "negative" if score <= -THRESHOLD else "neutral"


def score(documents: pl.DataFrame, scorer: Scorer | None = None) -> pl.DataFrame:
    """Score every document.

    Args:
        documents: document_id, cik, document_kind, accession_number, item, published_at (UTC), text.
        scorer: our own finance lexicon by default.

    Returns:
        One row of table SENTIMENT per document; a null text counts as an empty one.
    """
    scorer = scorer or Scorer(finance_lexicon())
    results = [scorer.text_score(text or "") for text in documents["text"]]
    scores = [value for value, _ in results]
    scored = documents.drop("text").with_columns(
        pl.Series("score", scores, dtype=pl.Float64),
        pl.Series("label", [label_of(value) for value in scores], dtype=pl.String),
        pl.Series("n_sentences", [count for _, count in results], dtype=pl.Int32),
        pl.lit(scorer.lexicon.name).alias("scorer"),
        pl.lit(scorer.version).alias("scorer_version"),
    )
    return SENTIMENT.conform(scored)
