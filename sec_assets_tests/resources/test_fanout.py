"""Fan-out over companies: a crash is one company's failure, a crash over all is ours."""

import os
from pathlib import Path

import pytest

from sec_assets.errors import DefectError
from sec_assets.pipeline.outcome import Store
from sec_assets.resources import FanOutResource
from sec_assets.storage.documents import DocumentStore
from sec_assets.storage.lake import Lake
from sec_assets_tests.resources.functions import crash, crash_over_batches_with_odd, crash_over_odd, tell_process

_CIKS = [f"{number:010d}" for number in (1, 2, 3, 4)]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(Lake(tmp_path / "lake"), DocumentStore(tmp_path / "documents"))


def test_a_crash_over_one_company_is_its_failure_alone(store: Store) -> None:
    outcomes = {outcome.ciks[0]: outcome for outcome in FanOutResource().companies(crash_over_odd, store, _CIKS)}
    assert sorted(outcomes) == _CIKS
    assert "cannot divide 0000000001" in outcomes[_CIKS[0]].failed[_CIKS[0]]
    assert outcomes[_CIKS[1]].notes == {_CIKS[1]: "lake"}


def test_a_crash_over_every_company_is_a_defect_and_not_theirs(store: Store) -> None:
    seen = []
    with pytest.raises(DefectError, match=r"each of 4 companies crashed; 0000000001: .*no luck with 0000000001"):
        seen.extend(FanOutResource().companies(crash, store, _CIKS))


def test_one_company_alone_may_crash(store: Store) -> None:
    [outcome] = FanOutResource().companies(crash, store, _CIKS[:1])
    assert "no luck" in outcome.failed[_CIKS[0]]


def test_the_companies_of_a_crashed_batch_are_tried_one_by_one() -> None:
    batches = [_CIKS[:2], _CIKS[2:], ["0000000006", "0000000008"]]
    outcomes = list(FanOutResource().batches(crash_over_batches_with_odd, batches, name=str))
    assert sorted(cik for outcome in outcomes for cik in outcome.ciks) == sorted(
        cik for batch in batches for cik in batch
    )
    assert {cik: error for outcome in outcomes for cik, error in outcome.failed.items()} == {
        cik: f"RuntimeError: cannot divide {cik}" for cik in (_CIKS[0], _CIKS[2])
    }


def test_a_crash_over_every_batch_is_a_defect() -> None:
    with pytest.raises(DefectError, match="each of 2 companies crashed; 0000000001"):
        list(FanOutResource().batches(crash_over_batches_with_odd, [["0000000001", "0000000003"]], name=str))


def test_work_on_files_of_this_machine_stays_in_this_process() -> None:
    batches = [_CIKS[:2], _CIKS[2:]]
    outcomes = list(FanOutResource().batches(tell_process, batches, name=str, here=True))
    assert {note for outcome in outcomes for note in outcome.notes.values()} == {str(os.getpid())}
    spread = list(FanOutResource().batches(tell_process, batches, name=str))
    assert str(os.getpid()) not in {note for outcome in spread for note in outcome.notes.values()}
