"""`standardize`: the steps in their order. What each step does is in the module of its name."""

import polars as pl

from sec_assets.tables.edgar import FINANCIALS
from sec_assets.xbrl.standardize import fiscal
from sec_assets.xbrl.standardize.formulas import apply_formulas
from sec_assets.xbrl.standardize.quarters import derive_quarters
from sec_assets.xbrl.standardize.select import select


def standardize(facts: pl.DataFrame) -> pl.DataFrame:
    """Return the standard line items of every filing in `facts`, reported and derived.

    Args:
        facts: frame in table `xbrl_facts`, of any number of companies; work in chunks of some 250 companies.

    Returns:
        Frame in table `financials`, unique on its key (cik, line_item, period_start, period_end, accession_number).
        Rows whose filing has no acceptance time count as public at the end of their filing date.
    """
    rows = select(facts).with_columns(fiscal.period_type(), is_derived=pl.lit(False))
    year_ends = fiscal.calendar(rows, facts)
    rows = apply_formulas(rows)
    rows = pl.concat([rows, derive_quarters(rows)])
    return FINANCIALS.conform(fiscal.label(rows, year_ends).drop("kind", "decimals"))
