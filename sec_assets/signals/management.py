"""Signals of the category `management`: who leaves, how capital is used, how punctually is reported. Declarations only."""

import polars as pl

from sec_assets.signals.model import Signal, growth, ratio

MANAGEMENT: tuple[Signal, ...] = (
    Signal(
        "officer_changes_12m",
        "management",
        "count",
        "8-K items 5.02 (directors and officers) of the last 12 months",
        ("officer_changes_12m",),
        pl.col("officer_changes_12m"),
    ),
    Signal(
        "auditor_changes_12m",
        "management",
        "count",
        "8-K items 4.01 (change of auditor) of the last 12 months",
        ("auditor_changes_12m",),
        pl.col("auditor_changes_12m"),
    ),
    Signal(
        "amendments_12m",
        "management",
        "count",
        "amended annual and quarterly reports of the last 12 months",
        ("amendments_12m",),
        pl.col("amendments_12m"),
    ),
    Signal(
        "insider_filings_90d",
        "management",
        "count",
        "ownership forms 3, 4 and 5 of the last 90 days",
        ("insider_filings_90d",),
        pl.col("insider_filings_90d"),
    ),
    Signal(
        "report_delay",
        "management",
        "days",
        "from fiscal year end to the annual report",
        ("report_delay_days",),
        pl.col("report_delay_days"),
    ),
    Signal(
        "report_delay_change",
        "management",
        "days",
        "delay of the annual report − the year before",
        ("report_delay_days", "report_delay_days_prior"),
        pl.col("report_delay_days") - pl.col("report_delay_days_prior"),
    ),
    Signal(
        "share_dilution",
        "management",
        "ratio",
        "diluted shares of the newest fiscal year over the one before − 1",
        ("shares_diluted", "shares_diluted_prior"),
        growth("shares_diluted", "shares_diluted_prior"),
    ),
    Signal(
        "payout",
        "management",
        "ratio",
        "dividends paid / net income, trailing year",
        ("dividends_paid_ttm", "net_income_ttm"),
        ratio("dividends_paid_ttm", "net_income_ttm"),
    ),
    Signal(
        "buyback_yield",
        "management",
        "ratio",
        "trailing-year share repurchases / market value",
        ("share_repurchases_ttm", "market_value"),
        ratio("share_repurchases_ttm", "market_value"),
    ),
    Signal(
        "capex_intensity",
        "management",
        "ratio",
        "capex / revenue, trailing year",
        ("capex_ttm", "revenue_ttm"),
        ratio("capex_ttm", "revenue_ttm"),
    ),
    Signal(
        "research_intensity",
        "management",
        "ratio",
        "research and development / revenue, trailing year",
        ("research_and_development_ttm", "revenue_ttm"),
        ratio("research_and_development_ttm", "revenue_ttm"),
    ),
    Signal(
        "stock_compensation_intensity",
        "management",
        "ratio",
        "stock compensation / revenue, trailing year",
        ("stock_compensation_ttm", "revenue_ttm"),
        ratio("stock_compensation_ttm", "revenue_ttm"),
    ),
)
