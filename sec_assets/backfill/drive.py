"""Drives a backfill: gives batches to the lanes so that discovery of one batch overlaps the downloads of the one before.

One lane asks for lists of filings, two download documents: the second begins the next batch with what the first no longer uses,
so that the beginning and end of a run cost no time. All take their requests from the one budget. Which companies are next
is `plan`, what a lane does is `lane`, what is shown is the caller's.
"""

import fcntl
import queue
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from sec_assets.backfill.plan import DOCUMENTS, INDEX, Stage, shares
from sec_assets.backfill.process import LaneProcess
from sec_assets.backfill.progress import Progress
from sec_assets.errors import SettingError
from sec_assets.storage.files import storage_errors

_AHEAD = 2
_DOCUMENT_LANES = 2
_TICK_SECONDS = 0.25
_STOP_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How much at once: companies begun, documents under way, companies per Dagster run."""

    companies: int
    downloads: int
    batch: int


@contextmanager
def only_one(state: Path) -> Iterator[IO[str]]:
    """Hold the lock of backfills on a data folder; lanes inherit it, so that it outlives a killed driver.

    Raises:
        SettingError: another backfill works on the folder.
    """
    path = state / "backfill.lock"
    with storage_errors(path):
        state.mkdir(parents=True, exist_ok=True)
        file = path.open("a")
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SettingError(
                f"another backfill works on {state.parent}, or ends right now: wait for it, or stop it with Ctrl-C"
            ) from None
        yield file


class Crew:
    """The lanes of one backfill, and the reports they send."""

    def __init__(self, pace: Pace, environ: Mapping[str, str], state: Path, lock: int) -> None:
        self.name = uuid.uuid4().hex[:8]
        self.sequential = pace.downloads == 1
        self.allowed = pace.downloads, pace.companies
        self.reports: queue.SimpleQueue[tuple[LaneProcess, dict[str, Any]]] = queue.SimpleQueue()
        self._pace, self._environ, self._state, self._lock = pace, environ, state, lock
        self.lanes: list[LaneProcess] = []

    def idle(self, stage: Stage) -> LaneProcess | None:
        """Return a lane of a stage that waits for work; None if there is none yet, one more is then on its way."""
        lanes = [lane for lane in self.lanes if lane.stage == stage]
        most = _DOCUMENT_LANES if stage == DOCUMENTS and not self.sequential else 1
        if len(lanes) < most and all(lane.busy for lane in lanes):
            self._start(stage, len(lanes))
        return next((lane for lane in lanes if lane.ready and not lane.busy), None)

    def _start(self, stage: Stage, number: int) -> LaneProcess:
        at_once = (
            1 if self.sequential else self._pace.downloads if stage == DOCUMENTS else min(10, self._pace.companies)
        )
        lane = LaneProcess(
            stage,
            downloads=at_once,
            companies=self._pace.companies,
            environ={**self._environ, "DOWNLOAD_WORKERS": str(at_once)},
            log=self._state / f"backfill-{stage}{f'-{number + 1}' if number else ''}.log",
            lock=self._lock,
            reports=self.reports,
        )
        self.lanes.append(lane)
        return lane

    def universe(self, stages: Sequence[Stage]) -> str | None:
        """Start the lanes and let the first refresh tickers and partitions; return why that failed, or None."""
        first, *_ = [self._start(stage, 0) for stage in stages]
        first.send(self.name, "ticker_map", [], self.allowed)
        while True:
            lane, report = self.reports.get()
            if report["kind"] in {"run", "gone"}:
                lane.busy = None
                return report["error"]

    def stop(self) -> None:
        """Let all lanes end."""
        for lane in self.lanes:
            lane.stop()

    def kill(self) -> None:
        """End all lanes now."""
        for lane in self.lanes:
            lane.kill()

    def kill_when_late(self) -> None:
        """Wait for lanes that were asked to stop, and end those that do not."""
        until = time.monotonic() + _STOP_SECONDS
        while not self.gone and time.monotonic() < until:
            time.sleep(_TICK_SECONDS)
        self.kill()

    @property
    def gone(self) -> bool:
        """Whether no lane lives."""
        return all(lane.gone for lane in self.lanes)


class Drive:
    """One backfill. `outages` says why it ended early, `notes` what the lanes warned of."""

    def __init__(
        self, crew: Crew, stages: Sequence[Stage], progress: Progress, index: list[list[str]], batch: int
    ) -> None:
        self._crew, self._stages, self._batch = crew, stages, batch
        self.progress = progress
        self.notes: list[str] = []
        self.outages: list[str] = []
        self.stopping = False
        self._waiting: dict[Stage, deque[list[str]]] = {stage: deque() for stage in stages}
        self._enqueue(stages[0], index)
        self._downloading: list[LaneProcess] = []  # oldest batch first
        self._stopped_at = 0.0

    def stop(self) -> None:
        """Begin nothing new; documents under way are finished."""
        if not self.stopping:
            self.stopping, self._stopped_at = True, time.monotonic()
            self._crew.stop()

    def go(self, show: Callable[[], None]) -> None:
        """Work until everything is done, an outage ends it, or `stop` was called; `show` is called all the time."""
        while True:
            self._take_reports()
            self._give_batches()
            self._share()
            show()
            if self.stopping:
                if self._crew.gone and self._crew.reports.empty():
                    return
                if time.monotonic() - self._stopped_at > _STOP_SECONDS:
                    self._crew.kill()  # it waits for EDGAR to end a pause
            elif not any(self._waiting.values()) and not any(lane.busy for lane in self._crew.lanes):
                self.stop()

    def _enqueue(self, stage: Stage, ranges: list[list[str]]) -> None:
        if stage == DOCUMENTS:
            ranges = [part[at : at + self._batch] for part in ranges for at in range(0, len(part), self._batch)]
        self._waiting[stage].extend(ranges)

    def _give_batches(self) -> None:
        if self.stopping:
            return
        for stage in reversed(self._stages):
            if self._waiting[stage] and self._may(stage) and (lane := self._crew.idle(stage)) is not None:
                lane.send(self._crew.name, stage, self._waiting[stage].popleft(), (0, 0))
                if stage == DOCUMENTS:
                    self._downloading.append(lane)

    def _share(self) -> None:
        """Let every batch of documents have what older ones leave of the downloads."""
        self._downloading = [lane for lane in self._downloading if lane.busy]
        allowed = shares(self._crew.allowed, [lane.rest for lane in self._downloading])
        for lane, share in zip(self._downloading, allowed, strict=True):
            lane.allow(share)

    def _may(self, stage: Stage) -> bool:
        """Discovery runs a little ahead of downloads; in the sequential path, one lane works at a time."""
        if self._crew.sequential and any(lane.busy for lane in self._crew.lanes):
            return False
        ahead = len(self._waiting.get(DOCUMENTS, ()))
        return stage == DOCUMENTS or ahead < (1 if self._crew.sequential else _AHEAD)

    def _take_reports(self) -> None:
        timeout = _TICK_SECONDS
        while True:
            try:
                lane, report = self._crew.reports.get(timeout=timeout)
            except queue.Empty:
                return
            timeout = 0.0
            self._take(lane, report)

    def _take(self, lane: LaneProcess, report: dict[str, Any]) -> None:
        self.progress.take(report, time.monotonic())
        if report["kind"] == "warning":
            self.notes.append(report["text"])
        elif report["kind"] == "rest":
            downloads, companies = report["allowed"]
            lane.rest = downloads, companies
        elif report["kind"] == "run":
            ciks, lane.busy = lane.busy or [], None
            if report["ok"] and lane.stage == INDEX and DOCUMENTS in self._stages:
                self._enqueue(DOCUMENTS, [ciks])
            if not report["ok"]:
                self._give_up(report["error"])
        elif report["kind"] == "gone":
            lane.busy = None
            if not self.stopping:
                self._give_up(f"the process of {lane.stage} ended with code {report['code']}: {report['error']}")

    def _give_up(self, why: str) -> None:
        if not self.stopping:
            self.outages.append(why)
            self.stop()
