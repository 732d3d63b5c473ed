"""The one partition dimension: a company, by its CIK of ten digits with leading zeros."""

import dagster as dg

CIK_PARTITIONS = dg.DynamicPartitionsDefinition(name="cik")

BACKFILL_TAG = "sec_assets/backfill"
"""Tag of the runs of the backfill command; its value is the command's own number."""

_CHUNK = 1_000  # one SQL statement holds all keys of a call, and SQLite limits the variables of a statement


def register_partitions(instance: dg.DagsterInstance, ciks: list[str]) -> int:
    """Add the companies that are not partitions yet, sorted (ranges follow insertion order); return how many."""
    known = set(instance.get_dynamic_partitions(str(CIK_PARTITIONS.name)))
    new = sorted(set(ciks) - known)
    for start in range(0, len(new), _CHUNK):
        instance.add_dynamic_partitions(str(CIK_PARTITIONS.name), new[start : start + _CHUNK])
    return len(new)
