"""`make dev` as a real process, and what a person does in its UI, said in GraphQL.

A server is known by its own data folder: every process it starts has that folder in its environment, so that what is
left behind can be found, whichever process group it moved to. What is asserted is in `test_dev_server.py`.
"""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil
import requests

ROOT = Path(__file__).resolve().parents[2]
_LOCATION = {"repositoryLocationName": "sec_assets", "repositoryName": "__repository__"}
_READY = """{
  workspaceOrError { ... on Workspace { locationEntries { name loadStatus locationOrLoadError { __typename } } } }
  instance { daemonHealth { allDaemonStatuses { daemonType required healthy } } }
}"""
_LAUNCH = """mutation($params: ExecutionParams!) {
  launchPipelineExecution(executionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on Error { message }
    ... on RunConfigValidationInvalid { errors { message } }
  }
}"""
_RUN = "query($id: ID!) { runOrError(runId: $id) { ... on Run { status } ... on Error { message } } }"
_BACKFILL = """mutation($params: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $params) {
    __typename
    ... on LaunchBackfillSuccess { backfillId }
    ... on Error { message }
  }
}"""
_BACKFILL_STATE = """query($id: String!) {
  partitionBackfillOrError(backfillId: $id) {
    ... on PartitionBackfill { status numPartitions runs(limit: 100) { id status } error { message } }
    ... on Error { message }
  }
}"""
_PARTITIONS = """query($key: AssetKeyInput!) {
  assetNodeOrError(assetKey: $key) {
    ... on AssetNode {
      partitionKeys
      backfillPolicy { policyType maxPartitionsPerRun }
      assetPartitionStatuses { ... on DefaultPartitionStatuses { materializedPartitions failedPartitions } }
    }
  }
}"""


