"""The driver's end of a lane: starts the process, sends it commands, hands its reports to a queue, ends it."""

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any, cast

from sec_assets.backfill.plan import Allowed, Stage

_LONGEST_SENTENCE = 300


class LaneProcess:
    """A lane as the driver sees it.

    Attributes:
        ready: whether it has started, and would begin a run at once.
        busy: the companies of the run under way, if there is one.
        rest: what the run has left to end; None while it can use everything.
    """

    def __init__(
        self,
        stage: Stage,
        *,
        downloads: int,
        companies: int,
        environ: Mapping[str, str],
        log: Path,
        lock: int,
        reports: "queue.SimpleQueue[tuple[LaneProcess, dict[str, Any]]]",
    ) -> None:
        self.stage: Stage = stage
        self.ready = False
        self.busy: list[str] | None = None
        self.rest: Allowed | None = None
        self._allowed: Allowed = (0, 0)
        self._log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "sec_assets.backfill.lane", stage, str(downloads), str(companies)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True,
                env={**os.environ, **environ}, pass_fds=(lock,),
            )  # fmt: skip
        self._input = cast("IO[str]", self._process.stdin)
        self._output = cast("IO[str]", self._process.stdout)
        self._reports = reports
        threading.Thread(target=self._listen, daemon=True).start()

    def send(self, backfill: str, stage: str, ciks: Sequence[str], allowed: Allowed) -> None:
        """Give the lane a run to execute; no companies means the universe."""
        self.busy, self.rest, self._allowed = list(ciks), None, allowed
        self._write({"backfill": backfill, "stage": stage, "ciks": self.busy, "allowed": allowed})

    def allow(self, allowed: Allowed) -> None:
        """Let the run under way do so much at once from now on."""
        if allowed != self._allowed:
            self._allowed = allowed
            self._write({"allowed": allowed})

    def stop(self) -> None:
        """Let it end: at once when idle, else between two documents."""
        try:
            self._input.close()
        except BrokenPipeError:
            return

    def kill(self) -> None:
        """End it now; files are written whole or not at all."""
        self._process.kill()

    @property
    def gone(self) -> bool:
        """Whether the process has ended."""
        return self._process.poll() is not None

    def _write(self, message: Mapping[str, object]) -> None:
        try:
            self._input.write(json.dumps(message) + "\n")
            self._input.flush()
        except BrokenPipeError:
            return  # its end is reported by `_listen`

    def _listen(self) -> None:
        for text in self._output:
            report = json.loads(text)
            self.ready |= report["kind"] == "ready"
            self._reports.put((self, report))
        self._reports.put((self, {"kind": "gone", "code": self._process.wait(), "error": self._last_words()}))

    def _last_words(self) -> str:
        lines = self._log.read_text(errors="replace").strip().splitlines()
        return f"{(lines or ['no message'])[-1][:_LONGEST_SENTENCE]} (see {self._log})"
