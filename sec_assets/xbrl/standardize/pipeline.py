"""`standardize`: the steps in their order. What each step does is in the module of its name."""

import polars as pl

from sec_assets.tables import FINANCIALS
from sec_assets.xbrl.standardize import fiscal
from sec_assets.xbrl.standardize.formulas import apply_formulas
from sec_assets.xbrl.standardize.gaps import missing_quarters
from sec_assets.xbrl.standardize.own_concepts import other_cash_changes
from sec_assets.xbrl.standardize.quarters import derive_quarters
from sec_assets.xbrl.standardize.select import select
from sec_assets.xbrl.standardize.splits import with_split_basis
from sec_assets.xbrl.standardize.withheld import contradicted, with_reasons, without_values


def standardize(facts: pl.DataFrame) -> pl.DataFrame:
    """Return the standard line items of every filing in `facts`, reported and derived.

    Args:
        facts: frame in table `xbrl_facts`, of any number of companies; work in chunks of some 250 companies.

    Returns:
        Frame in table `financials`, unique on its key (cik, line_item, period_start, period_end, accession_number).
        Rows whose filing has no acceptance time count as public at the end of their filing date.
    """
    rows = select(facts)
    rows = pl.concat([rows, other_cash_changes(rows, facts)])
    rows = rows.with_columns(fiscal.period_type(), is_derived=pl.lit(False))
    year_ends = fiscal.calendar(rows, facts)
    rows = apply_formulas(rows)
    wrong = contradicted(rows)
    rows = without_values(rows, wrong)
    rows = pl.concat([rows, derive_quarters(rows)])
    labelled = fiscal.label(with_reasons(rows, wrong), year_ends)
    complete = pl.concat([labelled, missing_quarters(labelled)]).drop("kind")
    return FINANCIALS.conform(with_split_basis(complete))
