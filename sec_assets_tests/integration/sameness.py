"""Whether two data folders hold the same, instants of fetching and counts of tries apart."""

from collections.abc import Iterator

import polars as pl

from sec_assets.tables import TABLES
from sec_assets_tests.integration.home import Home, tree


def differences(ours: Home, theirs: Home) -> Iterator[str]:
    """Yield what differs: files byte for byte where no instant is in them, else rows; then verdicts and documents."""
    here, there = ours.lake_bytes(), theirs.lake_bytes()
    if here.keys() != there.keys():
        yield f"other files in the lake: {sorted(here.keys() ^ there.keys())[:5]}"
    for name in here.keys() & there.keys():
        table = TABLES[name.partition("/")[0].removesuffix(".parquet")]
        if "fetched_at" not in table.schema and here[name] != there[name]:
            yield f"{name} has other bytes"
    for name in TABLES:
        if name != "status":
            timeless = pl.selectors.exclude("fetched_at", "attempts")
            if not ours.frame(name).select(timeless).equals(theirs.frame(name).select(timeless)):
                yield f"table {name} has other rows"
    if ours.status() != theirs.status():
        yield f"other verdicts: {sorted(set(ours.status().items()) ^ set(theirs.status().items()))[:3]}"
    if tree(ours.data / "documents") != tree(theirs.data / "documents"):
        yield "other documents"
