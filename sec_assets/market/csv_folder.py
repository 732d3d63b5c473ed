"""The price source `csv`: folders of CSV files that the user supplies, one file per ticker.

A file is found as TICKER.csv, TICKER_data.csv or TICKER.us.txt (Stooq's dumps), each also with .gz, in any case. The
folders are listed once; a ticker is only ever looked up in that list, so it cannot lead outside them. The content is
read by `csv_bars.py`.
"""

import gzip
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

import polars as pl

from sec_assets.errors import AbsentError, MalformedError, SettingError, UnreachableError
from sec_assets.market.csv_bars import parse_csv
from sec_assets.market.symbols import file_stems
from sec_assets.storage.places import state_of

_FILE = re.compile(r"(?P<stem>.+?)(_data)?(\.csv|\.us\.txt)(\.gz)?")
_MAX_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True)
class CsvFolders:
    """Prices from `folders`; the first folder that has a file for a ticker answers."""

    folders: Sequence[Path]
    name: str = field(default="csv", init=False)

    def bars(self, ticker: str, *, today: date) -> pl.DataFrame:  # noqa: ARG002 - a file has one answer on every day
        """Return the bars (schema BARS) of the ticker's file.

        Raises:
            SettingError: no folder is set.
            AbsentError: no folder has a file for the ticker.
            MalformedError: the file cannot be understood; names it.
            UnreachableError: the folder or the file cannot be read.
        """
        if not self.folders:
            raise SettingError("SEC_ASSETS_PRICES_CSV is not set: the price source csv needs a folder of CSV files")
        stems, path = file_stems(ticker), self._path(ticker)
        if path is None:
            raise AbsentError(f"csv: no file {ticker}.csv in {', '.join(str(folder) for folder in self.folders)}")
        try:
            return parse_csv(_content(path), stems=stems)
        except MalformedError as error:
            raise MalformedError(f"csv: {path}: {error}") from error
        except OSError as error:
            raise UnreachableError(f"csv: cannot read {path}: {error.strerror}") from error

    def state(self, ticker: str) -> str:
        """Return a text that changes whenever the ticker's file does.

        Raises:
            UnreachableError: a folder cannot be read.
        """
        path = self._path(ticker)
        return "-" if path is None else f"{path} {state_of(path)}"

    def _path(self, ticker: str) -> Path | None:
        return next((files[stem] for files in self._files for stem in file_stems(ticker) if stem in files), None)

    @cached_property
    def _files(self) -> list[dict[str, Path]]:
        return [_listing(folder) for folder in self.folders]


def _listing(folder: Path) -> dict[str, Path]:
    """Map lower-case stems to files; of several files for one stem the alphabetically first answers."""
    try:
        paths = sorted(folder.iterdir(), reverse=True)
    except OSError as error:
        raise UnreachableError(f"csv: cannot list {folder}: {error.strerror}") from error
    matches = ((path, _FILE.fullmatch(path.name.lower())) for path in paths)
    return {match["stem"]: path for path, match in matches if match and path.is_file()}


def _content(path: Path) -> bytes:
    if path.suffix.lower() != ".gz":
        return path.read_bytes()
    try:
        with gzip.open(path) as file:
            body = file.read(_MAX_BYTES + 1)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise MalformedError(f"damaged gzip file: {error}") from error
    if len(body) > _MAX_BYTES:
        raise MalformedError(f"more than {_MAX_BYTES >> 20} MB when unpacked")
    return body
