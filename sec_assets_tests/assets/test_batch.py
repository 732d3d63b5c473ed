"""How partitioned assets treat their companies: failures stay rows, outages keep what is done and end the run."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from sec_assets.assets.batch import materialize_companies
from sec_assets.assets.common import per_company
from sec_assets.checks import ALL_CHECKS
from sec_assets.errors import UnreachableError
from sec_assets.partitions import register_partitions
from sec_assets.pipeline.outcome import Outcome
from sec_assets.resources import LakeResource, SettingsResource
from sec_assets.tables import PRICES

pytestmark = pytest.mark.dagster
_CIKS = [f"{number:010d}" for number in (1, 2, 3)]


def _rows(cik: str, close: float = 10.0) -> pl.DataFrame:
    row = {"cik": cik, "ticker": "T" + cik[-1], "date": date(2025, 1, 2), "close": close, "adjustment_factor": 1.0}
    return PRICES.frame([row | {"price_basis": "raw", "source": "test"}])


class _Source:
    """Answers for each company as the test says: rows, an error text, or an outage."""

    def __init__(self, **answers: object) -> None:
        self.answers = answers

    def work(self, ciks: list[str]) -> Iterator[Outcome]:
        for cik in ciks:
            answer = self.answers.get(f"c{int(cik)}", 10.0)
            if isinstance(answer, Exception):
                raise answer
            if isinstance(answer, str):
                yield Outcome([cik], failed={cik: answer})
            else:
                yield Outcome([cik], frame=_rows(cik, float(str(answer))))


class _World:
    """A data folder, a Dagster instance, and the asset `prices` over a source of the test's making."""

    def __init__(self, data: Path) -> None:
        self.settings = SettingsResource(overrides={"SEC_ASSETS_DATA": str(data)})
        self.storage = LakeResource(settings=self.settings)
        self.instance = dg.DagsterInstance.ephemeral()
        register_partitions(self.instance, _CIKS)

    def run(self, source: _Source, *, checks: bool = False) -> dg.ExecuteInProcessResult:
        @dg.asset(**per_company(PRICES, group="market"), backfill_policy=dg.BackfillPolicy.single_run())
        def prices(context: dg.AssetExecutionContext, storage: LakeResource) -> dg.MaterializeResult:
            return materialize_companies(context, storage, PRICES, source.work)

        selected = (
            [check for check in ALL_CHECKS if "prices" in str(next(iter(check.check_keys)).asset_key)] if checks else []
        )
        return dg.materialize(
            [prices, *selected],
            instance=self.instance,
            resources={"storage": self.storage, "settings": self.settings},
            tags={"dagster/asset_partition_range_start": _CIKS[0], "dagster/asset_partition_range_end": _CIKS[-1]},
            raise_on_error=False,
        )

    def materialized(self) -> set[str]:
        return self.instance.get_materialized_partitions(dg.AssetKey("prices"))

    def states(self) -> dict[str, str]:
        return dict(self.storage.status().latest("prices").select("cik", "state").iter_rows())


@pytest.fixture
def world(tmp_path: Path) -> _World:
    return _World(tmp_path)


def _metadata(result: dg.ExecuteInProcessResult) -> dict[str, object]:
    event = result.asset_materializations_for_node("prices")[0]
    return {name: value.value for name, value in event.metadata.items()}


def test_a_failed_company_is_a_row_and_its_neighbours_are_stored(world: _World) -> None:
    result = world.run(_Source(c2="its source is empty"))
    assert result.success
    assert world.states() == {_CIKS[0]: "ok", _CIKS[1]: "failed", _CIKS[2]: "ok"}
    lake = world.storage.store().lake
    assert lake.ciks(PRICES) == [_CIKS[0], _CIKS[2]]
    metadata = _metadata(result)
    assert metadata["companies_failed"] == 1
    assert "its source is empty" in str(metadata["failures"])


