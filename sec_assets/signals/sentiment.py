"""Signals of the category `sentiment`: how filings, press releases and news sound. Declarations only."""

import polars as pl

from sec_assets.signals.model import Signal

SENTIMENT: tuple[Signal, ...] = (
    Signal(
        "news_tone",
        "sentiment",
        "score",
        "mean score of news of the last 30 days, −1 to 1",
        ("news_tone_30d",),
        pl.col("news_tone_30d"),
    ),
    Signal(
        "news_volume",
        "sentiment",
        "count",
        "articles of the last 30 days",
        ("news_count_30d",),
        pl.col("news_count_30d"),
    ),
    Signal(
        "press_release_tone",
        "sentiment",
        "score",
        "score of the newest press release furnished with a filing",
        ("press_release_tone",),
        pl.col("press_release_tone"),
    ),
    Signal(
        "management_tone",
        "sentiment",
        "score",
        "score of management's discussion in the newest report",
        ("management_tone",),
        pl.col("management_tone"),
    ),
    Signal(
        "management_tone_change",
        "sentiment",
        "score",
        "management's tone − its tone in the report of the same form before",
        ("management_tone", "management_tone_prior"),
        pl.col("management_tone") - pl.col("management_tone_prior"),
    ),
    Signal(
        "risk_factor_tone",
        "sentiment",
        "score",
        "score of the newest annual risk factors",
        ("risk_tone",),
        pl.col("risk_tone"),
    ),
    Signal(
        "risk_factor_tone_change",
        "sentiment",
        "score",
        "tone of the risk factors − a year before",
        ("risk_tone", "risk_tone_prior"),
        pl.col("risk_tone") - pl.col("risk_tone_prior"),
    ),
)
