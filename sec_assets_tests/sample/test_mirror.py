"""A made-up EDGAR of any size: the same bytes every time, everybody's papers their own, and every asset has something to do."""

import gzip
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sec_assets.cli import app
from sec_assets.edgar.client import EdgarClient
from sec_assets.edgar.effort import Effort
from sec_assets.edgar.tickers import load_tickers
from sec_assets.errors import SettingError
from sec_assets.market.load import PriceDesk
from sec_assets.market.sources import open_sources
from sec_assets.pipeline.documents import collect_companies
from sec_assets.pipeline.facts import parse_company
from sec_assets.pipeline.filings import index_companies
from sec_assets.pipeline.market import price_companies
from sec_assets.pipeline.news import news_companies, open_feeds
from sec_assets.pipeline.outcome import Outcome, Store
from sec_assets.pipeline.texts import split_company
from sec_assets.sample import mirror
from sec_assets.sample.models import FIRST_CIK, models
from sec_assets.settings import Settings, load_settings
from sec_assets.storage.documents import DocumentStore
from sec_assets.storage.lake import Lake
from sec_assets.tables import ARTIFACTS, FILINGS_INDEX, NEWS, PRICES, TICKER_MAP, XBRL_FACTS, Table

COUNT = 11
CIKS = [f"{FIRST_CIK + place:010d}" for place in range(COUNT)]
AT = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("universe") / "a"
    mirror.write_mirror(folder, COUNT)
    return folder


def settings_for(root: Path, data: Path) -> Settings:
    return load_settings({**mirror.settings_of(root), "SEC_ASSETS_DATA": str(data)})


def stored(store: Store, table: Table, outcomes: list[Outcome]) -> None:
    """Write what the outcomes hold; none may have failed, not even in part."""
    assert [{**outcome.failed, **outcome.partial} for outcome in outcomes] == [{}] * len(outcomes)
    for outcome in outcomes:
        if outcome.frame is not None:
            store.lake.write_partitions(table, outcome.frame, outcome.ciks)


def files(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_the_same_number_makes_the_same_bytes(root: Path, tmp_path: Path) -> None:
    written = mirror.write_mirror(tmp_path / "b", COUNT)
    here = files(root)
    assert files(tmp_path / "b") == here
    assert (written.companies, written.files, written.bytes) == (
        COUNT, len(here), sum(len(body) for body in here.values())
    )  # fmt: skip


def test_a_larger_universe_begins_with_the_smaller_one(root: Path, tmp_path: Path) -> None:
    mirror.write_mirror(tmp_path / "b", COUNT + 2)
    larger = files(tmp_path / "b")
    shared = {name for name in files(root) if "/Archives/edgar/data/" in name or name.startswith("prices/")}
    assert all(larger[name] == (root / name).read_bytes() for name in shared)


def test_nothing_of_a_model_is_left_in_a_copy(root: Path) -> None:
    left = [b"Example"]
    for model in models():
        company = model.company
        left += [company.cik[3:].encode(), company.classes[0].ticker.encode(), f"{company.prefix}-".encode()]
    for path in root.rglob("*.gz"):
        body = str(path.relative_to(root)).encode() + gzip.decompress(path.read_bytes())
        assert not [text for text in left if text in body], path


def test_every_asset_of_every_company_has_something_to_do(root: Path, tmp_path: Path) -> None:
    settings = settings_for(root, tmp_path)
    store = Store(Lake(settings.lake), DocumentStore(settings.documents))
    with EdgarClient(settings) as client:
        tickers = load_tickers(client)
        assert not tickers.problems
        assert sorted(set(tickers.frame["cik"])) == CIKS
        assert tickers.frame["ticker"].is_unique().all()
        store.lake.write(TICKER_MAP, tickers.frame)
        stored(store, FILINGS_INDEX, list(index_companies(client, store, CIKS, workers=4, refresh=False)))
        stored(store, ARTIFACTS, list(collect_companies(client, store, settings, CIKS, Effort(4))))
    with open_sources(settings) as sources:
        stored(store, PRICES, list(price_companies(store, PriceDesk(sources, date(2026, 4, 1)), CIKS)))
    with open_feeds(settings) as feeds:
        stored(store, NEWS, list(news_companies(store, feeds, CIKS, with_releases=True, now=AT)))
    one = CIKS[-1]
    facts, text = parse_company(store, one), split_company(store, one)
    assert (facts.failed, facts.partial, text.failed, text.partial) == ({}, {}, {}, {})
    assert store.lake.read(XBRL_FACTS, cik=one).height > 1000
    assert store.lake.read_many(PRICES, CIKS)["cik"].n_unique() == COUNT
    assert store.lake.read_many(NEWS, CIKS).height > COUNT


def test_a_company_files_again(tmp_path: Path) -> None:
    root = tmp_path / "universe"
    mirror.write_mirror(root, 1)
    settings = settings_for(root, tmp_path / "data")
    store = Store(Lake(settings.lake), DocumentStore(settings.documents))
    with EdgarClient(settings) as client:
        stored(store, FILINGS_INDEX, list(index_companies(client, store, CIKS[:1], workers=1, refresh=False)))
        before = store.lake.read(FILINGS_INDEX, cik=CIKS[0])
        new = mirror.file_again(root, 0)
        stored(store, FILINGS_INDEX, list(index_companies(client, store, CIKS[:1], workers=1, refresh=True)))
        after = store.lake.read(FILINGS_INDEX, cik=CIKS[0])
        stored(store, ARTIFACTS, list(collect_companies(client, store, settings, CIKS[:1], Effort(1))))
    assert set(after["accession_number"]) - set(before["accession_number"]) == {new}
    parse_company(store, CIKS[0])
    assert new in set(store.lake.read(XBRL_FACTS, cik=CIKS[0])["accession_number"])


def test_companies_with_two_classes_have_tickers_of_their_own(root: Path) -> None:
    page = gzip.decompress((root / "edgar/www.sec.gov/files/company_tickers.json.gz").read_bytes())
    tickers = [row["ticker"] for row in json.loads(page).values()]
    assert len(set(tickers)) == len(tickers) > COUNT
    assert {path.name.removesuffix(".csv.gz") for path in (root / "prices").iterdir()} == set(tickers)


@pytest.mark.parametrize("count", [0, 100_001])
def test_a_number_that_cannot_be_is_refused(tmp_path: Path, count: int) -> None:
    with pytest.raises(SettingError, match=str(count)):
        mirror.write_mirror(tmp_path, count)


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("kept")
    done = CliRunner().invoke(app, ["sample", str(tmp_path), "--companies", "1"])
    assert done.exit_code == 1
    assert "not empty" in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_the_command_says_how_to_use_what_it_wrote(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["sample", str(tmp_path / "new"), "--companies", "1"])
    assert done.exit_code == 0, done.output
    exported = dict(line.removeprefix("export ").split("=", 1) for line in done.output.splitlines() if "export" in line)
    assert exported == mirror.settings_of(tmp_path / "new")
