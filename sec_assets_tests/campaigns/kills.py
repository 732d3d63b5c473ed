"""Runs over an invented universe killed with SIGKILL at random moments and started again: the same lake as an undisturbed run's.

`make kills` (KILLS, COMPANIES, SEED). A run is killed whole, as by a container's end, or loses its leading process, or one worker,
which it has to survive or to fail by. When it gets to its end before its moment, the folder is compared with the undisturbed
one, and the next kill meets an empty folder. Ends with status 1 when anything differs, hangs, or outlives its run.
"""

import os
import random
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from subprocess import Popen, TimeoutExpired

import psutil
from rich.console import Console

from sec_assets.sample.mirror import settings_of, write_mirror
from sec_assets.sample.models import FIRST_CIK
from sec_assets_tests.integration.home import BEHIND_TICKER_MAP, Home, kill_group
from sec_assets_tests.integration.sameness import differences

LONGEST = 3600.0
_EARLIEST = 0.1  # of an undisturbed run: before that, nothing but imports happens
_MODES = ("all", "all", "leader", "worker")


class Kills:
    """One campaign: an undisturbed run to compare with, and a folder whose runs are killed."""

    def __init__(self, folder: Path, companies: int, seed: int, console: Console) -> None:
        self._folder, self._rng, self._console = folder, random.Random(seed), console
        write_mirror(folder / "universe", companies)
        settings = {**settings_of(folder / "universe"), "SEC_ASSETS_BULK": "never"}
        self._empty = Home(folder / "empty", settings).init()
        (self._empty.data / "portfolio.csv").write_text("ticker,shares,cost_basis\nXAAAA,10,500\n")
        self._empty.materialize("ticker_map")
        ends = (f"{FIRST_CIK + place:010d}" for place in (0, companies - 1))
        self._command = self._empty.command(BEHIND_TICKER_MAP, "--partition-range", "...".join(ends), config=None)
        self.wrong: list[str] = []
        self._undisturbed = self._empty.copy(folder / "undisturbed")
        began = time.monotonic()
        self._finish(self._undisturbed)
        self._length = time.monotonic() - began
        console.print(f"an undisturbed run over {companies} companies takes {self._length:.0f} s")

    def run(self, kills: int) -> list[str]:
        """Kill so many times; return what is wrong."""
        done, round_ = 0, 0
        while done < kills:
            home = self._empty.copy(self._folder / f"killed-{round_}")
            while done < kills:
                moment, mode = self._length * self._rng.uniform(_EARLIEST, 1.0), self._rng.choice(_MODES)
                if not self._kill(home, moment, mode):
                    break
                done += 1
                self._console.print(f"kill {done}: {mode} after {moment:.0f} s; {_progress(home)}")
            self._finish(home)
            self._compare(home)
            shutil.rmtree(home.data)
            round_ += 1
        return self.wrong

    def _kill(self, home: Home, moment: float, mode: str) -> bool:
        """Run until the moment, then kill; tell whether it came to that before the run's end."""
        process = home.start(*self._command, log=self._folder / "killed.log")
        started: list[psutil.Process] = []
        try:
            until = time.monotonic() + moment
            while time.monotonic() < until:
                if process.poll() is not None:
                    return False
                time.sleep(0.05)
            started = psutil.Process(process.pid).children(recursive=True)
            self._strike(process, started, mode)
            try:
                process.wait(LONGEST)
            except TimeoutExpired:
                self.wrong.append(f"a run that lost a {mode} hangs")
            _, alive = psutil.wait_procs(started, timeout=90)
            if alive:
                self.wrong.append(f"{[one.name() for one in alive]} outlive the run that lost its {mode}")
            return True
        finally:
            kill_group(process)

    def _strike(self, process: Popen[bytes], started: list[psutil.Process], mode: str) -> None:
        if mode == "all":
            os.killpg(process.pid, signal.SIGKILL)
        elif mode == "leader" or not started:
            process.kill()
        else:
            self._rng.choice(sorted(started, key=lambda one: one.pid)).kill()

    def _finish(self, home: Home) -> None:
        done = home.run(*self._command, seconds=LONGEST)
        if done.code != 0:
            self.wrong.append(f"a run after kills ends with {done.code}: {done.tail()[-1000:]}")

    def _compare(self, home: Home) -> None:
        found = list(differences(home, self._undisturbed))
        self.wrong += found
        self._console.print("the same lake as undisturbed" if not found else f"[red]{found}[/]")


def _progress(home: Home) -> str:
    """How many partitions lie in the lake by now."""
    return f"{sum(1 for _ in (home.data / 'lake').rglob('[0-9]*.parquet')):,} files in the lake"


def main(kills: int, companies: int, seed: int) -> int:
    """Run one campaign; return the exit status."""
    console = Console(width=150)
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        wrong = Kills(Path(folder), companies, seed, console).run(kills)
    for what in wrong:
        console.print(what, markup=False)
    console.print(f"seed {seed}: {kills} kills, {len(wrong)} things wrong")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(*(int(text) for text in sys.argv[1:4])))
