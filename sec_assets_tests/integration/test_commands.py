"""The commands of the README, typed one by one; what they leave in the lake and in Dagster's records."""

from pathlib import Path

import pytest

from sec_assets_tests.integration.conftest import FRACTURED, GHOST, SOUND
from sec_assets_tests.integration.home import PARTITIONED, Home, tree

pytestmark = [pytest.mark.executor, pytest.mark.timeout(600)]


def test_ticker_map_registers_the_companies_of_the_universe(registered: Home) -> None:
    with registered.instance() as instance:
        assert instance.get_dynamic_partitions("cik") == [SOUND, GHOST, FRACTURED]
    assert registered.metadata("ticker_map")["companies"] == 3
    assert {SOUND, GHOST, FRACTURED} <= set(registered.frame("ticker_map")["cik"])
    assert registered.run_statuses() == ["SUCCESS"]


def test_one_asset_of_one_company(registered: Home, tmp_path: Path) -> None:
    home = registered.copy(tmp_path / "data")
    home.materialize("filings_index", "--partition", SOUND)
    new = set(home.lake_bytes()) - set(registered.lake_bytes())
    assert new == {f"filings_index/{SOUND}.parquet", f"companies/{SOUND}.parquet"}
    assert home.partitions_with_events("filings_index") == [SOUND]
    assert home.status() == {("filings_index", SOUND): ("ok", None)}
    assert home.metadata("filings_index")["dagster/row_count"] == home.frame("filings_index").height > 0


def test_everything_behind_one_asset_of_one_company(registered: Home, tmp_path: Path) -> None:
    home = registered.copy(tmp_path / "data")
    home.materialize('key:"filings_index"+', "--partition", SOUND)
    behind = set(PARTITIONED) - {"prices", "technicals"}
    assert {asset: home.partitions_with_events(asset) for asset in behind} == {asset: [SOUND] for asset in behind}
    assert home.partitions_with_events("prices") == []
    assert not any(GHOST in name or FRACTURED in name for name in home.lake_bytes())
    assert home.frame("xbrl_facts").height > 1000
    assert len(home.events("warehouse")) == 1
    assert (home.data / "warehouse.duckdb").is_file()


def test_a_range_is_one_run_with_an_event_for_every_company(built: Home) -> None:
    assert {asset: built.partitions_with_events(asset) for asset in PARTITIONED} == {
        asset: [SOUND, GHOST, FRACTURED] for asset in PARTITIONED
    }
    assert built.run_statuses() == ["SUCCESS", "SUCCESS"]
    assert len(built.events("warehouse")) == len(built.events("portfolio_report")) == 1


def test_what_failed_in_a_range_is_a_row_and_harms_nobody(built: Home) -> None:
    status = built.status()
    assert {(asset, cik) for asset, cik in status} == {
        (asset, cik) for asset in PARTITIONED for cik in (SOUND, GHOST, FRACTURED)
    }
    assert {state for (_, cik), (state, _) in status.items() if cik == SOUND} == {"ok"}
    state, reason = status["filings_index", GHOST]
    assert state == "failed"
    assert "404" in str(reason)
    assert status["artifacts", FRACTURED][0] == "partial"
    state, reason = status["xbrl_facts", FRACTURED]
    assert state == "partial"
    assert "not well-formed" in str(reason)
    assert built.metadata("filings_index")["companies_failed"] == 1


def test_dg_launches_one_asset_of_one_company(built: Home, tmp_path: Path) -> None:
    home = built.copy(tmp_path / "data")
    done = home.run("dg", "launch", "--assets", "technicals", "--partition", SOUND)
    assert done.code == 0, done.tail()
    assert next(event.partition for event in home.events("technicals")) == SOUND
    assert len(home.events("technicals")) == 4
    assert home.lake_bytes() == built.lake_bytes()


@pytest.mark.parametrize("command", ["dg check defs", "dagster definitions validate -w workspace.yaml"])
def test_the_definitions_are_valid(registered: Home, command: str) -> None:
    before = tree(registered.data / "lake")
    done = registered.run(*command.split(), seconds=200)
    assert done.code == 0, done.tail()
    assert "Traceback" not in done.output
    assert tree(registered.data / "lake") == before


def test_init_can_be_run_again_and_changes_nothing(registered: Home, tmp_path: Path) -> None:
    home = registered.copy(tmp_path / "data")
    (home.data / "portfolio.csv").write_text("ticker,shares,cost_basis\nAAPL,1,2\n")
    home.init()
    assert (home.data / "portfolio.csv").read_text().endswith("AAPL,1,2\n")
    assert (home.dagster / "dagster.yaml").is_symlink()
    with home.instance() as instance:
        assert instance.get_dynamic_partitions("cik") == [SOUND, GHOST, FRACTURED]
