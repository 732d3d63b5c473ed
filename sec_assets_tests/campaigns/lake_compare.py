"""Tells in which tables two lakes differ, whatever lies in a folder and whatever in an object store.

Run: python -m sec_assets_tests.campaigns.lake_compare ROOT ROOT. Instants of fetching and judging, and run ids, do not
count; every other value does. Of the second one every stored document is read and its hash compared.
"""

import json
import sys

import polars as pl

from sec_assets.storage.documents import DocumentStore
from sec_assets.storage.lake import Lake
from sec_assets.storage.places import place_of
from sec_assets.storage.status import StatusLog
from sec_assets.tables import ARTIFACTS, STATUS, TABLES, Table

OF_THE_RUN = {"fetched_at", "run_id", "at"}


def rows_of(lake: Lake, table: Table) -> pl.DataFrame:
    """Return a table's rows without what differs between two runs."""
    if table is STATUS:
        return StatusLog(lake.root).latest().select(pl.exclude(OF_THE_RUN))
    return pl.concat([lake.read_many(table, lake.ciks(table)), lake.read(table)]).select(pl.exclude(OF_THE_RUN))


def compare(first: str, second: str) -> dict[str, object]:
    """Return rows compared, names of tables that differ, documents read and those with another hash."""
    lakes = [Lake(place_of(root) / "lake") for root in (first, second)]
    differing: list[str] = []
    rows = 0
    for table in TABLES.values():
        one, other = (rows_of(lake, table) for lake in lakes)
        rows += other.height
        if lakes[0].ciks(table) != lakes[1].ciks(table) or not one.equals(other):
            differing.append(table.name)
    store = DocumentStore(place_of(second) / "documents")
    stored = lakes[1].read_many(ARTIFACTS, lakes[1].ciks(ARTIFACTS)).filter(pl.col("status") == "stored")
    pairs = stored.select("path", "sha256").rows()
    return {
        "rows": rows,
        "differing": differing,
        "documents": len(pairs),
        "damaged": [path for path, digest in pairs if store.sha256(path) != digest],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(compare(*sys.argv[1:3])))
