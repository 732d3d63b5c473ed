"""Warnings that reports must give in set words: doubt about going on, weak internal control.

Judged sentence by sentence: a warning must be said of the company as a fact. Risk factors that only imagine it, auditors
that describe how they work, accounting standards that are explained, and sentences that deny it are no warnings.
"""

import polars as pl

_DOUBT = r"(?i)substantial doubt"
_DOUBT_OF_WHAT = r"(?i)going[ -]concern|ability to continue|continue operations"
_NO_DOUBT = (
    r"(?i)\b(?:no|not?\s+(?:raise|exist|believe|identif\w+)|without|if|whether|could|may|might|would|in the event"
    r"|no longer|accounting standards? update)\b[^\x1f]{0,160}substantial doubt"
    r"|\b(?:must|should|shall|to) disclose\b"
    r"|substantial doubt[^\x1f]{0,120}\b(?:no longer exist|(?:was|were|is|has been|have been) (?:alleviated|mitigated|resolved|removed)"
    r"|(?:does|did) not exist|will be removed)"
)
_WEAKNESS = r"(?i)material weakness"
_SAID_OF_US = (
    r"(?i)\b(?:identified|determined|concluded|disclosed|reported|discovered|due to|because of"
    r"|as a result of|result(?:ed|ing) from|following|constitut\w+|existence of)\b[^\x1f]{0,120}material weakness"
    r"|\b(?:has|have|had|was|were|is|are)\b[^\x1f]{0,25}material weakness"
    r"|material weakness(?:es)?[^\x1f]{0,80}\b(?:existed|exists?|(?:was|were) identified|(?:has|have) not been|described above|included)\b"
)
_NOT_SAID_OF_US = (
    r"(?i)\b(?:no|nor|without|any|if|whether|could|may|might|would|can|risk that|assess\w*|reasonably likely|previously"
    r"|did not (?:identify|have|find|reveal)|(?:has|have) not identified|not aware|a deficiency, or|defined|deemed to be)\b"
    r"[^\x1f]{0,160}material weakness"
    r"|material weakness(?:es)?[^\x1f]{0,160}\b(?:(?:is|means) a (?:deficiency|significant)|(?:has|have) been (?:fully )?remediated"
    r"|(?:had|has|have) been remediated|(?:was|were) (?:fully )?remediated|no longer exist\w*|as previously (?:disclosed|reported))"
)


def says_going_concern(items: pl.DataFrame) -> pl.DataFrame:
    """Return `items` with `says` (Boolean): the text states substantial doubt about the company going on.

    Args:
        items: table `filing_text`.
    """
    what = pl.col("sentence").str.contains(_DOUBT_OF_WHAT)
    return _judge(items, _DOUBT, what & ~pl.col("sentence").str.contains(_NO_DOUBT))


def says_material_weakness(items: pl.DataFrame) -> pl.DataFrame:
    """Return `items` with `says` (Boolean): the text states a material weakness of internal control.

    Args:
        items: table `filing_text`.
    """
    said, denied = (pl.col("sentence").str.contains(pattern) for pattern in (_SAID_OF_US, _NOT_SAID_OF_US))
    return _judge(items, _WEAKNESS, said & ~denied)


def _judge(items: pl.DataFrame, phrase: str, states: pl.Expr) -> pl.DataFrame:
    """Judge each sentence that holds the phrase, split at full stops and blank lines."""
    numbered = items.drop("says", strict=False).with_row_index("number")
    sentences = (
        numbered.filter(pl.col("text").str.contains(phrase))
        .select(
            "number",
            sentence=pl.col("text")
            .str.replace_all(r"[.!?][\"”’')]*\s+|\n\s*\n", "\x1f")
            .str.replace_all(r"\s+", " ")
            .str.split("\x1f"),
        )
        .explode("sentence")
        .filter(pl.col("sentence").str.contains(phrase) & states)
    )
    stated = pl.col("number").is_in(sentences["number"].unique().to_list())
    return numbered.with_columns(says=stated).drop("number")
