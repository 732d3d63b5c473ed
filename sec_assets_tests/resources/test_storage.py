"""The warehouse as the resource builds it: in bounded memory, and whatever an earlier builder left behind."""

from datetime import date
from pathlib import Path

import pytest

from sec_assets.resources import SettingsResource, WarehouseResource
from sec_assets.storage import warehouse
from sec_assets.storage.lake import Lake
from sec_assets.tables import PRICES

CIK = "0000320193"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEC_ASSETS_DATA", str(tmp_path))
    bar = {"cik": CIK, "ticker": "AAPL", "date": date(2024, 3, 1), "close": 179.66, "adjustment_factor": 1.0}
    frame = PRICES.frame([{**bar, "price_basis": "raw", "source": "csv"}])
    Lake(tmp_path / "lake").write(PRICES, frame, cik=CIK)
    return tmp_path


def test_what_a_killed_builder_spilled_to_disk_is_removed_and_stops_nobody(data: Path):
    spilled = data / ".tmp-warehouse-0123456789ab.duckdb.tmp"
    spilled.mkdir()
    (spilled / "duckdb_temp_storage_DEFAULT-0.tmp").write_bytes(b"rows")
    (data / ".tmp-warehouse-0123456789ab.duckdb").write_bytes(b"half")
    assert WarehouseResource(settings=SettingsResource()).rebuild()["prices"] == 1
    assert warehouse.query(data / "warehouse.duckdb", "SELECT ticker FROM prices").item() == "AAPL"
    assert [path.name for path in data.iterdir() if path.name.startswith(".tmp-")] == []
