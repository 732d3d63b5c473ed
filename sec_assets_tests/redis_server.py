"""A real Redis server on a free port of the loopback, for the length of a test; skipped where it is not installed."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import AuthenticationError, RedisError


@dataclass
class RedisServer:
    """A server that can be ended and started again on the same port."""

    folder: Path
    port: int
    more: Sequence[str] = ()
    address: str = "127.0.0.1"
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        place = ["--port", str(self.port), "--bind", *self.address.split(), "--dir", str(self.folder)]
        self.process = subprocess.Popen(
            ["redis-server", *place, "--save", "", *self.more],
            stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 20
        while True:
            with suppress(RedisError), Redis(port=self.port, retry=None) as client:
                with suppress(AuthenticationError):
                    client.exists("x")
                return
            assert time.monotonic() < deadline, "the Redis server did not start"
            time.sleep(0.02)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)


@contextmanager
def redis_server(folder: Path, *more: str, address: str = "127.0.0.1") -> Iterator[RedisServer]:
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = RedisServer(folder, port, more, address)
    try:
        server.start()
        yield server
    finally:
        server.kill()
