"""Which clusters and workers are accepted, and what is said about the others."""

import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from distributed import Client

from sec_assets_tests.execution.conftest import DaskProcesses, Runs, configuration, dask_processes, run_error

pytestmark = [pytest.mark.executor, pytest.mark.timeout(200)]

COILED = '''
"""The part of Coiled's interface that a run uses, over processes of this machine."""

from distributed import LocalCluster

asked = []
closed = []


class Cluster(LocalCluster):
    def __init__(self, name=None, *, software=None, n_workers=4, worker_vm_types=None, region=None, shutdown_on_close=True):
        asked.append((name, software, worker_vm_types, region))
        super().__init__(n_workers=n_workers, threads_per_worker=1, memory_limit=0, dashboard_address=":0")

    def close(self, *arguments, **options):
        closed.append(True)
        return super().close(*arguments, **options)
'''
OTHER_PYTHON = """
import sys
from types import SimpleNamespace


class Version(tuple):
    major, minor, micro, releaselevel, serial = 3, 10, 9, "final", 0


sys.version_info = Version((3, 10, 9, "final", 0))
"""


@pytest.fixture(scope="module")
def bare_dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskProcesses]:
    """A scheduler to which each test adds its worker and from which it takes it again."""
    with dask_processes(tmp_path_factory.mktemp("dask")) as processes:
        yield processes


def refusal(runs: Runs, dask: DaskProcesses, environment: dict[str, str]) -> tuple[str, str]:
    """Run on a worker with this environment; its address and what the run says."""
    (worker,) = dask.add_workers(1, environment=environment)
    try:
        with Client(dask.address, set_as_default=False) as client:
            (address,) = client.scheduler_info()["workers"]
        result = runs.run("chain", {"existing": {"address": dask.address}})
    finally:
        dask.take_away(worker)
    assert not result.success
    assert runs.traces("upstream") == []
    return address, run_error(result)


def test_a_worker_with_another_package_version_is_refused(runs: Runs, bare_dask: DaskProcesses, tmp_path: Path):
    for name, version in (("polars", "0.1.2"), ("dagster", "1.0.1")):
        metadata = tmp_path / "older" / f"{name}-{version}.dist-info" / "METADATA"
        metadata.parent.mkdir(parents=True)
        metadata.write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    address, said = refusal(runs, bare_dask, {"PYTHONPATH": str(tmp_path / "older")})
    assert f"worker {address}: it runs dagster 1.0.1 instead of {dg.__version__}, polars 0.1.2 instead of " in said


def test_a_worker_with_an_event_log_of_its_own_is_refused(
    runs: Runs, bare_dask: DaskProcesses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    home = Path(runs.instance.root_directory)
    plain = configuration(home)
    (home / "dagster.yaml").write_text(plain[: plain.index("  config:")])
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    (tmp_path / "other").mkdir()
    with dg.DagsterInstance.from_config(str(home)) as instance:
        address, said = refusal(Runs(instance, runs.scratch), bare_dask, {"DAGSTER_HOME": str(tmp_path / "other")})
    assert f"worker {address}: its event log is another" in said
    assert str(home) in said


@pytest.mark.filterwarnings("ignore:Mismatched versions found")  # Dask says so as well, to whoever connects
def test_a_worker_with_another_python_is_refused(runs: Runs, bare_dask: DaskProcesses, tmp_path: Path):
    (tmp_path / "python").mkdir()
    (tmp_path / "python" / "sitecustomize.py").write_text(OTHER_PYTHON)
    address, said = refusal(runs, bare_dask, {"PYTHONPATH": str(tmp_path / "python")})
    assert f"worker {address}: it runs python 3.10.9.final.0 instead of 3." in said


def test_the_profiler_of_foreign_workers_is_switched_off(runs: Runs, shared_dask: DaskProcesses):
    assert runs.run("chain", {"existing": {"address": shared_dask.address}}).success
    with Client(shared_dask.address, set_as_default=False) as client:
        for periodic in client.run(_periodic).values():
            assert "heartbeat" in periodic
            assert not any("profile" in name for name in periodic)


def _periodic(dask_worker: object) -> list[str]:
    return list(dask_worker.periodic_callbacks)  # type: ignore[attr-defined]


def test_threads_in_the_place_of_worker_processes_are_refused(runs: Runs):
    result = runs.run("chain", {"local": {"processes": False}})
    assert "processes: false" in run_error(result)
    assert "leave `processes` out" in run_error(result)


def test_processes_of_a_local_cluster_end_by_themselves(runs: Runs, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.WARNING, "distributed"):
        assert runs.run("chain", {"local": {"n_workers": 1}}).success
    assert [record.message for record in caplog.records if "still alive" in record.message] == []


@pytest.fixture
def coiled_stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "stand_in").mkdir()
    (tmp_path / "stand_in" / "coiled.py").write_text(COILED)
    monkeypatch.syspath_prepend(tmp_path / "stand_in")
    yield
    sys.modules.pop("coiled", None)  # other tests rely on its absence


@pytest.mark.usefixtures("coiled_stand_in")
def test_a_coiled_cluster_is_started_with_its_own_arguments_and_closed(runs: Runs):
    options = {"name": "filings", "n_workers": 1, "worker_vm_types": ["m6i.large"], "region": "us-east-2"}
    assert runs.run("chain", {"coiled": options}).success
    import coiled  # type: ignore[import-not-found]

    assert coiled.asked == [("filings", None, ["m6i.large"], "us-east-2")]
    assert coiled.closed
    assert str(os.getpid()) not in runs.traces("upstream")
