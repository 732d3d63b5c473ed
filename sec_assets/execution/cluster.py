"""The Dask cluster of one run: started or joined, questioned, and closed again.

Every question has a deadline: a scheduler that does not answer, a cluster without workers and a worker that cannot
import the code end the run with one sentence. A cluster we started is closed with its processes; an existing one
is left as it was. Which steps run where is decided in `driver`.
"""

import asyncio
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import Any

import dask.config
from distributed import Client

from sec_assets.errors import OutageError, SettingError
from sec_assets.execution.messages import ProbeRequest
from sec_assets.execution.remote import own_python, own_versions, prober, profiler_off, running_keys

# kind: module, class, distribution on PyPI. `existing` is an address instead.
CLUSTERS: Mapping[str, tuple[str, str, str]] = {
    "local": ("distributed", "LocalCluster", "distributed"),
    "ssh": ("distributed", "SSHCluster", "distributed"),
    "yarn": ("dask_yarn", "YarnCluster", "dask-yarn"),
    "pbs": ("dask_jobqueue", "PBSCluster", "dask-jobqueue"),
    "moab": ("dask_jobqueue", "MoabCluster", "dask-jobqueue"),
    "sge": ("dask_jobqueue", "SGECluster", "dask-jobqueue"),
    "lsf": ("dask_jobqueue", "LSFCluster", "dask-jobqueue"),
    "slurm": ("dask_jobqueue", "SLURMCluster", "dask-jobqueue"),
    "oar": ("dask_jobqueue", "OARCluster", "dask-jobqueue"),
    "kube": ("dask_kubernetes.operator", "KubeCluster", "dask-kubernetes"),
    "coiled": ("coiled", "Cluster", "coiled"),
}

_NAMED_AFTER_JOB = frozenset({"yarn", "pbs", "moab", "sge", "lsf", "slurm", "oar"})
_CONNECT_SECONDS = 20
_QUESTION_SECONDS = 10
_SILENCE_SECONDS = 60
_PROBE_SECONDS = 120  # an import that fails answers at once; this is for busy machines
_POLL_SECONDS = 0.5

Resources = Mapping[str, float]


class ClusterError(OutageError):
    """The Dask cluster cannot do the work: not reachable, no workers, or workers without the code."""


class Cluster:
    """A connected cluster; see `open_cluster`."""

    def __init__(self, client: Client, description: str):
        self.client = client
        self.description = description
        self._sync: Callable[..., Any] = client.sync
        self._answered = time.monotonic()
        self._workers: dict[str, Resources] = {}

    def workers(self) -> Mapping[str, Resources]:
        """Addresses of the workers and the resources each offers; the last known ones while the scheduler is slow.

        Raises:
            ClusterError: the connection is lost, or the scheduler has not answered for a minute.
        """
        try:
            if self.client.status != "running" or self.client.scheduler is None:
                raise OSError(f"client is {self.client.status}")
            identity = self._sync(self.client.scheduler.identity, n_workers=-1, callback_timeout=_QUESTION_SECONDS)
        except OSError as error:
            silent = time.monotonic() - self._answered
            if self.client.status == "running" and silent < _SILENCE_SECONDS:
                return self._workers
            raise ClusterError(
                f"the scheduler of {self.description} was lost ({error or 'no answer'}): the steps that ran there are "
                "given up; start the scheduler again and re-execute the run from failure"
            ) from error
        self._answered = time.monotonic()
        self._workers = {address: dict(info["resources"]) for address, info in identity["workers"].items()}
        return self._workers

    def wait_for_workers(self, seconds: float) -> None:
        """Return when there is a worker.

        Raises:
            ClusterError: none came within `seconds`.
        """
        deadline = time.monotonic() + seconds
        while not self.workers():
            if time.monotonic() > deadline:
                raise ClusterError(
                    f"{self.description} had no worker for {seconds:g} s: start workers, or raise the executor's "
                    "wait_for_workers where a queue takes longer"
                )
            time.sleep(_POLL_SECONDS)

    def probe(self, request: ProbeRequest) -> None:
        """Ask every worker whether it has our versions, our code and our storage; switch its profiler off.

        Raises:
            ClusterError: names each worker that has not, and its reason.
        """
        addresses = list(self.workers())
        run: Callable[..., Any] = self.client._run  # `Client.run` has no deadline
        scheduler: Any = self.client.scheduler
        versions, payload = own_versions(), request.pack()

        async def question(address: str) -> str:
            # First what Dask itself knows: a function pickled by value can crash another Python.
            told = await scheduler.broadcast(msg={"op": "versions"}, workers=[address], on_error="ignore")
            python = str(told[address]["host"]["python"]) if address in told else own_python()
            if python.split(".")[:2] != own_python().split("."):
                return f"it runs python {python} instead of {own_python()}"
            if sys.version_info < (3, 12):
                await run(profiler_off(), workers=[address], on_error="ignore")
            answers: dict[str, Any] = await run(
                prober(), versions, payload, _PROBE_SECONDS, workers=[address], on_error="return"
            )
            answer = next(iter(answers.values()), "")  # empty: the worker has left meanwhile
            return answer if isinstance(answer, str) else f"{type(answer).__name__}: {answer}"

        async def ask(address: str) -> str:
            try:
                return await asyncio.wait_for(question(address), _PROBE_SECONDS + _QUESTION_SECONDS)
            except TimeoutError:
                return f"it did not answer within {_PROBE_SECONDS + _QUESTION_SECONDS} s"

        async def ask_all() -> list[str]:
            return await asyncio.gather(*map(ask, addresses))

        reasons = dict(zip(addresses, self._sync(ask_all), strict=True))
        unfit = [f"worker {address}: {reason}" for address, reason in reasons.items() if reason]
        if unfit:
            raise ClusterError(f"{self.description} cannot run this job: " + "; ".join(unfit))

    def await_end_of(self, keys: Sequence[str], seconds: float) -> list[str]:
        """Wait until no worker executes any of the steps `keys`; return those still going on after `seconds`."""
        deadline = time.monotonic() + seconds
        going = list(keys)
        while going and time.monotonic() < deadline:
            try:
                answers = self._sync(
                    self.client._run, running_keys(), on_error="ignore", callback_timeout=_QUESTION_SECONDS
                )
            except OSError:
                return going
            going = [key for key in keys if any(key in held for held in answers.values())]
            time.sleep(_POLL_SECONDS if going else 0)
        return going


