from datetime import UTC, datetime

import pytest

from sec_assets.edgar.bulk.choice import Need, choose, expected_requests, last_built


@pytest.mark.parametrize(
    ("mode", "need", "archive"),
    [
        ("auto", Need(5_911, 7_000, archive_stored=False), True),
        ("auto", Need(300, 354, archive_stored=False), False),
        ("auto", Need(300, 354, archive_stored=True), True),
        ("auto", Need(1_270, 1_499, archive_stored=False), False),
        ("auto", Need(1_271, 1_500, archive_stored=False), True),
        ("auto", Need(1, 2, archive_stored=True), False),
        ("auto", Need(0, 0, archive_stored=True), False),
        ("never", Need(5_911, 7_000, archive_stored=True), False),
        ("always", Need(1, 1, archive_stored=False), True),
        ("always", Need(0, 0, archive_stored=True), False),
    ],
)
def test_the_archive_is_used_where_it_saves_enough_requests(mode, need, archive):
    assert choose(mode, need).use_archive is archive


def test_the_choice_says_so():
    many = choose("auto", Need(5_911, 7_000, archive_stored=False))
    assert many.sentence == "5,911 companies: 1 request for submissions.zip instead of about 7,000"
    assert choose("never", Need(1, 1, archive_stored=False)).sentence.endswith("(SEC_ASSETS_BULK=never)")


def test_requests_are_counted_with_older_pages():
    assert expected_requests([]) == 0
    assert expected_requests([10, 1_000, 1_001, 50_000]) == 6
    assert expected_requests([None] * 5_911) == 6_975


@pytest.mark.parametrize(
    ("now", "built"),
    [
        (datetime(2026, 7, 10, 7, 59, tzinfo=UTC), datetime(2026, 7, 9, 8, tzinfo=UTC)),
        (datetime(2026, 7, 10, 8, 0, tzinfo=UTC), datetime(2026, 7, 10, 8, tzinfo=UTC)),
        (datetime(2026, 1, 10, 23, 0, tzinfo=UTC), datetime(2026, 1, 10, 9, tzinfo=UTC)),
    ],
)
def test_an_archive_is_built_every_night_in_new_york(now, built):
    assert last_built(now) == built
