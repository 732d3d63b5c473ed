"""The asset takes the archive where it is told to, and says so."""

import dagster as dg
import pytest

from sec_assets.assets.edgar import filings_index
from sec_assets.partitions import CIK_PARTITIONS
from sec_assets.resources import EdgarResource, EffortResource, FanOutResource, LakeResource, SettingsResource
from sec_assets.sample.universe import companies
from sec_assets.settings import load_settings
from sec_assets.storage.lake import Lake
from sec_assets.tables import FILINGS_INDEX

pytestmark = pytest.mark.dagster


def run(instance: dg.DagsterInstance, first: str, last: str) -> dict[str, dg.MetadataValue]:
    settings = SettingsResource()
    resources = {
        "settings": settings,
        "edgar": EdgarResource(settings=settings),
        "effort": EffortResource(settings=settings),
        "storage": LakeResource(settings=settings),
        "fan_out": FanOutResource(),
    }
    tags = {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}
    result = dg.materialize([filings_index], instance=instance, resources=resources, tags=tags)
    assert result.success
    return dict(result.asset_materializations_for_node("filings_index")[0].metadata)


def test_the_archive_makes_the_partitions_and_the_metadata_say_so(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEC_ASSETS_SOURCE", "sample")
    monkeypatch.setenv("SEC_ASSETS_DATA", str(tmp_path))
    monkeypatch.setenv("SEC_ASSETS_BULK", "always")
    ciks = sorted(companies())
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions(str(CIK_PARTITIONS.name), ciks)
        metadata = run(instance, ciks[0], ciks[-1])
        assert len(instance.get_materialized_partitions(filings_index.key)) == len(ciks)
        again = run(instance, ciks[0], ciks[-1])
    lake = Lake(load_settings().lake)
    assert lake.ciks(FILINGS_INDEX) == ciks
    assert metadata["companies"].value == len(ciks)
    assert metadata["companies_failed"].value == 0
    told = str(metadata["requests"].value)
    assert told.startswith(f"{len(ciks)} companies: 1 request for submissions.zip instead of about ")
    assert f"{len(ciks)} companies changed, 0 unchanged" in told
    assert again["partitions_changed"].value == 0
    assert str(again["requests"].value).startswith("0 companies: about 0 requests")
