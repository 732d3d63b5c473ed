import multiprocessing
import os
import subprocess
import sys
from collections.abc import Generator, Iterable
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest

from sec_assets.errors import StorageError
from sec_assets.execution.fanout import FanOut, Outcome
from sec_assets_tests.execution import functions
from sec_assets_tests.execution.conftest import ROOT

pytestmark = [pytest.mark.executor, pytest.mark.timeout(60)]


@pytest.fixture(scope="module")
def fan_out():
    with FanOut(processes=2, patience=20) as engine:
        yield engine


def values(outcomes: Iterable[Outcome[Any]]) -> dict[int, Any]:
    return {outcome.index: outcome.value for outcome in outcomes if outcome.error is None}


def errors(outcomes: Iterable[Outcome[Any]]) -> dict[int, str]:
    return {outcome.index: outcome.error for outcome in outcomes if outcome.error is not None}


def test_every_item_has_one_outcome_with_its_index(fan_out: FanOut):
    outcomes = list(fan_out.map(functions.square, range(20)))
    assert len(outcomes) == 20
    assert values(outcomes) == {number: number * number for number in range(20)}


def test_items_run_in_other_processes(fan_out: FanOut):
    assert os.getpid() not in values(fan_out.map(functions.process_of, range(4))).values()


def test_one_item_runs_in_this_process(fan_out: FanOut):
    assert values(fan_out.map(functions.process_of, [0])) == {0: os.getpid()}


def test_little_work_runs_in_this_process(fan_out: FanOut):
    assert set(values(fan_out.map(functions.process_of, range(9), size_hint=0.1)).values()) == {os.getpid()}


def test_no_items_give_no_outcomes(fan_out: FanOut):
    assert list(fan_out.map(functions.square, [])) == []


@pytest.mark.parametrize("size_hint", [0.0, None])
def test_an_item_that_raises_concerns_itself_alone(fan_out: FanOut, size_hint: float | None):
    outcomes = list(fan_out.map(functions.refuse_odd, range(4), size_hint=size_hint))
    assert values(outcomes) == {0: 0, 2: 2}
    assert errors(outcomes) == {1: "InputError: 1 is odd", 3: "InputError: 3 is odd"}


def test_an_item_that_kills_its_process_concerns_itself_alone(fan_out: FanOut):
    outcomes = list(fan_out.map(functions.die_on_three, range(12)))
    assert values(outcomes) == {number: number for number in range(12) if number != 3}
    assert list(errors(outcomes)) == [3]
    assert "process died" in errors(outcomes)[3]


def test_a_result_that_cannot_travel_is_an_error_of_its_item(fan_out: FanOut):
    assert set(errors(fan_out.map(functions.unpicklable, range(2)))) == {0, 1}


def test_an_outage_ends_the_map(fan_out: FanOut):
    with pytest.raises(StorageError, match="disk full"):
        list(fan_out.map(functions.disk_full_on_three, range(100)))


PROGRAM = """
import sys
from pathlib import Path
Path(sys.argv[1], str(len(list(Path(sys.argv[1]).iterdir())))).touch()  # whoever imports or runs this leaves a mark

def own(number):
    return number

if __name__ == "__main__":
    from sec_assets.execution.fanout import FanOut
    from sec_assets_tests.execution import functions
    with FanOut(processes=2) as engine:
        assert sorted(done.value for done in engine.map(functions.square, range(4))) == [0, 1, 4, 9]
        try:
            list(engine.map(own, range(4)))
        except TypeError as error:
            print(error)
"""


def test_items_start_without_the_program_that_fans_out_and_cannot_be_its_own_functions(tmp_path: Path):
    program, marks = tmp_path / "program.py", tmp_path / "marks"
    program.write_text(PROGRAM)
    marks.mkdir()
    done = subprocess.run(
        [sys.executable, program, marks], env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
        timeout=50, check=True,
    )  # fmt: skip
    assert len(list(marks.iterdir())) == 1
    assert "part of the program that was started" in done.stdout


def test_a_function_without_an_importable_name_is_refused(fan_out: FanOut):
    with pytest.raises(TypeError, match="top level of a module"):
        list(fan_out.map(lambda number: number, range(3)))


def test_an_item_that_hangs_is_given_up():
    with FanOut(processes=2, patience=2) as engine:
        outcomes = list(engine.map(functions.hang_on_three, range(6)))
    assert errors(outcomes) == {3: "given up: no item has finished for 2 s"}
    assert len(values(outcomes)) == 5


def test_no_more_items_are_started_than_are_allowed_in_flight(fan_out: FanOut, tmp_path: Path):
    outcomes = fan_out.map(partial(functions.mark_start, folder=str(tmp_path)), range(50), max_in_flight=2)
    taken = [next(outcomes) for _ in range(3)]
    assert all(isinstance(outcome, Outcome) for outcome in taken)
    assert len(list(tmp_path.iterdir())) <= 3 + 2
    cast(Generator, outcomes).close()


def test_maps_may_be_nested(fan_out: FanOut):
    inner = [
        sum(values(fan_out.map(functions.square, range(3))).values()) for _ in fan_out.map(functions.square, range(2))
    ]
    assert inner == [5, 5]


def test_no_process_is_left_after_closing():
    before = set(multiprocessing.active_children())
    with FanOut(processes=2) as engine:
        list(engine.map(functions.square, range(4)))
    assert set(multiprocessing.active_children()) <= before
