"""One sentence to one number: VADER's rules on our words, with directions read together with what moves.

VADER (Hutto and Gilbert, 2014) gives boosters, negation over three words, contrast by "but" and the normalisation
x / √(x² + 15). Finance adds: a fixed phrase counts as one word, and "rose", "fell", "lower" take their sign from the
measure beside them (profit, costs). Words are looked up once per neighbourhood and remembered, which makes long filings
fast. Splitting texts and averaging is `score`.
"""

import re
from collections import defaultdict
from functools import lru_cache

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer, SentiText, normalize

from sec_assets.text.sentiment.lexicon import Lexicon

_TOKEN = re.compile(r"[A-Za-z][A-Za-z&'’-]*|\d[\d.,]*|%|,|;")
_BACK = 14
_AHEAD = 4
_MEASURED = 2.0
_BREAKS = frozenset({";"})
_LINKS = frozenset({"in", "of", "on", "for", "the", "its", "our", "their", "a", "an", "total", "overall", "and"})
_COMPARERS = frozenset({"compared", "versus", "vs", "against"})
_SCALES = {"thousand": 1e3, "million": 1e6, "mn": 1e6, "mln": 1e6, "m": 1e6, "billion": 1e9, "bn": 1e9, "bln": 1e9}
_REACH = 12
_OUTCOMES = {"profit": 1.0, "profits": 1.0, "earnings": 1.0, "income": 1.0, "loss": -1.0, "losses": -1.0}
START = "^"
_REMEMBERED = 200_000


class _Tokens(SentiText):
    """What VADER's rules ask of a text: its words, and that capitals carry no emphasis (headlines shout)."""

    def __init__(self, words: list[str]) -> None:
        self.words_and_emoticons = words
        self.is_cap_diff = False


class Engine:
    """Scores single sentences with one lexicon; safe to share between threads."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._rules = SentimentIntensityAnalyzer()
        values = {*lexicon.words.values(), *lexicon.directions.values(), _MEASURED, -_MEASURED}
        self._rules.lexicon = {**lexicon.words, **{_key(value): value for value in values}}
        self._first: dict[str, list[tuple[tuple[str, ...], float]]] = defaultdict(list)
        for phrase, valence in sorted(lexicon.phrases.items(), key=lambda item: -len(item[0])):
            self._first[phrase[0]].append((phrase, valence))
        self._valence = lru_cache(maxsize=_REMEMBERED)(self._apply_rules)

    def compound(self, sentence: str) -> float:
        """Return the tone of a sentence from −1 to 1; 0 where no word of the lexicon stands."""
        words = [START, *_TOKEN.findall(sentence.lower().replace("’", "'"))]
        fixed = self._phrases(words)
        total = {i: value for i, value in fixed.items() if value}
        lexicon = self._lexicon
        for i, word in enumerate(words):
            if i in fixed:
                continue
            if word in lexicon.directions:
                own: float | None = self._direction(words, i, fixed)
            else:
                own = lexicon.words.get(word)
            if own:
                around = (*words[max(0, i - 3) : i], _key(own), *words[i + 1 : i + 3])
                total[i] = self._valence(around, min(i, 3))
        if not any(word in lexicon.directions for word in words):
            total.update(self._comparison(words, fixed))
        total.update(_turn(words))
        return normalize(_contrast(words, total)) if total else 0.0

    def _phrases(self, words: list[str]) -> dict[int, float]:
        """Return position → valence of words taken up by phrases; the valence stands at the last word."""
        taken: dict[int, float] = {}
        for i, word in enumerate(words):
            if i in taken:
                continue
            for phrase, valence in self._first.get(word, ()):
                if tuple(words[i : i + len(phrase)]) == phrase:
                    taken.update(dict.fromkeys(range(i, i + len(phrase)), 0.0))
                    taken[i + len(phrase) - 1] = valence
                    break
        return taken

    def _direction(self, words: list[str], i: int, fixed: dict[int, float]) -> float:
        """Return the valence of a direction word: its sign times that of what moves, or its own."""
        own = self._lexicon.directions[words[i]]
        measure = self._measure_after(words, i) or self._measure_before(words, i, fixed)
        if not measure:
            return own
        return _MEASURED * measure * (1.0 if own > 0 else -1.0)

    def _measure_after(self, words: list[str], i: int) -> float:
        for word in words[i + 1 : i + 1 + _AHEAD]:
            if word in self._lexicon.measures:
                return self._lexicon.measures[word]
            if word not in _LINKS and not word.endswith(("ing", "al", "ed")):
                return 0.0
        return 0.0

    def _measure_before(self, words: list[str], i: int, fixed: dict[int, float]) -> float:
        for j in range(i - 1, max(-1, i - 1 - _BACK), -1):
            if words[j] in _BREAKS:
                return 0.0
            if j not in fixed and words[j] in self._lexicon.measures:
                return self._lexicon.measures[words[j]]
        return 0.0

    def _comparison(self, words: list[str], fixed: dict[int, float]) -> dict[int, float]:
        """Read "5.2 million, compared with 4.8 million" as a rise of the measure before it."""
        for i, word in enumerate(words):
            if word in _COMPARERS:
                now = _amount(words, range(i - 1, max(0, i - _REACH), -1))
                then = _amount(words, range(i + 1, min(len(words), i + _REACH)))
                if now is None or then is None or now == then:
                    continue
                measure = self._measure_before(words, i, fixed)
                return {i: _MEASURED * measure * (1.0 if now > then else -1.0)} if measure else {}
        return {}

    def _apply_rules(self, around: tuple[str, ...], place: int) -> float:
        """VADER's boosters, negations and idioms for the word at `place` among its neighbours."""
        return float(self._rules.sentiment_valence(0.0, _Tokens(list(around)), around[place], place, [])[0])


def _turn(words: list[str]) -> dict[int, float]:
    """Read "a loss of 3, compared with a profit of 7" as bad whatever the figures, and the reverse as good."""
    for i, word in enumerate(words):
        if word in _COMPARERS or word == "from":
            before = [w for w in words[:i] if w in _OUTCOMES]
            after = [w for w in words[i + 1 : i + _AHEAD + 4] if w in _OUTCOMES]
            if before and after and _OUTCOMES[before[-1]] != _OUTCOMES[after[0]]:
                return {i: 2 * _MEASURED * _OUTCOMES[before[-1]]}
    return {}


def _amount(words: list[str], places: range) -> float | None:
    """Return the nearest number that is no year, scaled by the word behind it."""
    for j in places:
        text = words[j].rstrip(".,").replace(",", "")
        if text[:1].isdigit() and text.count(".") <= 1 and not (text.isdigit() and 1900 < int(text) < 2100):
            return float(text) * _SCALES.get(words[j + 1] if j + 1 < len(words) else "", 1.0)
    return None


def _key(valence: float) -> str:
    """A word of the given valence that no text contains."""
    return f"\x02{valence:+.2f}"


def _contrast(words: list[str], valences: dict[int, float]) -> float:
    """Sum, with what stands before the first "but" halved and what follows raised by half."""
    if "but" not in words:
        return sum(valences.values())
    turn = words.index("but")
    return sum(value * (0.5 if i < turn else 1.5) for i, value in valences.items())
