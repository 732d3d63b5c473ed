"""A receipt holds while code, inputs and result are as they were, and for no moment longer."""

import os
from datetime import date
from pathlib import Path

import pytest

from sec_assets.storage import receipts as module
from sec_assets.storage.lake import Lake
from sec_assets.storage.receipts import Receipts, Recipe
from sec_assets.tables import PRICES, TECHNICALS, TICKER_MAP

A, B = "0000000001", "0000000002"


class World:
    def __init__(self, folder: Path) -> None:
        self.folder, self.lake = folder, Lake(folder / "lake")

    def put(self, cik: str, close: float) -> None:
        row = {"cik": cik, "ticker": "T", "date": date(2025, 1, 2), "close": close, "adjustment_factor": 1.0}
        self.lake.write(PRICES, PRICES.frame([row | {"price_basis": "raw", "source": "test"}]), cik=cik)

    def name(self, cik: str, name: str) -> None:
        rows = [
            {"cik": cik, "ticker": f"T{cik[-1]}", "name": name, "is_primary": True},
            {"cik": B, "ticker": "TB", "name": "b"},
        ]
        self.lake.write(TICKER_MAP, TICKER_MAP.frame([{"is_primary": True} | row for row in rows]))

    def receipts(self, settings: str = "") -> Receipts:
        recipe = Recipe([PRICES, TICKER_MAP], settings=settings)
        return Receipts(self.folder / "receipts", self.lake, "technicals", [TECHNICALS], recipe)

    def make(self, *ciks: str) -> None:
        """Make the partitions that need it."""
        receipts = self.receipts()
        standing = receipts.standing(ciks)
        for cik in set(ciks) - set(standing):
            self.lake.write(TECHNICALS, TECHNICALS.frame(), cik=cik)
            receipts.note(cik, 0, "no rows")
        receipts.save()

    def standing(self, settings: str = "") -> set[str]:
        return set(self.receipts(settings).standing([A, B]))


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.name(A, "first")
    for cik in (A, B):
        world.put(cik, 1.0)
    assert world.standing() == set()
    world.make(A, B)
    assert world.standing() == {A, B}
    return world


def test_a_receipt_says_what_came_out(world: World) -> None:
    receipt = world.receipts().standing([A])[A]
    assert (receipt.rows, receipt.note) == (0, "no rows")


def test_another_input_ends_it_for_that_company_only(world: World) -> None:
    world.put(A, 2.0)
    assert world.standing() == {B}
    world.make(A, B)
    assert world.standing() == {A, B}


def test_an_input_that_is_written_without_change_leaves_it(world: World) -> None:
    world.put(A, 1.0)
    assert world.standing() == {A, B}


def test_a_company_has_its_own_rows_of_a_table_without_partitions(world: World) -> None:
    world.name(A, "another")
    assert world.standing() == {B}


@pytest.mark.parametrize("harm", ["gone", "damaged", "touched"])
def test_a_result_that_is_not_as_it_was_left_ends_it(world: World, harm: str) -> None:
    path = world.lake.path(TECHNICALS, A)
    if harm == "gone":
        path.unlink()
    elif harm == "damaged":
        path.write_bytes(path.read_bytes()[:-1] + b"?")
    else:
        os.utime(path)
    assert world.standing() == {B}


def test_other_settings_or_other_code_end_all(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert world.standing("other words") == set()
    monkeypatch.setattr(module, "code_identity", lambda: "newer")
    assert world.standing() == set()


def test_the_code_is_told_by_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = module.code_identity()
    (tmp_path / "a.py").write_text("1")
    monkeypatch.setattr(module, "_PACKAGE", tmp_path)
    seen = {here}
    for content in ("1", "2"):
        (tmp_path / "a.py").write_text(content)
        seen.add(module.code_identity.__wrapped__())
    assert len(seen) == 3


def test_an_input_that_changes_while_it_is_used_is_used_again(world: World) -> None:
    world.put(A, 2.0)
    receipts = world.receipts()
    receipts.standing([A])
    world.put(A, 3.0)  # after the step has read it
    receipts.note(A, 1, None)
    receipts.save()
    assert world.standing() == {B}


def test_a_forgotten_company_is_computed_again(world: World) -> None:
    receipts = world.receipts()
    receipts.standing([A, B])
    receipts.forget(A)
    receipts.save()
    assert world.standing() == {B}


def test_two_steps_at_once_keep_each_others(world: World) -> None:
    world.put(A, 2.0)
    world.put(B, 2.0)
    one, other = world.receipts(), world.receipts()
    for receipts, cik in ((one, A), (other, B)):
        receipts.standing([cik])
        receipts.note(cik, 0, None)
    one.save()
    other.save()
    assert world.standing() == {A, B}


@pytest.mark.parametrize("content", [b"", b"not parquet"])
def test_a_damaged_file_of_receipts_is_as_good_as_none(world: World, content: bytes) -> None:
    (world.folder / "receipts" / "technicals.parquet").write_bytes(content)
    assert world.standing() == set()
    world.make(A, B)
    assert world.standing() == {A, B}
