"""Which filings of the index are wanted: the chosen forms, within the chosen years.

Which documents of a filing are wanted is `filing_index.py`.
"""

from collections.abc import Sequence

import polars as pl


def select_filings(index: pl.DataFrame, forms: Sequence[str], years: int) -> pl.DataFrame:
    """Return the rows of `filings_index` to download, newest first within each company.

    The window is measured per company, back from its own newest filing of the chosen forms: the choice depends on the
    index alone, never on today's date, and a company that stopped filing keeps its last years.

    Args:
        index: table `filings_index`, any number of companies.
        forms: form types exactly as filed; `10-K` does not include `10-K/A`.
        years: length of the window; a filing exactly so many years before the newest is inside.
    """
    chosen = index.filter(pl.col("form").is_in(list(forms)))
    newest = pl.col("filing_date").max().over("cik")
    return chosen.filter(pl.col("filing_date") >= newest.dt.offset_by(f"-{years}y")).sort(
        ["cik", "filing_date", "accession_number"], descending=[False, True, True]
    )
