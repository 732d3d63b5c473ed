"""A run over what is there already: nothing is downloaded, nothing is rewritten, what is missing is asked for again."""

from pathlib import Path

import pytest

from sec_assets_tests.integration.conftest import FRACTURED, GHOST, SOUND
from sec_assets_tests.integration.home import PARTITIONED, Home, tree

pytestmark = [pytest.mark.executor, pytest.mark.timeout(900)]

RANGE = ("--partition-range", f"{SOUND}...{FRACTURED}")


@pytest.fixture(scope="module")
def again(built: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Everything a second time, with a missing document and a company without submissions in the set."""
    home = built.copy(tmp_path_factory.mktemp("again") / "data")
    home.materialize("*", *RANGE)
    return home


def stamps(home: Home, folder: str) -> dict[str, int]:
    root = home.data / folder
    return {str(path.relative_to(root)): path.stat().st_mtime_ns for path in root.rglob("*") if path.is_file()}


def test_every_file_of_the_lake_is_the_same(built: Home, again: Home) -> None:
    assert again.lake_bytes() == built.lake_bytes()


def test_no_document_is_downloaded_or_touched(built: Home, again: Home) -> None:
    assert stamps(again, "documents") == stamps(built, "documents")
    assert tree(again.data / "documents") == tree(built.data / "documents")


def test_the_records_say_that_nothing_changed(built: Home, again: Home) -> None:
    assert {asset: again.metadata(asset)["partitions_changed"] for asset in PARTITIONED} == dict.fromkeys(
        PARTITIONED, 0
    )
    assert {built.metadata(asset)["partitions_changed"] for asset in PARTITIONED} <= {2, 3}
    rows = {asset: built.metadata(asset)["dagster/row_count"] for asset in PARTITIONED}
    assert {asset: again.metadata(asset)["dagster/row_count"] for asset in PARTITIONED} == rows


def test_the_missing_document_is_tried_again_and_told_again(built: Home, again: Home) -> None:
    assert again.status() == built.status()
    assert again.status()["artifacts", FRACTURED][0] == "partial"
    assert again.status()["filings_index", GHOST][0] == "failed"
    absent = again.frame("artifacts").filter(status="absent")
    assert absent.height == 1
    assert "not in the sample" in absent["error"].item()


def test_a_document_that_got_lost_is_fetched_again_and_only_that(built: Home, again: Home) -> None:
    row = again.frame("artifacts").filter(kind="xbrl_instance", status="stored", cik=SOUND).row(0, named=True)
    lost = again.data / "documents" / row["path"]
    before, body = stamps(again, "documents"), lost.read_bytes()
    lost.unlink()
    again.materialize("artifacts", "--partition", SOUND)
    assert lost.read_bytes() == body
    changed = {name for name, at in stamps(again, "documents").items() if before[name] != at}
    assert changed == {row["path"]}
    assert (
        again.frame("artifacts")
        .drop("fetched_at", "attempts")
        .equals(built.frame("artifacts").drop("fetched_at", "attempts"))
    )


def test_the_reports_are_the_same(built: Home, again: Home, tmp_path: Path) -> None:
    assert tree(again.data / "reports").keys() == tree(built.data / "reports").keys()
    assert (again.data / "reports/portfolio.html").read_text() == (built.data / "reports/portfolio.html").read_text()
