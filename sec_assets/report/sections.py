"""The frames behind the report's sections: what is shown of statements, texts, filings and failures."""

from datetime import date

import polars as pl

from sec_assets.report.positions import ReportInputs
from sec_assets.signals.panel import known_day
from sec_assets.xbrl.standardize.versions import known_at

_NEWS = 15
_FILINGS = 15
_YEARS = 4


def statements(inputs: ReportInputs, positions: pl.DataFrame, day: date | None) -> pl.DataFrame:
    """Return revenue and net income of the last fiscal years, newest version known on `day`; one value per year.

    Columns: ticker, fiscal_year (Int32), line_item, value (Float64), unit.
    """
    rows = inputs.financials.filter(
        pl.col("line_item").is_in(["revenue", "net_income"])
        & (pl.col("fiscal_period") == "FY")  # some quarterly reports have twelve months that are no fiscal year
        & (known_day(filing_date="filed") <= day if day else True)
    )
    newest = rows.sort("period_end", known_at(), "accession_number").unique(
        ["cik", "line_item", "fiscal_year"], keep="last", maintain_order=True
    )
    recent = newest.filter(pl.col("fiscal_year") > pl.col("fiscal_year").max().over("cik") - _YEARS)
    return (
        recent.join(one_ticker(positions), on="cik")
        .select("ticker", "fiscal_year", "line_item", pl.col("value").cast(pl.Float64), "unit")
        .sort("ticker", "fiscal_year", "line_item")
    )


def tones(inputs: ReportInputs, positions: pl.DataFrame, day: date | None) -> pl.DataFrame:
    """Return the mean score of the last year per holding and kind of document: ticker, document_kind, score, n."""
    published = pl.col("published_at").dt.convert_time_zone("America/New_York").dt.date()
    known = inputs.sentiment.with_columns(day=published).filter(
        (pl.col("day") <= day) & (pl.lit(day) - pl.col("day") <= pl.duration(days=365)) if day else pl.lit(value=True)
    )
    return (
        known.join(one_ticker(positions), on="cik")
        .group_by("ticker", "document_kind")
        .agg(pl.col("score").mean(), n=pl.len())
        .sort("ticker", "document_kind")
    )


def latest_news(inputs: ReportInputs, positions: pl.DataFrame, day: date | None) -> pl.DataFrame:
    """Return the newest articles of the holdings: ticker, published_at, source, title, url, score."""
    published = pl.col("published_at").dt.convert_time_zone("America/New_York").dt.date()
    scores = inputs.sentiment.select("cik", "score", article_id="document_id")
    return (
        inputs.news.drop("ticker")
        .filter(published <= day if day else True)
        .join(one_ticker(positions), on="cik")
        .join(scores, on=["cik", "article_id"], how="left")
        .sort("published_at", "article_id", descending=True)
        .head(_NEWS)
        .select("ticker", "published_at", "source", "title", "url", "score")
    )


def latest_filings(inputs: ReportInputs, positions: pl.DataFrame, day: date | None) -> pl.DataFrame:
    """Return the newest filings of the holdings: ticker, filing_date, form, items, accession_number, cik."""
    return (
        inputs.filings_index.filter(pl.col("filing_date") <= day if day else True)
        .join(one_ticker(positions), on="cik")
        .sort("filing_date", "accession_number", descending=True)
        .head(_FILINGS)
        .select("ticker", "filing_date", "form", "items", "accession_number", "cik")
    )


def failures(inputs: ReportInputs, positions: pl.DataFrame) -> pl.DataFrame:
    """Return everything that is known to be missing for the holdings: ticker, asset, state, error."""
    return (
        inputs.status.filter(pl.col("state").is_in(["failed", "partial"]))
        .join(one_ticker(positions), on="cik")
        .sort("ticker", "asset")
        .select("ticker", "asset", "state", "error")
    )


def one_ticker(positions: pl.DataFrame) -> pl.DataFrame:
    """Return one ticker per company held, its largest position: several classes do not double rows (cik, ticker)."""
    return positions.drop_nulls("cik").unique("cik", keep="first", maintain_order=True).select("cik", "ticker")
