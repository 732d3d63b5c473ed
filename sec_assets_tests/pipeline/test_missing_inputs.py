"""A company whose input failed has failed as well; one whose input rightly has no rows is empty."""

from pathlib import Path

import pytest

from sec_assets.pipeline.facts import parse_company
from sec_assets.pipeline.market import technical_companies
from sec_assets.pipeline.outcome import Outcome, Store
from sec_assets.pipeline.statements import standardize_companies
from sec_assets.pipeline.texts import split_company
from sec_assets.storage.documents import DocumentStore
from sec_assets.storage.lake import Lake
from sec_assets.tables import ARTIFACTS, PRICES, XBRL_FACTS

_CIK = "0000000001"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(Lake(tmp_path / "lake"), DocumentStore(tmp_path / "documents"))


def _outcomes(store: Store) -> dict[str, Outcome]:
    return {
        "artifacts": parse_company(store, _CIK),
        "the artifacts again": split_company(store, _CIK),
        "xbrl_facts": next(iter(standardize_companies(store, [_CIK]))),
        "prices": next(iter(technical_companies(store, [_CIK]))),
    }


def test_nothing_is_made_of_what_was_never_made(store: Store) -> None:
    for name, outcome in _outcomes(store).items():
        assert list(outcome.failed) == [_CIK], name
        assert "has never been made" in outcome.failed[_CIK]


def test_an_input_without_rows_is_no_failure(store: Store) -> None:
    for table in (ARTIFACTS, XBRL_FACTS, PRICES):
        store.lake.write(table, table.frame(), cik=_CIK)
    for name, outcome in _outcomes(store).items():
        assert outcome.failed == {}, name
        assert _CIK in outcome.notes
