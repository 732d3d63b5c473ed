"""Rows kept for companies are those that would be derived now, whatever happened to their partitions or to the file."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from sec_assets.storage.kept_rows import KeptRows
from sec_assets.storage.lake import Lake
from sec_assets.storage.receipts import Receipts, Recipe
from sec_assets.tables import PRICES

A, B, NONE = "0000000001", "0000000002", "0000000003"
HIGH = pl.Schema({"cik": pl.String, "close": pl.Float64})


class World:
    def __init__(self, folder: Path) -> None:
        self.folder, self.lake, self.derived = folder, Lake(folder / "lake"), []

    def put(self, cik: str, *closes: float) -> None:
        row = {"cik": cik, "ticker": "T", "adjustment_factor": 1.0, "price_basis": "raw", "source": "test"}
        bars = [row | {"date": date(2025, 1, 1 + day), "close": close} for day, close in enumerate(closes)]
        self.lake.write(PRICES, PRICES.frame(bars), cik=cik)

    def rows(self, *ciks: str) -> list[tuple[str, float]]:
        """Ask for the closes above 1 and note for which companies they were derived."""
        self.derived.clear()
        receipts = Receipts(self.folder / "receipts", self.lake, "high", (), Recipe([PRICES]))
        return KeptRows(receipts, HIGH).of(ciks, self._derive).rows()

    def _derive(self, ciks: list[str]) -> pl.DataFrame:
        self.derived.extend(ciks)
        return self.lake.read_many(PRICES, ciks).filter(pl.col("close") > 1).select(list(HIGH))


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.put(A, 2.0, 3.0)
    world.put(B, 4.0, 0.5)
    world.put(NONE, 0.5)
    assert world.rows(A, B, NONE) == [(A, 2.0), (A, 3.0), (B, 4.0)]
    assert world.derived == [A, B, NONE]
    return world


def test_what_has_not_changed_is_read_back_also_that_there_are_no_rows(world: World) -> None:
    assert world.rows(A, B, NONE) == [(A, 2.0), (A, 3.0), (B, 4.0)]
    assert world.derived == []


def test_only_the_companies_asked_for_are_given_and_the_others_stay_known(world: World) -> None:
    world.put(B, 5.0)
    assert world.rows(B) == [(B, 5.0)]
    assert world.rows(A, B) == [(A, 2.0), (A, 3.0), (B, 5.0)]
    assert world.derived == []


def test_a_changed_partition_is_derived_again(world: World) -> None:
    world.put(A, 6.0, 0.1)
    assert world.rows(A, B, NONE) == [(A, 6.0), (B, 4.0)]
    assert world.derived == [A]


@pytest.mark.parametrize("damage", ["lost", "half"])
def test_rows_that_are_lost_are_derived_again(world: World, damage: str) -> None:
    file = world.folder / "receipts/high-rows.parquet"
    file.unlink() if damage == "lost" else file.write_bytes(file.read_bytes()[:50])
    assert world.rows(A, B, NONE) == [(A, 2.0), (A, 3.0), (B, 4.0)]
    assert world.derived == [A, B]


def test_rows_of_an_older_partition_are_never_given_for_a_newer_one(world: World) -> None:
    """A run that began earlier and ends later leaves its rows beside the other's receipts."""
    file = world.folder / "receipts/high-rows.parquet"
    older = file.read_bytes()
    world.put(A, 7.0, 8.0)
    world.rows(A)
    file.write_bytes(older)
    assert world.rows(A, B) == [(A, 7.0), (A, 8.0), (B, 4.0)]
    assert world.derived == [A]
