"""The meter counts what a command and its children use."""

import subprocess
import sys

import psutil
import pytest

from sec_assets_tests.campaigns.meter import Meter

PROGRAM = """
import subprocess, sys, time
kept = bytearray(80_000_000)
burn = "import time; end = time.process_time() + 0.5\\nwhile time.process_time() < end: pass\\ntime.sleep(0.6)"
subprocess.run([sys.executable, "-c", burn], check=True)
"""


@pytest.fixture(scope="module")
def meter() -> Meter:
    with subprocess.Popen([sys.executable, "-c", PROGRAM]) as process:
        meter = Meter(psutil.Process(process.pid))
        meter.follow(lambda: process.poll() is None, every=0.05)
    assert process.returncode == 0
    return meter


def test_cpu_of_children_counts(meter: Meter) -> None:
    assert 0.5 <= meter.cpu < 2.0


def test_memory_is_by_process(meter: Meter) -> None:
    peaks = sorted(meter.peaks.values())
    assert len(peaks) == 2
    assert peaks[0] < 60 < 80 < peaks[1] < 140


def test_parts_of_the_time_add_up(meter: Meter) -> None:
    start, end = meter._at[0], meter._at[-1]
    middle = (start + end) / 2
    parts = meter.cpu_between(start, middle) + meter.cpu_between(middle, end)
    assert parts == pytest.approx(meter.cpu_between(start, end))
    assert meter.cpu_between(end + 1, end + 2) == 0
