"""The tone of single sentences of business prose."""

import pytest

from sec_assets.text.sentiment.engine import Engine
from sec_assets.text.sentiment.lexicon import finance_lexicon


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(finance_lexicon())


@pytest.mark.parametrize(
    "sentence",
    [
        "Net profit rose 12% in the quarter.",
        "Costs fell sharply.",
        "Lower expenses helped the segment.",
        "The loss narrowed to $3 million.",
        "Revenue was $5.2 billion, compared with $4.8 billion a year ago.",
        "A profit of $2 million, compared with a loss of $9 million.",
        "Results were better than expected.",
        "Demand is strong.",
        "Sales did not fall.",
    ],
)
def test_good_news(engine: Engine, sentence: str) -> None:
    assert engine.compound(sentence) > 0.05


@pytest.mark.parametrize(
    "sentence",
    [
        "Net profit fell 12% in the quarter.",
        "Operating expenses increased by $40 million.",
        "Higher costs weighed on the segment.",
        "The net loss widened.",
        "Revenue was $4.8 billion, compared with $5.2 billion a year ago.",
        "A loss of $9 million, compared with a profit of $2 million.",
        "There is substantial doubt about our ability to continue as a going concern.",
        "We identified a material weakness.",
        "Demand is not strong.",
    ],
)
def test_bad_news(engine: Engine, sentence: str) -> None:
    assert engine.compound(sentence) < -0.05


@pytest.mark.parametrize(
    "sentence",
    [
        "",
        "The Company records a liability for income taxes, gross.",
        "The Vice President holds shares and has no interest in the trust.",
        "Cost of sales includes the following.",
        "Interest rates and fine art are matters of credit.",
        "The share capital increase was registered.",
        "Revenue in 2023 compared with 2022 is shown below.",
    ],
)
def test_words_that_only_sound_like_feelings_are_neutral(engine: Engine, sentence: str) -> None:
    assert engine.compound(sentence) == 0.0


def test_boosters_negation_and_contrast_follow_vader(engine: Engine) -> None:
    plain = engine.compound("Demand is strong.")
    assert engine.compound("Demand is very strong.") > plain > engine.compound("Demand is somewhat strong.") > 0
    weighed = engine.compound("Demand is strong but margins are weak.")
    assert weighed < engine.compound("Demand is strong and margins are weak.")


def test_capitals_carry_no_emphasis(engine: Engine) -> None:
    assert engine.compound("DEMAND IS STRONG") == engine.compound("Demand is strong")
