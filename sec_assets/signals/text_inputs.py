"""Panel columns from texts: how filings and news sound, and what they say.

Tone comes from the table `sentiment`; phrases that auditors and management must use when things go wrong are searched
in the items of filings.
"""

import polars as pl

from sec_assets.signals.panel import PERIODIC_FORMS, known_rows, new_york_day

_NEWS_DAYS = 30
_ITEMS = {"management_tone": ("7", "part1.2", "5"), "risk_tone": ("1A", "part2.1A", "3.D")}
# "no substantial doubt" and "no material weaknesses" are good news: the words right before decide
_GOING_CONCERN = (
    r"(?i)substantial doubt (?:about|exists|as to|regarding)[^.]{0,80}(?:going concern|ability to continue)"
)
_MATERIAL_WEAKNESS = (
    r"(?i)(?:identified|had|have|disclosed|exist(?:s|ed)?|due to|because of)[^.]{0,60}\bmaterial weakness"
)
_NO_WEAKNESS = r"(?i)(?:not|no|without)[^.]{0,60}\bmaterial weakness"

COLUMNS = (
    "news_tone_30d", "news_count_30d", "press_release_tone", "management_tone", "management_tone_prior", "risk_tone",
    "risk_tone_prior", "risk_words", "risk_words_prior", "going_concern", "material_weakness",
)  # fmt: skip


def texts(panel: pl.DataFrame, sentiment: pl.DataFrame, filing_text: pl.DataFrame) -> pl.DataFrame:
    """Return one row per panel row with the columns of `COLUMNS` (Float64).

    `_prior` is the same form a year before (or the previous one of its kind). News cover 30 days; a company without
    any known article has a count of 0 and no tone.

    Args:
        panel: cik, as_of.
        sentiment: table `sentiment`.
        filing_text: table `filing_text`.
    """
    parts = [
        _news(panel, sentiment),
        _press(panel, sentiment),
        _tones(panel, sentiment, filing_text),
        _phrases(panel, filing_text),
    ]
    wide = panel.select("cik", "as_of")
    for part in parts:
        wide = wide.join(part, on=["cik", "as_of"], how="left")
    counts = wide.with_columns(pl.col("news_count_30d").fill_null(0.0))
    return counts.select("cik", "as_of", *(pl.col(name).cast(pl.Float64) for name in COLUMNS))


def _news(panel: pl.DataFrame, sentiment: pl.DataFrame) -> pl.DataFrame:
    rows = sentiment.filter(pl.col("document_kind") == "news").select("cik", "score", day=new_york_day("published_at"))
    return (
        known_rows(panel, rows, "day", within_days=_NEWS_DAYS)
        .group_by("cik", "as_of")
        .agg(news_tone_30d=pl.col("score").mean(), news_count_30d=pl.len().cast(pl.Float64))
    )


def _press(panel: pl.DataFrame, sentiment: pl.DataFrame) -> pl.DataFrame:
    kind = pl.col("document_kind") == "press_release"
    rows = sentiment.filter(kind).select("cik", "score", "published_at", day=new_york_day("published_at"))
    known = known_rows(panel, rows, "day", within_days=366).sort("published_at")
    return known.group_by("cik", "as_of", maintain_order=True).agg(press_release_tone=pl.col("score").last())


def _tones(panel: pl.DataFrame, sentiment: pl.DataFrame, filing_text: pl.DataFrame) -> pl.DataFrame:
    """Newest tone of each kind of item, its length, and the same of the same form before."""
    words = filing_text.select("cik", "accession_number", "item", "form", "n_words", "accepted_at")
    scored = sentiment.filter(pl.col("document_kind") == "filing_item").select(
        "cik", "accession_number", "item", "score"
    )
    rows = words.join(scored, on=["cik", "accession_number", "item"], how="inner").with_columns(
        day=new_york_day("accepted_at")
    )
    wide = panel.select("cik", "as_of")
    for name, items in _ITEMS.items():
        # a quarterly report's risk factors only say what changed: compare like with like, the annual ones
        annual = pl.col("form").str.starts_with("10-Q").not_() if name == "risk_tone" else pl.lit(value=True)
        of_kind = rows.filter(pl.col("item").is_in(items) & pl.col("form").is_in(PERIODIC_FORMS) & annual)
        known = known_rows(panel, of_kind, "day").sort("accepted_at")
        newest = known.group_by("cik", "as_of", maintain_order=True).agg(
            pl.col("form").last(), pl.col("score").last().alias(name), newest_words=pl.col("n_words").last()
        )
        before = (
            known.join(newest.select("cik", "as_of", "form"), on=["cik", "as_of", "form"], how="semi")
            .group_by("cik", "as_of", maintain_order=True)
            .agg(
                pl.col("score").sort_by("accepted_at").shift(1).last().alias(f"{name}_prior"),
                prior_words=pl.col("n_words").sort_by("accepted_at").shift(1).last(),
            )
        )
        pair = newest.join(before, on=["cik", "as_of"], how="left").drop("form")
        if name == "risk_tone":
            pair = pair.rename({"newest_words": "risk_words", "prior_words": "risk_words_prior"})
        else:
            pair = pair.drop("newest_words", "prior_words")
        wide = wide.join(pair, on=["cik", "as_of"], how="left")
    return wide


def _phrases(panel: pl.DataFrame, filing_text: pl.DataFrame) -> pl.DataFrame:
    """1 where the newest periodic report says so, 0 where it does not."""
    text = pl.col("text")
    said = (
        filing_text.filter(pl.col("form").is_in(PERIODIC_FORMS))
        .with_columns(
            going_concern=text.str.contains(_GOING_CONCERN),
            material_weakness=text.str.contains(_MATERIAL_WEAKNESS) & ~text.str.contains(_NO_WEAKNESS),
        )
        .group_by("cik", "accession_number")
        .agg(pl.col("going_concern").any(), pl.col("material_weakness").any(), pl.col("accepted_at").first())
        .with_columns(day=new_york_day("accepted_at"))
    )
    return (
        known_rows(panel, said, "day")
        .sort("accepted_at")
        .group_by("cik", "as_of", maintain_order=True)
        .agg(pl.col("going_concern").last().cast(pl.Float64), pl.col("material_weakness").last().cast(pl.Float64))
    )
