"""What all assets share: their description for the UI, and errors turned into one sentence."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dagster as dg

from sec_assets.assets.present import column_schema
from sec_assets.errors import SecAssetsError
from sec_assets.partitions import CIK_PARTITIONS
from sec_assets.tables import Table

OWNERS = ["team:data-platform"]

NETWORK_STEP = {"sec_assets/lane": "IO"}
"""Op tags of steps that mostly wait for answers: on a cluster with workers for that, they go there."""

HOME_STEP = {"sec_assets/lane": "HOME"}
"""Op tags of steps whose files people open: on a cluster with a worker where those people are, they go there."""


def described(table: Table, *, group: str, version: str = "1", kinds: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Return the decorator arguments every asset of a table has: group, kinds, owners, code version, column schema."""
    return {
        "group_name": group,
        "owners": OWNERS,
        "code_version": version,
        "kinds": {"polars", "parquet", *kinds},
        "metadata": column_schema(table),
    }


def per_company(table: Table, *, group: str, version: str = "1", kinds: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Return `described` for an asset partitioned by company."""
    return {**described(table, group=group, version=version, kinds=kinds), "partitions_def": CIK_PARTITIONS}


@contextmanager
def stop_with_sentence() -> Iterator[None]:
    """Fail the step with the error's one sentence instead of a stack of frames."""
    try:
        yield
    except SecAssetsError as error:
        raise dg.Failure(description=str(error)) from None  # the sentence says it all
