"""Panel columns from the filings index: what was filed, when, and how late."""

import polars as pl

from sec_assets.signals.panel import known_day, known_rows

COLUMNS = (
    "officer_changes_12m", "auditor_changes_12m", "amendments_12m", "late_notices_12m", "insider_filings_90d",
    "filings_90d", "report_delay_days", "report_delay_days_prior", "restatements_12m",
)  # fmt: skip
_COUNTS = {
    "officer_changes_12m": (pl.col("form").str.starts_with("8-K") & pl.col("items").str.contains(r"\b5\.02\b"), 365),
    "auditor_changes_12m": (pl.col("form").str.starts_with("8-K") & pl.col("items").str.contains(r"\b4\.01\b"), 365),
    "restatements_12m": (pl.col("form").str.starts_with("8-K") & pl.col("items").str.contains(r"\b4\.02\b"), 365),
    "amendments_12m": (pl.col("form").is_in(["10-K/A", "10-Q/A", "20-F/A", "40-F/A"]), 365),
    "late_notices_12m": (pl.col("form").str.starts_with("NT "), 365),
    "insider_filings_90d": (pl.col("form").is_in(["3", "4", "5", "4/A"]), 90),
    "filings_90d": (pl.lit(value=True), 90),
}


def events(panel: pl.DataFrame, filings: pl.DataFrame) -> pl.DataFrame:
    """Return one row per panel row with the columns of `COLUMNS` (Float64).

    Counts are 0 where nothing such was filed, and null for a company whose filings are not known at all: its index could
    not be read, which is not the same as a quiet year.

    Args:
        panel: cik, as_of.
        filings: table `filings_index`.
    """
    rows = filings.select("cik", "form", "items", "report_date", "filing_date", day=known_day())
    wide = panel.select("cik", "as_of")
    zero = pl.when(pl.col("cik").is_in(rows["cik"].unique().to_list())).then(0.0)
    for name, (condition, days) in _COUNTS.items():
        counted = (
            known_rows(panel, rows.filter(condition.fill_null(value=False)), "day", within_days=days)
            .group_by("cik", "as_of")
            .agg(pl.len().cast(pl.Float64).alias(name))
        )
        wide = wide.join(counted, on=["cik", "as_of"], how="left").with_columns(pl.col(name).fill_null(zero))
    return wide.join(_delays(panel, rows), on=["cik", "as_of"], how="left").select("cik", "as_of", *COLUMNS)


def _delays(panel: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Days from period end to filing of the newest annual report, and of the one before."""
    annual = rows.filter(
        pl.col("form").is_in(["10-K", "20-F", "40-F"]) & pl.col("report_date").is_not_null()
    ).with_columns(delay=(pl.col("filing_date") - pl.col("report_date")).dt.total_days().cast(pl.Float64))
    return (
        known_rows(panel, annual, "day")
        .sort("report_date")
        .group_by("cik", "as_of", maintain_order=True)
        .agg(report_delay_days=pl.col("delay").last(), report_delay_days_prior=pl.col("delay").shift(1).last())
    )
