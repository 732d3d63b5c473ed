"""The assets of `project` under dagster-dask's own executor, for `benchmarks.executor_table`."""

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition
from dagster_dask import dask_executor

from sec_assets_tests.execution import project

defs = dg.Definitions(
    assets=project.defs.assets,
    asset_checks=project.defs.asset_checks,
    jobs=[job for job in project.defs.jobs or [] if isinstance(job, UnresolvedAssetJobDefinition)],
    executor=dask_executor,
)
