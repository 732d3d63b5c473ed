"""Long texts apart from the facts: nine tenths of a filing's bytes are text blocks that hardly any question is about.

Only the split and its undoing; both sides are tables of the lake. What a text says is `text/`.
"""

import polars as pl

from sec_assets.tables import XBRL_FACTS, XBRL_TEXTS

LONGEST_VALUE = 1000
"""Characters of a text that still lies with its fact; longer ones are in `xbrl_texts`."""

_FACT = ["cik", "accession_number", "source", "ordinal"]


def texts_apart(facts: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return (table `xbrl_facts` with long texts taken out and their lengths left, table `xbrl_texts`)."""
    length = pl.col("value").str.len_chars()
    is_long = pl.col("unit").is_null() & (length > LONGEST_VALUE)
    texts = facts.filter(is_long).select(*_FACT, "concept", text="value")
    short = facts.with_columns(
        value=pl.when(~is_long).then("value"), text_length=pl.when(is_long).then(length).cast(pl.Int32)
    )
    return short, XBRL_TEXTS.conform(texts)


def with_texts(facts: pl.DataFrame, texts: pl.DataFrame) -> pl.DataFrame:
    """Return facts with their long texts put back into `value`."""
    return (
        facts.join(texts.drop("concept"), on=_FACT, how="left", maintain_order="left")
        .with_columns(value=pl.coalesce("value", "text"), text_length=pl.lit(None, dtype=pl.Int32))
        .select(list(XBRL_FACTS.schema))
    )
