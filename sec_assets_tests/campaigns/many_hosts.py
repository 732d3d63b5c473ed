"""Several hosts work on one lake in an object store, with one request budget; the result is that of one machine.

`make many-hosts`: a server (object store, Redis, PostgreSQL, a gateway with the bundled EDGAR) and three hosts as network
namespaces, each with its own data folder mounted at the same path: scheduler, driver and a worker for the warehouse and the report
on one, a Dask worker on each of the others. Two runs at once bring in filings and documents, a third makes the rest. Beside it one
process tree does the same in a folder.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import polars as pl
from distributed import Client
from rich.console import Console

from sec_assets.sample.market import holdings_csv
from sec_assets.storage.files import write_atomically
from sec_assets.tables import TABLES
from sec_assets_tests.campaigns.arrivals import fullest
from sec_assets_tests.campaigns.gateway import read_log
from sec_assets_tests.campaigns.lake_compare import OF_THE_RUN
from sec_assets_tests.campaigns.namespaces import Network, address_of, hosts
from sec_assets_tests.campaigns.two_hosts import RedisOnHost, Verdict, print_verdicts
from sec_assets_tests.object_server import BUCKET, ObjectServer, object_server
from sec_assets_tests.postgres import postgres_server

COMPANIES = ("0000320193", "0009900008", "0009900012", "0009900014")
SEC_LIMIT = 10
GATEWAY, SCHEDULER = 18_080, 18_786
ROOT = Path(__file__).resolve().parents[2]
PYTHON = sys.executable
_NETWORK = ("filings_index", "artifacts")
_OFFERED = ("HOME=1", "IO=1 CPU=1 MODEL=1", "IO=1 CPU=1 MODEL=1")  # by the worker of each host
_START_SECONDS, _RUN_SECONDS = 300.0, 1500.0


@dataclass
class Deployment:
    """The hosts with their folders, and what runs on them."""

    network: Network
    folder: Path
    objects: ObjectServer
    redis: str
    postgres: str
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def root(self) -> str:
        """Where lake and documents lie."""
        return f"s3://{BUCKET}/many-hosts"

    @property
    def scheduler(self) -> str:
        """The address of Dask's scheduler."""
        return f"tcp://{address_of(self.network, 0)}:{SCHEDULER}"

    def own(self, host: int) -> Path:
        """Return the folder of a host as it is seen from outside."""
        return self.folder / f"host{host}"

    def seen(self, host: int) -> Path:
        """Return the path under which a host sees its folder: the same on all."""
        return self.folder / "data" if self.network.separate else self.own(host)

    def environment(self, **more: str) -> dict[str, str]:
        """Return the settings of every process, but where its data lie."""
        bare = {name: text for name, text in os.environ.items() if not name.startswith(("SEC_", "AWS_", "DAGSTER_"))}
        return bare | self.objects.environment | {
            "SEC_ASSETS_SOURCE": "live",
            "SEC_USER_AGENT": "Many Hosts campaign@example.com",
            "SEC_ASSETS_EDGAR_BASE": f"http://{self.network.address}:{GATEWAY}",
            "SEC_ASSETS_LIMITER": self.redis,
            "SEC_ASSETS_UNIVERSE": "ciks:" + ",".join(COMPANIES),
            "SEC_ASSETS_PRICES": "sample",
            "SEC_ASSETS_NEWS": "sample,press_releases",
            "DAGSTER_POSTGRES_URL": self.postgres,
            "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
            "PYTHONPATH": str(ROOT),
            **more,
        }  # fmt: skip

    def start(self, host: int, *command: str, name: str, **more: str) -> subprocess.Popen[bytes]:
        """Start a process on a host, with the host's folder in its place."""
        prefix = [*self.network.hosts[host]]
        if self.network.separate:
            bind = 'mount --bind "$1" "$2" && cd "$2" && shift 2 && exec "$@"'
            prefix += ["sh", "-c", bind, "sh", str(self.own(host)), str(self.folder / "data")]
        settings = {"SEC_ASSETS_DATA": self.root, "SEC_ASSETS_LOCAL": str(self.seen(host)), **more}
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [*prefix, *command], cwd=self.own(host), env=self.environment(**settings), stdout=log, stderr=log
            )
        self.running.append(process)
        return process

    def materialize(self, host: int, selection: Sequence[str], *, name: str, **more: str) -> subprocess.Popen[bytes]:
        """Start a run as a person on that host would."""
        home = self.seen(host) / "dagster"
        (self.own(host) / "dagster").mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "deploy" / "dagster.yaml", self.own(host) / "dagster" / "dagster.yaml")
        command = [
            PYTHON,
            "-m",
            "dagster",
            "asset",
            "materialize",
            "-m",
            "sec_assets.definitions",
            "--select",
            *selection,
        ]
        return self.start(host, *command, name=name, DAGSTER_HOME=str(home), **more)

    def finish(self, *runs: tuple[str, subprocess.Popen[bytes]]) -> None:
        """Wait for runs to end well."""
        for name, process in runs:
            code = process.wait(_RUN_SECONDS)
            text = (self.folder / f"{name}.log").read_text(errors="replace")
            assert code == 0, f"{name} failed:\n{text[-4000:]}"

    def stop(self) -> None:
        """End what is still running."""
        for process in reversed(self.running):
            process.terminate()
        for process in self.running:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def work_on_many_hosts(deployment: Deployment, console: Console) -> None:
    """Start Dask and let three hosts make everything."""
    write_atomically(deployment.own(0) / "portfolio.csv", holdings_csv().encode())
    host = address_of(deployment.network, 0)
    dask = [PYTHON, "-m", "distributed.cli.dask_scheduler", "--host", host, "--port", str(SCHEDULER), "--no-dashboard"]
    deployment.start(0, *dask, name="scheduler")
    for number, offered in enumerate(_OFFERED):
        deployment.start(
            number, PYTHON, "-m", "distributed.cli.dask_worker", deployment.scheduler, "--nthreads", "1", "--resources", offered,
            "--memory-limit", "0", "--no-dashboard", "--name", f"host{number}", name=f"worker{number}",
        )  # fmt: skip
    _wait_for_workers(deployment)
    cluster = {"SEC_ASSETS_DASK": deployment.scheduler}
    console.print("scheduler and workers are up")
    deployment.finish(("tickers", deployment.materialize(0, ["ticker_map"], name="tickers", **cluster)))
    selection = ",".join(_NETWORK)
    both = [
        (name, deployment.materialize(0, [selection, "--partition-range", f"{first}...{last}"], name=name, **cluster))
        for name, first, last in (("first", *COMPANIES[:2]), ("second", *COMPANIES[2:]))
    ]
    deployment.finish(*both)
    console.print("filings and documents are in")
    deployment.finish(("rest", deployment.materialize(0, _behind(), name="rest", **cluster)))


