"""Panel columns from the statements: latest and year-ago values as they were known on each day.

`<item>` is the balance of the newest balance sheet; `<item>_ttm` the trailing year (the fiscal year where it is the
newest, else four chained quarters); `<item>_q` the newest quarter; the suffix `_prior` the same a year earlier. Restated
values are used from the day they became known. All columns of a kind are of one day and one currency: an item that the
newest statements do not have is null, never an older figure beside newer ones.
"""

import polars as pl

from sec_assets.signals.panel import known_day, known_rows
from sec_assets.xbrl.standardize.versions import known_at

COVER_ITEMS = ("shares_outstanding",)
INSTANT_ITEMS = (
    "total_assets", "current_assets", "cash", "short_term_investments", "receivables", "inventory", "total_liabilities",
    "current_liabilities", "short_term_debt", "long_term_debt", "equity", "retained_earnings",
)  # fmt: skip
DURATION_ITEMS = (
    "revenue", "cost_of_revenue", "gross_profit", "operating_income", "interest_expense", "net_income",
    "operating_cash_flow", "capex", "dividends_paid", "share_repurchases", "research_and_development",
    "stock_compensation", "depreciation_amortization",
)  # fmt: skip
AVERAGE_ITEMS = ("eps_diluted", "shares_diluted")
ENDS = ("balance_end", "flow_end", "quarter_end", "year_end", "cover_end")
_ITEMS = [*COVER_ITEMS, *INSTANT_ITEMS, *DURATION_ITEMS, *AVERAGE_ITEMS]
_ANCHORS = ("total_assets", "revenue", "net_income", "operating_cash_flow", *AVERAGE_ITEMS, *COVER_ITEMS)
_HORIZON_DAYS = 3 * 366
_YEAR_SLACK_DAYS = 20
_DAY = ["cik", "as_of"]
_KEYS = [*_DAY, "line_item"]


def fundamentals(panel: pl.DataFrame, financials: pl.DataFrame) -> pl.DataFrame:
    """Return one row per panel row with the columns described above (Float64) and what they are of.

    That is: `currency` (String), that of the newest balance sheet; `cover_form` and `cover_rule` (String), the form whose
    cover gives `shares_outstanding` and how it was read; and the Date columns of `ENDS`: the days on which the balances,
    the trailing years, the quarters and the fiscal years of the per-share items end, and the day of the cover's count.

    Args:
        panel: cik, as_of.
        financials: table `financials`, all versions.
    """
    known = _in_one_currency(_known(panel, financials))
    newest = known.unique([*_KEYS, "period_start", "period_end"], keep="last", maintain_order=True)
    flows = _trailing_years(newest)
    kinds = (
        (_pick(newest, INSTANT_ITEMS, "instant"), "", "balance_end"),
        (flows, "_ttm", "flow_end"),
        (_pick(newest, DURATION_ITEMS, "quarter"), "_q", "quarter_end"),
        (_pick(newest, AVERAGE_ITEMS, "year"), "", "year_end"),
        (_pick(newest, COVER_ITEMS, "instant"), "", "cover_end"),
    )
    wide = panel.select(_DAY)
    for rows, suffix, end in kinds:
        wide = wide.join(_columns(rows, suffix, end), on=_DAY, how="left")
    wide = _complete(wide)
    cover = pl.col("line_item").is_in(COVER_ITEMS)
    about = (
        newest.sort("period_end", "known_at")
        .group_by(_DAY, maintain_order=True)
        .agg(
            pl.col("currency").last(),
            cover_form=pl.col("form").filter(cover).last(),
            cover_rule=pl.col("rule").filter(cover).last(),
        )
    )
    return _without_stale_quarters(wide).join(about, on=_DAY, how="left")


def column_names() -> list[str]:
    """Return every value column `fundamentals` makes, in a fixed order."""
    return [*balance_columns(), *flow_columns(), *average_columns(), *_both(COVER_ITEMS)]


def balance_columns() -> list[str]:
    """Return the columns that are of `balance_end`."""
    return _both(INSTANT_ITEMS)


def flow_columns() -> list[str]:
    """Return the columns that are of `flow_end` (trailing years) and `quarter_end` (newest quarters)."""
    return [name + suffix for name in DURATION_ITEMS for suffix in ("_ttm", "_ttm_prior", "_q", "_q_prior")]


def average_columns() -> list[str]:
    """Return the columns that are of `year_end`: per-share items cannot be added up over quarters."""
    return _both(AVERAGE_ITEMS)


def _both(items: tuple[str, ...]) -> list[str]:
    return [name + suffix for name in items for suffix in ("", "_prior")]


