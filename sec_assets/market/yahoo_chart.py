"""What a document of Yahoo's chart service (v8/finance/chart) means: bytes in, bars out, no network.

Yahoo's `close`, `volume` and dividend amounts are adjusted for every split up to now, whatever window was asked for.
As-traded values are `close` × the product of the splits after the session, which is known only when the window
reaches the present. Fetching is `yahoo.py`; what makes a bar unusable is `bars.py`.
"""

import json
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl

from sec_assets.errors import AbsentError, MalformedError
from sec_assets.market.adjustment import adjustment_factors
from sec_assets.market.bars import as_bars

_QUOTES = ("open", "high", "low", "close", "volume")


@dataclass(frozen=True, slots=True)
class _Chart:
    meta: dict[str, Any]
    frame: pl.DataFrame
    dividends: pl.DataFrame
    splits: pl.DataFrame


def parse_chart(body: bytes, *, symbol: str) -> pl.DataFrame:
    """Return the bars (schema BARS) of a chart document.

    When its last bar is the symbol's newest session, all splits are known: close, volume and dividends are raw and
    close × factor is Yahoo's adjusted close. Otherwise they stay as Yahoo gives them and price_basis says
    `split_adjusted`. The session that is still trading is left out. Dates are sessions in the exchange's zone.

    Raises:
        AbsentError: the symbol is unknown, or has no bars in the window.
        MalformedError: not a chart of daily bars, or of another symbol.
    """
    result = _result(body, symbol)
    try:
        chart = _chart(result, symbol)
    except (
        KeyError,
        TypeError,
        IndexError,
        AttributeError,
        ValueError,
        ArithmeticError,
        pl.exceptions.PolarsError,
    ) as error:
        raise MalformedError(f"yahoo: the chart of {symbol} is not in its usual shape: {error!r:.160}") from error
    raw = _reaches_the_present(chart)
    bars = _with_actions(chart.frame, chart.dividends, chart.splits)
    if raw:
        bars = _unadjusted(bars, chart.splits)
    bars = _with_factor(bars, splits_apply=raw)
    finished = bars.filter(~_is_trading(chart.meta))
    return as_bars(
        finished.with_columns(
            price_basis=pl.lit("raw" if raw else "split_adjusted"), currency=pl.lit(_currency(chart.meta))
        )
    )


def _result(body: bytes, symbol: str) -> dict[str, Any]:
    try:
        chart = json.loads(body)["chart"]
        error, results = chart.get("error"), chart.get("result")
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise MalformedError(f"yahoo: the answer for {symbol} is not a chart ({len(body)} bytes)") from problem
    if error:
        code = str(error.get("code") if isinstance(error, dict) else error)
        if code.lower() == "not found":
            raise AbsentError(f"yahoo does not know {symbol}")
        raise MalformedError(f"yahoo: error {code[:60]!r} for {symbol}")
    if not isinstance(results, list) or not results or not isinstance(results[0], dict):
        raise MalformedError(f"yahoo: the chart of {symbol} holds no result")
    return results[0]


def _chart(result: dict[str, Any], symbol: str) -> _Chart:
    meta = result["meta"]
    if str(meta["symbol"]).upper() != symbol:
        raise MalformedError(f"yahoo: asked for {symbol}, answered with {str(meta['symbol'])[:20]!r}")
    if meta["dataGranularity"] != "1d":
        raise MalformedError(f"yahoo: bars of {symbol} are {str(meta['dataGranularity'])[:8]!r}, not daily")
    instants = result.get("timestamp")
    if not instants:
        raise AbsentError(f"yahoo has no bars for {symbol}")
    columns = {"instant": pl.Series(instants, dtype=pl.Int64)}
    quote = result["indicators"]["quote"][0]
    for name in _QUOTES:
        columns[name] = pl.Series(quote[name], dtype=pl.Float64, strict=False)
    adjusted = result["indicators"].get("adjclose")
    if adjusted:
        columns["adjusted"] = pl.Series(adjusted[0]["adjclose"], dtype=pl.Float64, strict=False)
    frame = pl.DataFrame(columns).with_columns(date=_session(pl.col("instant"), meta)).sort("instant")
    events = result.get("events") or {}
    dividends = _events(events.get("dividends"), meta, lambda event: event["amount"])
    splits = _events(events.get("splits"), meta, lambda event: event["numerator"] / event["denominator"])
    if (
        not ((splits["value"] > 0) & splits["value"].is_finite()).all()
        or not dividends["value"].is_between(0, 1e12).all()
    ):
        raise MalformedError(f"yahoo: {symbol} has a split or dividend that is not positive")
    return _Chart(meta, frame, dividends, splits)


