"""How a text sounds: sentence by sentence with VADER's rules and a finance lexicon, no model and no network."""

from sec_assets.text.sentiment.lexicon import Lexicon, finance_lexicon, load_lexicon
from sec_assets.text.sentiment.score import Scorer, score

__all__ = ["Lexicon", "Scorer", "finance_lexicon", "load_lexicon", "score"]
