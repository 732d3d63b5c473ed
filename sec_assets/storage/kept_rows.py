"""Rows derived from partitions, kept beside their receipts, so that a second run over the same partitions reads them back.

They belong to nobody but their maker: what is lost, or was derived from other partitions, is derived again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from sec_assets.storage.memory import recall, remember
from sec_assets.storage.receipts import Receipts

_MADE_FROM = "made_from"
_PROMISED = pl.Schema({"cik": pl.String, _MADE_FROM: pl.String, "rows": pl.Int64})


@dataclass(frozen=True, slots=True)
class KeptRows:
    """Rows with a column `cik`, of which each company's depend on its own partitions alone.

    Args:
        receipts: tell which companies' partitions are as they were.
        schema: of the rows.
    """

    receipts: Receipts
    schema: pl.Schema

    def of(self, ciks: Sequence[str], derive: Callable[[list[str]], pl.DataFrame]) -> pl.DataFrame:
        """Return the rows of companies, sorted by CIK; `derive` makes those that are not known.

        Raises:
            StorageError: the folder of the receipts cannot be written.
        """
        known = recall(self._path, pl.Schema({**self.schema, _MADE_FROM: pl.String}))
        standing = self.receipts.standing(ciks)
        promised = [(cik, receipt.made_from, receipt.rows) for cik, receipt in standing.items()]
        listed = pl.DataFrame(promised, schema=_PROMISED, orient="row")
        kept = known.join(listed, on=["cik", _MADE_FROM], how="semi")
        there = listed.join(kept.group_by("cik").agg(there=pl.len()), on="cik", how="left")
        whole = set(there.filter(pl.col("rows") == pl.col("there").fill_null(0))["cik"])
        kept = kept.filter(pl.col("cik").is_in(list(whole)))
        unknown = [cik for cik in ciks if cik not in whole]
        if unknown:
            new = derive(unknown)
            self._keep(known, new, unknown)
            kept = pl.concat([kept.drop(_MADE_FROM), new])
        return kept.select(list(self.schema)).sort("cik", maintain_order=True)

    def _keep(self, known: pl.DataFrame, new: pl.DataFrame, ciks: Sequence[str]) -> None:
        """Write rows first, then the receipts that promise them: of two runs at once one derives again."""
        counts = dict(new.group_by("cik").len().iter_rows())
        for cik in ciks:
            self.receipts.note(cik, counts.get(cik, 0), None)
        marks = {cik: self.receipts.made_from(cik) for cik in ciks}
        marked = new.with_columns(pl.col("cik").replace_strict(marks, return_dtype=pl.String).alias(_MADE_FROM))
        others = known.filter(~pl.col("cik").is_in(list(ciks)))
        remember(self._path, pl.concat([others, marked]))
        self.receipts.save()

    @property
    def _path(self) -> Path:
        return self.receipts.folder / f"{self.receipts.name}-rows.parquet"
