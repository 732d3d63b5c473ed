"""Where everything is kept: lake, status, raw documents, and the DuckDB warehouse."""

import fcntl
import os
import shutil
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from dagster_duckdb import DuckDBResource

from sec_assets.pipeline.outcome import Store
from sec_assets.resources.settings import SettingsResource
from sec_assets.storage import warehouse
from sec_assets.storage.documents import DocumentStore
from sec_assets.storage.files import storage_errors
from sec_assets.storage.lake import Lake
from sec_assets.storage.origin import claim
from sec_assets.storage.receipts import Receipts, Recipe
from sec_assets.storage.renewal import MadeFrom, inventory
from sec_assets.storage.status import StatusLog
from sec_assets.tables import Table

_BUILDING = ".tmp-warehouse-"
_MODEST = {"memory_limit": "1GB", "threads": min(4, os.cpu_count() or 1)}
"""What sorts do not fit into goes to disk beside the file; without a word DuckDB takes four fifths of the machine."""


class LakeResource(dg.ConfigurableResource):
    """The Parquet lake, its status table, and the store of raw documents."""

    settings: dg.ResourceDependency[SettingsResource]

    def store(self) -> Store:
        """Return lake and document store.

        Raises:
            SettingError: the data folder holds data of the other kind of source.
        """
        settings = self.settings.load()
        claim(settings.root, settings.source)
        return Store(Lake(settings.lake), DocumentStore(settings.documents, settings.archives))

    def status(self) -> StatusLog:
        """Return the status table."""
        return StatusLog(self.settings.load().lake)

    def receipts(self, name: str, results: Sequence[Table], recipe: Recipe) -> Receipts:
        """Return the receipts kept under a name, for partitions of `results` made by `recipe`."""
        settings = self.settings.load()
        return Receipts(settings.state / "receipts", Lake(settings.lake), name, results, recipe)


class WarehouseResource(dg.ConfigurableResource):
    """The DuckDB file that analysts query."""

    settings: dg.ResourceDependency[SettingsResource]

    def rebuild(self, *, anew: bool = False) -> dict[str, int]:
        """Bring a copy of the warehouse up to the lake, swap it in, and return the rows per table.

        Where little has changed, only those rows are replaced; else, or if asked to, everything is built `anew`. Builders
        take turns, so that the last one to finish has read the newest lake.

        Raises:
            CorruptError: names the damaged files of the lake; the old warehouse stays.
            StorageError: the disk is full or read-only; the old warehouse stays.
        """
        settings = self.settings.load()
        target = settings.warehouse
        building = target.parent / f"{_BUILDING}{uuid.uuid4().hex[:12]}.duckdb"
        with _turn(settings.state / "warehouse.lock"):
            _remove(target.parent, f"{_BUILDING}*")  # of builders that were killed
            try:
                lake, status = Lake(settings.lake), StatusLog(settings.lake)
                made_from, here = MadeFrom(settings.state / "receipts" / "warehouse.parquet"), inventory(lake)
                changes = None if anew else made_from.changes(target, here)
                if changes is not None:
                    with storage_errors(building):
                        shutil.copyfile(target, building)
                with DuckDBResource(database=str(building), connection_config=_MODEST).get_connection() as connection:
                    if changes is None:
                        rows = warehouse.build(connection, lake, status, folder=target.parent)
                    else:
                        rows = warehouse.renew(connection, lake, status, changes, folder=target.parent)
                    connection.execute("CHECKPOINT")
                warehouse.swap_in(building, target)
                made_from.note(target, here, changes)
            finally:
                _remove(target.parent, f"{building.name}*")
        return rows


@contextmanager
def _turn(lock: Path) -> Iterator[None]:
    """Wait until no other process holds the lock; the kernel takes it from one that is killed, a Dagster pool does not."""
    with storage_errors(lock):
        lock.parent.mkdir(parents=True, exist_ok=True)
        file = lock.open("a")
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _remove(folder: Path, pattern: str) -> None:
    """Remove files, and the folders in which DuckDB keeps what does not fit into memory."""
    for leftover in folder.glob(pattern):
        if leftover.is_dir():
            shutil.rmtree(leftover)
        else:
            leftover.unlink(missing_ok=True)
