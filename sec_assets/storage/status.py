"""The verdict per (asset, company), stored so that no two steps ever write one file.

Every step appends small immutable files `lake/status/<asset>/<stamp>-<id>.parquet`; the newest row of a pair counts.
`compact` folds them into one, so that their number stays bounded; a reader that meets a file being folded reads again.
"""

import io
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal

import polars as pl

from sec_assets.errors import CorruptError
from sec_assets.object_store import ObjectUrl
from sec_assets.storage.places import Place, files_in, folders_in, for_each, put
from sec_assets.tables import STATUS

State = Literal["ok", "empty", "partial", "failed"]
_READ_TRIES = 5
_KEPT = 4096  # status objects a process remembers: they never change, and each would be a request


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one company fared in one asset: `error` says why it is not ok."""

    state: State
    rows: int
    error: str | None = None


@dataclass(frozen=True, slots=True)
class StatusLog:
    """The status table below the lake's `root`."""

    root: Place

    def record(
        self,
        asset: str,
        verdicts: Mapping[str, Verdict],
        *,
        run_id: str,
        at: datetime,
        before: Mapping[str, int] | None = None,
    ) -> pl.DataFrame:
        """Append one verdict per company and return the rows written (table `status`).

        `attempts` counts runs in a row that did not end ok, this one included. `before` is what `attempts` returned when the
        run began; a caller that records many times need not have all files read each time.
        """
        before = self.attempts(asset) if before is None else before
        rows = [
            {
                "asset": asset, "cik": cik, "state": verdict.state, "rows": verdict.rows, "error": verdict.error,
                "attempts": before.get(cik, 0) + 1 if verdict.state in {"failed", "partial"} else 0,
                "run_id": run_id, "at": at,
            }
            for cik, verdict in verdicts.items()
        ]  # fmt: skip
        frame = STATUS.frame(rows)
        if rows:
            self._append(asset, frame, f"{at:%Y%m%dT%H%M%S%f}-{uuid.uuid4().hex[:12]}")
        return frame

    def attempts(self, asset: str) -> dict[str, int]:
        """Return by company how many runs in a row have not ended ok."""
        return dict(self.latest(asset).select("cik", "attempts").iter_rows())

    def latest(self, asset: str | None = None, ciks: Sequence[str] | None = None) -> pl.DataFrame:
        """Return the newest row per (asset, cik), all assets unless one is named.

        Raises:
            CorruptError: a status file is damaged; names it.
        """
        rows = pl.concat([STATUS.frame(), *self._frames(asset)])
        if ciks is not None:
            rows = rows.filter(pl.col("cik").is_in(list(ciks)))
        return rows.sort("asset", "cik", "at").unique(["asset", "cik"], keep="last", maintain_order=True)

    def compact(self, asset: str | None = None) -> int:
        """Fold the files of every asset, or of one, into one each; return how many were folded.

        Safe beside writers, readers, and others that fold.
        """
        folded = 0
        status = self.root / "status"
        for folder in folders_in(status) if asset is None else [status / asset]:
            files = self._files(folder.name)
            if len(files) < 2:
                continue
            try:
                rows = pl.concat(for_each(self.root, _read, files))
            except FileNotFoundError:  # another process is folding them just now
                continue
            newest = rows.sort("asset", "cik", "at").unique(["asset", "cik"], keep="last", maintain_order=True)
            self._append(folder.name, newest, f"compact-{uuid.uuid4().hex[:12]}")
            for _ in for_each(self.root, _remove, files):
                folded += 1
        return folded

    def _frames(self, asset: str | None, tries: int = _READ_TRIES) -> list[pl.DataFrame]:
        try:
            return list(for_each(self.root, _read, self._files(asset)))
        except FileNotFoundError:  # folded away between listing and reading: the rows are in another file now
            if tries == 1:
                raise
            return self._frames(asset, tries - 1)

    def _files(self, asset: str | None) -> list[Place]:
        status = self.root / "status"
        folders = folders_in(status) if asset is None else [status / asset]
        return [file for folder in folders for file in sorted(files_in(folder), key=str)]

    def _append(self, asset: str, frame: pl.DataFrame, stem: str) -> None:
        buffer = io.BytesIO()
        frame.write_parquet(buffer)
        put(self.root / "status" / asset / f"{stem}.parquet", buffer.getvalue())


def _read(place: Place) -> pl.DataFrame:
    return _rows(place, place.read_bytes()) if isinstance(place, Path) else _read_once(place)


@lru_cache(_KEPT)
def _read_once(place: ObjectUrl) -> pl.DataFrame:
    return _rows(place, place.read_bytes())


def _rows(place: Place, body: bytes) -> pl.DataFrame:
    try:
        return pl.read_parquet(io.BytesIO(body)).select(list(STATUS.schema))
    except pl.exceptions.PolarsError as error:
        raise CorruptError(f"{place} is damaged ({error}); delete it: its companies are simply judged again") from error


def _remove(place: Place) -> None:
    if isinstance(place, Path):
        place.unlink(missing_ok=True)
    else:
        place.unlink()
