"""Tickers of companies to prices, and prices to indicators."""

from collections.abc import Callable, Iterator, Sequence

import polars as pl

from sec_assets.errors import SettingError
from sec_assets.market.indicators import technicals
from sec_assets.market.load import PriceDesk, PriceFiles, PriceReader, PricesLoaded
from sec_assets.pipeline.outcome import Outcome, Store, in_words, never_made
from sec_assets.tables import PRICES, TICKER_MAP


def price_companies(store: Store, desk: PriceDesk, ciks: Sequence[str]) -> Iterator[Outcome]:
    """Yield one outcome per company: the bars of all its tickers, or what every source said instead.

    Raises:
        OutageError: the sources are down; companies before are done.
    """
    tickers = store.lake.read(TICKER_MAP).filter(pl.col("cik").is_in(list(ciks)))
    for cik in ciks:
        own = tickers.filter(pl.col("cik") == cik)
        if own.is_empty():
            yield Outcome([cik], frame=PRICES.frame(), notes={cik: "it has no ticker"})
            continue
        try:
            loaded = desk.load(own)
        except SettingError as error:
            yield Outcome([cik], failed={cik: str(error)})
            continue
        yield _outcome(cik, own.height, loaded)
        if loaded.outage is not None:
            raise loaded.outage


def file_states(store: Store, sources: Sequence[PriceReader]) -> Callable[[str], str] | None:
    """Return what tells of a company whether its prices would be others by now; None where only asking a source tells.

    The function raises UnreachableError where a folder cannot be read.
    """
    files = [source for source in sources if isinstance(source, PriceFiles)]
    if len(files) < len(sources):
        return None
    rows = store.lake.read(TICKER_MAP).group_by("cik").agg("ticker")
    tickers: dict[str, list[str]] = dict(rows.iter_rows())
    return lambda cik: "\n".join(source.state(ticker) for ticker in tickers.get(cik, ()) for source in files)


def _outcome(cik: str, tickers: int, loaded: PricesLoaded) -> Outcome:
    """A ticker without prices makes the company partial, or failed when it was its only one; so do dropped bars."""
    without = [f"{problem.ticker}: {problem.reason}" for problem in loaded.problems if problem.source is None]
    dropped = [
        f"{problem.ticker}, {problem.bars} bars: {problem.reason}" for problem in loaded.problems if problem.bars
    ]
    if len(without) == tickers:
        return Outcome([cik], failed={cik: "; ".join(without)})
    problems = [*without, *dropped]
    return Outcome(
        [cik], frame=loaded.frame, partial={cik: in_words(problems, "problems", "problem")} if problems else {}
    )


def technical_companies(store: Store, ciks: Sequence[str]) -> Iterator[Outcome]:
    """Yield one outcome for all companies: indicators over many tickers at once.

    Prices as traded whose source tells of no splits are left out: across a split every indicator would be wrong.
    """
    prices, damaged = store.lake.read_each(PRICES, ciks)
    damaged |= never_made(store.lake, PRICES, ciks)
    without = set(ciks) - set(prices["cik"].unique().to_list()) - set(damaged)
    blind = (pl.col("price_basis") == "raw") & pl.col("split_factor").is_null()
    left_out = prices.filter(blind)["cik"].unique().to_list()
    yield Outcome(
        ciks,
        frame=technicals(prices.filter(~blind)),
        failed=damaged,
        partial=dict.fromkeys(left_out, "no indicators on prices as traded whose source tells of no splits"),
        notes=dict.fromkeys(without, "it has no prices"),
    )
