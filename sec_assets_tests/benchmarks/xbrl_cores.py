"""Reading XBRL in processes of their own: the peak memory of a fresh one, and how much faster two are than one.

Wall time, unlike in `bench_xbrl.py`: it says something on a quiet machine only.
"""

import multiprocessing
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import median

from sec_assets.xbrl.instance import InstanceDocument, parse_instances
from sec_assets_tests.memory import peak_megabytes

_BATCHES = 12
_ROUNDS = 9


def peak(label: str, documents: Sequence[InstanceDocument]) -> None:
    """Print the most memory a new process holds that reads the largest of some documents."""
    largest = max(documents, key=lambda document: len(document.body))
    with _workers(1) as pool:
        facts, megabytes = pool.submit(_read_one, largest).result()
    sys.stdout.write(
        f"peak memory of a new process, largest {label} ({largest.name}, {len(largest.body) / 1e6:.1f} MB, {facts:,} facts): "
        f"{megabytes:.0f} MiB\n"
    )


def two_cores(label: str, documents: Sequence[InstanceDocument]) -> None:
    """Print the wall time of one and of two processes for the same documents, from files."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, document in enumerate(documents):
            paths.append(Path(folder) / f"{number:04}-{document.name}")
            paths[-1].write_bytes(document.body)
        paths.sort(key=lambda path: -path.stat().st_size)  # the largest first, so that none is waited for alone
        batches = [paths[start::_BATCHES] for start in range(_BATCHES)]
        with _workers(1) as alone, _workers(2) as both:
            for pool in (alone, both):
                list(pool.map(_read_files, batches))
            turns = [(_wall_seconds(alone, batches), _wall_seconds(both, batches)) for _ in range(_ROUNDS)]
    one, two = (min(seconds) for seconds in zip(*turns, strict=True))
    gained = median(one / two for one, two in turns)
    sys.stdout.write(f"two processes, {label}: {one:.2f} s of one, {two:.2f} s of two, {gained:.2f} times as fast\n")


def _wall_seconds(pool: ProcessPoolExecutor, batches: list[list[Path]]) -> float:
    started = time.monotonic()
    list(pool.map(_read_files, batches))
    return time.monotonic() - started


def _workers(processes: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn"))


def _read_files(paths: list[Path]) -> int:
    bodies = ((path.name, path.read_bytes()) for path in paths)
    documents = (InstanceDocument("0000000042", f"0000000042-25-{n[:4]:0>6}", n, body) for n, body in bodies)
    return parse_instances(documents).frame.height


def _read_one(document: InstanceDocument) -> tuple[int, float]:
    return parse_instances([document]).frame.height, peak_megabytes()
