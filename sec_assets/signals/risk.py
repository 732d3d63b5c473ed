"""Signals of the category `risk`: leverage, liquidity, market risk, warnings in filings. Declarations only."""

import polars as pl

from sec_assets.signals.model import Signal, growth, ratio

_DEBT = pl.col("long_term_debt") + pl.col("short_term_debt").fill_null(0.0)
_BURN_PER_MONTH = (pl.col("capex_ttm") - pl.col("operating_cash_flow_ttm")) / 12

RISK: tuple[Signal, ...] = (
    Signal(
        "volatility_20",
        "risk",
        "ratio per year",
        "annualised standard deviation of 20 daily log returns",
        ("volatility_20",),
        pl.col("volatility_20"),
    ),
    Signal(
        "drawdown_252",
        "risk",
        "ratio",
        "adjusted close over its highest of 252 sessions − 1",
        ("drawdown_252",),
        pl.col("drawdown_252"),
    ),
    Signal(
        "rsi_14",
        "risk",
        "0 to 100",
        "relative strength index: above 70 overbought, below 30 oversold",
        ("rsi_14",),
        pl.col("rsi_14"),
    ),
    Signal("trend", "risk", "ratio", "SMA 50 / SMA 200 − 1", ("sma_50", "sma_200"), growth("sma_50", "sma_200")),
    Signal(
        "current_ratio",
        "risk",
        "ratio",
        "current assets / current liabilities",
        ("current_assets", "current_liabilities"),
        ratio("current_assets", "current_liabilities"),
    ),
    Signal(
        "debt_to_equity",
        "risk",
        "ratio",
        "(long-term + short-term debt) / equity; short-term debt counts as 0 where not reported",
        ("long_term_debt", "equity"),
        ratio(_DEBT, "equity"),
    ),
    Signal(
        "liabilities_to_assets",
        "risk",
        "ratio",
        "total liabilities / total assets",
        ("total_liabilities", "total_assets"),
        ratio("total_liabilities", "total_assets"),
    ),
    Signal(
        "interest_coverage",
        "risk",
        "ratio",
        "operating income / interest expense, trailing year",
        ("operating_income_ttm", "interest_expense_ttm"),
        ratio("operating_income_ttm", "interest_expense_ttm"),
    ),
    Signal(
        "cash_runway_months",
        "risk",
        "months",
        "cash / monthly cash burn (capex − operating cash flow); undefined when cash comes in",
        ("cash", "capex_ttm", "operating_cash_flow_ttm"),
        ratio("cash", _BURN_PER_MONTH),
    ),
    Signal(
        "going_concern",
        "risk",
        "0 or 1",
        "the newest report speaks of substantial doubt about going on",
        ("going_concern",),
        pl.col("going_concern"),
    ),
    Signal(
        "material_weakness",
        "risk",
        "0 or 1",
        "the newest report speaks of a material weakness of internal control",
        ("material_weakness",),
        pl.col("material_weakness"),
    ),
    Signal(
        "risk_factor_growth",
        "risk",
        "ratio",
        "words of the annual risk factors over the year before − 1",
        ("risk_words", "risk_words_prior"),
        growth("risk_words", "risk_words_prior"),
    ),
    Signal(
        "non_reliance_12m",
        "risk",
        "count",
        "8-K items 4.02 (earlier statements no longer to be relied on) of the last 12 months",
        ("restatements_12m",),
        pl.col("restatements_12m"),
    ),
    Signal(
        "late_notices_12m",
        "risk",
        "count",
        "notifications of late filing (NT forms) of the last 12 months",
        ("late_notices_12m",),
        pl.col("late_notices_12m"),
    ),
)
