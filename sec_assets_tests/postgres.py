"""A real PostgreSQL server for the time of a test or a benchmark, on a free loopback port."""

import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest


def _program(name: str) -> str | None:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(found[-1]) if found else None)


@contextmanager
def postgres_server(address: str = "127.0.0.1", prefix: Sequence[str] = ()) -> Iterator[str]:
    """Start a server with an empty database; yields its address. It refuses root, so root starts it as `nobody`."""
    initdb, control = _program("initdb"), _program("pg_ctl")
    if initdb is None or control is None:
        pytest.skip("PostgreSQL's server is not installed: apt-get install postgresql")
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        data = Path(folder) / "data"
        data.mkdir()
        become: list[str] = [*prefix]
        if Path("/proc/self").owner() == "root":
            become += ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
            for path in (Path(folder), data):
                shutil.chown(path, "nobody", "nogroup")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        _run([*become, initdb, "-D", str(data), "-U", "dagster", "--auth=trust", "--no-sync"])
        options = f"-p {port} -k {folder} -c listen_addresses={address}"
        with (data / "pg_hba.conf").open("a") as rules:
            rules.write(f"host all all {address}/24 trust\n")
        _run([*become, control, "-D", str(data), "-o", options, "-l", f"{folder}/log", "-w", "start"])
        try:
            yield f"postgresql+psycopg2://dagster@{address}:{port}/postgres"
        finally:
            _run([*become, control, "-D", str(data), "-m", "immediate", "stop"])


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, timeout=60, cwd="/", stdout=subprocess.DEVNULL)
