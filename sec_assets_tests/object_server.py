"""A real S3-compatible store (SeaweedFS) on free ports of the loopback, and a line to it that can be cut or held up."""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import obstore
import pytest
from obstore.exceptions import BaseError
from obstore.store import S3Store

KEY, SECRET = "test-access-key", "test-secret-key"
BUCKET = "lake"
_ROOT = Path(__file__).resolve().parents[1]
_PARTS = ("master", "volume", "filer", "s3")


@dataclass
class ObjectServer:
    """A store that can be killed and started again on the same ports with the same data."""

    folder: Path
    ports: Mapping[str, tuple[int, int]]
    address: str = "127.0.0.1"
    prefix: Sequence[str] = ()
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def endpoint(self) -> str:
        return f"http://{self.address}:{self.ports['s3'][0]}"

    @property
    def environment(self) -> dict[str, str]:
        return environment(self.endpoint)

    def start(self) -> None:
        """Start it and wait until the bucket is there."""
        users = self.folder / "users.json"
        credentials = [{"accessKey": KEY, "secretKey": SECRET}]
        actions = ["Admin", "Read", "Write", "List"]
        users.write_text(json.dumps({"identities": [{"name": "test", "credentials": credentials, "actions": actions}]}))
        command = [weed() or "weed", "server", f"-ip={self.address}", f"-ip.bind={self.address}", f"-dir={self.folder}"]
        command += ["-filer", "-s3", f"-s3.config={users}", "-s3.port.iceberg=0", "-s3.port.lance=0"]
        command += ["-master.telemetry=false", "-master.volumeSizeLimitMB=256", "-volume.max=0"]
        for part, (port, grpc) in self.ports.items():
            command += [f"-{part}.port={port}", f"-{part}.port.grpc={grpc}"]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen([*self.prefix, *command], cwd=self.folder, stdout=log, stderr=log)
        self._wait()

    def _wait(self) -> None:
        ask = [*self.prefix, sys.executable, "-m", __name__, self.endpoint]
        deadline = time.monotonic() + 60
        while subprocess.run(ask, cwd=_ROOT, check=False, capture_output=True).returncode != 0:
            log = (self.folder / "server.log").read_text(errors="replace")[-2000:]
            assert self.process is not None
            assert self.process.poll() is None, log
            assert time.monotonic() < deadline, log
            time.sleep(0.2)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(20)


def weed() -> str | None:
    """Return the program, beside this interpreter or on the path."""
    beside = Path(sys.executable).parent / "weed"
    return str(beside) if beside.is_file() else shutil.which("weed")


def environment(endpoint: str) -> dict[str, str]:
    """Return the settings of a client."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": "us-east-1",
    }


@contextmanager
def object_server(folder: Path, *, address: str = "127.0.0.1", prefix: Sequence[str] = ()) -> Iterator[ObjectServer]:
    if weed() is None:
        pytest.skip("the object store SeaweedFS is not installed (requirements/dev.txt)")
    server = ObjectServer(folder, _free_ports(), address, prefix)
    try:
        server.start()
        yield server
    finally:
        server.kill()


def _free_ports() -> dict[str, tuple[int, int]]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(2 * len(_PARTS))]
        ports = [one.getsockname()[1] for one in sockets]
    return {part: (ports[2 * index], ports[2 * index + 1]) for index, part in enumerate(_PARTS)}


class Line:
    """A line to the store that can be cut after so many bytes, or held up at a word, on the way up."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.cut_after: int | None = None
        self.hold_at: bytes | None = None
        self.held = threading.Event()
        self.sent = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._port))
                threading.Thread(target=self._up, args=(client, server), daemon=True).start()
                threading.Thread(target=self._down, args=(server, client), daemon=True).start()

    def _up(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError), client, server:
            while piece := client.recv(65536):
                self.sent += len(piece)
                if self.hold_at is not None and self.hold_at in piece:
                    self.held.set()
                    client.settimeout(60)
                    while client.recv(65536):
                        pass
                    return
                if self.cut_after is not None and self.sent > self.cut_after:
                    return
                server.sendall(piece)

    def _down(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while piece := server.recv(65536):
                client.sendall(piece)
            client.shutdown(socket.SHUT_WR)


def _make_bucket(endpoint: str) -> None:
    os.environ.update(environment(endpoint))
    options = {"allow_http": True, "timeout": "5s", "connect_timeout": "2s"}
    obstore.put(S3Store(BUCKET, client_options=options, retry_config={"max_retries": 0}), "made", b"")


if __name__ == "__main__":
    try:
        _make_bucket(sys.argv[1])
    except BaseError as error:
        sys.exit(str(error))
