"""Preparing the data folder: Dagster's home with its configuration, and the sample's holdings.

Two processes that create a fresh DAGSTER_HOME at once corrupt it, so that it is created here, under a lock, before
webserver, daemon or workers start.
"""

import fcntl
import os
from pathlib import Path

import dagster as dg

from sec_assets.errors import SettingError
from sec_assets.sample.market import holdings_csv
from sec_assets.settings import Settings
from sec_assets.storage.files import storage_errors, sweep_temporaries, write_atomically


def prepare(settings: Settings, configuration: Path) -> Path:
    """Create DAGSTER_HOME and, for the sample, the holdings file where they are missing; return DAGSTER_HOME.

    Also removes the temporary files that killed writers left more than an hour ago.

    Args:
        settings: the checked settings.
        configuration: the project's dagster.yaml, linked into DAGSTER_HOME unless there is one already.

    Raises:
        SettingError: `configuration` does not exist.
        StorageError: the data folder cannot be written.
    """
    if not configuration.is_file():
        raise SettingError(f"{configuration} does not exist: run this in the project's folder, where dagster.yaml lies")
    home = Path(os.environ.get("DAGSTER_HOME") or settings.data / "dagster").absolute()
    with storage_errors(home):
        home.mkdir(parents=True, exist_ok=True)
        with (home / ".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            link = home / "dagster.yaml"
            if not link.exists():
                link.unlink(missing_ok=True)
                link.symlink_to(configuration.resolve())
            os.environ["DAGSTER_HOME"] = str(home)
            with dg.DagsterInstance.get() as instance:
                instance.get_dynamic_partitions("cik")
    for folder in (settings.lake, settings.documents, settings.reports):
        if isinstance(folder, Path):
            sweep_temporaries(folder)
    if settings.source == "sample" and not settings.portfolio.exists():
        write_atomically(settings.portfolio, holdings_csv().encode())
    return home