def test_every_materialization_tells_its_own_companys_figures(world: _World) -> None:
    result = world.run(_Source(c2="its source is empty"))
    told = {
        event.partition: (event.metadata["dagster/row_count"].value, event.metadata["state"].value)
        for event in result.asset_materializations_for_node("prices")
    }
    assert told == {_CIKS[0]: (1, "ok"), _CIKS[1]: (0, "failed"), _CIKS[2]: (1, "ok")}
    assert _metadata(result)["rows_in_run"] == 2


def test_a_failure_leaves_the_old_partition_alone(world: _World) -> None:
    world.run(_Source())
    world.run(_Source(c2="gone today"))
    assert world.storage.store().lake.read(PRICES, cik=_CIKS[1])["close"].to_list() == [10.0]
    assert world.states()[_CIKS[1]] == "failed"


def test_an_outage_ends_the_run_with_its_sentence_and_keeps_what_is_done(world: _World) -> None:
    result = world.run(_Source(c2=UnreachableError("nobody answers at example.com; set a proxy")))
    assert not result.success
    assert world.materialized() == {_CIKS[0]}
    assert world.storage.store().lake.ciks(PRICES) == [_CIKS[0]]
    [failure] = [event for event in result.all_events if event.is_step_failure]
    assert "nobody answers at example.com; set a proxy" in str(failure.step_failure_data.user_failure_data.description)


def test_when_every_company_fails_their_rows_say_so_and_the_run_goes_on(world: _World) -> None:
    result = world.run(_Source(c1="no", c2="no", c3="no"))
    assert result.success, "what is behind it in the graph may still have something to do"
    assert set(world.states().values()) == {"failed"}
    assert _metadata(result)["companies_failed"] == 3


def test_a_second_run_changes_nothing_and_says_so(world: _World) -> None:
    assert _metadata(world.run(_Source()))["partitions_changed"] == 3
    before = {path: path.stat().st_mtime_ns for path in world.storage.store().lake.root.glob("prices/*")}
    assert _metadata(world.run(_Source()))["partitions_changed"] == 0
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert _metadata(world.run(_Source(c3=11.0)))["partitions_changed"] == 1


def test_checks_see_the_companies_of_their_run_and_fail_for_what_is_wrong(world: _World) -> None:
    def verdicts(result: dg.ExecuteInProcessResult) -> dict[str, bool]:
        return {item.check_name: item.passed for item in result.get_asset_check_evaluations()}

    assert all(verdicts(world.run(_Source(), checks=True)).values())
    bad = world.run(_Source(c1="unreadable", c2=-5.0), checks=True)
    assert bad.success, "a failed check of values warns people; it does not undo the run"
    assert verdicts(bad)["bars_plausible"] is False
    assert verdicts(bad)["no_failures"] is False
    assert verdicts(bad)["keys_unique"] is True


def test_verdicts_are_recorded_together_and_every_company_is_told(world: _World) -> None:
    told: list[tuple[str, str, bool]] = []

    @dg.asset(**per_company(PRICES, group="market"), backfill_policy=dg.BackfillPolicy.single_run())
    def prices(context: dg.AssetExecutionContext, storage: LakeResource) -> dg.MaterializeResult:
        return materialize_companies(
            context,
            storage,
            PRICES,
            _Source(c2="its source is empty").work,
            chunk=None,
            settled=lambda asset, cik, verdict, changed: told.append((cik, verdict.state, changed)),
        )

    result = dg.materialize(
        [prices],
        instance=world.instance,
        resources={"storage": world.storage},
        tags={"dagster/asset_partition_range_start": _CIKS[0], "dagster/asset_partition_range_end": _CIKS[-1]},
    )
    assert result.success
    assert told == [(_CIKS[0], "ok", True), (_CIKS[1], "failed", False), (_CIKS[2], "ok", True)]
    assert world.states() == {_CIKS[0]: "ok", _CIKS[1]: "failed", _CIKS[2]: "ok"}
