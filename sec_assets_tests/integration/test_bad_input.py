"""Bad input through the whole chain: every fault is a row with its reason, nothing is executed, neighbours are whole."""

import re
from pathlib import Path

import polars as pl
import pytest

from sec_assets_tests.integration import hostile_mirror
from sec_assets_tests.integration.home import BEHIND_TICKER_MAP, PARTITIONED, Done, Home
from sec_assets_tests.integration.hostile_mirror import (
    CUT_OFF,
    ESCAPING,
    GOOD,
    HOSTILE,
    INSTANCES,
    PAGE,
    SOUND,
    UNKNOWN,
)

pytestmark = [pytest.mark.executor, pytest.mark.timeout(600)]

HOLDINGS = """ticker,shares,cost_basis
SND,10,1000.50
ZZZZ,5,100
snd,2.5,
PGE,many,100
CUT,-3,100
HST
PGE,4,400
PGE,4,400
"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The chain over the hostile mirror, with bad lines in the holdings and a company the mirror does not have."""
    folder = tmp_path_factory.mktemp("hostile")
    mirror = hostile_mirror.build(folder / "mirror")
    universe = f"ciks:{SOUND},{PAGE},{CUT_OFF},{HOSTILE},{UNKNOWN},12345678901,abc"
    home = Home(
        folder / "data",
        {"SEC_ASSETS_SOURCE": "mirror", "SEC_ASSETS_MIRROR": str(mirror), "SEC_ASSETS_UNIVERSE": universe},
    ).init()
    (home.data / "portfolio.csv").write_text(HOLDINGS)
    home.materialize("ticker_map")
    home.materialize(BEHIND_TICKER_MAP, "--partition-range", f"{SOUND}...{UNKNOWN}")
    return home


def reason(home: Home, asset: str, cik: str) -> tuple[str, str]:
    state, why = home.status()[asset, cik]
    return state, str(why)


def test_the_run_is_green_and_every_company_has_a_verdict(hostile: Home) -> None:
    assert hostile.run_statuses() == ["SUCCESS", "SUCCESS"]
    ciks = {SOUND, PAGE, CUT_OFF, HOSTILE, UNKNOWN}
    assert set(hostile.status()) == {(asset, cik) for asset in PARTITIONED for cik in ciks}


def test_the_sound_company_is_whole(hostile: Home) -> None:
    assert {
        hostile.status()[asset, SOUND][0]
        for asset in ("filings_index", "artifacts", "xbrl_facts", "filing_text", "news")
    } == {"ok"}
    fact = hostile.frame("xbrl_facts").filter(cik=SOUND)
    assert fact.select("concept", "value").row(0) == ("us-gaap:Assets", "1234000")


@pytest.mark.parametrize(
    ("cik", "words"),
    [(PAGE, r"(?i)page|html"), (CUT_OFF, r"(?i)gzip|incomplete|stop|end"), (UNKNOWN, "not in the mirror")],
)
def test_submissions_that_cannot_be_read_are_a_failure_with_its_reason(hostile: Home, cik: str, words: str) -> None:
    state, why = reason(hostile, "filings_index", cik)
    assert state == "failed"
    assert re.search(words, why), why
    assert f"CIK{cik}.json" in why
    assert not (hostile.data / f"lake/filings_index/{cik}.parquet").exists(), "a failed read is not an empty one"


def test_instances_that_attack_their_reader_are_refused_and_the_good_one_is_kept(hostile: Home) -> None:
    state, why = reason(hostile, "xbrl_facts", HOSTILE)
    assert state == "partial"
    assert why.startswith("3 ")
    for number in INSTANCES:
        assert number in why
    assert "document type declaration" in why
    facts = hostile.frame("xbrl_facts").filter(cik=HOSTILE)
    assert set(facts["accession_number"]) == {ESCAPING, GOOD}
    text = b"".join(hostile.lake_bytes().values())
    assert b"root:x:" not in text, "/etc/passwd was read"