def _session(instant: pl.Expr, meta: dict[str, Any]) -> pl.Expr:
    """Return the date of an instant at the exchange; its zone is better than today's offset, which changes with DST."""
    name = str(meta.get("exchangeTimezoneName") or "")
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return pl.from_epoch(instant + int(meta["gmtoffset"]), time_unit="s").dt.date()
    return pl.from_epoch(instant, time_unit="s").dt.replace_time_zone("UTC").dt.convert_time_zone(name).dt.date()


def _events(events: dict[str, Any] | None, meta: dict[str, Any], value: Any) -> pl.DataFrame:
    """Return one row per session with the events of one kind: `date`, `value` (several on a day: later ones too)."""
    rows = [(int(event["date"]), float(value(event))) for event in (events or {}).values()]
    frame = pl.DataFrame(rows, schema={"instant": pl.Int64, "value": pl.Float64}, orient="row")
    return frame.select(_session(pl.col("instant"), meta).alias("date"), "value").sort("date")


def _reaches_the_present(chart: _Chart) -> bool:
    newest = chart.meta.get("regularMarketTime")
    if not isinstance(newest, int):
        return False
    session = pl.select(_session(pl.lit(newest, dtype=pl.Int64), chart.meta)).item()
    return chart.frame["date"].max() >= session


def _with_actions(frame: pl.DataFrame, dividends: pl.DataFrame, splits: pl.DataFrame) -> pl.DataFrame:
    """Add `dividend` and `split_factor` of each session; an event between sessions belongs to the next one."""
    sessions = frame.select(session=pl.col("date")).unique().sort("session")

    def per_session(events: pl.DataFrame, name: str, total: pl.Expr) -> pl.DataFrame:
        placed = events.join_asof(sessions, left_on="date", right_on="session", strategy="forward")
        return placed.drop_nulls("session").group_by("session").agg(total.alias(name))

    return (
        frame.join(
            per_session(dividends, "dividend", pl.col("value").sum()), left_on="date", right_on="session", how="left"
        )
        .join(
            per_session(splits, "split_factor", pl.col("value").product()),
            left_on="date",
            right_on="session",
            how="left",
        )
        .with_columns(pl.col("dividend").fill_null(0.0), pl.col("split_factor").fill_null(1.0))
        .sort("instant")
    )


def _unadjusted(bars: pl.DataFrame, splits: pl.DataFrame) -> pl.DataFrame:
    """Undo Yahoo's adjustment: multiply prices and dividends by the splits after the session, divide the volume."""
    later = pl.lit(1.0)
    for day, ratio in splits.iter_rows():
        later *= pl.when(pl.col("date") < day).then(ratio).otherwise(1.0)
    return bars.with_columns(
        pl.col("open", "high", "low", "close", "dividend") * later, volume=(pl.col("volume") / later).round()
    )


def _with_factor(bars: pl.DataFrame, *, splits_apply: bool) -> pl.DataFrame:
    if "adjusted" in bars.columns:
        return bars.with_columns(adjustment_factor=pl.col("adjusted") / pl.col("close"))
    if splits_apply:
        return adjustment_factors(bars)
    factors = adjustment_factors(bars.with_columns(split_factor=pl.lit(1.0)))["adjustment_factor"]
    return bars.sort("date").with_columns(factors)


def _is_trading(meta: dict[str, Any]) -> pl.Expr:
    """Tell whether a bar belongs to a session that had not ended when Yahoo answered."""
    period = meta.get("currentTradingPeriod")
    regular = period.get("regular") if isinstance(period, dict) else None
    newest = meta.get("regularMarketTime")
    if not isinstance(regular, dict) or not isinstance(newest, int):
        return pl.lit(value=False)
    start, end = regular.get("start"), regular.get("end")
    if not isinstance(start, int) or not isinstance(end, int) or not start <= newest < end:
        return pl.lit(value=False)
    return pl.col("instant") >= start


def _currency(meta: dict[str, Any]) -> str | None:
    """Return the currency where it is a code of ISO 4217; GBp (pence) and the like are not."""
    code = meta.get("currency")
    return code if isinstance(code, str) and len(code) == 3 and code.isupper() else None
