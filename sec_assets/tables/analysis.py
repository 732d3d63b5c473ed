"""Tables of the group `analysis`, and the status every asset keeps."""

import polars as pl

from sec_assets.tables.edgar import CIK
from sec_assets.tables.model import UTC_INSTANT, Column, Table

SIGNALS = Table(
    "signals",
    "Named measures of a company as they could have been computed at the end of a day, never later knowledge.",
    ("cik", "as_of", "name"),
    (
        CIK,
        Column("as_of", pl.Date, "day (New York) after which nothing was read", required=True),
        Column("name", pl.String, "signal name", required=True),
        Column("category", pl.String, "financial, sentiment, risk or management", required=True),
        Column("value", pl.Float64, "value in unit; null when it cannot be computed, see reason"),
        Column("unit", pl.String, "ratio, USD, days, score, count, …", required=True),
        Column("confidence", pl.Float64, "0 to 1: completeness and freshness of the inputs", required=True),
        Column("inputs", pl.String, "JSON object of the inputs with their values and origins", required=True),
        Column("reason", pl.String, "why value is null"),
    ),
)

STATUS = Table(
    "status",
    "The latest verdict per asset and company; a range run is green or red for all its keys, this table is exact.",
    ("asset", "cik"),
    (
        Column("asset", pl.String, "asset name", required=True),
        CIK,
        Column(
            "state",
            pl.String,
            "ok, empty (nothing to be had), partial (some documents failed) or failed",
            required=True,
        ),
        Column("rows", pl.Int64, "rows in the partition", "rows", required=True),
        Column("attempts", pl.Int32, "runs in a row that did not end ok", required=True),
        Column("error", pl.String, "why it is not ok"),
        Column("run_id", pl.String, "run that wrote the verdict", required=True),
        Column("at", UTC_INSTANT, "when", "UTC", required=True),
    ),
)
