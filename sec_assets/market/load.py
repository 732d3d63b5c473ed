"""Loading prices: which source answers for which ticker, and what the others said.

The sources are asked in their order, ticker by ticker; the first with usable bars answers. A company without prices is
a problem row and stops nobody; a source that is down is left alone after a few failures in a row. Nothing here knows
a particular source: those are the sibling modules, and `sources.py` picks them from the settings.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

import polars as pl

from sec_assets.errors import (
    AbsentError,
    BannedError,
    InputError,
    MalformedError,
    OutageError,
    SecAssetsError,
    SettingError,
)
from sec_assets.market.bars import check_bars
from sec_assets.tables import PRICES

_FAILURES_TO_GIVE_UP = 3


class PriceReader(Protocol):
    """A price source: a name, and the bars (schema BARS) of one ticker."""

    @property
    def name(self) -> str:
        """The name shown in the column `source`."""
        ...

    def bars(self, ticker: str, *, today: date) -> pl.DataFrame:
        """Return the bars of a ticker, or raise a SecAssetsError that says why not."""
        ...


@dataclass(frozen=True, slots=True)
class PriceProblem:
    """Something a source said about a ticker instead of giving a good price.

    `bars` is the number of bars dropped; 0 when the source gave none at all. `source` is null for the verdict over
    all sources.
    """

    cik: str
    ticker: str
    source: str | None
    reason: str
    bars: int = 0


@dataclass(frozen=True, slots=True)
class PricesLoaded:
    """What was loaded.

    `frame`: table PRICES. `problems`: per ticker, in the order in which they arose; a ticker without prices has one
    with source None. `unfinished`: (cik, ticker) that only an outage kept from an answer; `outage` is the first such
    error, to be raised after the rest is stored.
    """

    frame: pl.DataFrame
    problems: tuple[PriceProblem, ...] = ()
    unfinished: tuple[tuple[str, str], ...] = ()
    outage: OutageError | None = None


def load_prices(tickers: pl.DataFrame, sources: Sequence[PriceReader], *, today: date) -> PricesLoaded:
    """Load the daily bars of every ticker from the first source that has them.

    Args:
        tickers: `cik`, `ticker`; other columns are ignored.
        sources: in the order in which to ask.
        today: the last date that may appear.

    Raises:
        SettingError: no source is usable at all, because of keys or folders that are not set; names each.
    """
    desk = _Desk(tuple(sources), today)
    frames: list[pl.DataFrame] = []
    unfinished: list[tuple[str, str]] = []
    outage: OutageError | None = None
    for cik, ticker in tickers.select("cik", "ticker").unique(maintain_order=True).iter_rows():
        try:
            frames.append(desk.answer(cik, ticker))
        except InputError as error:
            desk.problems.append(PriceProblem(cik, ticker, None, str(error)))
        except OutageError as error:
            unfinished.append((cik, ticker))
            desk.problems.append(PriceProblem(cik, ticker, None, str(error)))
            outage = outage or error
    frame = PRICES.conform(pl.concat(frames)) if frames else PRICES.frame()
    return PricesLoaded(frame, tuple(desk.problems), tuple(unfinished), outage)


@dataclass
class _Desk:
    """Asks the sources, remembers who is down, and collects what they said."""

    sources: tuple[PriceReader, ...]
    today: date
    problems: list[PriceProblem] = field(default_factory=list)
    _closed: dict[str, SecAssetsError] = field(default_factory=dict)
    _failures: dict[str, int] = field(default_factory=dict)

    def answer(self, cik: str, ticker: str) -> pl.DataFrame:
        """Return the rows (table PRICES) of one ticker, or raise the verdict over all sources."""
        said: list[SecAssetsError] = []
        for source in self.sources:
            try:
                return self._ask(source, cik, ticker)
            except (InputError, OutageError, SettingError) as error:
                said.append(error)
                self._remember(source.name, error)
                self.problems.append(PriceProblem(cik, ticker, source.name, str(error)))
        raise _verdict(ticker, said)

    def _ask(self, source: PriceReader, cik: str, ticker: str) -> pl.DataFrame:
        closed = self._closed.get(source.name)
        if closed is not None:
            raise type(closed)(f"{closed} (not asked again)")
        checked = check_bars(source.bars(ticker, today=self.today), today=self.today)
        self._failures.pop(source.name, None)
        for reason, dates in checked.bad.group_by("reason", maintain_order=True).agg("date").iter_rows():
            named = ", ".join(str(day) for day in dates[:3]) + (", …" if len(dates) > 3 else "")
            self.problems.append(PriceProblem(cik, ticker, source.name, f"{reason}: {named}", len(dates)))
        if checked.good.is_empty():
            raise MalformedError(f"{source.name}: none of {checked.bad.height} bars of {ticker} is usable")
        return checked.good.with_columns(cik=pl.lit(cik), ticker=pl.lit(ticker), source=pl.lit(source.name))

    def _remember(self, name: str, error: SecAssetsError) -> None:
        """Close a source that banned us, lacks its key, or failed too often in a row."""
        if name in self._closed:
            return
        if isinstance(error, InputError):
            self._failures.pop(name, None)
            return
        self._failures[name] = self._failures.get(name, 0) + 1
        if isinstance(error, (BannedError, SettingError)) or self._failures[name] >= _FAILURES_TO_GIVE_UP:
            self._closed[name] = error


def _verdict(ticker: str, said: list[SecAssetsError]) -> SecAssetsError:
    """Sum up what the sources said: an outage outweighs a bad answer, which outweighs absence."""
    if not said:
        return SettingError("SEC_ASSETS_PRICES names no price source")
    told = "; ".join(str(error) for error in said)
    if all(isinstance(error, SettingError) for error in said):
        return SettingError(told)
    outage = next((error for error in said if isinstance(error, OutageError)), None)
    if outage is not None:
        return type(outage)(f"no prices of {ticker}: {told}")
    kinds = (MalformedError, AbsentError)
    kind = next((kind for kind in kinds if any(isinstance(error, kind) for error in said)), InputError)
    return kind(f"no prices of {ticker}: {told}")
