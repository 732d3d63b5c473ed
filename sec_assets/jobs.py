"""Jobs: the selections of assets that are run together."""

import dagster as dg

universe_job = dg.define_asset_job(
    "universe",
    selection=dg.AssetSelection.assets("ticker_map"),
    description="Refresh the tickers and register the companies of the universe as partitions.",
)

company_update_job = dg.define_asset_job(
    "company_update",
    selection=dg.AssetSelection.groups("edgar", "market", "text", "analysis"),
    description="Everything of one company, or of a range of them: filings, documents, facts, text, prices, signals.",
)

backfill_job = dg.define_asset_job(
    "backfill",
    selection=dg.AssetSelection.assets("filings_index", "artifacts").without_checks(),
    executor_def=dg.in_process_executor,
    description="Filings and documents of a range of companies; what `sec-assets backfill` runs in its own processes.",
)

serving_job = dg.define_asset_job(
    "serving",
    selection=dg.AssetSelection.groups("serving"),
    description="Rebuild the warehouse and the portfolio report from the lake.",
)

ALL_JOBS = [universe_job, company_update_job, backfill_job, serving_job]