class DevServer:
    """One `make dev`, in a session of its own; `port` is free at the time of asking."""

    def __init__(self, data: Path, **settings: str):
        self.data = data
        self.log = data.parent / f"{data.name}.log"
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.url = f"http://127.0.0.1:{probe.getsockname()[1]}"
        environment = clean_environment() | {"SEC_ASSETS_DATA": str(data)} | settings
        with self.log.open("wb") as log:
            self._make = subprocess.Popen(
                # -o: the virtual environment that runs this test is not to be made again
                ["make", "-o", ".venv/.runtime", "dev", f"PORT={self.url.rpartition(':')[2]}"],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def ask(self, query: str, **variables: object) -> dict[str, Any]:
        """Return the data of a GraphQL answer; raise on errors."""
        answer = requests.post(f"{self.url}/graphql", json={"query": query, "variables": variables}, timeout=60).json()
        if "errors" in answer:
            raise AssertionError(answer["errors"])
        return answer["data"]

    def wait_until_ready(self, seconds: float) -> None:
        """Wait until the code location is loaded and every daemon that is required is healthy."""
        self._until(self._is_ready, seconds, "make dev is ready")

    def materialize(self, *assets: str, partition: str | None = None) -> str:
        """Launch one run as the UI's button does; return its id."""
        tags = [{"key": "dagster/partition", "value": partition}] if partition else []
        params = {
            "selector": _LOCATION | {"pipelineName": "__ASSET_JOB", "assetSelection": [{"path": [a]} for a in assets]},
            "runConfigData": {},
            "mode": "default",
            "executionMetadata": {"tags": tags},
        }
        launched = self.ask(_LAUNCH, params=params)["launchPipelineExecution"]
        assert launched["__typename"] == "LaunchRunSuccess", launched
        return launched["run"]["runId"]

    def run_status(self, run_id: str) -> str:
        """Return the run's status, e.g. STARTED."""
        return self.ask(_RUN, id=run_id)["runOrError"]["status"]

    def wait_for_run(self, run_id: str, seconds: float, wanted: Sequence[str] = ("SUCCESS",)) -> None:
        """Wait for a status; fail at once when the run ends otherwise."""

        def reached() -> bool:
            status = self.run_status(run_id)
            assert status in wanted or status not in {"SUCCESS", "FAILURE", "CANCELED"}, (status, self.tail())
            return status in wanted

        self._until(reached, seconds, f"run {run_id} is {wanted}")

    def backfill(self, assets: Sequence[str], keys: Sequence[str]) -> str:
        """Launch a backfill as the UI's dialog does; return its id."""
        params = {"assetSelection": [{"path": [asset]} for asset in assets], "partitionNames": list(keys)}
        launched = self.ask(_BACKFILL, params=params)["launchPartitionBackfill"]
        assert launched["__typename"] == "LaunchBackfillSuccess", launched
        return launched["backfillId"]

    def wait_for_backfill(self, backfill_id: str, seconds: float) -> dict[str, Any]:
        """Wait until the daemon has ended the backfill; return its status and runs."""
        last: dict[str, Any] = {}

        def ended() -> bool:
            last.update(self.ask(_BACKFILL_STATE, id=backfill_id)["partitionBackfillOrError"])
            return last["status"].startswith(("COMPLETED", "FAILED", "CANCELED"))

        self._until(ended, seconds, f"backfill {backfill_id} has ended", lambda: last)
        return last

    def partitions(self, asset: str) -> dict[str, Any]:
        """Return partitionKeys, backfillPolicy and assetPartitionStatuses of an asset."""
        return self.ask(_PARTITIONS, key={"path": [asset]})["assetNodeOrError"]

    def processes(self) -> list[psutil.Process]:
        """Return every living process that was started for this server's data folder."""
        return list(_processes_with("SEC_ASSETS_DATA", str(self.data)))

    def press_ctrl_c(self) -> None:
        """Interrupt the whole process group, as a terminal does."""
        os.killpg(self._make.pid, signal.SIGINT)

    def terminate(self) -> None:
        """Send SIGTERM to make alone, as a supervisor does."""
        self._make.terminate()

    def left_after(self, seconds: float) -> list[str]:
        """Wait for every process to end; return the commands of those that have not, and kill them."""
        deadline = time.monotonic() + seconds
        while self.processes() and time.monotonic() < deadline:
            self._make.poll()
            time.sleep(0.2)
        left = self.processes()
        commands = [" ".join(process.cmdline())[:200] for process in left]
        for process in left:
            process.kill()
        self._make.wait(timeout=10)
        return commands

    def tail(self) -> str:
        """Return the end of what the server printed."""
        return self.log.read_text(errors="replace")[-3000:]

    def _is_ready(self) -> bool:
        assert self._make.poll() is None, self.tail()
        try:
            answer = self.ask(_READY)
        except requests.ConnectionError:
            return False
        entries = answer["workspaceOrError"].get("locationEntries", [])
        kinds = [(entry["locationOrLoadError"] or {}).get("__typename") for entry in entries]
        assert "PythonError" not in kinds, self.tail()
        daemons = answer["instance"]["daemonHealth"]["allDaemonStatuses"]
        return kinds == ["RepositoryLocation"] and all(d["healthy"] for d in daemons if d["required"])

    def _until(
        self, condition: Callable[[], bool], seconds: float, what: str, details: Callable[[], object] = str
    ) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"not within {seconds} s: {what}; {details()}\n{self.tail()}"
            time.sleep(0.5)


def clean_environment() -> dict[str, str]:
    """Return this process's environment without settings of the project, of Dagster or of an outer make."""
    foreign = ("SEC_", "DAGSTER_", "MAKE", "MFLAGS", "DOWNLOAD_WORKERS", "DATA", "PORT")
    return {name: value for name, value in os.environ.items() if not name.startswith(foreign)}


def _processes_with(name: str, value: str) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        try:
            if process.status() != psutil.STATUS_ZOMBIE and process.environ().get(name) == value:
                yield process
        except (psutil.AccessDenied, psutil.NoSuchProcess, OSError):
            continue  # another user's, or just gone
