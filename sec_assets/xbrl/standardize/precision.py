"""How exactly a filed number is known: the XBRL attribute `decimals` as a number, and the size of its last known place.

`decimals` −6 means known to the million, 2 to the cent; INF, exact, is 12 here, the last place our tables store. What
follows from it for comparisons (restatements, identities) is in the modules that compare.
"""

import polars as pl

from sec_assets.tables.model import EXACT

EXACT_PLACES = 12
_UNITS = {places: f"{10**-places}" for places in range(-12, 1)} | {
    n: f"0.{'0' * (n - 1)}1" for n in range(1, EXACT_PLACES)
}
_MOST_ZEROS = 6


def known_places(decimals: pl.Expr) -> pl.Expr:
    """Return the attribute `decimals` (String) as Int32: INF is 12, what cannot be read is null."""
    text = decimals.str.strip_chars()
    return (
        pl.when(text.str.to_uppercase() == "INF")
        .then(pl.lit(EXACT_PLACES, dtype=pl.Int32))
        .otherwise(text.cast(pl.Int32, strict=False).clip(-12, EXACT_PLACES))
    )


def last_place(places: pl.Expr) -> pl.Expr:
    """Return the size of the last known place (EXACT), e.g. 1,000,000 for −6; zero where exact or unknown."""
    return places.replace_strict(_UNITS, default="0", return_dtype=pl.String).cast(EXACT)


def shown_places(value: pl.Expr) -> pl.Expr:
    """Return the places (Int32, −6 to 0) that trailing zeros of an amount suggest, for sources without `decimals`.

    383,285,000,000 suggests −6. One round number proves little: take the maximum over the amounts of a statement.
    """
    digits = pl.when(value != 0).then(value.cast(pl.Int128, strict=False).abs())
    zeros = pl.lit(0, dtype=pl.Int32)
    for power in range(1, _MOST_ZEROS + 1):
        zeros = pl.when(digits % 10**power == 0).then(pl.lit(power, dtype=pl.Int32)).otherwise(zeros)
    return pl.when(digits.is_not_null()).then(-zeros)
