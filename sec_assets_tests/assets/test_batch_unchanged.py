"""A second run computes only what changed, and tells the same of the rest."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from sec_assets.assets.batch import materialize_companies
from sec_assets.assets.common import per_company
from sec_assets.checks import ALL_CHECKS
from sec_assets.partitions import register_partitions
from sec_assets.pipeline.outcome import Outcome
from sec_assets.resources import LakeResource, SettingsResource
from sec_assets.storage.receipts import Recipe
from sec_assets.tables import PRICES, TECHNICALS

pytestmark = pytest.mark.dagster
CIKS = [f"{number:010d}" for number in (1, 2, 3)]


class World:
    """An asset `technicals` out of prices, of which it only knows how often it was asked for whom."""

    def __init__(self, data: Path) -> None:
        self.settings = SettingsResource(overrides={"SEC_ASSETS_DATA": str(data)})
        self.storage = LakeResource(settings=self.settings)
        self.lake = self.storage.store().lake
        self.instance = dg.DagsterInstance.ephemeral()
        self.asked: list[str] = []
        self.failing: set[str] = set()
        register_partitions(self.instance, CIKS)
        for cik in CIKS:
            self.put(cik, 1.0)

    def put(self, cik: str, close: float) -> None:
        row = {"cik": cik, "ticker": "T", "date": date(2025, 1, 2), "close": close, "adjustment_factor": 1.0}
        self.lake.write(PRICES, PRICES.frame([row | {"price_basis": "raw", "source": "test"}]), cik=cik)

    def work(self, ciks: list[str]) -> Iterator[Outcome]:
        self.asked += ciks
        for cik in ciks:
            if cik in self.failing:
                yield Outcome([cik], failed={cik: "not today"})
                continue
            known = self.lake.read(PRICES, cik=cik)
            frame = TECHNICALS.conform(known.select("cik", "ticker", "date", sma_20="close"))
            yield Outcome([cik], frame=frame if cik != CIKS[2] else TECHNICALS.frame(), notes={cik: "nothing to tell"})

    def run(self, first: str = CIKS[0], last: str = CIKS[-1]) -> dict[str, object]:
        """Materialize a range with its checks; return the metadata, and whom the work was asked for."""

        @dg.asset(**per_company(TECHNICALS, group="market"), backfill_policy=dg.BackfillPolicy.single_run())
        def technicals(context: dg.AssetExecutionContext, storage: LakeResource) -> dg.MaterializeResult:
            return materialize_companies(context, storage, TECHNICALS, self.work, recipe=Recipe([PRICES]))

        checks = [check for check in ALL_CHECKS if next(iter(check.check_keys)).asset_key.path == ["technicals"]]
        self.asked = []
        result = dg.materialize(
            [technicals, *checks],
            instance=self.instance,
            resources={"storage": self.storage, "settings": self.settings},
            tags={"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last},
        )
        self.checks = {one.check_name: one.passed for one in result.get_asset_check_evaluations()}
        [event, *_] = result.asset_materializations_for_node("technicals")
        return {name: value.value for name, value in event.metadata.items()}

    def verdicts(self) -> dict[str, tuple[str, int, str | None]]:
        rows = self.storage.status().latest("technicals").select("cik", "state", "rows", "error").iter_rows()
        return {cik: (state, rows_, error) for cik, state, rows_, error in rows}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_a_second_run_computes_nothing_and_tells_the_same(world: World) -> None:
    first = world.run()
    assert world.asked == CIKS
    verdicts, checks = world.verdicts(), world.checks
    again = world.run()
    assert world.asked == []
    assert (world.verdicts(), world.checks) == (verdicts, checks)
    assert all(checks.values())
    assert (first["companies_unchanged"], again["companies_unchanged"]) == (0, 3)
    same = ("rows_in_run", "companies", "companies_failed", "companies_empty")
    assert [first[name] for name in same] == [again[name] for name in same] == [2, 3, 0, 1]


def test_only_a_changed_company_is_computed(world: World) -> None:
    world.run()
    world.put(CIKS[1], 2.0)
    world.run()
    assert world.asked == [CIKS[1]]
    assert world.lake.read(TECHNICALS, cik=CIKS[1])["sma_20"].to_list() == [2.0]


def test_a_failed_company_is_tried_again_until_it_is_well(world: World) -> None:
    world.failing = {CIKS[1]}
    for _ in range(2):
        world.run()
        assert CIKS[1] in world.asked
        assert world.verdicts()[CIKS[1]] == ("failed", 0, "not today")
        assert not world.checks["no_failures"]
    world.failing = set()
    world.run()
    assert world.asked == [CIKS[1]]
    assert world.checks["no_failures"]


def test_a_company_that_fails_where_it_was_well_is_tried_again(world: World) -> None:
    world.run()
    world.put(CIKS[1], 2.0)
    world.failing = {CIKS[1]}
    world.run()
    world.put(CIKS[1], 1.0)
    world.failing = set()
    world.run()
    assert world.asked == [CIKS[1]]


def test_a_company_asked_for_alone_is_computed_in_any_case(world: World) -> None:
    world.run()
    world.run(CIKS[0], CIKS[0])
    assert world.asked == [CIKS[0]]


def test_a_partition_taken_away_is_made_again(world: World) -> None:
    world.run()
    world.lake.path(TECHNICALS, CIKS[0]).unlink()
    world.run()
    assert world.asked == [CIKS[0]]
    assert world.checks["files_intact"]


def test_a_file_spoilt_between_run_and_check_is_found(world: World) -> None:
    world.run()
    path = world.lake.path(TECHNICALS, CIKS[0])
    path.write_bytes(b"spoilt")
    world.failing = {CIKS[0]}
    world.run()
    assert not world.checks["files_intact"]
    world.failing = set()
    world.run()
    assert world.checks["files_intact"]
