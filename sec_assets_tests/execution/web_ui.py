"""A webserver over the small project, and what a person does in its UI, said in GraphQL."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from sec_assets_tests.execution.conftest import PROJECT, ROOT, wait_until

_LAUNCH = """mutation($params: ExecutionParams!) { launchPipelineExecution(executionParams: $params) {
  __typename ... on LaunchRunSuccess { run { runId } } ... on Error { message }
  ... on RunConfigValidationInvalid { errors { message } } } }"""
_STATUS = "query($id: ID!) { runOrError(runId: $id) { ... on Run { status } ... on Error { message } } }"
_TERMINATE = """mutation($id: String!) { terminateRun(runId: $id, terminatePolicy: SAFE_TERMINATE) {
  __typename ... on TerminateRunFailure { message } ... on Error { message } } }"""
_EVENTS = """query($id: ID!) { logsForRun(runId: $id, limit: 1000) { ... on EventConnection { events {
  __typename ... on MessageEvent { message stepKey } ... on LogsCapturedEvent { fileKey stepKeys } } } } }"""
_CAPTURED = "query($key: [String!]!) { capturedLogs(logKey: $key) { stdout stderr } }"


class WebUi:
    """One webserver on `home`, a Dagster home that other processes may use as well."""

    def __init__(self, port: int):
        self._url = f"http://127.0.0.1:{port}"

    def ask(self, query: str, **variables: object) -> dict[str, Any]:
        """Return the data of a GraphQL answer; raise on errors."""
        answer = requests.post(f"{self._url}/graphql", json={"query": query, "variables": variables}, timeout=60).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def launch(self, job: str, cluster: dict[str, Any], scratch: Path) -> str:
        """Launch a run; return its id."""
        params = {
            "selector": {
                "repositoryLocationName": PROJECT,
                "repositoryName": "__repository__",
                "pipelineName": job,
            },
            "runConfigData": {"execution": {"config": {"cluster": cluster}}},
            "mode": "default",
            "executionMetadata": {"tags": [{"key": "scratch", "value": str(scratch)}]},
        }
        launched = self.ask(_LAUNCH, params=params)["launchPipelineExecution"]
        assert launched["__typename"] == "LaunchRunSuccess", launched
        return launched["run"]["runId"]

    def status(self, run_id: str) -> str:
        """Return the run's status."""
        return self.ask(_STATUS, id=run_id)["runOrError"]["status"]

    def wait_for(self, run_id: str, wanted: str, seconds: float) -> None:
        """Wait for the status."""
        wait_until(lambda: self.status(run_id) == wanted, seconds)

    def terminate(self, run_id: str) -> None:
        """Press Terminate."""
        answer = self.ask(_TERMINATE, id=run_id)["terminateRun"]
        assert answer["__typename"] == "TerminateRunSuccess", answer

    def events(self, run_id: str) -> list[dict[str, Any]]:
        """Return the run's events as the page shows them."""
        return self.ask(_EVENTS, id=run_id)["logsForRun"]["events"]

    def output(self, run_id: str, step: str) -> str:
        """Return what the step wrote to stdout, as the page shows it."""
        captured = [e for e in self.events(run_id) if e["__typename"] == "LogsCapturedEvent"]
        (key,) = [event["fileKey"] for event in captured if step in (event["stepKeys"] or [])]
        return self.ask(_CAPTURED, key=[run_id, "compute_logs", key])["capturedLogs"]["stdout"]

    def ready(self) -> bool:
        """Whether it answers."""
        try:
            return "version" in self.ask("{ version }")
        except requests.ConnectionError:
            return False


@contextmanager
def web_ui(home: Path) -> Iterator[WebUi]:
    """Start a webserver and end it with everything it started."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "dagster_webserver", "-m", PROJECT, "-d", str(ROOT)]
    with (home / "webserver.log").open("wb") as log:
        server = subprocess.Popen(
            [*command, "-h", "127.0.0.1", "-p", str(port)],
            cwd=ROOT,
            env=os.environ | {"DAGSTER_HOME": str(home)},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        found = WebUi(port)
        wait_until(found.ready, 120)
        yield found
    finally:
        _end_group(server)


def _end_group(server: subprocess.Popen) -> None:
    os.killpg(server.pid, signal.SIGTERM)
    try:
        server.wait(timeout=20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait(timeout=10)
    time.sleep(0.5)
    try:
        os.killpg(server.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
