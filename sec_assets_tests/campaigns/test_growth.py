"""The arithmetic that reads measurements of scale."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sec_assets_tests.campaigns.growth import Step, exponent, longest_chain, predicted

STEPS = {
    "documents": Step(10.0),
    "facts": Step(2.0, 40.0, ("documents",)),
    "text": Step(1.0, 20.0, ("documents",)),
    "prices": Step(5.0),
    "signals": Step(4.0, 0.0, ("facts", "text", "prices", "not measured")),
}


@given(st.floats(0.2, 3.0), st.floats(0.001, 1000.0))
def test_the_exponent_of_a_power_is_found(power: float, factor: float) -> None:
    costs = {count: factor * count**power for count in (50, 100, 1000)}
    assert exponent(costs) == pytest.approx(power)


def test_noise_moves_it_little() -> None:
    assert exponent({50: 5.2, 100: 9.8, 300: 31.0}) == pytest.approx(1.0, abs=0.05)


def test_one_worker_does_all_the_work_one_after_the_other() -> None:
    assert predicted(STEPS, 1) == pytest.approx(82.0)


def test_the_chain_is_the_longest_way_to_the_end() -> None:
    assert longest_chain(STEPS, 1) == 10 + 42 + 4
    assert longest_chain(STEPS, 40) == 10 + 3 + 4


@given(st.integers(1, 500))
def test_more_workers_are_never_slower_and_never_beat_the_chain(workers: int) -> None:
    now, more = predicted(STEPS, workers), predicted(STEPS, workers + 1)
    assert more <= now + 1e-9
    assert now >= longest_chain(STEPS, workers) - 1e-9
    assert now >= predicted(STEPS, 1) / workers - 1e-9
