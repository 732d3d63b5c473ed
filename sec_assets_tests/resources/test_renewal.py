"""A warehouse that is brought up to date holds what one built anew would hold, and is built anew where it must be."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from sec_assets.errors import CorruptError
from sec_assets.resources import SettingsResource, WarehouseResource
from sec_assets.storage import renewal, warehouse
from sec_assets.storage.lake import Lake
from sec_assets.storage.status import StatusLog, Verdict
from sec_assets.tables import PRICES, TABLES, TICKER_MAP, XBRL_FACTS

CIKS = [f"{number:010d}" for number in range(1, 25)]
AT = datetime(2025, 1, 2, tzinfo=UTC)


class World:
    """A lake of two dozen companies, and how the last warehouse came about."""

    def __init__(self, folder: Path, built: list[str]) -> None:
        self.folder, self.lake, self.built = folder, Lake(folder / "lake"), built
        self.path = folder / "warehouse.duckdb"

    def put_prices(self, cik: str, *closes: float) -> None:
        row = {"cik": cik, "ticker": "T", "adjustment_factor": 1.0, "price_basis": "raw", "source": "test"}
        bars = [row | {"date": date(2025, 1, 1 + day), "close": close} for day, close in enumerate(closes)]
        self.lake.write(PRICES, PRICES.frame(bars), cik=cik)

    def put_fact(self, cik: str, value: str) -> None:
        fact = {
            "cik": cik, "concept": "us-gaap:Assets", "namespace": "n", "is_extension": False, "unit": "USD", "period": "2024-12-31",
            "is_instant": True, "dimensions": "", "is_nil": False, "occurrence": 0, "ordinal": 1, "source": "x", "value": value,
            "accession_number": f"{cik}-25-000001",
        }  # fmt: skip
        self.lake.write(XBRL_FACTS, XBRL_FACTS.frame([fact]), cik=cik)

    def put_tickers(self, name: str) -> None:
        rows = [{"cik": cik, "ticker": f"T{cik}", "name": name, "is_primary": True} for cik in CIKS]
        self.lake.write(TICKER_MAP, TICKER_MAP.frame(rows))

    def rebuild(self, *, anew: bool = False) -> str:
        """Bring the warehouse up to date and tell how."""
        self.built.clear()
        WarehouseResource(settings=SettingsResource()).rebuild(anew=anew)
        [way] = self.built
        return way

    def matches_the_lake(self) -> bool:
        """Compare every table with one built anew from the same lake."""
        whole = self.folder / "whole.duckdb"
        whole.unlink(missing_ok=True)
        with duckdb.connect(str(whole)) as connection:
            warehouse.build(connection, self.lake, StatusLog(self.lake.root))
        self.built.clear()
        return all(rows(whole, name).equals(rows(self.path, name)) for name in TABLES)


def rows(path: Path, table: str) -> pl.DataFrame:
    return warehouse.query(path, f'SELECT * FROM "{table}" ORDER BY ALL')


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("SEC_ASSETS_DATA", str(tmp_path))
    built: list[str] = []

    def noting(way: str, function: Callable) -> Callable:
        def noted(*arguments, **named):
            built.append(way)
            return function(*arguments, **named)

        return noted

    for way in ("build", "renew"):
        monkeypatch.setattr(warehouse, way, noting(way, getattr(warehouse, way)))
    world = World(tmp_path, built)
    world.put_tickers("first")
    for cik in CIKS:
        world.put_prices(cik, 1.0, 2.0)
        world.put_fact(cik, "100")
    assert world.rebuild() == "build"
    return world


def test_nothing_changed_but_the_verdicts(world: World) -> None:
    StatusLog(world.lake.root).record("prices", {CIKS[0]: Verdict("failed", 0, "why")}, run_id="r", at=AT)
    assert world.rebuild() == "renew"
    assert warehouse.query(world.path, "SELECT error FROM status").item() == "why"
    assert world.matches_the_lake()


@pytest.mark.parametrize("seed", range(2))
def test_after_any_small_changes_every_table_is_as_if_built_anew(world: World, seed: int) -> None:
    chance = random.Random(seed)
    changes: list[Callable[[], None]] = [
        lambda: world.put_prices(chance.choice(CIKS), *(chance.random() + 1 for _ in range(chance.randrange(4)))),
        lambda: world.put_fact(chance.choice(CIKS), str(chance.randrange(1000))),
        lambda: world.put_prices(f"{chance.randrange(100, 200):010d}", 5.0),
        lambda: world.lake.path(PRICES, chance.choice(CIKS)).unlink(missing_ok=True),
        lambda: world.put_tickers(str(chance.random())),
    ]
    for _ in range(4):
        for change in chance.choices(changes, k=chance.randrange(1, 4)):
            change()
        world.rebuild()
        assert world.matches_the_lake()


def test_one_company_in_two_dozen_is_replaced(world: World) -> None:
    world.put_fact(CIKS[3], "101")
    assert world.rebuild() == "renew"
    facts = warehouse.query(world.path, "SELECT cik, value FROM xbrl_facts WHERE value <> '100'")
    assert facts.rows() == [(CIKS[3], "101")]
    assert warehouse.query(world.path, "SELECT count(*) FROM facts_latest").item() == len(CIKS)


def test_when_much_has_changed_by_and_by_it_is_built_anew(world: World) -> None:
    ways = []
    for cik in CIKS:
        world.put_fact(cik, "102")
        world.put_prices(cik, 3.0)
        ways.append(world.rebuild())
    assert ways[:4] == ["renew"] * 4
    assert 0 < ways.count("build") <= 4
    assert world.matches_the_lake()


def test_asked_to_it_is_built_anew(world: World) -> None:
    assert world.rebuild(anew=True) == "build"
    assert world.rebuild() == "renew"


def test_a_warehouse_that_another_program_wrote_to_is_built_anew(world: World) -> None:
    with duckdb.connect(str(world.path)) as connection:
        connection.execute("DELETE FROM prices")
    assert world.rebuild() == "build"
    assert world.matches_the_lake()


@pytest.mark.parametrize("why", ["lost", "damaged", "other code", "no warehouse"])
def test_what_nobody_knows_is_built_anew(world: World, monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    listed = world.folder / "state/receipts/warehouse.parquet"
    if why == "lost":
        listed.unlink()
    elif why == "damaged":
        listed.write_bytes(b"PAR1 no more")
    elif why == "other code":
        monkeypatch.setattr(renewal, "code_identity", lambda: "another")
    else:
        world.path.unlink()
    assert world.rebuild() == "build"
    assert world.rebuild() == "renew"


def test_a_damaged_file_is_named_and_the_old_warehouse_stays(world: World) -> None:
    world.lake.path(PRICES, CIKS[5]).write_bytes(b"PAR1 but not really PAR1")
    with pytest.raises(CorruptError, match=rf"{CIKS[5]}\.parquet is damaged"):
        WarehouseResource(settings=SettingsResource()).rebuild()
    assert rows(world.path, "prices").height == 2 * len(CIKS)
    assert [path.name for path in world.folder.iterdir() if path.name.startswith(".tmp-")] == []
    world.put_prices(CIKS[5], 7.0)
    assert world.rebuild() == "renew"
    assert world.matches_the_lake()
