"""What is known of a company's news, brought up to date: feeds forget their articles after days, we do not."""

import polars as pl

from sec_assets.tables import NEWS


def merge_known(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Return every article of `old` and `new`, one row per (cik, article_id).

    An article seen again takes the new title, summary and address; it keeps the ticker it was first found under and its
    earliest publication. Within `new`, the same story under two tickers of one company counts once (first ticker in
    alphabetical order). The result does not depend on the order of rows.

    Args:
        old: rows of table NEWS known so far.
        new: rows of table NEWS just fetched, of any sources.
    """
    rows = pl.concat([NEWS.conform(old).with_columns(_age=pl.lit(0)), NEWS.conform(new).with_columns(_age=pl.lit(1))])
    everything = [name for name in NEWS.schema if name not in NEWS.key]
    merged = (
        rows.sort([*NEWS.key, "_age", "ticker", *everything], nulls_last=True)
        .with_columns(_latest=pl.col("_age").max().over(NEWS.key))
        .group_by(NEWS.key, maintain_order=True)
        .agg(
            pl.col("published_at").min(),
            pl.col("source").first(),
            pl.col("ticker").drop_nulls().first(),
            *(
                pl.col(name).filter(pl.col("_age") == pl.col("_latest")).first()
                for name in ("title", "summary", "url", "accession_number")
            ),
        )
    )
    return NEWS.conform(merged)
