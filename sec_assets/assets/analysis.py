"""Group `analysis`: what a company looks like from the outside, day by day."""

import dagster as dg

from sec_assets.assets.batch import materialize_companies
from sec_assets.assets.common import per_company
from sec_assets.assets.edgar import filings_index, financials
from sec_assets.assets.market import prices, technicals
from sec_assets.assets.text import filing_text, sentiment
from sec_assets.pipeline.analysis import SIGNAL_INPUTS, signal_companies
from sec_assets.resources import LakeResource
from sec_assets.storage.receipts import Recipe
from sec_assets.tables import SIGNALS


@dg.asset(
    **per_company(SIGNALS, group="analysis"),
    deps=[filings_index, financials, prices, technicals, filing_text, sentiment],
)
def signals(context: dg.AssetExecutionContext, storage: LakeResource) -> dg.MaterializeResult:
    """Named measures in four categories, for every day a periodic report came out and for the newest day known.

    Nothing accepted, traded or published after a day is read for it; a missing value says what is missing.
    """
    store = storage.store()
    return materialize_companies(
        context, storage, SIGNALS, lambda ciks: signal_companies(store, ciks), recipe=Recipe(SIGNAL_INPUTS)
    )