def _behind() -> list[str]:
    known = " and ".join(f'not key:"{name}"' for name in ("ticker_map", *_NETWORK))
    return [f"* and {known}", "--partition-range", f"{COMPANIES[0]}...{COMPANIES[-1]}"]


def work_on_one(deployment: Deployment) -> None:
    """Make the same in a folder, on the first host alone, with Dask's local cluster."""
    write_atomically(deployment.own(0) / "reference" / "portfolio.csv", holdings_csv().encode())
    place = {"SEC_ASSETS_DATA": str(deployment.seen(0) / "reference"), "SEC_ASSETS_LOCAL": ""}
    chain = f"{COMPANIES[0]}...{COMPANIES[-1]}"
    for name, selection in (
        ("alone-tickers", ["ticker_map"]),
        ("alone-filings", [",".join(_NETWORK), "--partition-range", chain]),
        ("alone-rest", _behind()),
    ):
        deployment.finish((name, deployment.materialize(0, selection, name=name, **place)))


def _wait_for_workers(deployment: Deployment) -> None:
    ask = [
        *deployment.network.hosts[0],
        PYTHON,
        "-m",
        "sec_assets_tests.campaigns.many_hosts",
        "workers",
        deployment.scheduler,
    ]
    subprocess.run(ask, check=True, cwd=ROOT, timeout=2 * _START_SECONDS)


def wait_for_workers(scheduler: str) -> None:
    """Wait until every worker has come; raises when they do not."""
    with Client(scheduler, timeout=_START_SECONDS, set_as_default=False) as client:
        client.wait_for_workers(len(_OFFERED), timeout=_START_SECONDS)


