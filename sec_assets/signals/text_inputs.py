"""Panel columns from texts: how filings and news sound, and what they say.

Tone comes from the table `sentiment`; what auditors and management must say when things go wrong is found in the items of
filings by `warnings.py`.
"""

import polars as pl

from sec_assets.signals.panel import PERIODIC_FORMS, known_day, known_rows, new_york_day
from sec_assets.signals.warnings import says_going_concern, says_material_weakness
from sec_assets.xbrl.standardize.versions import known_at

_NEWS_DAYS = 30
_REPORT_DAYS = 500  # a text of the year before the last says nothing about today
_ITEMS = {
    "management_tone": {"10-K": "7", "10-Q": "part1.2", "20-F": "5"},
    # a quarterly report's risk factors only say what changed: compare like with like, the annual ones
    "risk_tone": {"10-K": "1A", "20-F": "3.D"},
}

COLUMNS = (
    "news_tone_30d", "news_count_30d", "press_release_tone", "management_tone", "management_tone_prior", "risk_tone",
    "risk_tone_prior", "risk_words", "risk_words_prior", "going_concern", "material_weakness",
)  # fmt: skip


def texts(panel: pl.DataFrame, sentiment: pl.DataFrame, filing_text: pl.DataFrame) -> pl.DataFrame:
    """Return one row per panel row with the columns of `COLUMNS` (Float64).

    `_prior` is the previous report of the same form. Texts of reports count for 500 days. News cover 30 days; their count
    is null before the first article known of a company: nobody looked, which is not the same as silence.

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
    return wide.select("cik", "as_of", *(pl.col(name).cast(pl.Float64) for name in COLUMNS))


def _news(panel: pl.DataFrame, sentiment: pl.DataFrame) -> pl.DataFrame:
    rows = sentiment.filter(pl.col("document_kind") == "news").select("cik", "score", day=new_york_day("published_at"))
    since_first = known_rows(panel, rows, "day").group_by("cik", "as_of").agg(news_count_30d=pl.lit(0.0))
    recent = (
        known_rows(panel, rows, "day", within_days=_NEWS_DAYS)
        .group_by("cik", "as_of")
        .agg(news_tone_30d=pl.col("score").mean(), n=pl.len().cast(pl.Float64))
    )
    both = since_first.join(recent, on=["cik", "as_of"], how="left")
    return both.with_columns(news_count_30d=pl.coalesce("n", "news_count_30d")).drop("n")


def _press(panel: pl.DataFrame, sentiment: pl.DataFrame) -> pl.DataFrame:
    kind = pl.col("document_kind") == "press_release"
    rows = sentiment.filter(kind).select("cik", "score", "published_at", day=new_york_day("published_at"))
    known = known_rows(panel, rows, "day", within_days=366).sort("published_at")
    return known.group_by("cik", "as_of", maintain_order=True).agg(press_release_tone=pl.col("score").last())


def _tones(panel: pl.DataFrame, sentiment: pl.DataFrame, filing_text: pl.DataFrame) -> pl.DataFrame:
    """Newest tone of each kind of item, its length, and the same of the same form before."""
    words = filing_text.select("cik", "accession_number", "item", "form", "n_words", "accepted_at", "filed")
    scored = sentiment.filter(pl.col("document_kind") == "filing_item").select(
        "cik", "accession_number", "item", "score"
    )
    rows = words.join(scored, on=["cik", "accession_number", "item"], how="inner").with_columns(
        day=known_day(filing_date="filed"), at=known_at()
    )
    wide = panel.select("cik", "as_of")
    for name, items in _ITEMS.items():
        of_kind = rows.filter(
            pl.col("item") == pl.col("form").str.strip_suffix("/A").replace_strict(items, default=None)
        )
        pair = _newest_and_prior(known_rows(panel, of_kind, "day"), name)
        if name == "risk_tone":
            pair = pair.rename({"words": "risk_words", "words_prior": "risk_words_prior"})
        else:
            pair = pair.drop("words", "words_prior")
        wide = wide.join(pair, on=["cik", "as_of"], how="left")
    return wide


def _newest_and_prior(known: pl.DataFrame, name: str) -> pl.DataFrame:
    """Score and words of the newest report, and of the one before of the same form: `name`, words, and both `_prior`."""
    ordered = known.sort("at", "accession_number", descending=True)
    newest = (
        ordered.filter(pl.col("as_of") - pl.col("day") < pl.duration(days=_REPORT_DAYS))
        .group_by("cik", "as_of", maintain_order=True)
        .first()
        .select("cik", "as_of", "form", newest_day="day", newest_accession="accession_number", **{name: "score"}, words="n_words")
    )  # fmt: skip
    prior = (
        ordered.join(newest, on=["cik", "as_of", "form"])
        .filter(
            pl.col("accession_number") != pl.col("newest_accession"),
            pl.col("newest_day") - pl.col("day") < pl.duration(days=_REPORT_DAYS),
        )
        .group_by("cik", "as_of", maintain_order=True)
        .first()
        .select("cik", "as_of", **{f"{name}_prior": "score"}, words_prior="n_words")
    )
    return newest.drop("form", "newest_day", "newest_accession").join(prior, on=["cik", "as_of"], how="left")


def _phrases(panel: pl.DataFrame, filing_text: pl.DataFrame) -> pl.DataFrame:
    """1 where the newest periodic report says so, 0 where it does not; an amendment adds warnings, and takes none away."""
    reports = filing_text.filter(pl.col("form").is_in(PERIODIC_FORMS))
    wide = panel.select("cik", "as_of")
    for name, says_so in (("going_concern", says_going_concern), ("material_weakness", says_material_weakness)):
        said = (
            says_so(reports)
            .group_by("cik", "accession_number")
            .agg(pl.col("says").any(), pl.col("form", "accepted_at", "filed").first())
            .filter(pl.col("says") | ~pl.col("form").str.ends_with("/A"))
            .with_columns(day=known_day(filing_date="filed"), at=known_at())
        )
        newest = (
            known_rows(panel, said, "day", within_days=_REPORT_DAYS)
            .sort("at", "accession_number")
            .group_by("cik", "as_of", maintain_order=True)
            .agg(pl.col("says").last().cast(pl.Float64).alias(name))
        )
        wide = wide.join(newest, on=["cik", "as_of"], how="left")
    return wide
