"""Functions at the top level of a module, as fan-out needs them; no Dagster here, processes import this quickly."""

import os
import time
from pathlib import Path

from sec_assets.errors import InputError, StorageError
from sec_assets.execution.fanout import FanOut


def square(number: int) -> int:
    return number * number


def slow_square(number: int, seconds: float) -> int:
    time.sleep(seconds)
    return number * number


def process_of(_: int) -> int:
    return os.getpid()


def processes_of_items(count: int) -> set[int]:
    """Fan out from a task of a cluster."""
    with FanOut() as engine:
        return {done.value or 0 for done in engine.map(process_of, list(range(count)))}


def refuse_odd(number: int) -> int:
    if number % 2:
        raise InputError(f"{number} is odd")
    return number


def die_on_three(number: int) -> int:
    if number == 3:
        os._exit(7)
    return number


def disk_full_on_three(number: int) -> int:
    if number == 3:
        raise StorageError("disk full")
    return number


def hang_on_three(number: int) -> int:
    if number == 3:
        time.sleep(600)
    return number


def mark_start(number: int, folder: str) -> int:
    (Path(folder) / str(number)).touch()
    return number


def unpicklable(_: int) -> object:
    return lambda: None


def parent_of(_: int) -> int:
    return os.getppid()


def note_parent(number: int, path: str) -> int:
    """Square slowly, after noting for which worker this process computes."""
    with Path(path).open("a") as file:
        file.write(f"{os.getppid()}\n")
    time.sleep(1.0)
    return number * number


def sleep_after_two(number: int, path: str) -> int:
    if number >= 2:
        Path(path).write_text(str(os.getpid()))
        time.sleep(600)
    return number
