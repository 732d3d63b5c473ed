"""From tables to signals: build the panel, evaluate every declared expression over it, say why a value is missing.

Pure and vectorised over companies: one pass per declared signal over a frame of |companies| × |days| rows.
"""

from dataclasses import dataclass

import polars as pl

from sec_assets.signals.event_inputs import events
from sec_assets.signals.financial import FINANCIAL
from sec_assets.signals.fundamentals_inputs import average_columns, balance_columns, flow_columns, fundamentals
from sec_assets.signals.management import MANAGEMENT
from sec_assets.signals.market_inputs import market, splits
from sec_assets.signals.model import Signal
from sec_assets.signals.panel import as_of_days
from sec_assets.signals.risk import RISK
from sec_assets.signals.sentiment import SENTIMENT
from sec_assets.signals.text_inputs import texts
from sec_assets.signals.valuation import market_value
from sec_assets.tables import SIGNALS

ALL_SIGNALS: tuple[Signal, ...] = (*FINANCIAL, *SENTIMENT, *RISK, *MANAGEMENT)

_FRESH_DAYS = 135.0  # a quarter and the 45 days after it in which its report is due
_STALE_DAYS = 500.0
_STALE_CONFIDENCE = 0.25
_YEARLY_GRACE_DAYS = 274
_QUARTERLY = ("_q", "_q_prior")


@dataclass(frozen=True, slots=True)
class SignalInputs:
    """The tables signals are computed from, for the same companies; versions and days of all times are welcome."""

    filings_index: pl.DataFrame
    ticker_map: pl.DataFrame
    financials: pl.DataFrame
    prices: pl.DataFrame
    technicals: pl.DataFrame
    filing_text: pl.DataFrame
    sentiment: pl.DataFrame


def compute_signals(inputs: SignalInputs) -> pl.DataFrame:
    """Return table `signals` for every day of the panel (see panel.py).

    `confidence` is 0 where the value is missing; else 1 for statements of the last 135 days, falling linearly to 0.25
    at 500 days for those that read statements, and 1 for the rest. Items that only fiscal years have (per share) stay
    fresh for three quarters more: no newer ones can be had.
    """
    days = as_of_days(inputs.filings_index, inputs.prices, inputs.sentiment)
    if days.is_empty():
        return SIGNALS.frame()
    statements = fundamentals(days, inputs.financials)
    wide = (
        statements.join(
            market(days, inputs.prices, inputs.technicals, inputs.ticker_map), on=["cik", "as_of"], how="left"
        )
        .join(texts(days, inputs.sentiment, inputs.filing_text), on=["cik", "as_of"], how="left")
        .join(events(days, inputs.filings_index), on=["cik", "as_of"], how="left")
    )
    wide = market_value(wide, splits(inputs.prices, inputs.ticker_map), inputs.financials)
    return SIGNALS.conform(pl.concat([_evaluate(wide, signal) for signal in ALL_SIGNALS]))


def _evaluate(wide: pl.DataFrame, signal: Signal) -> pl.DataFrame:
    absent = pl.concat_list(
        pl.when(pl.col(name).is_null()).then(pl.lit(name)) for name in signal.inputs
    ).list.drop_nulls()
    value = pl.when(absent.list.len() == 0).then(signal.value.cast(pl.Float64))
    defined = value.is_not_null() & value.is_finite()
    reason = (
        pl.when(absent.list.len() > 0)
        .then(pl.lit("not known: ") + absent.list.join(", "))
        .when(~defined.fill_null(value=False))
        .then(pl.lit("not defined for these inputs (base or denominator not positive)"))
    )
    return wide.select(
        "cik",
        "as_of",
        name=pl.lit(signal.name),
        category=pl.lit(signal.category),
        value=pl.when(defined).then(value),
        unit=pl.lit(signal.unit),
        confidence=pl.when(defined).then(_freshness(signal)).otherwise(0.0),
        inputs=pl.struct(*signal.inputs, *_ends(signal)).struct.json_encode(),
        reason=reason,
    )


def _ends(signal: Signal) -> list[str]:
    """Return the columns that say of which day the statement inputs of a signal are."""
    names = set(signal.inputs)
    flows = names & set(flow_columns())
    found = {
        "balance_end": bool(names & set(balance_columns())),
        "flow_end": any(not name.endswith(_QUARTERLY) for name in flows),
        "quarter_end": any(name.endswith(_QUARTERLY) for name in flows),
        "year_end": bool(names & set(average_columns())),
        "cover_end": "market_value" in names,
    }
    return [end for end, is_read in found.items() if is_read]


def _freshness(signal: Signal) -> pl.Expr:
    ends = [end for end in _ends(signal) if end != "year_end"] or _ends(signal)
    if not ends:
        return pl.lit(1.0)
    grace = _YEARLY_GRACE_DAYS if ends == ["year_end"] else 0
    age = (pl.col("as_of") - pl.min_horizontal(ends)).dt.total_days().cast(pl.Float64) - grace
    falling = 1 - (age - _FRESH_DAYS) / (_STALE_DAYS - _FRESH_DAYS) * (1 - _STALE_CONFIDENCE)
    return falling.clip(_STALE_CONFIDENCE, 1.0).fill_null(_STALE_CONFIDENCE)