@contextmanager
def open_cluster(kind: str, options: Mapping[str, Any], job_name: str) -> Iterator[Cluster]:
    """Start the cluster of `kind`, or join the existing one at `options["address"]`; close what was opened.

    Raises:
        SettingError: a local cluster without worker processes is asked for.
        ClusterError: a package is missing, or the cluster does not start or answer.
    """
    with ExitStack() as stack:
        if kind == "existing":
            target, description = options["address"], f"the Dask cluster at {options['address']}"
        else:
            target = stack.enter_context(_start(kind, options, job_name))
            description = f"the {kind} Dask cluster at {target.scheduler_address}"
        try:
            client = Client(target, set_as_default=False, timeout=_CONNECT_SECONDS)
        except OSError as error:
            raise ClusterError(f"{description} does not answer: {error}") from error
        yield Cluster(stack.enter_context(client), description)


def _start(kind: str, options: Mapping[str, Any], job_name: str) -> Any:
    module, name, package = CLUSTERS[kind]
    try:
        cluster_class = getattr(import_module(module), name)
    except ImportError as error:
        raise ClusterError(f"a cluster of kind {kind!r} needs the package {package}: pip install {package}") from error
    defaults = _local_defaults(options) if kind == "local" else {}
    if kind == "local" and options.get("processes", True) is not True:
        raise SettingError(
            f"cluster: {{local: {{processes: {str(options['processes']).lower()}}}}} of the Dask executor: workers must "
            "be processes, as threads of the driver dead-lock in Dagster's logging; leave `processes` out"
        )
    if kind in _NAMED_AFTER_JOB:
        defaults["name"] = job_name
    # Dask's profiler calls sys._current_frames(), which in Python 3.11 hangs the process for ever when it happens to
    # collect a `threading.local` meanwhile (python/cpython#106883).
    chosen: dict[str, object] = {"distributed.worker.profile.enabled": False}
    if kind == "local":
        # A silent local worker sleeps with the machine or holds the GIL: its death would close its socket.
        chosen["distributed.scheduler.worker-ttl"] = None
    try:
        with dask.config.set(chosen):
            return cluster_class(**{**defaults, **options})
    except (OSError, RuntimeError) as error:
        raise ClusterError(f"the {kind} Dask cluster did not start: {error}") from error


def _local_defaults(options: Mapping[str, Any]) -> dict[str, Any]:
    """Separate processes of one thread, as Dagster is not thread-safe; no dashboard unless its address is given.

    No memory limit: Dask would pause or kill a worker at its share of the machine, where a lone step may need more.
    The scheduler's HTTP server cannot be switched off; it gets a free port of this machine's own.
    """
    hidden = {"dashboard_address": "127.0.0.1:0", "scheduler_kwargs": {"dashboard": False}}
    return ({} if "dashboard_address" in options else hidden) | {
        "n_workers": min(2, os.cpu_count() or 1),
        "threads_per_worker": 1,
        "processes": True,
        "memory_limit": 0,
        "silence_logs": logging.WARNING,
        "preload": ["sec_assets.execution.local_worker"],
    }