def test_names_that_lead_out_of_the_folder_are_rows_and_no_files(hostile: Home) -> None:
    rows = hostile.frame("artifacts").filter(accession_number=ESCAPING)
    refused = rows.filter(status="failed")
    assert refused.height == 3
    assert refused["error"].str.contains("refused before it is used").all()
    assert set(rows.filter(status="stored")["name"]) == {"index.json", "a.htm", "x-20241231.xml"}
    above = hostile.data.parent
    assert {path.name for path in above.iterdir() if path.is_dir()} == {"data", "mirror"}
    assert not [
        path for path in above.rglob("*ex99*") if "mirror" not in path.parts and SOUND.lstrip("0") not in path.parts
    ]


def test_markup_in_names_and_headlines_is_text_in_the_report(hostile: Home) -> None:
    assert hostile.frame("news")["title"].item() == "Sound Company Reports Record Results", "tags are no words"
    page = (hostile.data / "reports/portfolio.html").read_text()
    assert "Sound Company Reports Record Results" in page
    assert "Sound &amp; Sons &lt;img src=x onerror=alert(1)&gt;" in page, "it is shown as text"
    assert not re.search(r"<script|<img[^>]+onerror", page, re.IGNORECASE), "it is not markup"


def test_bad_lines_of_the_holdings_are_told_by_number_and_the_rest_is_used(hostile: Home) -> None:
    positions = pl.read_parquet(hostile.data / "reports/portfolio.parquet")
    shares = dict(positions.select("ticker", pl.col("shares").cast(pl.Float64)).iter_rows())
    assert shares == {"SND": 12.5, "ZZZZ": 5.0, "PGE": 4.0}
    page = (hostile.data / "reports/portfolio.html").read_text()
    for line in (5, 6, 7, 9):
        assert f"line {line}" in page
    assert "not in EDGAR" in page
    assert hostile.metadata("portfolio_report")["holdings_not_usable"] == 4


def test_a_ticker_nobody_lists_is_named_when_the_universe_is_the_holdings(hostile: Home, tmp_path: Path) -> None:
    home = hostile.copy(tmp_path / "data").with_settings(SEC_ASSETS_UNIVERSE="holdings")
    done = home.materialize("ticker_map")
    metadata = home.metadata("ticker_map")
    assert metadata["companies"] == 2
    assert metadata["problems"] == 5
    assert "ticker ZZZZ is not in EDGAR's ticker list" in done.output
    assert "line 5" in done.output


def fails(home: Home, selection: str, *more: str) -> tuple[Done, str]:
    """Run what has to fail, and return the one sentence of its only failed step."""
    done = home.materialize(selection, *more, ok=False)
    [sentence] = home.failures()
    return done, sentence


def test_holdings_without_a_line_stop_with_one_sentence(hostile: Home, tmp_path: Path) -> None:
    home = hostile.copy(tmp_path / "data").with_settings(SEC_ASSETS_UNIVERSE="holdings")
    (home.data / "portfolio.csv").write_bytes(b"")
    before = home.lake_bytes()
    _, sentence = fails(home, "ticker_map")
    assert sentence.startswith("SEC_ASSETS_UNIVERSE='holdings' names no company: portfolio.csv line 1")
    assert home.lake_bytes() == before


def test_ciks_that_are_none_are_named_and_the_others_are_registered(hostile: Home) -> None:
    metadata = hostile.metadata("ticker_map")
    assert (metadata["companies"], metadata["problems"]) == (5, 2)
    assert "12345678901" in str(metadata["problem_sample"])
    assert "abc" in str(metadata["problem_sample"])


def test_a_wrong_setting_is_refused_before_anything_starts(hostile: Home, tmp_path: Path) -> None:
    home = hostile.copy(tmp_path / "data").with_settings(SEC_ASSETS_UNIVERSE="company:Apple")
    done = home.run("sec-assets", "summary", seconds=60)
    assert done.code == 1
    assert "SEC_ASSETS_UNIVERSE='company:Apple': allowed are" in done.output
    assert "Traceback" not in done.output
