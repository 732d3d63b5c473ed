"""The warehouse: what analysts query is what the lake holds, by the version they ask for."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from sec_assets.errors import AbsentError, CorruptError
from sec_assets.storage import warehouse
from sec_assets.storage.lake import Lake
from sec_assets.storage.status import StatusLog, Verdict
from sec_assets.tables import PRICES, TABLES, XBRL_FACTS

_FACT = {
    "cik": "0000000001", "concept": "us-gaap:Assets", "namespace": "http://fasb.org/us-gaap/2024", "is_extension": False, "unit": "USD",
    "period": "2024-12-31", "period_end": date(2024, 12, 31), "is_instant": True, "dimensions": "", "is_nil": False, "occurrence": 0,
    "ordinal": 1, "source": "x",
}  # fmt: skip


def _fact(accession: str, value: str, accepted: datetime, **other: object) -> dict[str, object]:
    return (
        _FACT
        | {"accession_number": accession, "value": value, "numeric": Decimal(value), "accepted_at": accepted}
        | other
    )


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path / "lake")
    facts = [
        _fact("0000000001-25-000001", "100.123456789012", datetime(2025, 2, 1, 21, tzinfo=UTC)),
        # accepted at 21:30 in New York, which is the next day in UTC
        _fact("0000000001-25-000002", "90", datetime(2025, 8, 2, 1, 30, tzinfo=UTC)),
        _fact("0000000001-25-000002", "90.5", datetime(2025, 8, 2, 1, 30, tzinfo=UTC), occurrence=1),
    ]
    lake.write(XBRL_FACTS, XBRL_FACTS.frame(facts), cik="1")
    return lake


def _build(lake: Lake, path: Path) -> dict[str, int]:
    with duckdb.connect(str(path)) as connection:
        return warehouse.build(connection, lake, StatusLog(lake.root))


def test_every_table_exists_even_when_nothing_was_written(tmp_path: Path) -> None:
    rows = _build(Lake(tmp_path / "none"), tmp_path / "w.duckdb")
    assert rows == dict.fromkeys(TABLES, 0)


def test_companies_sorted_together_or_apart_give_the_same_rows(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    instant = datetime(2025, 2, 1, 21, tzinfo=UTC)
    for cik in ("0000000002", "0000000003"):
        both = [_fact(f"{cik}-25-000001", "1", instant, cik=cik, concept=name) for name in ("us-gaap:Assets", "a:Last")]
        lake.write(XBRL_FACTS, XBRL_FACTS.frame(both), cik=cik)
    _build(lake, tmp_path / "together.duckdb")
    monkeypatch.setattr(warehouse, "_SORTED_BYTES", 1)
    _build(lake, tmp_path / "apart.duckdb")
    as_stored = "SELECT * FROM xbrl_facts"
    together, apart = (warehouse.query(tmp_path / f"{name}.duckdb", as_stored) for name in ("together", "apart"))
    assert together["concept"].to_list() == ["a:Last"] * 2 + ["us-gaap:Assets"] * 5
    assert together["cik"].to_list()[2:] == ["0000000001"] * 3 + ["0000000002", "0000000003"]
    assert apart["cik"].to_list() == ["0000000001"] * 3 + ["0000000002"] * 2 + ["0000000003"] * 2
    assert together.sort(XBRL_FACTS.key).equals(apart.sort(XBRL_FACTS.key))


def test_views_give_the_version_asked_for(lake: Lake, tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    assert _build(lake, path)["xbrl_facts"] == 3

    def value(sql: str, *parameters: object) -> list[Decimal]:
        return warehouse.query(path, sql, list(parameters))["numeric"].to_list()

    assert value("SELECT * FROM facts_latest") == [Decimal(90)]
    assert value("SELECT * FROM facts_as_first_reported") == [Decimal("100.123456789012")]
    assert value("SELECT * FROM facts_as_of(?)", date(2025, 1, 31)) == []
    assert value("SELECT * FROM facts_as_of(?)", date(2025, 7, 31)) == [Decimal("100.123456789012")]
    assert value("SELECT * FROM facts_as_of(?)", date(2025, 8, 1)) == [Decimal(90)], "the day is New York's, not UTC's"


def test_a_fact_without_an_instant_of_acceptance_counts_from_its_filing_date(tmp_path: Path) -> None:
    lake, path = Lake(tmp_path / "lake"), tmp_path / "w.duckdb"
    undated = _fact("0000000001-25-000003", "80", datetime(2025, 1, 1, tzinfo=UTC), filed=date(2025, 5, 2)) | {
        "accepted_at": None
    }
    first = _fact("0000000001-25-000001", "100", datetime(2025, 2, 1, 21, tzinfo=UTC), filed=date(2025, 2, 1))
    lake.write(XBRL_FACTS, XBRL_FACTS.frame([undated, first]), cik="1")
    _build(lake, path)

    def value(sql: str, *parameters: object) -> list[Decimal]:
        return warehouse.query(path, sql, list(parameters))["numeric"].to_list()

    assert value("SELECT * FROM facts_as_of(?)", date(2025, 5, 1)) == [Decimal(100)]
    assert value("SELECT * FROM facts_as_of(?)", date(2025, 5, 2)) == [Decimal(80)]
    assert value("SELECT * FROM facts_latest") == [Decimal(80)]
    assert value("SELECT * FROM facts_as_first_reported") == [Decimal(100)]


def test_a_damaged_lake_file_stops_the_build_and_is_named(lake: Lake, tmp_path: Path) -> None:
    lake.write_partitions(PRICES, PRICES.frame(), ["0000000001", "0000000002"])
    lake.path(PRICES, "2").write_bytes(b"PAR1 but not really PAR1")
    with pytest.raises(CorruptError, match=r"0000000002\.parquet is damaged"):
        _build(lake, tmp_path / "w.duckdb")


def test_open_readers_keep_their_snapshot_while_a_new_warehouse_is_swapped_in(lake: Lake, tmp_path: Path) -> None:
    path, next_one = tmp_path / "w.duckdb", tmp_path / "next.duckdb"
    _build(lake, path)
    with duckdb.connect(str(path), read_only=True) as reader:
        StatusLog(lake.root).record(
            "prices", {"0000000001": Verdict("ok", 1)}, run_id="r", at=datetime(2025, 1, 1, tzinfo=UTC)
        )
        _build(lake, next_one)
        warehouse.swap_in(next_one, path)
        assert reader.execute("SELECT count(*) FROM status").fetchall() == [(0,)]
    assert warehouse.query(path, "SELECT count(*) AS n FROM status").item() == 1


def test_asking_before_it_is_built_says_how_to_build_it(tmp_path: Path) -> None:
    with pytest.raises(AbsentError, match="--select warehouse"):
        warehouse.query(tmp_path / "absent.duckdb", "SELECT 1")
