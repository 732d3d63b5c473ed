"""Our lexicon holds together, and a licensed list takes the place of its words."""

import gzip
from pathlib import Path

import pytest

from sec_assets.errors import SettingError
from sec_assets.text.sentiment import Scorer, finance_lexicon, load_lexicon

MASTER = "Word,Seq_num,Negative,Positive,Uncertainty\nABYSMAL,1,2009,0,0\nSPLENDID,2,0,2009,0\nREMOVED,3,-2020,0,0\nTABLE,4,0,0,0\n"


def test_terms_are_lower_case_bounded_and_play_one_part() -> None:
    lexicon = finance_lexicon()
    assert len(lexicon.words) > 500
    assert all(word == word.lower().strip() and abs(value) <= 4 for word, value in lexicon.words.items())
    assert not set(lexicon.words) & set(lexicon.directions)
    assert all(len(phrase) > 1 or value == 0 for phrase, value in lexicon.phrases.items())
    assert {"liability", "tax", "gross", "cost", "vice", "share", "interest", "fine"}.isdisjoint(lexicon.words)


@pytest.mark.parametrize("packed", [False, True])
def test_a_master_dictionary_gives_the_words(tmp_path: Path, packed: bool) -> None:
    path = tmp_path / ("lm.csv.gz" if packed else "lm.csv")
    path.write_bytes(gzip.compress(MASTER.encode()) if packed else MASTER.encode())
    lexicon = load_lexicon(path)
    assert dict(lexicon.words) == {"abysmal": -2.0, "splendid": 2.0}
    assert lexicon.name == "vader-loughran-mcdonald"
    scorer = Scorer.from_path(path)
    assert scorer.text_score("An abysmal year.")[0] < 0 < scorer.text_score("Net profit rose.")[0]
    assert scorer.version != Scorer.from_path(None).version


def test_versions_name_their_contents(tmp_path: Path) -> None:
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text(MASTER)
    two.write_text(MASTER.replace("SPLENDID", "SUBLIME"))
    assert load_lexicon(one).version == load_lexicon(one).version
    assert load_lexicon(one).version != load_lexicon(two).version


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"term,score\ngood,1\n", "expected columns"),
        (b"", "expected columns"),
        (b"Word,Negative,Positive\nTABLE,0,x\n", "no word"),
        (b"\x00\xff\x00", "expected columns"),
    ],
)
def test_an_unusable_list_is_named(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    with pytest.raises(SettingError, match=reason):
        load_lexicon(path)


def test_a_missing_or_broken_archive_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "lm.csv.gz"
    broken.write_bytes(b"no gzip")
    for path in (broken, tmp_path / "absent.csv"):
        with pytest.raises(SettingError, match="SEC_ASSETS_LEXICON"):
            load_lexicon(path)


def test_the_real_master_dictionary_loads(evidence: Path) -> None:
    words = load_lexicon(evidence / "sentiment/loughran_mcdonald/LM.csv.gz").words
    assert len(words) > 2500
    assert (words["bankruptcy"], words["profitable"]) == (-2.0, 2.0)
