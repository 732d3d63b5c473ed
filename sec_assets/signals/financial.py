"""Signals of the category `financial`: growth, profitability, efficiency, valuation. Declarations only."""

import polars as pl

from sec_assets.signals.model import Signal, growth, ratio

_FREE_CASH_FLOW = pl.col("operating_cash_flow_ttm") - pl.col("capex_ttm")


def _better(condition: pl.Expr) -> pl.Expr:
    return condition.cast(pl.Float64)


_PIOTROSKI_INPUTS = (
    "net_income_ttm",
    "net_income_ttm_prior",
    "operating_cash_flow_ttm",
    "total_assets",
    "total_assets_prior",
    "current_assets",
    "current_assets_prior",
    "current_liabilities",
    "current_liabilities_prior",
    "revenue_ttm",
    "revenue_ttm_prior",
    "gross_profit_ttm",
    "gross_profit_ttm_prior",
    "long_term_debt",
    "long_term_debt_prior",
    "shares_diluted",
    "shares_diluted_prior",
)

_PIOTROSKI = pl.sum_horizontal(
    _better(pl.col("net_income_ttm") > 0),
    _better(pl.col("operating_cash_flow_ttm") > 0),
    _better(ratio("net_income_ttm", "total_assets") > ratio("net_income_ttm_prior", "total_assets_prior")),
    _better(pl.col("operating_cash_flow_ttm") > pl.col("net_income_ttm")),
    _better(ratio("long_term_debt", "total_assets") <= ratio("long_term_debt_prior", "total_assets_prior")),
    _better(
        ratio("current_assets", "current_liabilities") > ratio("current_assets_prior", "current_liabilities_prior")
    ),
    _better(pl.col("shares_diluted") <= pl.col("shares_diluted_prior")),
    _better(ratio("gross_profit_ttm", "revenue_ttm") > ratio("gross_profit_ttm_prior", "revenue_ttm_prior")),
    _better(ratio("revenue_ttm", "total_assets") > ratio("revenue_ttm_prior", "total_assets_prior")),
)

FINANCIAL: tuple[Signal, ...] = (
    Signal(
        "revenue_growth",
        "financial",
        "ratio",
        "trailing-year revenue over the year before − 1",
        ("revenue_ttm", "revenue_ttm_prior"),
        growth("revenue_ttm", "revenue_ttm_prior"),
    ),
    Signal(
        "revenue_growth_quarter",
        "financial",
        "ratio",
        "newest quarter's revenue over the same quarter a year before − 1",
        ("revenue_q", "revenue_q_prior"),
        growth("revenue_q", "revenue_q_prior"),
    ),
    Signal(
        "net_income_growth",
        "financial",
        "ratio",
        "trailing-year net income over the year before − 1",
        ("net_income_ttm", "net_income_ttm_prior"),
        growth("net_income_ttm", "net_income_ttm_prior"),
    ),
    Signal(
        "eps_growth",
        "financial",
        "ratio",
        "diluted EPS of the newest fiscal year over the one before − 1",
        ("eps_diluted", "eps_diluted_prior"),
        growth("eps_diluted", "eps_diluted_prior"),
    ),
    Signal(
        "gross_margin",
        "financial",
        "ratio",
        "gross profit / revenue, trailing year",
        ("gross_profit_ttm", "revenue_ttm"),
        ratio("gross_profit_ttm", "revenue_ttm"),
    ),
    Signal(
        "gross_margin_change",
        "financial",
        "ratio",
        "gross margin − gross margin a year before",
        ("gross_profit_ttm", "revenue_ttm", "gross_profit_ttm_prior", "revenue_ttm_prior"),
        ratio("gross_profit_ttm", "revenue_ttm") - ratio("gross_profit_ttm_prior", "revenue_ttm_prior"),
    ),
    Signal(
        "operating_margin",
        "financial",
        "ratio",
        "operating income / revenue, trailing year",
        ("operating_income_ttm", "revenue_ttm"),
        ratio("operating_income_ttm", "revenue_ttm"),
    ),
    Signal(
        "net_margin",
        "financial",
        "ratio",
        "net income / revenue, trailing year",
        ("net_income_ttm", "revenue_ttm"),
        ratio("net_income_ttm", "revenue_ttm"),
    ),
    Signal(
        "return_on_equity",
        "financial",
        "ratio",
        "trailing-year net income / mean of equity now and a year before",
        ("net_income_ttm", "equity", "equity_prior"),
        ratio("net_income_ttm", (pl.col("equity") + pl.col("equity_prior")) / 2),
    ),
    Signal(
        "return_on_assets",
        "financial",
        "ratio",
        "trailing-year net income / mean of assets now and a year before",
        ("net_income_ttm", "total_assets", "total_assets_prior"),
        ratio("net_income_ttm", (pl.col("total_assets") + pl.col("total_assets_prior")) / 2),
    ),
    Signal(
        "asset_turnover",
        "financial",
        "ratio",
        "trailing-year revenue / mean of assets now and a year before",
        ("revenue_ttm", "total_assets", "total_assets_prior"),
        ratio("revenue_ttm", (pl.col("total_assets") + pl.col("total_assets_prior")) / 2),
    ),
    Signal(
        "free_cash_flow_margin",
        "financial",
        "ratio",
        "(operating cash flow − capex) / revenue, trailing year",
        ("operating_cash_flow_ttm", "capex_ttm", "revenue_ttm"),
        ratio(_FREE_CASH_FLOW, "revenue_ttm"),
    ),
    Signal(
        "accruals",
        "financial",
        "ratio",
        "(net income − operating cash flow) / mean assets: high means earnings not in cash",
        ("net_income_ttm", "operating_cash_flow_ttm", "total_assets", "total_assets_prior"),
        ratio(
            pl.col("net_income_ttm") - pl.col("operating_cash_flow_ttm"),
            (pl.col("total_assets") + pl.col("total_assets_prior")) / 2,
        ),
    ),
    Signal(
        "earnings_yield",
        "financial",
        "ratio",
        "trailing-year net income / market value (close × cover shares)",
        ("net_income_ttm", "market_value"),
        ratio("net_income_ttm", "market_value"),
    ),
    Signal(
        "free_cash_flow_yield",
        "financial",
        "ratio",
        "trailing-year free cash flow / market value",
        ("operating_cash_flow_ttm", "capex_ttm", "market_value"),
        ratio(_FREE_CASH_FLOW, "market_value"),
    ),
    Signal(
        "price_to_book",
        "financial",
        "ratio",
        "market value / equity",
        ("market_value", "equity"),
        ratio("market_value", "equity"),
    ),
    Signal(
        "momentum_12_1",
        "financial",
        "ratio",
        "adjusted price a month ago over a year ago − 1",
        ("momentum_12_1",),
        pl.col("momentum_12_1"),
    ),
    Signal(
        "piotroski_f",
        "financial",
        "score",
        "nine yes-or-no tests of profitability, leverage and efficiency (Piotroski 2000), 0 to 9",
        _PIOTROSKI_INPUTS,
        _PIOTROSKI,
    ),
)
