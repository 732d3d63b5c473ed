"""Tables of the lake to signals and to the portfolio report: everything known, as of days in the past."""

from collections.abc import Iterator, Sequence

import polars as pl

from sec_assets.edgar.holdings import Holdings
from sec_assets.pipeline.outcome import Outcome, Store
from sec_assets.report.positions import ReportInputs
from sec_assets.signals.engine import SignalInputs, compute_signals
from sec_assets.storage.slices import slices
from sec_assets.storage.status import StatusLog
from sec_assets.tables import (
    COMPANIES,
    FILING_TEXT,
    FILINGS_INDEX,
    FINANCIALS,
    NEWS,
    PRICES,
    SENTIMENT,
    SIGNALS,
    TECHNICALS,
    TICKER_MAP,
    Table,
)

SIGNAL_INPUTS = (FILINGS_INDEX, TICKER_MAP, FINANCIALS, PRICES, TECHNICALS, FILING_TEXT, SENTIMENT)
"""Everything signals are computed from."""

_SLICE = 50


def signal_companies(store: Store, ciks: Sequence[str]) -> Iterator[Outcome]:
    """Yield one outcome per slice of companies; a company with a damaged input fails, its neighbours do not."""
    tickers = store.lake.read(TICKER_MAP)
    for part in slices(store.lake, FILING_TEXT, ciks, most=_SLICE):
        damaged: dict[str, str] = {}

        def read(table: Table, part: Sequence[str] = part, damaged: dict[str, str] = damaged) -> pl.DataFrame:
            frame, complaints = store.lake.read_each(table, part)
            damaged |= complaints
            return frame

        named = tickers.filter(pl.col("cik").is_in(part))
        inputs = SignalInputs(
            filings_index=read(FILINGS_INDEX), ticker_map=named, financials=read(FINANCIALS), prices=read(PRICES),
            technicals=read(TECHNICALS), filing_text=read(FILING_TEXT), sentiment=read(SENTIMENT),
        )  # fmt: skip
        frame = compute_signals(inputs)
        silent = set(part) - set(frame["cik"].unique().to_list()) - set(damaged)
        yield Outcome(part, frame=frame, failed=damaged, notes=dict.fromkeys(silent, "nothing is known of it yet"))


def report_inputs(store: Store, status: StatusLog, holdings: Holdings) -> ReportInputs:
    """Read what the report shows, for the companies held only.

    Raises:
        CorruptError: a file of a held company is damaged; a report with holes is not made.
    """
    lake = store.lake
    positions = holdings.positions()
    tickers = lake.read(TICKER_MAP)
    ciks = sorted(tickers.join(positions, on="ticker", how="semi")["cik"].unique().to_list())
    problems = [f"line {line}: {problem}" for line, problem in holdings.problems.select("line", "problem").iter_rows()]
    return ReportInputs(
        positions=positions, problems=problems, ticker_map=tickers,
        companies=lake.read_many(COMPANIES, ciks), filings_index=lake.read_many(FILINGS_INDEX, ciks),
        financials=lake.read_many(FINANCIALS, ciks), prices=lake.read_many(PRICES, ciks),
        technicals=lake.read_many(TECHNICALS, ciks), news=lake.read_many(NEWS, ciks),
        sentiment=lake.read_many(SENTIMENT, ciks), signals=lake.read_many(SIGNALS, ciks),
        status=status.latest(ciks=ciks),
    )  # fmt: skip
