"""Access by ticker and day: the right version, clear refusals, the same answers in SQL; the documented examples run."""

import re
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pytest
from typer.testing import CliRunner

import sec_assets
from sec_assets.cli import app
from sec_assets.errors import AbsentError, CorruptError, InputError
from sec_assets.storage import warehouse
from sec_assets.storage.lake import Lake
from sec_assets.storage.status import StatusLog
from sec_assets.tables import FINANCIALS, TICKER_MAP, XBRL_FACTS
from sec_assets.xbrl.standardize import standardize
from sec_assets.xbrl.standardize.trailing import trailing_years
from sec_assets.xbrl.standardize.versions import as_of, first_reported, latest, restatements
from sec_assets_tests.xbrl.companyfacts_frames import companyfacts_frame

APPLE = "0000320193"
PAGE = Path(__file__).parents[1] / "docs" / "statements.md"


@pytest.fixture(scope="module")
def data(evidence: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with Apple's real history: facts, statements, warehouse."""
    folder = tmp_path_factory.mktemp("data")
    lake = Lake(folder / "lake")
    facts = companyfacts_frame(evidence / f"edgar_mirror/data.sec.gov/api/xbrl/companyfacts/CIK{APPLE}.json.gz")
    lake.write(XBRL_FACTS, facts, cik=APPLE)
    lake.write(FINANCIALS, standardize(facts), cik=APPLE)
    ticker = {"cik": APPLE, "ticker": "AAPL", "name": "Apple Inc.", "is_primary": True}
    lake.write(TICKER_MAP, TICKER_MAP.frame([ticker]))
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        warehouse.build(connection, lake, StatusLog(lake.root))
    return folder


@pytest.fixture(autouse=True)
def _data_folder(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEC_ASSETS_DATA", str(data))


def query(data: Path, sql: str) -> pl.DataFrame:
    return warehouse.query(data / "warehouse.duckdb", sql)


def test_importing_the_package_loads_nothing():
    code = "import sys, sec_assets; sys.exit(any(name in sys.modules for name in ('polars', 'duckdb', 'dagster')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        sec_assets.nothing  # noqa: B018


@pytest.mark.parametrize(
    ("as_of", "value"),
    [
        ("2018-06-01", 65_824), (date(2019, 6, 1), 66_231), (None, 66_231), (datetime(2017, 11, 3, 21, tzinfo=UTC), 65_824),
    ],
)  # fmt: skip
def test_facts_are_those_known_on_the_day(as_of: str | date | datetime | None, value: int):
    rows = sec_assets.facts("aapl", "NetCashProvidedByUsedInOperatingActivities", as_of=as_of)
    year = rows.filter(pl.col("period") == "2015-09-27/2016-09-24")
    assert year["numeric"].to_list() == [Decimal(value * 1_000_000)]


def test_facts_of_no_day_before_acceptance():
    rows = sec_assets.facts("320193", "us-gaap:Assets", as_of=datetime(2009, 7, 22, 20, 59, tzinfo=UTC))
    assert rows.height == 0


def test_all_first_and_latest_versions_of_facts():
    counts = {
        version: sec_assets.facts("AAPL", "NetCashProvidedByUsedInOperatingActivities", version=version)
        for version in ("all", "first", "latest")
    }
    spot = pl.col("period") == "2015-09-27/2016-09-24"
    assert counts["all"].filter(spot).height == 2
    assert counts["first"].filter(spot)["numeric"].item() == 65_824_000_000
    assert counts["latest"].filter(spot)["numeric"].item() == 66_231_000_000


def test_statements_come_in_their_order_and_periods():
    years = sec_assets.statements("AAPL", "income")
    assert years["line_item"].unique(maintain_order=True).to_list()[:3] == [
        "revenue",
        "cost_of_revenue",
        "gross_profit",
    ]
    assert set(years["fiscal_period"]) == {"FY"}
    quarters = sec_assets.statements("AAPL", periods="quarter").filter(line_item="revenue", fiscal_year=2023)
    assert quarters["value"].to_list() == [v * 1_000_000 for v in (117_154, 94_836, 81_797, 89_498)]
    trailing = sec_assets.statements("AAPL", periods="trailing_year", as_of="2023-08-30").filter(line_item="revenue")
    assert trailing.sort("period_end")["value"][-1] == 383_933_000_000  # as Apple's four quarters to July 2023 add up


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: sec_assets.facts("NOPE", "Assets"), AbsentError, "no company with ticker 'NOPE'"),
        (
            lambda: sec_assets.facts("789019", "Assets"),
            AbsentError,
            "xbrl_facts of 0000789019 was never made; run: dagster",
        ),
        (lambda: sec_assets.statements("AAPL", "profit"), InputError, "allowed are income"),
        (lambda: sec_assets.statements("AAPL", as_of="yesterday"), InputError, "as_of='yesterday'"),
        (lambda: sec_assets.facts("AAPL", "Assets", as_of="2024-03-01T16:00"), InputError, "time zone"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_the_way_out(call, error: type[Exception], words: str):
    with pytest.raises(error, match=re.escape(words)):
        call()


def test_a_damaged_file_is_no_empty_answer(tmp_path: Path):
    lake = Lake(tmp_path / "lake")
    lake.path(FINANCIALS, APPLE).parent.mkdir(parents=True)
    lake.path(FINANCIALS, APPLE).write_bytes(b"PAR1")
    with pytest.raises(CorruptError):
        sec_assets.statements(APPLE, data=tmp_path)


def test_views_of_the_warehouse_and_python_give_the_same(data: Path):
    stored = pl.read_parquet(data / "lake/financials" / f"{APPLE}.parquet")
    key = list(FINANCIALS.key)
    day = datetime(2020, 1, 1, 5, tzinfo=UTC)  # the end of 2019 in New York
    for sql, frame in (
        ("financials_latest", latest(stored)),
        ("financials_as_first_reported", first_reported(stored)),
        ("financials_as_of(DATE '2019-12-31')", as_of(stored, day)),
    ):
        in_sql = query(data, f"SELECT {', '.join(key)}, value FROM {sql}").sort(key, nulls_last=False)
        assert in_sql.height > 1000
        assert in_sql.equals(frame.select(*key, "value").sort(key, nulls_last=False))
    columns = ["line_item", "period_start", "period_end", "value", "rule"]
    trailing = query(data, f"SELECT {', '.join(columns)} FROM financials_trailing_years")
    assert trailing.sort(columns).equals(trailing_years(latest(stored)).select(columns).sort(columns))
    columns = ["line_item", "period_end", "period_start", "old_value", "new_value", "difference", "accession_number"]
    changed = query(data, f"SELECT {', '.join(columns)} FROM financials_restatements")
    assert changed.height > 100
    assert changed.sort(columns, nulls_last=False).equals(
        restatements(stored).select(columns).sort(columns, nulls_last=False)
    )


def test_macros_by_ticker_and_day_give_what_python_gives(data: Path):
    concept, day = "NetCashProvidedByUsedInOperatingActivities", "2018-06-01"
    in_sql = query(data, f"SELECT period, numeric FROM company_facts('AAPL', '{concept}', as_of := DATE '{day}')")
    assert in_sql.equals(sec_assets.facts("AAPL", concept, as_of=day).select("period", "numeric"))
    in_sql = query(data, "SELECT line_item, period_end, value FROM company_statements('320193', periods := 'quarter')")
    in_python = sec_assets.statements("AAPL", periods="quarter").select("line_item", "period_end", "value")
    order = ["line_item", "period_end", "value"]
    assert in_sql.sort(order).equals(in_python.sort(order))
    facts = query(data, "SELECT count(*) AS n FROM facts_restatements WHERE cik = cik_of('aapl')")
    assert facts["n"].item() > 100


def test_the_terminal_shows_quarters_and_years_side_by_side():
    result = CliRunner().invoke(app, ["statements", "AAPL", "--as-of", "2023-12-01"])
    assert result.exit_code == 0, result.output
    assert "AAPL: Income statement" in result.output
    assert re.search(r"Q4 2023.*FY 2023", result.output)
    assert re.search(r"Revenue .*89,498\*.* 383,285", result.output)
    refused = CliRunner().invoke(app, ["statements", "NOPE"])
    assert refused.exit_code == 1
    assert "no company with ticker 'NOPE'" in refused.output


@pytest.mark.parametrize("example", range(4))
def test_documented_examples_run(example: int, data: Path, monkeypatch: pytest.MonkeyPatch):
    blocks = re.findall(r"```(python|sql)\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert len(blocks) == 4
    language, code = blocks[example]
    if language == "python":
        exec(compile(code, str(PAGE), "exec"), {})
        return
    for statement in filter(str.strip, code.split(";")):
        assert query(data, statement).height > 0, statement
