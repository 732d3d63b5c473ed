"""Panel columns from the statements: latest and year-ago values as they were known on each day.

`<item>` is the newest balance (instant); `<item>_ttm` the trailing year (the fiscal year where it is the newest, else
four chained quarters); `<item>_q` the newest quarter; the suffix `_prior` the same a year earlier. Restated values are
used from the day they became known.
"""

import polars as pl

from sec_assets.signals.panel import known_rows, new_york_day

INSTANT_ITEMS = (
    "total_assets", "current_assets", "cash", "short_term_investments", "receivables", "inventory", "total_liabilities",
    "current_liabilities", "short_term_debt", "long_term_debt", "equity", "retained_earnings", "shares_outstanding",
)  # fmt: skip
DURATION_ITEMS = (
    "revenue", "cost_of_revenue", "gross_profit", "operating_income", "interest_expense", "net_income",
    "operating_cash_flow", "capex", "dividends_paid", "share_repurchases", "research_and_development",
    "stock_compensation", "depreciation_amortization",
)  # fmt: skip
AVERAGE_ITEMS = ("eps_diluted", "shares_diluted")
_HORIZON_DAYS = 3 * 366
_YEAR_SLACK_DAYS = 20


def fundamentals(panel: pl.DataFrame, financials: pl.DataFrame) -> pl.DataFrame:
    """Return one row per panel row with the columns described above (Float64), and `period_end` (Date).

    Args:
        panel: cik, as_of.
        financials: table `financials`, all versions.
    """
    wanted = financials.filter(pl.col("line_item").is_in([*INSTANT_ITEMS, *DURATION_ITEMS, *AVERAGE_ITEMS])).select(
        "cik", "line_item", "period_type", "period_start", "period_end", "accepted_at", "accession_number", "unit",
        pl.col("value").cast(pl.Float64), known=new_york_day("accepted_at"),
    )  # fmt: skip
    known = (
        known_rows(panel, wanted, "known")
        .filter(pl.col("as_of") - pl.col("period_end") < pl.duration(days=_HORIZON_DAYS))
        .sort("accepted_at", "accession_number")
        .unique(["cik", "as_of", "line_item", "period_start", "period_end"], keep="last", maintain_order=True)
    )
    parts = [_instants(known), _trailing_years(known), _quarters(known), _averages(known)]
    newest = known.group_by("cik", "as_of").agg(pl.col("period_end").max())
    long = pl.concat(parts).unique(["cik", "as_of", "column"], keep="first", maintain_order=True)
    wide = long.pivot("column", index=["cik", "as_of"], values="value")
    missing = [name for name in column_names() if name not in wide.columns]
    wide = wide.with_columns(pl.lit(None, dtype=pl.Float64).alias(name) for name in missing)
    return panel.join(wide, on=["cik", "as_of"], how="left").join(newest, on=["cik", "as_of"], how="left")


def column_names() -> list[str]:
    """Return every value column `fundamentals` makes, in a fixed order."""
    plain = [name + suffix for name in INSTANT_ITEMS for suffix in ("", "_prior")]
    yearly = [name + suffix for name in DURATION_ITEMS for suffix in ("_ttm", "_ttm_prior", "_q", "_q_prior")]
    return plain + yearly + [name + suffix for name in AVERAGE_ITEMS for suffix in ("", "_prior")]


def _now_and_year_ago(rows: pl.DataFrame, suffix: str) -> pl.DataFrame:
    """Of rows (cik, as_of, line_item, period_end, value) return the newest value, and the one a year before it."""
    newest = rows.sort("period_end").group_by("cik", "as_of", "line_item", maintain_order=True).last()
    ago = (
        rows.join(newest.select("cik", "as_of", "line_item", newest_end="period_end"), on=["cik", "as_of", "line_item"])
        .with_columns(off=((pl.col("newest_end") - pl.col("period_end")).dt.total_days() - 365).abs())
        .filter(pl.col("off") <= _YEAR_SLACK_DAYS)
        .sort("off")
        .group_by("cik", "as_of", "line_item", maintain_order=True)
        .first()
    )
    return pl.concat([_named(newest, suffix), _named(ago, suffix + "_prior")])


def _named(rows: pl.DataFrame, suffix: str) -> pl.DataFrame:
    return rows.select("cik", "as_of", column=pl.col("line_item") + suffix, value="value")


def _pick(known: pl.DataFrame, items: tuple[str, ...], period_type: str) -> pl.DataFrame:
    return known.filter(pl.col("line_item").is_in(items) & (pl.col("period_type") == period_type)).select(
        "cik", "as_of", "line_item", "period_start", "period_end", "value"
    )


def _instants(known: pl.DataFrame) -> pl.DataFrame:
    return _now_and_year_ago(_pick(known, INSTANT_ITEMS, "instant"), "")


def _quarters(known: pl.DataFrame) -> pl.DataFrame:
    return _now_and_year_ago(_pick(known, DURATION_ITEMS, "quarter"), "_q")


def _averages(known: pl.DataFrame) -> pl.DataFrame:
    """Per-share items cannot be added up over quarters: the newest fiscal year and the one before."""
    return _now_and_year_ago(_pick(known, AVERAGE_ITEMS, "year"), "")


def _trailing_years(known: pl.DataFrame) -> pl.DataFrame:
    """Fiscal years as reported, and four quarters that chain day by day."""
    years = _pick(known, DURATION_ITEMS, "year")
    keys = ["cik", "as_of", "line_item"]
    quarters = _pick(known, DURATION_ITEMS, "quarter").sort(*keys, "period_end")
    chained = (
        quarters.with_columns(
            first_start=pl.col("period_start").shift(3).over(keys),
            total=pl.col("value").rolling_sum(4).over(keys),
            gap=(pl.col("period_start") - pl.col("period_end").shift(1).over(keys)).dt.total_days(),
        )
        .with_columns(chains=(pl.col("gap") == 1).cast(pl.Int8).rolling_sum(3).over(keys) == 3)
        .filter(pl.col("chains") & pl.col("first_start").is_not_null())
        .select(*keys, period_start="first_start", period_end="period_end", value="total")
    )
    both = pl.concat([years, chained]).unique([*keys, "period_end"], keep="first", maintain_order=True)
    return _now_and_year_ago(both, "_ttm")
