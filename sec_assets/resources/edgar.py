"""EDGAR as a resource: one client per step, built inside the worker process that runs it.

Whether a person waits for its requests is decided here, from the run: a backfill, or a range of many companies, lets
everything else go first. Steps of other runs and ticks of sensors are what people wait for.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
from dagster._core.storage.tags import (
    ASSET_PARTITION_RANGE_END_TAG,
    ASSET_PARTITION_RANGE_START_TAG,
    BACKFILL_ID_TAG,
)
from pydantic import PrivateAttr

from sec_assets.edgar.client import EdgarClient
from sec_assets.edgar.transport.gate import Priority
from sec_assets.edgar.transport.session import Timing
from sec_assets.partitions import BACKFILL_TAG, CIK_PARTITIONS
from sec_assets.resources.settings import SettingsResource
from sec_assets.storage.origin import claim

_A_FEW = 5


class EdgarResource(dg.ConfigurableResource):
    """Access to EDGAR from the source that the settings choose."""

    settings: dg.ResourceDependency[SettingsResource]
    _priority: Priority = PrivateAttr("interactive")
    _label: str = PrivateAttr("")

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Note whose requests these will be; without a run they are a sensor's or a notebook's."""
        if context.run is not None:
            self._priority = priority_of(context.run, context.instance)
            self._label = f"run {context.run.run_id[:8]}"

    @contextmanager
    def client(self, *, patience_seconds: float | None = None) -> Iterator[EdgarClient]:
        """Open a client for the length of a step or tick.

        Args:
            patience_seconds: longest wait for a turn or the end of a ban; by default a whole ban is waited out.

        Raises:
            SettingError: a setting is missing, or the data folder holds data of the other kind of source.
        """
        settings = self.settings.load()
        claim(settings.root, settings.source)
        timing = Timing() if patience_seconds is None else Timing(patience=patience_seconds)
        with EdgarClient(settings, timing=timing, priority=self._priority, label=self._label) as client:
            yield client


def priority_of(run: dg.DagsterRun, instance: dg.DagsterInstance | None) -> Priority:
    """Return `backfill` for a run of a backfill and for a range of more than five companies."""
    if BACKFILL_ID_TAG in run.tags or BACKFILL_TAG in run.tags:
        return "backfill"
    first, last = run.tags.get(ASSET_PARTITION_RANGE_START_TAG), run.tags.get(ASSET_PARTITION_RANGE_END_TAG)
    if first is None or last is None or first == last:
        return "interactive"
    known = instance.get_dynamic_partitions(str(CIK_PARTITIONS.name)) if instance is not None else []
    if first not in known or last not in known:
        return "backfill"
    return "backfill" if abs(known.index(last) - known.index(first)) >= _A_FEW else "interactive"
