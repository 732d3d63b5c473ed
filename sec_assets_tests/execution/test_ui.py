"""What a person at the UI sees and does: output, messages, Terminate."""

import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from sec_assets_tests.execution.conftest import DaskProcesses, Runs, configuration, falls_silent, wait_until
from sec_assets_tests.execution.web_ui import WebUi, web_ui

pytestmark = [pytest.mark.executor, pytest.mark.timeout(240)]

AT_ONCE = """
run_coordinator:
  module: dagster._core.run_coordinator
  class: DefaultRunCoordinator
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ui") / "home"
    folder.mkdir()
    (folder / "dagster.yaml").write_text(configuration(folder) + AT_ONCE)
    with dg.DagsterInstance.from_config(str(folder)):  # created by one process alone
        return folder


@pytest.fixture(scope="module")
def ui(home: Path) -> Iterator[WebUi]:
    with web_ui(home) as found:
        yield found


@pytest.fixture
def runs(home: Path, tmp_path: Path) -> Iterator[Runs]:
    with dg.DagsterInstance.from_config(str(home)) as instance:
        yield Runs(instance, tmp_path)


@pytest.mark.parametrize("kind", ["existing", "local"])
def test_output_of_a_step_and_its_messages_are_shown(kind: str, ui: WebUi, runs: Runs, shared_dask: DaskProcesses):
    clusters = {"existing": {"existing": {"address": shared_dask.address}}, "local": {"local": {"n_workers": 1}}}
    run_id = ui.launch("speaking_job", clusters[kind], runs.scratch)
    ui.wait_for(run_id, "SUCCESS", 120)
    assert "said to stdout" in ui.output(run_id, "speak")
    messages = [event.get("message", "") for event in ui.events(run_id) if event.get("stepKey") == "speak"]
    assert "said to the log" in messages
    assert any("on Dask worker" in message for message in messages)


def test_terminate_stops_the_steps_within_ten_seconds_and_leaves_no_task(
    ui: WebUi, runs: Runs, shared_dask: DaskProcesses
):
    run_id = ui.launch("forever", {"existing": {"address": shared_dask.address}}, runs.scratch)
    wait_until(lambda: runs.traces("endless"), 120)
    pressed = time.time()
    ui.terminate(run_id)
    ui.wait_for(run_id, "CANCELED", 60)
    assert falls_silent(runs, "endless")
    assert (runs.scratch / "endless").stat().st_mtime - pressed < 10
    assert shared_dask.tasks() == []
    assert "Dask executor: all steps stopped." in [event.get("message") for event in ui.events(run_id)]