def _known(panel: pl.DataFrame, financials: pl.DataFrame) -> pl.DataFrame:
    """Every version known on each day, of the last three years, in the order in which they became known."""
    wanted = financials.filter(pl.col("line_item").is_in(_ITEMS), pl.col("value").is_not_null()).select(
        "cik", "line_item", "period_type", "period_start", "period_end", "accession_number", "unit", "form", "rule",
        pl.col("value").cast(pl.Float64), known=known_day(filing_date="filed"), known_at=known_at(),
    )  # fmt: skip
    return (
        known_rows(panel, wanted, "known")
        .filter(pl.col("as_of") - pl.col("period_end") < pl.duration(days=_HORIZON_DAYS))
        .sort("known_at", "accession_number")
    )


def _in_one_currency(known: pl.DataFrame) -> pl.DataFrame:
    """Keep amounts in the currency of the newest balance sheet, named in `currency`; counts of shares stay."""
    money = known.filter(pl.col("unit").str.contains(r"^[A-Z]{3}$"))
    newest = (
        money.sort("line_item", "period_end", "known_at", maintain_order=True)
        .sort(pl.col("line_item") == "total_assets", maintain_order=True)
        .group_by(_DAY, maintain_order=True)
        .agg(currency=pl.col("unit").last())
    )
    return known.join(newest, on=_DAY, how="left").filter(
        (pl.col("unit") == "shares") | (pl.col("unit").str.head(3) == pl.col("currency"))
    )


def _columns(rows: pl.DataFrame, suffix: str, end: str) -> pl.DataFrame:
    """Return, wide, the values that end on the newest day of their kind, and those of a year before, with that day.

    Args:
        rows: cik, as_of, line_item, period_start, period_end, value.
        suffix: appended to the name of the item.
        end: name of the column for the newest day: that of the main items where they are known, else of any item.
    """
    is_main = pl.col("line_item").is_in(_ANCHORS)
    ends = rows.group_by(_DAY).agg(
        pl.coalesce(pl.col("period_end").filter(is_main).max(), pl.col("period_end").max()).alias(end)
    )
    dated = rows.join(ends, on=_DAY).with_columns(back=(pl.col(end) - pl.col("period_end")).dt.total_days())
    now = dated.filter(pl.col("back") == 0)
    ago = dated.with_columns(off=(pl.col("back") - 365).abs()).filter(pl.col("off") <= _YEAR_SLACK_DAYS).sort("off")
    named = pl.concat([_named(now, suffix), _named(ago, suffix + "_prior")])
    long = named.unique([*_DAY, "column"], keep="first", maintain_order=True)
    return ends.join(long.pivot("column", index=_DAY, values="value"), on=_DAY, how="left")


def _named(rows: pl.DataFrame, suffix: str) -> pl.DataFrame:
    return rows.select(*_DAY, column=pl.col("line_item") + suffix, value="value")


def _pick(known: pl.DataFrame, items: tuple[str, ...], period_type: str) -> pl.DataFrame:
    return known.filter(pl.col("line_item").is_in(items) & (pl.col("period_type") == period_type)).select(
        *_KEYS, "period_start", "period_end", "value"
    )


def _trailing_years(known: pl.DataFrame) -> pl.DataFrame:
    """Fiscal years as reported, and four quarters that chain day by day."""
    years = _pick(known, DURATION_ITEMS, "year")
    quarters = _pick(known, DURATION_ITEMS, "quarter").sort(*_KEYS, "period_end")
    chained = (
        quarters.with_columns(
            first_start=pl.col("period_start").shift(3).over(_KEYS),
            total=pl.col("value").rolling_sum(4).over(_KEYS),
            gap=(pl.col("period_start") - pl.col("period_end").shift(1).over(_KEYS)).dt.total_days(),
        )
        .with_columns(chains=(pl.col("gap") == 1).cast(pl.Int8).rolling_sum(3).over(_KEYS) == 3)
        .filter(pl.col("chains") & pl.col("first_start").is_not_null())
        .select(*_KEYS, period_start="first_start", period_end="period_end", value="total")
    )
    return pl.concat([years, chained]).unique([*_KEYS, "period_end"], keep="first", maintain_order=True)


def _complete(wide: pl.DataFrame) -> pl.DataFrame:
    missing = [name for name in column_names() if name not in wide.columns]
    return wide.with_columns(pl.lit(None, dtype=pl.Float64).alias(name) for name in missing)


def _without_stale_quarters(wide: pl.DataFrame) -> pl.DataFrame:
    """A quarter before the end of the newest year is not the newest: the fourth cannot be told."""
    is_newest = (pl.col("quarter_end") >= pl.col("flow_end")).fill_null(value=True)
    quarterly = [name for name in flow_columns() if name.endswith(("_q", "_q_prior"))]
    return wide.with_columns(pl.when(is_newest).then(pl.col(name)).alias(name) for name in quarterly)
