"""Every process of deploy/compose.yaml started by hand on the loopback, a range run through them, and an orderly end.

Run: make deploy-check. Commands and environments are read from the file; only host names, ports and /data are put
in place. PostgreSQL and Redis are the programs of this machine. Containers themselves are not tested: no engine is needed.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import requests
import yaml
from distributed import Client
from rich.console import Console

from sec_assets_tests.postgres import postgres_server

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
COMPANIES = ("0009900008", "0009900013", "0009900014")
ASSETS = ("filings_index", "artifacts", "xbrl_facts", "filing_text")
_LOCATION = {"repositoryLocationName": "sec_assets", "repositoryName": "__repository__"}
_LAUNCH = """mutation($params: ExecutionParams!) { launchPipelineExecution(executionParams: $params) {
  __typename ... on LaunchRunSuccess { run { runId } } ... on Error { message } } }"""
_RUN = "query($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"
_EVENTS = """query($id: ID!) { logsForRun(runId: $id, limit: 1000) { ... on EventConnection { events {
  ... on MessageEvent { message } } } } }"""
_READY = """{ workspaceOrError { ... on Workspace { locationEntries { locationOrLoadError { __typename } } } }
  instance { daemonHealth { allDaemonStatuses { required healthy } } } }"""
_console = Console()


def check_shape(compose: Mapping[str, Any]) -> None:
    """Assert what an engine would refuse: services that are missing, volumes and dependencies that do not exist."""
    services = compose["services"]
    wanted = {"postgres", "redis", "init", "scheduler", "worker", "code", "webserver", "daemon"}
    assert set(services) == wanted, set(services) ^ wanted
    for name, service in services.items():
        assert set(service.get("depends_on", {})) <= set(services), name
        volumes = {volume.partition(":")[0] for volume in service.get("volumes", [])}
        assert volumes <= set(compose["volumes"]), name
        assert "image" in service, name
    for source in (
        "requirements/runtime.txt",
        "requirements/build.txt",
        "requirements/dev.txt",
        "deploy/workspace.yaml",
        "deploy/dagster.yaml",
    ):
        assert (ROOT / source).is_file(), source


class Processes:
    """The services of the file as processes of this machine."""

    def __init__(self, compose: Mapping[str, Any], folder: Path, postgres: str):
        self._services = compose["services"]
        self._folder = folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        ports = {name: _free_port() for name in ("scheduler", "dashboard", "code", "webserver", "redis")}
        self.url = f"http://127.0.0.1:{ports['webserver']}"
        self.scheduler = f"tcp://127.0.0.1:{ports['scheduler']}"
        self._places = {
            r"postgresql\+psycopg2://.*": postgres,
            "scheduler:8786": f"127.0.0.1:{ports['scheduler']}",
            "redis:6379": f"127.0.0.1:{ports['redis']}",
            r"^8786$": str(ports["scheduler"]),
            r"^:8787$": f"127.0.0.1:{ports['dashboard']}",
            r"^4000$": str(ports["code"]),
            r"^3000$": str(ports["webserver"]),
            r"^0\.0\.0\.0$": "127.0.0.1",
            r"^code$": "127.0.0.1",
            r"^/data": str(folder / "data"),
            r"^\$\{\w+:-(\w*)\}$": r"\1",
        }
        self._redis_port = ports["redis"]

    def _here(self, text: str) -> str:
        for pattern, place in self._places.items():
            text = re.sub(pattern, place, text)
        return text

    def start(self, service: str, *extra: str, suffix: str = "") -> subprocess.Popen[bytes]:
        """Start one process of a service with its own command."""
        found = self._services[service]
        command = [self._here(part) for part in found["command"]] + list(extra)
        wanted = {name: self._here(str(value)) for name, value in found.get("environment", {}).items()}
        environment = _bare_environment() | wanted | {"SEC_ASSETS_UNIVERSE": "ciks:" + ",".join(COMPANIES)}
        environment["DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED"] = "False"
        log = self._folder / f"{service}{suffix}.log"
        _console.print(f"{service + suffix:10} {' '.join(command)}", soft_wrap=True, highlight=False)
        with log.open("wb") as out:
            process = subprocess.Popen(command, cwd=DEPLOY, env=environment, stdout=out, stderr=out)
        self._running[service + suffix] = process
        return process

    def start_redis(self) -> None:
        """Start Redis with the file's own command, below this folder."""
        (self._folder / "redis").mkdir()
        place = ["--port", str(self._redis_port), "--bind", "127.0.0.1", "--dir", str(self._folder / "redis")]
        self.start("redis", *place)
        self.wait(lambda: _listens(self._redis_port), 20, "Redis listens")

    def wait(self, condition: Callable[[], object], seconds: float, what: str) -> None:
        """Wait until the condition holds; say what did not come, with the end of every log."""
        deadline = time.monotonic() + seconds
        while not condition():
            dead = [name for name, process in self._running.items() if process.poll() not in (None, 0)]
            if dead or time.monotonic() > deadline:
                raise AssertionError(f"not within {seconds} s: {what}; ended: {dead}\n{self._logs()}")
            time.sleep(0.5)

    def stop(self) -> dict[str, int]:
        """Ask every process to end, the newest first; return the exit codes."""
        codes: dict[str, int] = {}
        for name, process in reversed(self._running.items()):
            process.terminate()
            try:
                codes[name] = process.wait(timeout=40)
            except subprocess.TimeoutExpired:
                process.kill()
                codes[name] = process.wait(timeout=10)
        return codes

    def _logs(self) -> str:
        return "\n".join(
            f"--- {path.name}\n{path.read_text(errors='replace')[-1500:]}" for path in self._folder.glob("*.log")
        )

    def ask(self, query: str, **variables: object) -> dict[str, Any]:
        """Return the data of a GraphQL answer."""
        answer = requests.post(f"{self.url}/graphql", json={"query": query, "variables": variables}, timeout=60).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def ready(self) -> bool:
        """Whether the webserver has loaded the code and the daemons are healthy."""
        try:
            answer = self.ask(_READY)
        except requests.ConnectionError:
            return False
        entries = answer["workspaceOrError"].get("locationEntries", [])
        kinds = [(entry["locationOrLoadError"] or {}).get("__typename") for entry in entries]
        daemons = answer["instance"]["daemonHealth"]["allDaemonStatuses"]
        return kinds == ["RepositoryLocation"] and all(d["healthy"] for d in daemons if d["required"])

    def materialize(self, assets: tuple[str, ...], seconds: float, **tags: str) -> str:
        """Launch a run as the UI does and wait until it has succeeded; return its id."""
        params = {
            "selector": _LOCATION | {"pipelineName": "__ASSET_JOB", "assetSelection": [{"path": [a]} for a in assets]},
            "runConfigData": {},
            "mode": "default",
            "executionMetadata": {"tags": [{"key": key, "value": value} for key, value in tags.items()]},
        }
        launched = self.ask(_LAUNCH, params=params)["launchPipelineExecution"]
        assert launched["__typename"] == "LaunchRunSuccess", launched
        run_id = launched["run"]["runId"]

        def succeeded() -> bool:
            status = self.ask(_RUN, id=run_id)["runOrError"]["status"]
            assert status not in {"FAILURE", "CANCELED"}, (status, self.messages(run_id)[-15:], self._logs())
            return status == "SUCCESS"

        self.wait(succeeded, seconds, f"run {run_id} of {', '.join(assets)} succeeds")
        return run_id

    def messages(self, run_id: str) -> list[str]:
        """Return the messages of a run."""
        events = self.ask(_EVENTS, id=run_id)["logsForRun"]["events"]
        return [event["message"] for event in events if event.get("message")]


