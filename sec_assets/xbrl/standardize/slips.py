"""Slips of filers that explain why the numbers of one filing and period contradict each other: a sign turned, a scale left out.

Only which slip explains a contradiction belongs here, as expressions over the cells of `identities.py`. There they are hints;
`withheld.py` decides by them which values are not shown.

A slip is told only where the filing is off by many times the tolerance: among numbers of a few last places some slip
fits by chance.
"""

from collections.abc import Sequence

import polars as pl

FLOWS = _OPERATING, INVESTING, FINANCING = "operating_cash_flow", "investing_cash_flow", "financing_cash_flow"
_TURNED_ONE = {
    "operating flow with the other sign": (_OPERATING,),
    "investing flow with the other sign": (INVESTING,),
    "financing flow with the other sign": (FINANCING,),
}
_TURNED_TWO = {
    "investing and financing flows with the other sign": (INVESTING, FINANCING),
    "operating and investing flows with the other sign": (_OPERATING, INVESTING),
    "operating and financing flows with the other sign": (_OPERATING, FINANCING),
}
TURNED = _TURNED_ONE | _TURNED_TWO
"""Flows that have the other sign, by the name of the slip."""

_TURNED_CHANGE = "change in cash with the other sign"
_SEVERAL = "more than one turned sign would make it hold"
SCALES = (1_000, 1_000_000)
_CLEARLY = 10


def lost_scale(rounding: pl.Expr | None = None) -> pl.Expr:
    """Return the factor (Int64), 1,000 or 1,000,000, with which `actual` is `expected` within `tolerance`; null where none is.

    Args:
        rounding: the part of `tolerance` that grows with the factor; none by default.
    """
    actual, expected = pl.col("actual"), pl.col("expected")
    growing = pl.lit(0.0) if rounding is None else rounding

    def fits(scale: int) -> pl.Expr:
        tolerance = pl.col("tolerance") + (scale - 1) * growing
        return ((scale * actual - expected).abs() <= tolerance) & _is_clear(actual - expected, tolerance)

    return pl.coalesce(pl.when(fits(scale)).then(pl.lit(scale, dtype=pl.Int64)) for scale in SCALES)


def turned_sign(flows: pl.Expr, others: Sequence[pl.Expr], change: pl.Expr, tolerance: pl.Expr) -> pl.Expr:
    """Return the name (String) of the turned sign or signs with which the flows are the change in cash, null where none are.

    Two flows are taken for turned only where no single number is. Where several would do, none is named.

    Args:
        flows: sum of `FLOWS`, which are columns, and of what is always part of it.
        others: what reports have beside them, or within: one expression per way of reading.
        change: change in cash as filed.
        tolerance: of the comparison.
    """

    def off(flows: pl.Expr, change: pl.Expr) -> pl.Expr:
        return pl.min_horizontal((flows + other - change).abs() for other in others)

    def fits(items: Sequence[str]) -> pl.Expr:
        return off(flows - 2 * pl.sum_horizontal(items), change) <= tolerance

    one = {name: fits(items) for name, items in _TURNED_ONE.items()}
    one[_TURNED_CHANGE] = off(flows, -change) <= tolerance
    two = {name: fits(items) for name, items in _TURNED_TWO.items()}
    return pl.when(_is_clear(off(flows, change), tolerance)).then(pl.coalesce(_only(one), _only(two)))


def _only(slips: dict[str, pl.Expr]) -> pl.Expr:
    name = pl.coalesce(pl.when(fits).then(pl.lit(name)) for name, fits in slips.items())
    return pl.when(pl.sum_horizontal(slips.values()) > 1).then(pl.lit(_SEVERAL)).otherwise(name)


def _is_clear(off: pl.Expr, tolerance: pl.Expr) -> pl.Expr:
    return off.abs() > _CLEARLY * tolerance
