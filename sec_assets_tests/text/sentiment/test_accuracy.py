"""Accuracy on sentences people have labelled, against VADER as it comes. The floors may rise, never fall."""

import csv
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from sec_assets.text.sentiment import Scorer, finance_lexicon
from sec_assets.text.sentiment.score import label_of

Labelled = list[tuple[str, str]]


def phrasebank(name: str) -> Callable[[Path], Iterator[tuple[str, str]]]:
    def read(folder: Path) -> Iterator[tuple[str, str]]:
        for line in (folder / f"financial_phrasebank/Sentences_{name}.txt").read_text("iso-8859-1").splitlines():
            sentence, _, label = line.rpartition("@")
            yield sentence, label.strip()

    return read


def headlines(folder: Path) -> Iterator[tuple[str, str]]:
    """Headlines whose entities all have the same label."""
    with (folder / "sentfin/SEntFiN.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            labels = set(re.findall(r": '(negative|neutral|positive)'", row["Decisions"]))
            if len(labels) == 1:
                yield row["Title"], labels.pop()


def posts(folder: Path) -> Iterator[tuple[str, str]]:
    """Mean score over the aspects of a sentence, neutral within ±0.1."""
    for path in sorted((folder / "fiqa2018").glob("*.json")):
        for entry in json.loads(path.read_text(encoding="utf-8")).values():
            scores = [float(info["sentiment_score"]) for info in entry["info"]]
            mean = sum(scores) / len(scores)
            yield entry["sentence"], "positive" if mean > 0.1 else "negative" if mean < -0.1 else "neutral"


def quality(labelled: Labelled, classify: Callable[[str], str]) -> tuple[float, float]:
    """Return accuracy and macro-F1."""
    pairs = [(label, classify(sentence)) for sentence, label in labelled]
    f1 = 0.0
    for name in ("negative", "neutral", "positive"):
        both = sum(a == b == name for a, b in pairs)
        f1 += 2 * both / (sum(a == name for a, _ in pairs) + sum(b == name for _, b in pairs)) / 3
    return sum(a == b for a, b in pairs) / len(pairs), f1


@pytest.mark.parametrize(
    ("read", "accuracy", "macro_f1"),
    [
        pytest.param(phrasebank("AllAgree"), 0.915, 0.900, id="phrasebank, all agree"),
        pytest.param(phrasebank("50Agree"), 0.800, 0.782, id="phrasebank, half agree"),
        pytest.param(headlines, 0.787, 0.790, id="headlines"),
        pytest.param(posts, 0.555, 0.510, id="posts"),
    ],
)
def test_accuracy_on_labelled_sentences(
    evidence: Path, read: Callable[[Path], Iterator[tuple[str, str]]], accuracy: float, macro_f1: float
) -> None:
    labelled = list(read(evidence / "sentiment"))
    scorer = Scorer(finance_lexicon())
    ours = quality(labelled, lambda sentence: label_of(scorer.text_score(sentence)[0]))
    assert ours[0] >= accuracy
    assert ours[1] >= macro_f1


def test_our_words_beat_vaders_own(evidence: Path) -> None:
    labelled = list(phrasebank("AllAgree")(evidence / "sentiment"))
    scorer, vader = Scorer(finance_lexicon()), SentimentIntensityAnalyzer()
    ours = quality(labelled, lambda sentence: label_of(scorer.text_score(sentence)[0]))
    stock = quality(labelled, lambda sentence: label_of(vader.polarity_scores(sentence)["compound"]))
    assert ours[0] - stock[0] > 0.3
