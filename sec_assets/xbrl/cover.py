"""Cover pages: the dei facts of each filing as one row, and which trading symbol was whose when.

What the filer states is kept as stated; a fiscal year on a cover is known to be wrong now and then, so periods should come
from the facts' own dates. EDGAR's present list of tickers is `edgar/tickers.py`; here is what filings said at the time.
"""

import polars as pl

from sec_assets.tables import FILING_COVER, TICKER_HISTORY

_FILING = ["cik", "accession_number"]
_TRUE = ["true", "1"]
_NO_SYMBOL = ["", "NONE", "N/A", "NA", "NOT APPLICABLE", "NULL", "-", "\u2013", "\u2014"]


def cover_pages(facts: pl.DataFrame) -> pl.DataFrame:
    """Return table `filing_cover` for all filings in a frame of `xbrl_facts` that have dei facts.

    A security is what facts under one set of dimensions say of title, symbol and exchange: classes of shares differ in
    `us-gaap:StatementClassOfStockAxis`, co-registrants in `dei:LegalEntityAxis`. Of a fact stated for several periods
    the newest counts.
    """
    dei = facts.filter(
        pl.col("concept").str.starts_with("dei:") & (pl.col("occurrence") == 0) & ~pl.col("is_nil")
    ).sort("period_end", descending=True, nulls_last=True, maintain_order=True)
    plain = pl.col("dimensions") == ""
    pages = dei.group_by(_FILING, maintain_order=True).agg(
        pl.col("form", "filed", "accepted_at").first(),
        document_type=_text("DocumentType", plain),
        period_end=_text("DocumentPeriodEndDate", plain),
        fiscal_year_end=_text("CurrentFiscalYearEndDate", plain),
        fiscal_year=_text("DocumentFiscalYearFocus", plain),
        fiscal_period=_text("DocumentFiscalPeriodFocus", plain),
        is_amendment=_text("AmendmentFlag", plain).is_in(_TRUE),
        amendment_description=_text("AmendmentDescription", plain),
        registrant_name=_text("EntityRegistrantName", plain),
        filer_category=_text("EntityFilerCategory", plain),
        is_shell_company=_text("EntityShellCompany", plain).is_in(_TRUE),
        public_float=pl.col("numeric").filter((pl.col("concept") == "dei:EntityPublicFloat") & plain).first(),
        public_float_unit=pl.col("unit").filter((pl.col("concept") == "dei:EntityPublicFloat") & plain).first(),
    )
    typed = pages.with_columns(
        pl.col("period_end").str.to_date("%Y-%m-%d", strict=False),
        pl.col("fiscal_year_end").str.extract(r"^--([0-9]{2}-[0-9]{2})$").str.replace("-", ""),
        pl.col("fiscal_year").cast(pl.Int32, strict=False),
    )
    return FILING_COVER.conform(
        typed.join(_securities(dei), on=_FILING, how="left")
        .join(_shares(dei), on=_FILING, how="left")
        .with_columns(
            pl.col(name).fill_null(pl.lit([], dtype=FILING_COVER.schema[name]))
            for name in ("securities", "shares_outstanding")
        )
    )


def _text(name: str, where: pl.Expr | None = None) -> pl.Expr:
    chosen = pl.col("concept") == f"dei:{name}"
    return pl.col("value").filter(chosen if where is None else chosen & where).first()


def _securities(dei: pl.DataFrame) -> pl.DataFrame:
    classes = dei.group_by([*_FILING, "dimensions"], maintain_order=True).agg(
        title=pl.coalesce(_text("Security12bTitle"), _text("Security12gTitle")),
        symbol=_text("TradingSymbol"),
        exchange=_text("SecurityExchangeName"),
    )
    named = classes.filter(pl.col("title").is_not_null() | pl.col("symbol").is_not_null()).sort("dimensions")
    return named.group_by(_FILING).agg(securities=pl.struct("title", "symbol", "exchange", "dimensions"))


def _shares(dei: pl.DataFrame) -> pl.DataFrame:
    stated = dei.filter(pl.col("concept") == "dei:EntityCommonStockSharesOutstanding").sort(
        "dimensions", maintain_order=True
    )
    return (
        stated.unique([*_FILING, "dimensions"], keep="first", maintain_order=True)
        .group_by(_FILING, maintain_order=True)
        .agg(shares_outstanding=pl.struct(shares="numeric", as_of="period_end", dimensions="dimensions"))
    )


def ticker_history(covers: pl.DataFrame) -> pl.DataFrame:
    """Return table `ticker_history` from table `filing_cover`: which symbols covers named, from when until when.

    Covers without any symbol say nothing and are passed over. A symbol that returns after others took its place
    begins anew.
    """
    named = (
        covers.filter(pl.col("filed").is_not_null())
        .select(*_FILING, "filed", "securities")
        .explode("securities", empty_as_null=True)
        .unnest("securities")
        .with_columns(symbol=pl.col("symbol").str.strip_chars().str.to_uppercase())
        .filter(pl.col("symbol").is_not_null() & ~pl.col("symbol").is_in(_NO_SYMBOL))
        .sort("cik", "filed", "accession_number", "dimensions")
    )
    page = pl.struct("filed", "accession_number").rank("dense").over("cik")
    pages = named.with_columns(page=page.cast(pl.Int64))
    days = pages.select("cik", "page", valid_until="filed").unique()
    mentions = pages.unique(["cik", "symbol", "page"], keep="first", maintain_order=True)
    is_new = (pl.col("page") - pl.col("page").shift(1)).over("cik", "symbol") != 1
    runs = (
        mentions.with_columns(run=is_new.fill_null(value=True).cum_sum().over("cik", "symbol"))
        .group_by(["cik", "symbol", "run"], maintain_order=True)
        .agg(
            pl.col("title", "exchange").drop_nulls().last(),
            pl.col("dimensions").last(),
            valid_from=pl.col("filed").first(),
            page=pl.col("page").last() + 1,
            n_filings=pl.len().cast(pl.Int32),
            last_accession_number=pl.col("accession_number").last(),
        )
        .join(days, on=["cik", "page"], how="left")
    )
    return TICKER_HISTORY.conform(runs.drop("run", "page"))
