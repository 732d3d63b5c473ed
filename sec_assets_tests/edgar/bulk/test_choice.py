from datetime import UTC, date, datetime, timedelta

import pytest

from sec_assets.edgar.bulk.choice import (
    Lookup,
    Need,
    choose,
    choose_lookup,
    expected_requests,
    first_unknown_day,
    last_built,
)


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


DAY = date(2026, 7, 7)
NOW = datetime(2026, 7, 10, 15, tzinfo=UTC)


def test_lists_are_read_for_as_many_requests_as_are_worth_last_nights_archive():
    many = {f"{number:010d}": DAY for number in range(5_911)}
    lookup = choose_lookup("auto", many, dict.fromkeys(many, 10), NOW)
    assert lookup == Lookup(frozenset(many), DAY, date(2026, 7, 9), 5_911)
    assert choose_lookup("never", many, {}, NOW) is None
    assert choose_lookup("always", many, {}, NOW) is None
    few = dict(list(many.items())[:299])
    assert choose_lookup("auto", few, dict.fromkeys(few, 10), NOW) is None
    old = {"1": date(2026, 5, 9), **many}
    lookup = choose_lookup("auto", old, dict.fromkeys(old, 10), NOW)
    assert lookup is not None
    assert ("1" in lookup.ciks, lookup.since) == (False, DAY)


@pytest.mark.parametrize(
    ("at", "hours", "day"),
    [
        (datetime(2026, 7, 10, 15, tzinfo=UTC), 1, date(2026, 7, 9)),
        (datetime(2026, 7, 10, 7, tzinfo=UTC), 1, date(2026, 7, 8)),  # from an archive of the 9th
        (datetime(2026, 7, 10, 15, tzinfo=UTC), 48, date(2026, 7, 7)),
    ],
)
def test_an_index_is_known_up_to_the_night_before_its_archive(at, hours, day):
    assert first_unknown_day(at, timedelta(hours=hours)) == day
