"""The holdings, valued: one row per position as of the newest session that any of them has.

Money is computed in exact decimals from the shares as typed and the raw close of the session. What is missing (no
company, no price) stays on the page with the reason; totals say over how many positions they run.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from sec_assets.signals.market_inputs import MAX_AGE_DAYS
from sec_assets.tables import EXACT

SHOWN_SIGNALS = (
    "revenue_growth", "gross_margin", "operating_margin", "net_margin", "return_on_equity", "free_cash_flow_margin",
    "earnings_yield", "piotroski_f", "debt_to_equity", "current_ratio", "volatility_20", "drawdown_252", "news_tone",
    "management_tone", "officer_changes_12m", "share_dilution",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReportInputs:
    """The tables the report is made of; `positions` as `edgar.holdings.Holdings.positions` returns them."""

    positions: pl.DataFrame
    problems: list[str]
    ticker_map: pl.DataFrame
    companies: pl.DataFrame
    filings_index: pl.DataFrame
    financials: pl.DataFrame
    prices: pl.DataFrame
    technicals: pl.DataFrame
    news: pl.DataFrame
    sentiment: pl.DataFrame
    signals: pl.DataFrame
    status: pl.DataFrame


def as_of(inputs: ReportInputs) -> date | None:
    """Return the day of the report: the newest session of any holding, else the newest signal's day."""
    held = inputs.ticker_map.join(inputs.positions, on="ticker", how="semi")
    sessions = inputs.prices.join(held, on=["cik", "ticker"], how="semi")["date"]
    days = sessions if len(sessions) else inputs.signals["as_of"]
    newest = days.max()
    return newest if isinstance(newest, date) else None


def value_positions(inputs: ReportInputs, day: date | None) -> pl.DataFrame:
    """Return one row per position, largest value first.

    Columns: ticker, name, cik, sector (SIC in words), shares, cost_basis, session, close, market_value, gain (Decimal,
    currency of the listing), currency, weight (of the valued positions; null when their currencies differ), gain_pct,
    note (why there is no value).
    """
    primary = inputs.ticker_map.select("ticker", "cik", "name").unique("ticker", keep="first", maintain_order=True)
    newest = (
        inputs.prices.filter(pl.col("date") <= day if day else pl.lit(value=False))
        .sort("date")
        .group_by("cik", "ticker", maintain_order=True)
        .agg(session=pl.col("date").last(), close=pl.col("close").last(), currency=pl.col("currency").last())
    )
    rows = (
        inputs.positions.join(primary, on="ticker", how="left")
        .join(newest, on=["cik", "ticker"], how="left")
        .join(inputs.companies.select("cik", sector="sic_description"), on="cik", how="left")
        .with_columns(close=pl.when(_fresh(day)).then(pl.col("close").round(4).cast(pl.String)).cast(EXACT))
        .with_columns(market_value=_money(pl.col("shares") * pl.col("close")))
        .with_columns(gain=pl.col("market_value") - pl.col("cost_basis"))
    )
    value = pl.col("market_value").cast(pl.Float64)
    one_currency = pl.col("currency").filter(value.is_not_null()).n_unique() == 1
    return rows.select(
        "ticker", "name", "cik", "sector", "shares", "cost_basis", "session", "close", "currency", "market_value", "gain",
        weight=pl.when(one_currency).then(value / value.sum()),
        gain_pct=pl.col("gain").cast(pl.Float64) / pl.col("cost_basis").cast(pl.Float64),
        note=_note(),
    ).sort("market_value", "ticker", descending=[True, False], nulls_last=True)  # fmt: skip


def signal_board(inputs: ReportInputs, positions: pl.DataFrame, day: date | None) -> pl.DataFrame:
    """Return the newest value known on `day` of every shown signal: ticker, as_of (Date), one column per signal (Float64)."""
    known = inputs.signals.filter(pl.col("name").is_in(SHOWN_SIGNALS) & (pl.col("as_of") <= day if day else True))
    newest = known.sort("as_of").group_by("cik", "name", maintain_order=True).agg(pl.col("value").last())
    if newest.is_empty():
        return positions.select("ticker")
    wide = newest.pivot("name", index="cik", values="value")
    shown = [name for name in SHOWN_SIGNALS if name in wide.columns]
    days = known.group_by("cik").agg(pl.col("as_of").max())
    held = positions.select("ticker", "cik").join(days, on="cik", how="left")
    return held.join(wide, on="cik", how="left").select("ticker", "as_of", *shown)


def _fresh(day: date | None) -> pl.Expr:
    return pl.lit(day, dtype=pl.Date) - pl.col("session") <= pl.duration(days=MAX_AGE_DAYS)


def _money(expression: pl.Expr) -> pl.Expr:
    return expression.round(2).cast(EXACT)


def _note() -> pl.Expr:
    return (
        pl.when(pl.col("cik").is_null())
        .then(pl.lit("ticker is not in EDGAR's list"))
        .when(pl.col("session").is_null())
        .then(pl.lit("no prices are stored of this ticker"))
        .when(pl.col("close").is_null())
        .then(pl.lit("newest price is of ") + pl.col("session").cast(pl.String))
    )
