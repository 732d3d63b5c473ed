"""The words the scorer knows: our own finance lexicon, or a list the user has a licence for.

`lexicon.csv` has one entry a line: `word` and `phrase` carry a valence (−4 to 4; a phrase of 0 takes its words out of
play, as in "stop loss"), `up` and `down` are directions whose meaning depends on what moves, `good` and `bad` are the
measures that move (more profit is good, more debt is bad). VADER's own word list is not used: it reads liability, tax,
gross, vice, share, interest and fine as feelings, and costs accuracy on financial text. How entries combine is `engine`.
"""

import csv
import gzip
import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from sec_assets.errors import SettingError

_KINDS = ("word", "phrase", "up", "down", "good", "bad")
_LICENSED_STRENGTH = 2.0
_MAX_BYTES = 50_000_000


@dataclass(frozen=True)
class Lexicon:
    """Valences and roles of lower-case words and phrases; `version` changes whenever any of them does."""

    name: str
    words: Mapping[str, float]
    phrases: Mapping[tuple[str, ...], float]
    directions: Mapping[str, float]
    measures: Mapping[str, float]
    version: str


def finance_lexicon() -> Lexicon:
    """Return our own finance lexicon."""
    return _build("vader-finance", {})


def load_lexicon(path: Path) -> Lexicon:
    """Return a lexicon whose words come from a Loughran-McDonald master dictionary (CSV, or gzipped CSV).

    A word counts as negative (positive) when its column `Negative` (`Positive`) is not zero; entries are the year of
    inclusion, negative years mark words taken out again. Directions, measures and phrases stay ours. Columns: LM master
    dictionary, https://sraf.nd.edu/loughranmcdonald-master-dictionary/.

    Raises:
        SettingError: not readable, or without the columns Word, Negative and Positive, or without any such word.
    """
    try:
        body = path.read_bytes()
        text = (gzip.decompress(body) if path.suffix == ".gz" else body).decode("utf-8-sig", errors="replace")
    except (OSError, EOFError) as error:
        raise SettingError(f"SEC_ASSETS_LEXICON={str(path)!r} cannot be read: {error}") from error
    if len(text) > _MAX_BYTES:
        raise SettingError(f"SEC_ASSETS_LEXICON={str(path)!r} has {len(text)} characters; the limit is {_MAX_BYTES}")
    rows = csv.DictReader(io.StringIO(text))
    columns = {name.strip().lower(): name for name in rows.fieldnames or [] if name}
    if not {"word", "negative", "positive"} <= set(columns):
        raise SettingError(
            f"SEC_ASSETS_LEXICON={str(path)!r}: expected columns Word, Negative and Positive, found {rows.fieldnames}"
        )
    words: dict[str, float] = {}
    for row in rows:
        sign = _flag(row[columns["positive"]]) - _flag(row[columns["negative"]])
        if sign:
            words[str(row[columns["word"]]).strip().lower()] = sign * _LICENSED_STRENGTH
    if not words:
        raise SettingError(f"SEC_ASSETS_LEXICON={str(path)!r}: no word is marked negative or positive")
    return _build("vader-loughran-mcdonald", words)


def _flag(value: str | None) -> int:
    try:
        return int(float(value or 0) > 0)
    except ValueError:
        return 0


def _build(name: str, licensed: Mapping[str, float]) -> Lexicon:
    entries = list(_entries())
    directions = {term: valence for term, kind, valence in entries if kind in ("up", "down")}
    words = dict(licensed) or {term: valence for term, kind, valence in entries if kind == "word"}
    words = {term: valence for term, valence in words.items() if term not in directions}
    return Lexicon(
        name=name,
        words=words,
        phrases={tuple(term.split()): valence for term, kind, valence in entries if kind == "phrase"},
        directions=directions,
        measures={term: 1.0 if kind == "good" else -1.0 for term, kind, _ in entries if kind in ("good", "bad")},
        version=_digest(entries, words),
    )


def _entries() -> Iterator[tuple[str, str, float]]:
    text = resources.files("sec_assets.text.sentiment").joinpath("lexicon.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(io.StringIO(text)):
        if row["kind"] not in _KINDS:
            raise SettingError(f"lexicon.csv: kind {row['kind']!r} of {row['term']!r}: allowed are {', '.join(_KINDS)}")
        yield row["term"], row["kind"], float(row["valence"])


def _digest(entries: list[tuple[str, str, float]], words: Mapping[str, float]) -> str:
    digest = hashlib.sha256()
    for item in (*entries, *sorted(words.items())):
        digest.update(repr(item).encode())
    return digest.hexdigest()[:12]
