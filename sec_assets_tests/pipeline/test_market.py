"""Prices and indicators of companies: asked for when files changed, and none where the closes cannot be compared over time."""

from datetime import date, timedelta
from pathlib import Path

from sec_assets.market.bundled import BundledPrices
from sec_assets.market.csv_folder import CsvFolders
from sec_assets.pipeline.market import file_states, technical_companies
from sec_assets.pipeline.outcome import Store
from sec_assets.storage.documents import DocumentStore
from sec_assets.storage.lake import Lake
from sec_assets.tables import PRICES, TICKER_MAP

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


def test_files_tell_whether_prices_would_be_others(tmp_path: Path) -> None:
    store = Store(Lake(tmp_path / "lake"), DocumentStore(tmp_path / "documents"))
    rows = [(_TOLD, "AB", True), (_TOLD, "CD", False), (_BLIND, "EF", True)]
    named = [{"cik": cik, "ticker": ticker, "is_primary": primary} for cik, ticker, primary in rows]
    store.lake.write(TICKER_MAP, TICKER_MAP.frame(named))
    folders = [tmp_path / "first", tmp_path / "second"]
    for folder in folders:
        folder.mkdir()

    def looks() -> list[str]:
        states = file_states(store, [CsvFolders(folders)])
        assert states is not None
        return [states(_TOLD), states(_BLIND)]

    (folders[1] / "CD.csv").write_text("date,close\n2025-01-02,1\n")
    before = looks()
    assert looks() == before
    (folders[1] / "CD.csv").write_text("date,close\n2025-01-02,12\n")
    assert (looks()[0] != before[0], looks()[1]) == (True, before[1])
    before = looks()
    (folders[0] / "AB.csv").write_text("date,close\n2025-01-02,1\n")
    assert looks()[0] != before[0], "a file that is new"
    before = looks()
    (folders[0] / "CD.csv").write_text("date,close\n2025-01-02,12\n")
    assert looks()[0] != before[0], "a file that answers before another"


def test_where_a_source_must_be_asked_nothing_is_left_out(tmp_path: Path) -> None:
    store = Store(Lake(tmp_path / "lake"), DocumentStore(tmp_path / "documents"))
    assert file_states(store, [CsvFolders([tmp_path]), BundledPrices()]) is None