def main() -> None:
    """Start everything, run, stop."""
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    check_shape(compose)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="deploy-")))
        processes = Processes(compose, folder, stack.enter_context(postgres_server()))
        stack.enter_context(_stopped(processes))
        processes.start_redis()
        initialised = processes.start("init")
        processes.wait(lambda: initialised.poll() == 0, 120, "sec-assets init has ended well")
        processes.start("scheduler")
        for number in range(compose["services"]["worker"]["deploy"]["replicas"]):
            processes.start("worker", suffix=f"-{number}")
        for service in ("code", "webserver", "daemon"):
            processes.start(service)
        processes.wait(processes.ready, 300, "webserver and daemon are ready")
        processes.materialize(("ticker_map",), 300)
        run_id = processes.materialize(
            ASSETS,
            600,
            **{
                "dagster/asset_partition_range_start": COMPANIES[0],
                "dagster/asset_partition_range_end": COMPANIES[-1],
            },
        )
        _look_at(processes, run_id, folder / "data" / "lake")


def _look_at(processes: Processes, run_id: str, lake: Path) -> None:
    """Assert that the run went through the cluster and left its files."""
    messages = processes.messages(run_id)
    used = {found for text in messages for found in re.findall(r"on Dask worker (\S+?)\.?$", text)}
    with Client(processes.scheduler, set_as_default=False) as client:
        assert used <= set(client.scheduler_info(n_workers=-1)["workers"]), used
        left = client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks))
    assert used
    assert left == 0, f"{left} tasks are left on the scheduler"
    files = {asset: len(list((lake / asset).glob("*.parquet"))) for asset in ASSETS}
    assert all(files.values()), files
    _console.print(
        f"run {run_id}: {len(ASSETS)} assets of {len(COMPANIES)} companies on {len(used)} workers; files {files}"
    )


@contextmanager
def _stopped(processes: Processes) -> Iterator[None]:
    try:
        yield
    finally:
        _console.print(f"stopped: {processes.stop()}")


def _bare_environment() -> dict[str, str]:
    kept = ("HOME", "LANG", "TMPDIR", "TZ")
    path = f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    return {name: os.environ[name] for name in kept if name in os.environ} | {"PATH": path}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


if __name__ == "__main__":
    if shutil.which("redis-server") is None:
        raise SystemExit("redis-server is not installed: apt-get install redis-server")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is stopped then as well
    main()
