"""Stock splits told from the filings, and shares and amounts per share on the basis of the newest filing.

A filing gives all its periods on the basis of shares at its date, so that a split shows as a jump of one period's shares from
one filing to a later one. A jump alone could be a restatement, and the ratio a filer reports may be dated at its
announcement: a split is taken where both agree, and counts from the first filing on the new basis. Where a reported ratio
finds no jump although shares of one period are known from before and after, it is not the filer's own split; where none
are, nothing can be told, and earlier filings get no factor.
"""

import polars as pl

from sec_assets.tables.model import EXACT
from sec_assets.xbrl.standardize.versions import known_at

_SHARES = ("shares_basic", "shares_diluted", "shares_issued", "shares_on_balance_sheet")
_UNTOUCHED = "par_value_per_share"
_CLOSE = 0.02
_SMALLEST = 1.1
_ONE = pl.lit("1").cast(EXACT)


def stock_splits(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the confirmed splits.

    Args:
        rows: frame in table `financials`, all versions.

    Returns:
        Columns cik; factor (EXACT) – shares after for one before, below 1 for a reverse split; last_old (Date) – filing date
        of the last filing on the old basis; first_new (Date) – of the first on the new; reported (Date) – the filer's own
        date of it. Sorted.
    """
    claims = _claims(rows)
    jumps = _jumps(rows.join(claims, on="cik", how="semi"))
    times = pl.col("jump")
    ratio = pl.col("ratio").cast(pl.Float64)
    fits, fits_inverse = ((times / r - 1).abs() < _CLOSE for r in (ratio, 1 / ratio))
    return (
        jumps.join(claims, on="cik")
        .filter((fits | fits_inverse) & (pl.col("reported") <= pl.col("first_new")))
        .with_columns(factor=pl.when(fits).then("ratio").otherwise(_ONE / pl.col("ratio")))
        .sort("cik", "factor", "last_old")
        .with_columns(episode=_episode())
        .group_by("cik", "factor", "episode")
        .agg(pl.col("last_old").max(), pl.col("first_new").min(), pl.col("reported").max())
        .drop("episode")
        .sort("cik", "first_new")
    )


def with_split_basis(rows: pl.DataFrame) -> pl.DataFrame:
    """Add split_factor and adjusted_value (EXACT) to `rows`; null for amounts of money and where they cannot be told."""
    splits = stock_splits(rows)
    after = rows.select("cik", "filed").unique().join(splits, on="cik").filter(pl.col("filed") < pl.col("first_new"))
    factors = after.group_by("cik", "filed").agg(
        split_factor=pl.col("factor").cast(pl.Float64).product().round(9).cast(pl.String).cast(EXACT)
    )
    unknown = _undecided(rows, splits)
    per_share = pl.col("unit").str.ends_with("/shares") & (pl.col("line_item") != _UNTOUCHED)
    counted = (pl.col("unit") == "shares") | per_share
    factor = pl.when(counted & pl.col("undecided").is_null()).then(pl.col("split_factor").fill_null(_ONE))
    return (
        rows.join(factors, on=["cik", "filed"], how="left")
        .join(unknown, on=["cik", "filed"], how="left")
        .with_columns(split_factor=factor)
        .with_columns(
            adjusted_value=pl.when(per_share)
            .then(pl.col("value") / pl.col("split_factor"))
            .when(pl.col("unit") == "shares")
            .then(pl.col("value") * pl.col("split_factor"))
        )
        .drop("undecided")
    )


def _claims(rows: pl.DataFrame) -> pl.DataFrame:
    """Return what filers report as split ratios: cik, ratio (EXACT), reported (Date)."""
    return (
        rows.filter(pl.col("line_item") == "stock_split_ratio", pl.col("value") > 0, pl.col("value") != 1)
        .select("cik", ratio="value", reported="period_end")
        .unique()
    )


def _jumps(rows: pl.DataFrame) -> pl.DataFrame:
    """Return where shares of one period differ from one filing to the next: cik, last_old, first_new (Date), jump (Float64)."""
    slot = ["cik", "line_item", "period_start", "period_end"]
    counts = rows.filter(
        pl.col("line_item").is_in(_SHARES), pl.col("value") > 0, ~pl.col("is_derived"), pl.col("filed").is_not_null()
    ).sort(known_at(), "accession_number")
    amount = pl.col("value").cast(pl.Float64)
    return (
        counts.with_columns(last_old=pl.col("filed").shift(1).over(slot), jump=(amount / amount.shift(1)).over(slot))
        .filter((pl.col("jump") > _SMALLEST) | (pl.col("jump") < 1 / _SMALLEST))
        .select("cik", "last_old", "jump", first_new="filed")
        .unique()
    )


def _episode() -> pl.Expr:
    """Number the jumps of one company and factor that belong together: their windows overlap."""
    so_far = pl.col("first_new").cum_max().shift(1)
    return (pl.col("last_old") >= so_far).fill_null(value=False).cum_sum().over("cik", "factor")


def _undecided(rows: pl.DataFrame, splits: pl.DataFrame) -> pl.DataFrame:
    """Return filings before a reported split that no filing can confirm or refute: cik, filed, undecided.

    Shares of one period known from before and after the reported date, without a jump, refute it.
    """
    claims = _claims(rows).join(splits.select("cik", "reported"), on=["cik", "reported"], how="anti")
    open_claims = claims.join(
        splits.select("cik", near="first_new"), on="cik", how="left"
    ).filter(pl.col("near").is_null() | ((pl.col("near") - pl.col("reported")).dt.total_days().abs() > 400))  # fmt: skip
    slot = ["cik", "line_item", "period_start", "period_end"]
    known = rows.filter(
        pl.col("line_item").is_in(_SHARES), pl.col("value").is_not_null(), pl.col("filed").is_not_null()
    )
    spans = known.group_by(slot).agg(first=pl.col("filed").min(), last=pl.col("filed").max())
    refuted = (
        open_claims.join(spans, on="cik")
        .filter(pl.col("first") < pl.col("reported"), pl.col("last") > pl.col("reported"))
        .select("cik", "reported")
    )
    left = open_claims.join(refuted, on=["cik", "reported"], how="anti").group_by("cik").agg(pl.col("reported").max())
    return (
        rows.select("cik", "filed")
        .unique()
        .join(left, on="cik")
        .filter(pl.col("filed") < pl.col("reported"))
        .select("cik", "filed", undecided=pl.lit(value=True))
    )
