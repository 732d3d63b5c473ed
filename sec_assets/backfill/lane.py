"""A lane: a process that runs batches of one stage, one Dagster run after the other, and reports what is stored.

Started by `drive` as `python -m sec_assets.backfill.lane STAGE DOWNLOADS COMPANIES`. Commands come as JSON lines on its standard
input, with what the run under way may do at once; reports go as JSON lines to its standard output. The end of the input,
which the driver's death brings too, stops it between two documents. Runs are executed in this process: its work waits for
the network, and a Dask cluster per batch would cost more than the batch. Threads of one process cannot run Dagster jobs
side by side (they dead-lock in `logging.config.dictConfig`), so that lanes are processes.
"""

import json
import logging
import os
import queue
import sys
import threading
from typing import Any, TextIO

import dagster as dg
from dagster._core.instance.ref import InstanceRef
from dagster._core.storage.tags import ASSET_PARTITION_RANGE_END_TAG, ASSET_PARTITION_RANGE_START_TAG

from sec_assets.definitions import build_definitions
from sec_assets.edgar.effort import Allowance, Effort
from sec_assets.partitions import BACKFILL_TAG
from sec_assets.resources import EffortResource, SettingsResource
from sec_assets.storage.status import Verdict

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
_NO_COMPUTE_LOGS = {"module": "dagster._core.storage.noop_compute_log_manager", "class": "NoOpComputeLogManager"}


class Reports:
    """Writes reports, from any thread."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def send(self, kind: str, **values: Any) -> None:
        """Write one report; a driver that is gone needs none."""
        with self._lock:
            try:
                self._stream.write(json.dumps({"kind": kind, **values}) + "\n")
                self._stream.flush()
            except BrokenPipeError:
                return


class _Warnings(logging.Handler):
    """Sends the warnings of the library to the driver."""

    def __init__(self, reports: Reports) -> None:
        super().__init__(logging.WARNING)
        self._reports = reports

    def emit(self, record: logging.LogRecord) -> None:
        self._reports.send("warning", text=record.getMessage())


def followed(
    reports: Reports, stop: threading.Event, allowance: Allowance, *, downloads: int, companies: int
) -> EffortResource:
    """Return an effort that reports every document and company, keeps to `allowance`, and ends when `stop` is set."""
    effort = Effort(
        downloads,
        companies=companies,
        allowance=allowance,
        stop=stop,
        told=lambda status, fetched: reports.send("document", status=status, fetched=fetched),
        begun=lambda cik: reports.send("begun", cik=cik),
        rest=lambda filings, companies: reports.send("rest", allowed=(filings, companies)),
    )

    class Followed(EffortResource):
        """The lane's effort; Dagster copies resources, so that it is held by the class."""

        def load(self) -> Effort:
            """Return it."""
            return effort

        def settled(self, asset: str, cik: str, verdict: Verdict, changed: bool) -> None:
            """Report a company."""
            reports.send(
                "company", asset=asset, cik=cik, state=verdict.state, rows=verdict.rows, error=verdict.error,
                changed=changed,
            )  # fmt: skip

    return Followed(settings=SettingsResource())


class Lane:
    """Executes runs."""

    def __init__(self, effort: EffortResource, reports: Reports) -> None:
        self._definitions = build_definitions(SettingsResource(), effort=effort)
        self._reports = reports
        reference = InstanceRef.from_dir(os.environ["DAGSTER_HOME"], overrides={"compute_logs": _NO_COMPUTE_LOGS})
        self._instance = dg.DagsterInstance.from_ref(reference)

    def run(self, command: dict[str, Any]) -> None:
        """Execute the run that is asked for and report how it ended."""
        stage, ciks = command["stage"], command["ciks"]
        job = self._definitions.resolve_job_def("backfill" if ciks else "universe")
        ranged = {ASSET_PARTITION_RANGE_START_TAG: ciks[0], ASSET_PARTITION_RANGE_END_TAG: ciks[-1]} if ciks else {}
        result = job.execute_in_process(
            run_config=_QUIET,
            instance=self._instance,
            asset_selection=[dg.AssetKey(stage)],
            tags={BACKFILL_TAG: command["backfill"], **ranged},
            raise_on_error=False,
        )
        self._reports.send("run", stage=stage, ok=result.success, run=result.run_id, error=_sentence(result))


def _sentence(result: dg.ExecuteInProcessResult) -> str | None:
    """Return why the run failed."""
    for event in result.all_events:
        if event.is_step_failure:
            data = event.step_failure_data
            if data.user_failure_data and data.user_failure_data.description:
                return data.user_failure_data.description
            if data.error:
                return (data.error.cause or data.error).message.strip()
    return None if result.success else f"run {result.run_id} failed; see it in the Dagster UI"


def main() -> None:
    """Serve the driver until it closes our input."""
    stage, downloads, companies = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    reports = Reports(os.fdopen(os.dup(1), "w"))
    os.dup2(2, 1)  # whatever prints must not come between the reports
    logging.getLogger("sec_assets").addHandler(_Warnings(reports))
    stop, commands = threading.Event(), queue.SimpleQueue[dict[str, Any] | None]()
    allowance = Allowance(0, 0)
    lane = Lane(followed(reports, stop, allowance, downloads=downloads, companies=companies), reports)
    threading.Thread(target=_listen, args=(stop, allowance, commands), daemon=True).start()
    reports.send("ready", stage=stage)
    while (command := commands.get()) is not None:
        lane.run(command)


def _listen(stop: threading.Event, allowance: Allowance, commands: "queue.SimpleQueue[dict[str, Any] | None]") -> None:
    for text in sys.stdin:
        command = json.loads(text)
        allowance.change(*command["allowed"])
        if "stage" in command:
            commands.put(command)
    stop.set()
    commands.put(None)


if __name__ == "__main__":
    main()
