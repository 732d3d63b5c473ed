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

from sec_assets.xbrl.instance import InstanceDocument, parse_instances
from sec_assets_tests.memory import peak_megabytes

_BATCH = 8
_ROUNDS = 3


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
        batches = [paths[start : start + _BATCH] for start in range(0, len(paths), _BATCH)]
        one, two = (_wall_seconds(number, batches) for number in (1, 2))
    sys.stdout.write(f"two processes, {label}: {one:.2f} s of one, {two:.2f} s of two, {one / two:.2f} times as fast\n")


def _wall_seconds(processes: int, batches: list[list[Path]]) -> float:
    with _workers(processes) as pool:
        list(pool.map(_read_files, [batches[0]] * processes))
        least = float("inf")
        for _ in range(_ROUNDS):
            started = time.monotonic()
            list(pool.map(_read_files, batches))
            least = min(least, time.monotonic() - started)
    return least


def _workers(processes: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn"))


def _read_files(paths: list[Path]) -> int:
    bodies = ((path.name, path.read_bytes()) for path in paths)
    documents = (InstanceDocument("0000000042", f"0000000042-25-{n[:4]:0>6}", n, body) for n, body in bodies)
    return parse_instances(documents).frame.height


def _read_one(document: InstanceDocument) -> tuple[int, float]:
    return parse_instances([document]).frame.height, peak_megabytes()
