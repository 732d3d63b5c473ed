"""Dagster's event log with batches stored as batches: what `dagster.yaml` names as `event_log_storage`.

The stock SQLite storage opens two databases and commits twice for each event, about 10 ms; a range run writes two events
for each asset and company. Dagster hands such events over in batches where `DAGSTER_EVENT_BATCH_SIZE` is set, and the
stock storages take them apart again: SQLite's all of them, PostgreSQL's the planned ones. Files and schema stay Dagster's
own: either class reads what the other wrote. The same for PostgreSQL is `event_log_postgres`.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from dagster import DagsterEventType, EventLogEntry, Field, IntSource, StringSource
from dagster import _check as check
from dagster._core.events import ASSET_CHECK_EVENTS, ASSET_EVENTS, BATCH_WRITABLE_EVENTS
from dagster._core.storage.event_log.schema import SqlEventLogStorageTable
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy.engine import Connection

from sec_assets.errors import SettingError

BATCH_SIZE = {"batch_size": Field(IntSource, default_value=1000)}
"""Events per batch; an environment that sets `DAGSTER_EVENT_BATCH_SIZE` overrules it."""


def collect_batches(size: int) -> None:
    """Have this process hand its events over in batches of `size`, unless its environment says otherwise."""
    os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", str(size))


class BatchIndex(SqlEventLogStorage):
    """Stores many events in the tables that all runs share, in one transaction."""

    def store_in_index(self, events: Sequence[EventLogEntry]) -> list[dict[str, Any]]:
        """Store events, with what is kept per asset and per check, and return their rows.

        Raises:
            CheckError: an event is of a kind that Dagster does not hand over in batches; it then stores them one by one.
        """
        others = {event.dagster_event_type for event in events} - BATCH_WRITABLE_EVENTS
        check.invariant(not others, f"events of these kinds have more to store than their rows: {others}")
        insert = SqlEventLogStorageTable.insert().returning(SqlEventLogStorageTable.c.id, sort_by_parameter_order=True)
        rows = [self._event_to_row(event) for event in events]
        with self.index_transaction() as connection:
            ids = connection.execute(insert, rows).scalars().all()
            stored = list(zip(events, ids, strict=True))
            of_assets = [(event, number) for event, number in stored if event.dagster_event_type in ASSET_EVENTS]
            self._store_asset_event_tags(connection, [event for event, _ in of_assets], [at for _, at in of_assets])
            self._store_latest(connection, of_assets)
        for event, number in stored:
            if event.dagster_event_type in ASSET_CHECK_EVENTS:
                self.store_asset_check_event(event, number)
        return rows

    def _store_latest(self, connection: Connection, events: Iterable[tuple[EventLogEntry, int]]) -> None:
        """Write each asset's own row once per kind of event: a later event overwrites the same columns anyway."""
        latest: dict[tuple[str, DagsterEventType | None], tuple[EventLogEntry, int]] = {}
        for event, number in events:
            key = event.get_dagster_event().asset_key
            name = (key.to_string() if key else "", event.dagster_event_type)
            latest.pop(name, None)
            latest[name] = (event, number)
        for event, number in latest.values():
            self._store_asset_event(connection, event, number)


class BatchedSqliteEventLogStorage(SqliteEventLogStorage, BatchIndex):
    """`SqliteEventLogStorage` that stores a batch in two transactions, one per database.

    Configuration: `base_dir`, by default `history/runs` below `$DAGSTER_HOME`, where Dagster itself keeps the log; and
    `batch_size`.
    """

    @classmethod
    def config_type(cls) -> Any:
        """The schema of the configuration in `dagster.yaml`."""
        return {"base_dir": Field(StringSource, is_required=False), **BATCH_SIZE}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "BatchedSqliteEventLogStorage":
        """Build the storage, and have this process collect its events into batches.

        Raises:
            SettingError: neither `base_dir` nor `DAGSTER_HOME` says where the log lies.
        """
        home = os.environ.get("DAGSTER_HOME")
        base_dir = config_value.get("base_dir") or (home and str(Path(home) / "history" / "runs"))
        if not base_dir:
            raise SettingError("DAGSTER_HOME is not set: Dagster's event log lies there; set it as elsewhere")
        collect_batches(config_value["batch_size"])
        return cls(base_dir=base_dir, inst_data=inst_data)

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store the events of one or more runs, in order.

        The index, which runs share, comes first: a time-out there leaves nothing behind, and Dagster stores the events
        one by one instead.
        """
        rows: dict[str, list[dict[str, Any]]] = {}
        for row in self.store_in_index(events):
            rows.setdefault(row["run_id"], []).append(row)
        for run_id, own in rows.items():
            with self.run_connection(run_id) as connection:
                connection.execute(SqlEventLogStorageTable.insert(), own)
