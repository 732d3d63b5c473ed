"""Dagster assets: thin functions over the pipeline, one module per group."""

from sec_assets.assets.analysis import signals
from sec_assets.assets.edgar import artifacts, filings_index, financials, xbrl_facts
from sec_assets.assets.market import prices, technicals
from sec_assets.assets.serving import portfolio_report, warehouse
from sec_assets.assets.text import filing_text, news, sentiment
from sec_assets.assets.universe import ticker_map

ALL_ASSETS = [
    ticker_map, filings_index, artifacts, xbrl_facts, financials, filing_text, prices, technicals, news, sentiment,
    signals, warehouse, portfolio_report,
]  # fmt: skip

__all__ = ["ALL_ASSETS"]
