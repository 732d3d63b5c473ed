"""A data folder of its own, the commands a user types there, and a look at what they left behind.

Every command is a process of its own in a process group of its own, with a deadline; nothing of the developer's shell
reaches it but the path. Servers that tests start are in `feed_server`, recorded and built mirrors in `mirrors`.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from sec_assets.storage.lake import Lake
from sec_assets.storage.status import StatusLog
from sec_assets.tables import TABLES

CHECKOUT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
DEADLINE = 400.0
PARTITIONED = (
    "filings_index", "artifacts", "xbrl_facts", "financials", "filing_text", "prices", "technicals", "news", "sentiment", "signals",
)  # fmt: skip
BEHIND_TICKER_MAP = '* and not key:"ticker_map"'
ONE_WORKER = json.dumps({"execution": {"config": {"cluster": {"local": {"n_workers": 1}}}}})
"""The executor with one worker process: starts in half the time where little is to be done."""


@dataclass(frozen=True)
class Done:
    """How a command ended, and everything it wrote."""

    code: int
    output: str

    def tail(self) -> str:
        return self.output[-6000:]

    def errors(self) -> list[str]:
        """The lines in which Dagster reports what failed."""
        return [line for line in self.output.splitlines() if "STEP_FAILURE" in line or "RUN_FAILURE" in line]


@dataclass(frozen=True)
class Home:
    """A data folder with DAGSTER_HOME below it, and the settings of the shell it is used from."""

    data: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def dagster(self) -> Path:
        return self.data / "dagster"

    @property
    def lake(self) -> Lake:
        return Lake(self.data / "lake")

    def with_settings(self, **settings: str) -> "Home":
        return replace(self, settings={**self.settings, **settings})

    def copy(self, to: Path) -> "Home":
        """The same data in another folder; sockets and locks hold nothing."""
        shutil.copytree(self.data, to, symlinks=True)
        return replace(self, data=to)

    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR", "TZ") if name in os.environ}
        path = {"PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"}
        places = {"SEC_ASSETS_DATA": str(self.data), "DAGSTER_HOME": str(self.dagster)}
        return {**kept, **path, **places, **self.settings}

    def start(self, *command: str, log: Path, limit_bytes: int | None = None) -> subprocess.Popen[bytes]:
        """Start a command in the background, its output going to `log`; `limit_bytes` bounds the files it can write."""
        limited = ("prlimit", f"--fsize={limit_bytes}") if limit_bytes is not None else ()
        with log.open("wb") as out:
            return subprocess.Popen(
                [*limited, *command], cwd=CHECKOUT, env=self.environment(), stdin=subprocess.DEVNULL, stdout=out,
                stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip

    def run(self, *command: str, seconds: float = DEADLINE, limit_bytes: int | None = None) -> Done:
        """Run a command to its end; one that hangs is killed with everything it started, and fails the test."""
        log = self.data.parent / f"{self.data.name}-{len(list(self.data.parent.glob('*.log')))}.log"
        process = self.start(*command, log=log, limit_bytes=limit_bytes)
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            pytest.fail(
                f"{' '.join(command)} took longer than {seconds:g} s:\n{log.read_text(errors='replace')[-6000:]}"
            )
        finally:
            kill_group(process)
        return Done(code, log.read_text(errors="replace"))

    def init(self) -> "Home":
        done = self.run("sec-assets", "init", seconds=120)
        assert done.code == 0, done.tail()
        return self

    def materialize(self, selection: str, *more: str, config: str | None = ONE_WORKER, ok: bool | None = True) -> Done:
        """Type `dagster asset materialize`; `ok` says how it has to end, None leaves it open."""
        done = self.run(*self.command(selection, *more, config=config))
        if ok is not None:
            assert (done.code == 0) is ok, done.tail()
        return done

    def command(self, selection: str, *more: str, config: str | None = ONE_WORKER) -> Sequence[str]:
        configured = ("--config-json", config) if config else ()
        return (
            "dagster",
            "asset",
            "materialize",
            "-m",
            "sec_assets.definitions",
            "--select",
            selection,
            *more,
            *configured,
        )

    @contextmanager
    def instance(self) -> Iterator[dg.DagsterInstance]:
        """Dagster's own records of what has happened here."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in {"DAGSTER_HOME": str(self.dagster)}.items():
                patch.setenv(name, value)
            with dg.DagsterInstance.get() as instance:
                yield instance

    def events(self, asset: str) -> list[dg.AssetMaterialization]:
        """Materializations of an asset, newest first."""
        with self.instance() as instance:
            records = instance.fetch_materializations(dg.AssetKey(asset), limit=1000).records
        return [record.asset_materialization for record in records if record.asset_materialization is not None]

    def partitions_with_events(self, asset: str) -> list[str]:
        return sorted({str(event.partition) for event in self.events(asset)})

    def metadata(self, asset: str) -> dict[str, object]:
        """The metadata of the newest materialization."""
        return {name: value.value for name, value in self.events(asset)[0].metadata.items()}

    def run_statuses(self) -> list[str]:
        """How every run ended, newest first."""
        with self.instance() as instance:
            return [run.status.value for run in instance.get_runs()]

    def failures(self) -> list[str]:
        """The sentence of every failed step of the newest run."""
        with self.instance() as instance:
            events = instance.all_logs(instance.get_runs(limit=1)[0].run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
        failed = [entry.dagster_event.step_failure_data for entry in events if entry.dagster_event]
        return [
            data.user_failure_data.description or ""
            if data.user_failure_data
            else (data.error.to_string() if data.error else "")
            for data in failed
        ]

    def status(self, asset: str | None = None) -> dict[tuple[str, str], tuple[str, str | None]]:
        """(asset, cik) -> (state, why)."""
        rows = StatusLog(self.data / "lake").latest(asset).select("asset", "cik", "state", "error").iter_rows()
        return {(name, cik): (state, error) for name, cik, state, error in rows}

    def lake_bytes(self) -> dict[str, bytes]:
        """Every file of the lake but the status log and leftovers."""
        return {name: body for name, body in tree(self.data / "lake").items() if not name.startswith("status/")}

    def frame(self, table: str) -> pl.DataFrame:
        """All rows of a table of the lake."""
        definition = TABLES[table]
        parts = self.lake.read_many(definition, self.lake.ciks(definition))
        return pl.concat([parts, self.lake.read(definition)])


def tree(root: Path) -> dict[str, bytes]:
    """Every file below a folder, leftovers of killed writers apart."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.name.startswith(".tmp-")
    }


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """End a command and everything it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    finally:
        process.wait(30)
