"""Two hosts, each a network namespace with an address and a data folder of its own, share one budget over Redis."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from sec_assets_tests.edgar.fleet import Order, fleet, most_in, shares
from sec_assets_tests.edgar.http_server import stopwatch
from sec_assets_tests.redis_server import redis_server


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@contextmanager
def namespace(name: str, address: str, peer: str) -> Iterator[list[str]]:
    """Make a host that is joined to this one by a cable of its own; yields what to write before a command."""
    try:
        ip("netns", "add", name)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("network namespaces cannot be made here")
    try:
        ip("link", "add", f"{name}-here", "type", "veth", "peer", "name", f"{name}-there")
        ip("link", "set", f"{name}-there", "netns", name)
        ip("addr", "add", f"{peer}/30", "dev", f"{name}-here")
        ip("link", "set", f"{name}-here", "up")
        ip("-n", name, "addr", "add", f"{address}/30", "dev", f"{name}-there")
        ip("-n", name, "link", "set", f"{name}-there", "up")
        ip("-n", name, "link", "set", "lo", "up")
        yield ["ip", "netns", "exec", name]
    finally:
        ip("netns", "del", name)


def test_two_hosts_keep_one_budget_and_stop_when_redis_dies(tmp_path: Path) -> None:
    with ExitStack() as stack:
        hosts = [
            stack.enter_context(
                namespace(f"sec-h{number}", f"10.213.77.{4 * number + 2}", f"10.213.77.{4 * number + 1}")
            )
            for number in range(2)
        ]
        server = stack.enter_context(
            redis_server(tmp_path, "--protected-mode", "no", address="127.0.0.1 10.213.77.1 10.213.77.5")
        )
        edgar = stack.enter_context(stopwatch(address="0.0.0.0"))
        port = edgar.base.rpartition(":")[2]
        orders = [
            Order(
                name=f"host{number}",
                base=f"http://10.213.77.{4 * number + 1}:{port}",
                data=str(tmp_path / f"data{number}"),
                limiter=f"redis://10.213.77.{4 * number + 1}:{server.port}/0",
                seconds=60.0,
            )
            for number in range(2)
        ]
        running = stack.enter_context(fleet(orders, hosts))
        deadline = time.monotonic() + 30
        while len(edgar.arrivals) < 30 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert len(edgar.arrivals) >= 30
        server.kill()
        dead = time.monotonic()
        for process in running:
            _, errors = process.communicate(timeout=60)
            assert b"StorageError" in errors
            assert b"cannot be used" in errors
            assert b"nothing is sent without it" in errors
    assert most_in(edgar.times()) <= 9
    assert max(shares(edgar).values()) <= 2 * min(shares(edgar).values())
    assert sum(at > dead + 0.5 for at in edgar.times()) == 0, "nothing is sent without the budget"
