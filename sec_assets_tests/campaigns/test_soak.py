"""What a soak makes of its samples: flat is good, growth is not."""

from collections.abc import Callable

import pytest

from sec_assets_tests.campaigns.fleet import Sample
from sec_assets_tests.campaigns.soak import of_samples

SECONDS = 3600.0


def samples(rss: Callable[[float], float], files: Callable[[float], int]) -> list[Sample]:
    """Return one an instant of two processes, memory in MiB, over an hour."""
    return [Sample(at, pid, int(rss(at) * 2**20), files(at)) for at in range(0, int(SECONDS), 10) for pid in (11, 12)]


def good(taken: list[Sample]) -> dict[str, bool]:
    return {what: fine for what, _, fine in of_samples(taken, SECONDS)}


def test_memory_that_settles_in_the_first_half_is_flat() -> None:
    taken = samples(lambda at: 60.0 + min(at, 900.0) / 30, lambda at: 30 + int(at) % 5)
    assert set(good(taken).values()) == {True}
    assert len(good(taken)) == 4


@pytest.mark.parametrize("growth", [5.0, 50.0])
def test_memory_that_goes_on_growing_is_seen(growth: float) -> None:
    taken = samples(lambda at: 60.0 + growth * at / SECONDS, lambda _: 30)
    assert good(taken)["memory of process 0"] is False
    assert good(taken)["open files of process 0"] is True


def test_files_that_are_never_closed_are_seen() -> None:
    taken = samples(lambda _: 60.0, lambda at: 30 + int(at) // 300)
    assert good(taken)["open files of process 1"] is False
