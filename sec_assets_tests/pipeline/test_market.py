"""Indicators of companies: none where the closes cannot be compared over time."""

from datetime import date, timedelta
from pathlib import Path

from sec_assets.pipeline.market import technical_companies
from sec_assets.pipeline.outcome import Store
from sec_assets.storage.documents import DocumentStore
from sec_assets.storage.lake import Lake
from sec_assets.tables import PRICES

_TOLD, _BLIND = "0000000001", "0000000002"


def _bars(cik: str, split_factor: float | None) -> list[dict[str, object]]:
    return [
        {
            "cik": cik, "ticker": "T", "date": date(2025, 1, 1) + timedelta(days=n), "open": 10.0, "high": 11.0, "low": 9.0,
            "close": 10.0 + n % 3, "adjustment_factor": 1.0, "volume": 1, "split_factor": split_factor, "price_basis": "raw",
            "source": "test",
        }
        for n in range(40)
    ]  # fmt: skip


def test_prices_as_traded_without_known_splits_get_no_indicators(tmp_path: Path) -> None:
    store = Store(Lake(tmp_path / "lake"), DocumentStore(tmp_path / "documents"))
    rows = PRICES.frame(_bars(_TOLD, 1.0) + _bars(_BLIND, None))
    store.lake.write_partitions(PRICES, rows, [_TOLD, _BLIND])
    [outcome] = technical_companies(store, [_TOLD, _BLIND])
    assert outcome.frame is not None
    assert outcome.frame["cik"].unique().to_list() == [_TOLD]
    assert list(outcome.partial) == [_BLIND]
