"""Adjustment factors from corporate actions: what makes bars comparable over splits and dividends.

Pure and vectorised over securities. Sources that deliver raw prices with dividends and splits get their factor here;
sources that deliver an adjusted close divide it by the close themselves. Splits known only to a filing are elsewhere.
"""

from collections.abc import Sequence

import polars as pl

from sec_assets.errors import MalformedError


def adjustment_factors(bars: pl.DataFrame, *, by: Sequence[str] = ()) -> pl.DataFrame:
    """Return `bars` sorted by `by` and date, with `adjustment_factor` such that raw close × factor is comparable.

    The multiplicative method of CRSP: on an ex-date with split factor s (new shares for one old) and cash dividend D
    per new share, every earlier price is multiplied by (1 − D·s / P) / s, where P is the last close before the
    ex-date. The factor of the newest bar is 1. Actions before the first close change nothing.

    Args:
        bars: `date` (Date), `close` (raw), `dividend` and `split_factor` (null: none), and the columns of `by`.
        by: the columns that tell securities apart.

    Raises:
        MalformedError: a split factor that is not positive, or a dividend that is negative or not below the close before
            it; names the date.
    """
    close = pl.when(pl.col("close").is_finite() & (pl.col("close") > 0)).then(pl.col("close"))
    before = close.forward_fill().shift(1)
    split = pl.col("split_factor").fill_null(1.0)
    dividend = pl.col("dividend").fill_null(0.0)
    kept = (1 - dividend * split / before).fill_null(1.0)
    step = kept / split
    sorted_bars = bars.sort(*by, "date")
    wrong = (split <= 0) | (dividend < 0) | (_per_security(kept, by) <= 0)
    _refuse(sorted_bars.filter(wrong))
    return sorted_bars.with_columns(
        adjustment_factor=_per_security(step.shift(-1).fill_null(1.0).cum_prod(reverse=True), by)
    )


def _per_security(expression: pl.Expr, by: Sequence[str]) -> pl.Expr:
    return expression.over(list(by)) if by else expression


def _refuse(wrong: pl.DataFrame) -> None:
    if wrong.height:
        row = wrong.row(0, named=True)
        raise MalformedError(
            f"{row['date']}: dividend {row['dividend']} and split factor {row['split_factor']} cannot be true for a "
            f"close of {row['close']}; {wrong.height} such dates in all"
        )
