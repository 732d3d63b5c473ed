"""Up to which day EDGAR's daily lists were read for companies that had nothing in them, in one small Parquet file.

Such a company was not asked, so the instant in its status does not tell what is known of it. Losing the file costs
requests, never a filing. Which companies are looked up in the lists is decided in `choice.py`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from sec_assets.storage.locks import locked
from sec_assets.storage.memory import recall, remember

_SCHEMA = pl.Schema({"cik": pl.String, "through": pl.Date})
_PATIENCE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class SeenThrough:
    """The file at `path`."""

    path: Path

    def read(self) -> dict[str, date]:
        """Return by company the last day of which all filings are known; nothing if the file is lost or damaged."""
        return dict(recall(self.path, _SCHEMA).iter_rows())

    def record(self, quiet: Collection[str], through: date | None, asked: Collection[str]) -> None:
        """Remember the last day for companies that had nothing in the lists; forget it for those that were asked.

        Without a day nothing is remembered anew.

        Raises:
            StorageError: disk full or not writable.
        """
        with locked(self.path.parent / "locks", self.path.name, _PATIENCE_SECONDS):
            rows = self.read()
            kept = {cik: day for cik, day in rows.items() if cik not in asked}
            if through is not None:
                kept |= {cik: max(through, kept.get(cik, through)) for cik in quiet}
            if kept == rows:
                return
            remember(self.path, pl.DataFrame({"cik": list(kept), "through": list(kept.values())}, schema=_SCHEMA))
