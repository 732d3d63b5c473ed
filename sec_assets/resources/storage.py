"""Where everything is kept: lake, status, raw documents, and the DuckDB warehouse."""

import uuid

import dagster as dg
from dagster_duckdb import DuckDBResource

from sec_assets.pipeline.outcome import Store
from sec_assets.resources.settings import SettingsResource
from sec_assets.storage import warehouse
from sec_assets.storage.documents import DocumentStore
from sec_assets.storage.files import storage_errors
from sec_assets.storage.lake import Lake
from sec_assets.storage.origin import claim
from sec_assets.storage.status import StatusLog


class LakeResource(dg.ConfigurableResource):
    """The Parquet lake, its status table, and the store of raw documents."""

    settings: dg.ResourceDependency[SettingsResource]

    def store(self) -> Store:
        """Return lake and document store.

        Raises:
            SettingError: the data folder holds data of the other kind of source.
        """
        settings = self.settings.load()
        claim(settings.data, settings.source)
        return Store(Lake(settings.lake), DocumentStore(settings.documents))

    def status(self) -> StatusLog:
        """Return the status table."""
        return StatusLog(self.settings.load().lake)


class WarehouseResource(dg.ConfigurableResource):
    """The DuckDB file that analysts query."""

    settings: dg.ResourceDependency[SettingsResource]

    def rebuild(self) -> dict[str, int]:
        """Build a new warehouse from the lake beside the old one, swap it in, and return the rows per table.

        Raises:
            CorruptError: names the damaged files of the lake; the old warehouse stays.
            StorageError: the disk is full or read-only; the old warehouse stays.
        """
        settings = self.settings.load()
        target = settings.warehouse
        building = target.parent / f".tmp-warehouse-{uuid.uuid4().hex[:12]}.duckdb"
        with storage_errors(target):
            target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with DuckDBResource(database=str(building)).get_connection() as connection:
                rows = warehouse.build(connection, Lake(settings.lake), StatusLog(settings.lake))
                connection.execute("CHECKPOINT")
            warehouse.swap_in(building, target)
        finally:
            for leftover in target.parent.glob(f"{building.name}*"):
                leftover.unlink(missing_ok=True)
        return rows
