"""Which companies come first, which are skipped, and how they are cut into ranges."""

from datetime import UTC, datetime, timedelta

import pytest

from sec_assets.backfill.plan import DOCUMENTS, INDEX, Scope, batches, make_plan, shares
from sec_assets.tables import STATUS

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
FRESH, STALE = NOW - timedelta(minutes=30), NOW - timedelta(hours=3)
BOTH = Scope((INDEX, DOCUMENTS), retry_failed=False, limit=None, max_age=timedelta(hours=1))


def verdict(asset: str, cik: str, state: str = "ok", at: datetime = FRESH) -> dict:
    return {"asset": asset, "cik": cik, "state": state, "rows": 1, "attempts": 0, "run_id": "r", "at": at}


def status(*rows: dict):
    return STATUS.frame(rows)


def test_a_company_is_done_when_its_list_is_fresh_and_its_documents_are_newer():
    rows = status(
        verdict(INDEX, "1"), verdict(DOCUMENTS, "1", at=NOW),
        verdict(INDEX, "2", at=STALE), verdict(DOCUMENTS, "2", at=NOW),
        verdict(INDEX, "3"), verdict(DOCUMENTS, "3", at=STALE),
        verdict(INDEX, "4"),
        verdict(INDEX, "5", "empty"), verdict(DOCUMENTS, "5", "empty", at=NOW),
    )  # fmt: skip
    plan = make_plan(["1", "2", "3", "4", "5"], rows, set(), BOTH, NOW)
    assert plan.ciks == ["2", "3", "4"]
    assert plan.done == 2


def test_companies_without_documents_come_first_and_failed_ones_last():
    rows = status(verdict(INDEX, "1", "failed"), verdict(INDEX, "2", at=STALE), verdict(DOCUMENTS, "4", "partial"))
    plan = make_plan(["1", "2", "3", "4"], rows, {"2", "4"}, BOTH, NOW)
    assert plan.groups == (("3",), ("2",), ("1", "4"))


@pytest.mark.parametrize(
    ("stages", "expected"), [((INDEX,), ["1"]), ((DOCUMENTS,), ["4"]), ((INDEX, DOCUMENTS), ["1", "4"])]
)
def test_retrying_takes_what_failed_in_the_stages_asked_for(stages, expected):
    rows = status(verdict(INDEX, "1", "failed"), verdict(INDEX, "2"), verdict(DOCUMENTS, "4", "partial"))
    scope = Scope(stages, retry_failed=True, limit=None, max_age=timedelta(hours=1))
    assert make_plan(["1", "2", "3", "4"], rows, set(), scope, NOW).ciks == expected


def test_a_limit_counts_what_is_left_to_do():
    rows = status(verdict(INDEX, "1"))
    scope = Scope((INDEX,), retry_failed=False, limit=2, max_age=timedelta(hours=1))
    assert make_plan(["1", "2", "3", "4"], rows, set(), scope, NOW).ciks == ["2", "3"]


def test_batches_are_neighbours_in_the_order_of_registration():
    registered = ["5", "6", "7", "8", "1", "2", "3"]
    assert batches([["1", "2", "5", "6", "8"], ["3"]], registered, 2) == [["5", "6"], ["8", "1"], ["2"], ["3"]]
    assert batches([["1", "2", "3", "5", "6", "7", "8"]], registered, 10) == [["5", "6", "7", "8", "1", "2", "3"]]
    assert batches([], registered, 10) == []


@pytest.mark.parametrize(
    ("rests", "expected"),
    [
        ([None], [(10, 20)]),
        ([None, None], [(10, 20), (0, 0)]),
        ([(3, 2), None], [(10, 20), (7, 18)]),
        ([(3, 2), (1, 1)], [(10, 20), (7, 18)]),
        ([(10, 2), None], [(10, 20), (0, 0)]),
        ([(3, 20), None], [(10, 20), (0, 0)]),
        ([], []),
    ],
)
def test_a_younger_batch_has_what_the_older_one_leaves(rests, expected):
    assert shares((10, 20), rests) == expected
