"""Group `serving`: what people open — the warehouse and the report."""

import base64

import dagster as dg
from pydantic import Field

from sec_assets.assets.common import HOME_STEP, OWNERS, stop_with_sentence
from sec_assets.pipeline.analysis import report_inputs
from sec_assets.pipeline.universe import reported_holdings
from sec_assets.resources import LakeResource, SettingsResource, WarehouseResource
from sec_assets.tables import TABLES

_SIDE_TABLES = {"companies", "status"}
_ALL_TABLES = [name for name in TABLES if name not in _SIDE_TABLES]


class WarehouseConfig(dg.Config):
    """How `warehouse` is brought up to date."""

    anew: bool = Field(False, description="build every table anew, whatever little has changed in the lake")


@dg.asset(
    deps=_ALL_TABLES,
    group_name="serving",
    owners=OWNERS,
    code_version="1",
    kinds={"duckdb", "sql"},
    op_tags=HOME_STEP,
)
def warehouse(
    config: WarehouseConfig, settings: SettingsResource, storage: LakeResource, duckdb_warehouse: WarehouseResource
) -> dg.MaterializeResult:
    """One DuckDB file with every table sorted by its key, views of the newest, first and as-of facts, swapped in whole."""
    with stop_with_sentence():
        folded = storage.status().compact()
        rows = duckdb_warehouse.rebuild(anew=config.anew)
    path = settings.load().warehouse
    listed = "\n".join(f"| {name} | {count:,} |" for name, count in rows.items())
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": sum(rows.values()),
            "path": dg.MetadataValue.path(str(path)),
            "bytes": path.stat().st_size,
            "tables": dg.MetadataValue.md(f"| table | rows |\n|---|---|\n{listed}"),
            "status_files_folded": folded,
        }
    )


@dg.asset(
    deps=["ticker_map", "filings_index", "financials", "prices", "technicals", "news", "sentiment", "signals"],
    group_name="serving",
    owners=OWNERS,
    code_version="1",
    kinds={"html", "altair"},
    op_tags=HOME_STEP,
)
def portfolio_report(settings: SettingsResource, storage: LakeResource) -> dg.MaterializeResult:
    """The holdings as one self-contained page with charts and tables, and the same as Parquet and JSON."""
    # Drawing takes a second to import: only the process that draws pays for it.
    from sec_assets.report.charts import allocation
    from sec_assets.report.files import write_report
    from sec_assets.report.page import build_report

    with stop_with_sentence():
        chosen = settings.load()
        inputs = report_inputs(storage.store(), storage.status(), reported_holdings(chosen))
        report = build_report(inputs)
        page, *others = write_report(report, chosen.reports)
    picture = base64.b64encode(allocation(report.positions).encode()).decode()
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": report.positions.height,
            "as_of": str(report.data["as_of"]),
            "positions_without_price": report.positions["market_value"].null_count(),
            "holdings_not_usable": len(inputs.problems),
            "report": dg.MetadataValue.url(page.as_uri()),
            "files": dg.MetadataValue.md("\n".join(f"- `{path}`" for path in (page, *others))),
            "allocation": dg.MetadataValue.md(f"![allocation](data:image/svg+xml;base64,{picture})"),
        }
    )
