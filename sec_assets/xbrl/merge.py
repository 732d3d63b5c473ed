"""One table from two sources: facts read from documents, and facts of the companyfacts API where there is no document.

A filing's own document wins: it has dimensions, texts and accuracies the API lacks. The API then only confirms facts;
filings without a document come from it alone. Where the two differ is told by `reconcile.py`.
"""

import polars as pl

from sec_assets.tables import XBRL_FACTS
from sec_assets.xbrl.companyfacts import SOURCE

_FILING = ["cik", "accession_number"]
_SAME = [*_FILING, "concept", "_unit", "_start", "period_end", "numeric"]


def merge_companyfacts(facts: pl.DataFrame, companyfacts: pl.DataFrame, filings: pl.DataFrame) -> pl.DataFrame:
    """Return table `xbrl_facts`: `facts`, and those of the API for filings that have none; each fact once.

    Args:
        facts: table `xbrl_facts` as read from documents.
        companyfacts: table `companyfacts` of the same companies.
        filings: table `filings_index` of the same companies; gives the API's facts their instant of acceptance.

    A fact both have gets `also_in`. It is the same one where value, concept, unit and period agree, but for two habits of
    the API: it gives a duration of one day as an instant, and some amounts per share in the plain currency.
    """
    confirmed = _comparable(companyfacts).select(_SAME).unique().with_columns(_also_in=pl.lit(SOURCE))
    own = (
        _comparable(facts)
        .join(confirmed, on=_SAME, how="left", nulls_equal=True)
        .with_columns(
            also_in=pl.when(pl.col("dimensions") == "").then(pl.coalesce("_also_in", "also_in")).otherwise("also_in")
        )
        .select(list(XBRL_FACTS.schema))
    )
    accepted = filings.select(*_FILING, "accepted_at").unique(_FILING)
    others = (
        companyfacts.join(facts.select(_FILING).unique(), on=_FILING, how="anti")
        .drop("accepted_at")
        .join(accepted, on=_FILING, how="left")
    )
    return XBRL_FACTS.conform(pl.concat([own, others.select(list(XBRL_FACTS.schema))]))


def _comparable(facts: pl.DataFrame) -> pl.DataFrame:
    one_day = pl.col("period_start") == pl.col("period_end")
    return facts.with_columns(
        _unit=pl.col("unit").str.strip_suffix("/shares"),
        _start=pl.when(~one_day).then("period_start"),
    )
