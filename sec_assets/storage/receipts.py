"""What partitions were made from, so that a run over an unchanged universe computes nothing twice.

A receipt says of one company's partition: made by this code, out of input files that looked like this, and the result looked
like that. It holds while all three are still so. A lost receipt costs computing again, never a row: receipts lie below the
state folder, apart from the lake. Who asks for them is `assets/batch.py`.
"""

import hashlib
import importlib.metadata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import polars as pl

from sec_assets.storage.lake import Lake
from sec_assets.storage.locks import locked
from sec_assets.storage.memory import recall, remember
from sec_assets.storage.places import state_of, with_each
from sec_assets.tables import Table

_SCHEMA = pl.Schema(
    {"cik": pl.String, "made_from": pl.String, "result": pl.String, "rows": pl.Int64, "note": pl.String}
)
_LIBRARIES = ("polars", "lxml", "numpy", "TA-Lib", "vaderSentiment")
_PACKAGE = Path(__file__).resolve().parents[1]
_PATIENCE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a partition was made from, what it looked like then, its rows, and why there are none."""

    made_from: str
    result: str
    rows: int
    note: str | None


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a table's partitions depend on.

    Attributes:
        inputs: the tables read; of one without partitions, the company's own rows.
        sides: tables written along with it.
        settings: text of whatever else decides on the result.
        outside: tells of a company how what lies outside the lake looks now.
        intact: tells of a company whose receipt stands whether what lies outside the lake is in place too.
    """

    inputs: Sequence[Table]
    sides: Sequence[Table] = ()
    settings: str = ""
    outside: Callable[[str], str] = lambda _: ""
    intact: Callable[[str], bool] = lambda _: True


@dataclass
class Receipts:
    """The receipts of one table; one object per step, from one thread.

    Args:
        folder: where they are kept.
        lake: where inputs and results lie.
        name: of their file; usually the table's.
        results: tables a company's partitions of which must be as they were left.
        recipe: what the results are made from.
    """

    folder: Path
    lake: Lake
    name: str
    results: Sequence[Table]
    recipe: Recipe
    _known: dict[str, Receipt] = field(default_factory=dict)
    _now: dict[str, str] = field(default_factory=dict)
    _new: dict[str, Receipt | None] = field(default_factory=dict)

    def standing(self, ciks: Iterable[str]) -> dict[str, Receipt]:
        """Return the receipts that hold; also notes how the inputs look now, before anything is made from them."""
        self._known = self._known or self._load()
        found: dict[str, Receipt] = {}
        whole = [table for table in self.recipe.inputs if self.lake.has(table)]
        partitioned = [table for table in self.recipe.inputs if table not in whole]
        own_rows = [_own_rows(self.lake, table) for table in whole]
        looks = with_each(self.lake.root, lambda cik: self._inputs_and_results(partitioned, cik), ciks)
        for cik, (inputs, results) in looks:
            parts = (inputs, *(rows.get(cik, "") for rows in own_rows))
            self._now[cik] = _digest(code_identity(), self.recipe.settings + self.recipe.outside(cik), *parts)
            receipt = self._known.get(cik)
            same = receipt and (receipt.made_from, receipt.result) == (self._now[cik], results)
            if receipt and same and self.recipe.intact(cik):
                found[cik] = receipt
        return found

    def note(self, cik: str, rows: int, note: str | None) -> None:
        """Remember that the company's partition was made, without fault, from what `standing` saw."""
        self._new[cik] = Receipt(self._now[cik], self._look(self.results, cik), rows, note)

    def made_from(self, cik: str) -> str:
        """Return what the company's partition is made from, as `standing` saw it."""
        return self._now[cik]

    def forget(self, cik: str) -> None:
        """Have the company computed again by the next run, whatever happens to its inputs."""
        self._new[cik] = None

    def save(self) -> None:
        """Add what was noted to the file; runs that do so at once take turns.

        Raises:
            StorageError: the folder cannot be written.
        """
        if not self._new:
            return
        with locked(self.folder, self.name, _PATIENCE_SECONDS, own=True):
            merged = {**self._load(), **self._new}
            rows = [(cik, one.made_from, one.result, one.rows, one.note) for cik, one in merged.items() if one]
            remember(self._path, pl.DataFrame(rows, schema=_SCHEMA, orient="row"))
        self._new = {}

    @property
    def _path(self) -> Path:
        return self.folder / f"{self.name}.parquet"

    def _load(self) -> dict[str, Receipt]:
        return {cik: Receipt(*rest) for cik, *rest in recall(self._path, _SCHEMA).iter_rows()}

    def _inputs_and_results(self, partitioned: Sequence[Table], cik: str) -> tuple[str, str]:
        return self._look(partitioned, cik), self._look(self.results, cik) if cik in self._known else ""

    def _look(self, tables: Sequence[Table], cik: str) -> str:
        return " ".join(state_of(self.lake.path(table, cik)) for table in tables)


_BUILT = {".so", ".pyd"}
"""Files made from others of the package, which differ from machine to machine."""

_APART = {"sample", "__pycache__"}
"""Folders that decide on no row; files come and go in the second while processes start."""


@lru_cache(maxsize=1)
def code_identity() -> str:
    """Return a digest of the package's own files and of the libraries that compute: another one means computing anew."""
    digest = hashlib.sha256()
    for path in sorted(_PACKAGE.rglob("*")):
        if path.is_file() and path.suffix not in _BUILT and not _APART.intersection(path.relative_to(_PACKAGE).parts):
            digest.update(f"{path.relative_to(_PACKAGE)} {path.stat().st_size}\n".encode() + path.read_bytes())
    digest.update(" ".join(importlib.metadata.version(name) for name in _LIBRARIES).encode())
    return digest.hexdigest()


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _own_rows(lake: Lake, table: Table) -> dict[str, str]:
    """Return each company's rows of a table without partitions, as text."""
    text = pl.concat_str(pl.all().cast(pl.String).fill_null("\0"), separator="\t")
    rows = lake.read(table).select("cik", text=text)
    return dict(rows.group_by("cik").agg(pl.col("text").sort().str.join("\n")).iter_rows())
