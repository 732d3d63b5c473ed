"""What a command costs while it runs: CPU seconds of all its processes together, and the peak memory of each.

Looks at /proc a few times a second; a process that ends between two looks counts with what was seen of it last.
"""

import bisect
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil

_MB = 1_000_000


@dataclass
class Meter:
    """CPU and memory of a process and everything it starts.

    Attributes:
        peaks: by process, the most memory it ever held (VmHWM), in MB.
    """

    root: psutil.Process
    peaks: dict[int, float] = field(default_factory=dict)
    _cpu: dict[int, float] = field(default_factory=dict)
    _at: list[float] = field(default_factory=list)
    _total: list[float] = field(default_factory=list)

    def look(self) -> None:
        """Take one look."""
        with contextlib.suppress(psutil.NoSuchProcess):
            for process in (self.root, *self.root.children(recursive=True)):
                self._look_at(process)
        self._at.append(time.time())
        self._total.append(sum(self._cpu.values()))

    def follow(self, running: Callable[[], bool], *, every: float = 0.25) -> None:
        """Look until it no longer runs."""
        while running():
            self.look()
            time.sleep(every)

    @property
    def cpu(self) -> float:
        """CPU seconds of all processes up to the last look."""
        return self._total[-1] if self._total else 0.0

    def cpu_between(self, start: float, end: float) -> float:
        """Return the CPU seconds spent between two instants (seconds since 1970), interpolated."""
        return self._cpu_at(end) - self._cpu_at(start)

    def _cpu_at(self, instant: float) -> float:
        place = bisect.bisect_left(self._at, instant)
        if place == 0:
            return 0.0
        if place == len(self._at):
            return self._total[-1]
        before, after = self._at[place - 1], self._at[place]
        share = (instant - before) / (after - before)
        return self._total[place - 1] + share * (self._total[place] - self._total[place - 1])

    def _look_at(self, process: psutil.Process) -> None:
        with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError, FileNotFoundError):
            times = process.cpu_times()
            self._cpu[process.pid] = times.user + times.system
            for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
                if line.startswith("VmHWM"):
                    self.peaks[process.pid] = int(line.split()[1]) * 1024 / _MB