def judge(deployment: Deployment) -> Iterator[Verdict]:
    """Yield what was found, and whether it is good."""
    reference = deployment.own(0) / "reference"
    command = [PYTHON, "-m", "sec_assets_tests.campaigns.lake_compare", str(reference), deployment.root]
    compared = subprocess.run(
        [*deployment.network.server, *command], env=deployment.environment(), cwd=ROOT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert compared.returncode == 0, compared.stderr
    found = json.loads(compared.stdout)
    yield (
        "rows of all tables, equal but for instants",
        f"{found['rows']:,}",
        not found["differing"] and found["rows"] > 0,
    )
    yield "tables that differ", str(found["differing"] or "none"), not found["differing"]
    yield (
        "documents in the store with their hash",
        f"{found['documents']:,}",
        found["documents"] > 0 and not found["damaged"],
    )
    differing = list(_warehouses_differ(deployment.own(0) / "warehouse.duckdb", reference / "warehouse.duckdb"))
    yield "tables of the warehouses that differ", str(differing or "none"), not differing
    kept = [path for host in (1, 2) for path in _data_below(deployment.own(host))]
    yield "data files on the workers' hosts", str(kept or "none"), not kept
    many = [(at, address) for at, address in read_log(deployment.folder / "gateway-many.log")]
    shares = Counter(address for _, address in many)
    told = ", ".join(f"{address}: {count}" for address, count in sorted(shares.items()))
    wanted = {address_of(deployment.network, host) for host in (1, 2)}
    yield "requests of each host", told, set(shares) == wanted
    most = fullest([at for at, _ in many], 1)
    yield "most requests in any second, both hosts together", str(most), 0 < most <= SEC_LIMIT


def _data_below(folder: Path) -> list[str]:
    """Return files with data; what may be lost (`state`: caches, receipts) is each machine's own."""
    kinds = {".parquet", ".duckdb", ".htm", ".html", ".xml"}
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.suffix in kinds)
    return [str(path) for path in found if path.parts[0] != "state"]


def _warehouses_differ(one: Path, other: Path) -> Iterator[str]:
    with duckdb.connect(str(one), read_only=True) as first, duckdb.connect(str(other), read_only=True) as second:
        for name in TABLES:
            frames = [pl.DataFrame(found.sql(f'FROM "{name}"').to_arrow_table()) for found in (first, second)]
            if not frames[0].select(pl.exclude(OF_THE_RUN)).equals(frames[1].select(pl.exclude(OF_THE_RUN))):
                yield name


@contextmanager
def deployed(folder: Path) -> Iterator[Deployment]:
    """Give the hosts with all their servers while the block runs."""
    with ExitStack() as stack:
        network = stack.enter_context(hosts(3))
        for name in ("data", "host0", "host1", "host2", "objects"):
            (folder / name).mkdir()
        redis = RedisOnHost(network, folder)
        stack.callback(redis.kill)
        redis.start()
        postgres = stack.enter_context(postgres_server(network.address, network.server))
        objects = stack.enter_context(object_server(folder / "objects", address=network.address, prefix=network.server))
        deployment = Deployment(network, folder, objects, redis.url, postgres)
        stack.callback(deployment.stop)
        yield deployment


@contextmanager
def gateway(deployment: Deployment, name: str) -> Iterator[None]:
    """Serve the bundled EDGAR to all hosts, with a log of its own."""
    log = deployment.folder / f"gateway-{name}.log"
    log.touch()
    place = [deployment.network.address, str(GATEWAY), str(log)]
    command = [*deployment.network.server, PYTHON, "-m", "sec_assets_tests.campaigns.gateway", *place]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def main() -> int:
    """Run both deployments and print; 0 when all is well."""
    console = Console(width=150)
    if shutil.which("redis-server") is None:
        console.print("redis-server is not installed: apt-get install redis-server")
        return 1
    with tempfile.TemporaryDirectory(prefix="many-hosts-") as name, deployed(Path(name)) as deployment:
        Path(name).chmod(0o755)
        began = time.monotonic()
        with gateway(deployment, "many"):
            work_on_many_hosts(deployment, console)
        console.print(f"three hosts are done after {time.monotonic() - began:.0f} s")
        with gateway(deployment, "one"):
            work_on_one(deployment)
        where = "three network namespaces" if deployment.network.separate else "one host (namespaces are not permitted)"
        good = print_verdicts(list(judge(deployment)), f"{len(COMPANIES)} companies on {where}", console)
    return 0 if good else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["workers"]:
        wait_for_workers(sys.argv[2])
    else:
        sys.exit(main())
