"""Whose requests go first: decided from the run, seen in the record of permits."""

from pathlib import Path

import dagster as dg
import pytest

from sec_assets.edgar.transport.gate import open_store
from sec_assets.partitions import CIK_PARTITIONS, register_partitions
from sec_assets.resources import EdgarResource, SettingsResource

_CIKS = [f"{number:010d}" for number in range(1, 13)]
_RANGE = ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")


@dg.asset(partitions_def=CIK_PARTITIONS, backfill_policy=dg.BackfillPolicy.single_run())
def asker(edgar: EdgarResource) -> None:
    with edgar.client() as client:
        client.get("https://www.sec.gov/files/company_tickers_exchange.json")


@dg.sensor(target=[asker])
def ticking(edgar: EdgarResource) -> dg.SkipReason:
    with edgar.client(patience_seconds=5.0) as client:
        client.get("https://www.sec.gov/files/company_tickers_exchange.json")
    return dg.SkipReason("asked")


def resource(data: Path) -> EdgarResource:
    return EdgarResource(settings=SettingsResource(overrides={"SEC_ASSETS_DATA": str(data)}))


def permits(data: Path) -> list[tuple[str, bool]]:
    reading = open_store(data / "state" / "limiter-sample.sqlite").read()
    assert reading is not None
    return [(one.priority, " run " in one.who) for one in reading.permits]


@pytest.mark.dagster
@pytest.mark.parametrize(
    ("tags", "priority"),
    [
        ({"dagster/backfill": "abcdefgh", "dagster/partition": _CIKS[0]}, "backfill"),
        (dict(zip(_RANGE, (_CIKS[0], _CIKS[-1]), strict=True)), "backfill"),
        (dict(zip(_RANGE, (_CIKS[0], _CIKS[4]), strict=True)), "interactive"),
        ({"dagster/partition": _CIKS[0]}, "interactive"),
    ],
)
def test_a_run_of_many_companies_lets_others_go_first(tmp_path: Path, tags: dict[str, str], priority: str) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        register_partitions(instance, _CIKS)
        result = dg.materialize(
            [asker],
            instance=instance,
            resources={"edgar": resource(tmp_path)},
            tags=tags,
            partition_key=tags.get("dagster/partition"),
        )
    assert result.success
    assert permits(tmp_path) == [(priority, True)]


@pytest.mark.dagster
def test_a_sensor_s_requests_are_not_a_backfill(tmp_path: Path) -> None:
    with (
        dg.DagsterInstance.ephemeral() as instance,
        dg.build_sensor_context(instance=instance, resources={"edgar": resource(tmp_path)}) as context,
    ):
        ticking(context)
    assert permits(tmp_path) == [("interactive", False)]


def test_without_dagster_s_start_up_requests_are_a_person_s(tmp_path: Path) -> None:
    with resource(tmp_path).client() as client:
        client.get("https://www.sec.gov/files/company_tickers_exchange.json")
    assert permits(tmp_path) == [("interactive", False)]
