"""The one Definitions object: assets, checks, jobs, schedules, sensors, resources and the executor."""

import dagster as dg

from sec_assets.assets import ALL_ASSETS
from sec_assets.checks import ALL_CHECKS
from sec_assets.execution.dask import dask_executor
from sec_assets.jobs import ALL_JOBS
from sec_assets.resources import (
    EdgarResource,
    EffortResource,
    FanOutResource,
    LakeResource,
    MarketDataResource,
    SettingsResource,
    WarehouseResource,
)
from sec_assets.schedules import ALL_SCHEDULES
from sec_assets.sensors import ALL_SENSORS
from sec_assets.settings import load_settings


def build_definitions(
    settings: SettingsResource, *, partitions_per_run: int | None = None, effort: EffortResource | None = None
) -> dg.Definitions:
    """Assemble the code location.

    Args:
        settings: where the resources read their settings.
        partitions_per_run: how many companies a backfill puts into one run; None puts all into a single one, which is
            what `dagster asset materialize --partition-range` needs.
        effort: how hard filings and documents are asked for; by default as the settings say.
    """
    policy = (
        dg.BackfillPolicy.single_run()
        if partitions_per_run is None
        else dg.BackfillPolicy.multi_run(partitions_per_run)
    )
    return dg.Definitions(
        assets=[asset.with_attributes(backfill_policy=policy) for asset in ALL_ASSETS],
        asset_checks=ALL_CHECKS,
        jobs=ALL_JOBS,
        schedules=ALL_SCHEDULES,
        sensors=ALL_SENSORS,
        executor=dask_executor,
        resources={
            "settings": settings,
            "storage": LakeResource(settings=settings),
            "edgar": EdgarResource(settings=settings),
            "effort": effort or EffortResource(settings=settings),
            "market": MarketDataResource(settings=settings),
            "duckdb_warehouse": WarehouseResource(settings=settings),
            "fan_out": FanOutResource(),
        },
    )


@dg.definitions
def defs() -> dg.Definitions:
    """Return the definitions of this code location, with the settings of the environment."""
    return build_definitions(SettingsResource(), partitions_per_run=load_settings().partitions_per_run)
