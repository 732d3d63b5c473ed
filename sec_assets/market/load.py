"""Loading prices: which source answers for which ticker, and what the others said.

The sources are asked in their order, ticker by ticker; the first with usable bars answers. A company without prices is
a problem row and stops nobody; a source that is down is left alone after a few failures in a row. Nothing here knows
a particular source: those are the sibling modules, and `sources.py` picks them from the settings.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, runtime_checkable

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
from sec_assets.market.bars import CheckedBars, check_bars
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


@runtime_checkable
class PriceFiles(PriceReader, Protocol):
    """A price source whose answers lie in files, so that a look at them tells whether an answer is another by now."""

    def state(self, ticker: str) -> str:
        """Return a text that changes whenever the ticker's file does."""
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
    """Load the daily bars of every ticker from the first source that has them; see `PriceDesk.load`."""
    return PriceDesk(sources, today).load(tickers)


class PriceDesk:
    """Asks the sources in their order, and remembers over many calls which of them are down.

    Args:
        sources: in the order in which to ask.
        today: the last date that may appear.
    """

    def __init__(self, sources: Sequence[PriceReader], today: date) -> None:
        self._sources = tuple(sources)
        self._today = today
        self._closed: dict[str, SecAssetsError] = {}
        self._failures: dict[str, int] = {}

    def load(self, tickers: pl.DataFrame) -> PricesLoaded:
        """Load the daily bars of every ticker.

        Args:
            tickers: `cik`, `ticker`; other columns are ignored.

        Raises:
            SettingError: no source is usable at all, because of keys or folders that are not set; names each.
        """
        frames: list[pl.DataFrame] = []
        problems: list[PriceProblem] = []
        unfinished: list[tuple[str, str]] = []
        outage: OutageError | None = None
        for cik, ticker in tickers.select("cik", "ticker").unique(maintain_order=True).iter_rows():
            try:
                frames.append(self._answer(cik, ticker, problems))
            except InputError as error:
                problems.append(PriceProblem(cik, ticker, None, str(error)))
            except OutageError as error:
                unfinished.append((cik, ticker))
                problems.append(PriceProblem(cik, ticker, None, str(error)))
                outage = outage or error
        frame = PRICES.conform(pl.concat(frames)) if frames else PRICES.frame()
        return PricesLoaded(frame, tuple(problems), tuple(unfinished), outage)

    def _answer(self, cik: str, ticker: str, problems: list[PriceProblem]) -> pl.DataFrame:
        """Return the rows (table PRICES) of one ticker, or raise the verdict over all sources."""
        said: list[SecAssetsError] = []
        for source in self._sources:
            try:
                checked = self._ask(source, ticker)
            except (InputError, OutageError, SettingError) as error:
                said.append(error)
                problems.append(PriceProblem(cik, ticker, source.name, str(error)))
                continue
            problems.extend(_dropped(cik, ticker, source.name, checked.bad))
            if checked.good.height:
                return checked.good.with_columns(cik=pl.lit(cik), ticker=pl.lit(ticker), source=pl.lit(source.name))
            said.append(MalformedError(f"{source.name}: none of {checked.bad.height} bars is usable"))
        raise _verdict(ticker, said)

    def _ask(self, source: PriceReader, ticker: str) -> CheckedBars:
        """Ask one source, unless it banned us, lacks its key, or failed too often in a row."""
        closed = self._closed.get(source.name)
        if closed is not None:
            raise type(closed)(f"{closed} (not asked again)")
        try:
            bars = source.bars(ticker, today=self._today)
        except (OutageError, SettingError) as error:
            self._failures[source.name] = self._failures.get(source.name, 0) + 1
            gives_up = self._failures[source.name] >= _FAILURES_TO_GIVE_UP
            if gives_up or isinstance(error, (BannedError, SettingError)):
                self._closed[source.name] = error
            raise
        except InputError:
            self._failures.pop(source.name, None)
            raise
        self._failures.pop(source.name, None)
        return check_bars(bars, today=self._today)


def _dropped(cik: str, ticker: str, source: str, bad: pl.DataFrame) -> list[PriceProblem]:
    """Return one problem per reason for which bars were dropped, with the first dates."""
    problems = []
    for reason, dates in bad.group_by("reason", maintain_order=True).agg("date").iter_rows():
        named = ", ".join(str(day) for day in dates[:3]) + (", …" if len(dates) > 3 else "")
        problems.append(PriceProblem(cik, ticker, source, f"{reason}: {named}", len(dates)))
    return problems


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
