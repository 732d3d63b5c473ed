"""Dagster's event log on PostgreSQL with every batch stored as a batch; needs the extra `postgres`.

The stock storage does so for materializations only; the planned ones, written when a run is created, go one by one.
What a batch is made of is `event_log`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from dagster import EventLogEntry
from dagster._serdes import ConfigurableClassData
from dagster_postgres.event_log.event_log import PostgresEventLogStorage
from dagster_postgres.utils import pg_url_from_config

from sec_assets.execution.event_log import BATCH_SIZE, BatchIndex, collect_batches


class BatchedPostgresEventLogStorage(PostgresEventLogStorage, BatchIndex):
    """`PostgresEventLogStorage` with its configuration and `batch_size`."""

    @classmethod
    def config_type(cls) -> Any:
        """The schema of the configuration in `dagster.yaml`."""
        return {**cast("Mapping[str, Any]", super().config_type()), **BATCH_SIZE}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "BatchedPostgresEventLogStorage":
        """Build the storage, and have this process collect its events into batches."""
        collect_batches(config_value["batch_size"])
        return cls(
            inst_data=inst_data,
            postgres_url=pg_url_from_config(config_value),
            should_autocreate_tables=config_value.get("should_autocreate_tables", True),
        )

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store the events of one or more runs, in order."""
        self.store_in_index(events)
