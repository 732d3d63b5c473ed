"""Some hosts and a server as network namespaces on one bridge, made and taken away again; needs root and `ip`.

Nothing of it touches the machine's own network: the bridge lies in the server's namespace. Where namespaces are not permitted, the
hosts are processes on the loopback address with folders of their own. What runs on them is `two_hosts` and `many_hosts`.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

_SERVER = "10.77.0.1"


@dataclass(frozen=True, slots=True)
class Network:
    """Where the server is reached, and what to put before a command to run it on the server or on a host."""

    address: str
    server: tuple[str, ...]
    hosts: tuple[tuple[str, ...], ...]
    separate: bool


@contextmanager
def two_hosts() -> Iterator[Network]:
    """Give a network of a server and two hosts while the block runs."""
    with hosts(2) as network:
        yield network


@contextmanager
def hosts(count: int) -> Iterator[Network]:
    """Give a network of a server and some hosts while the block runs."""
    if not permitted():
        yield Network("127.0.0.1", (), ((),) * count, separate=False)
        return
    names = [f"sa{os.getpid()}{role}" for role in ("server", *range(count))]
    with ExitStack() as stack:
        for name in names:
            _ip("netns", "add", name)
            stack.callback(_ip, "netns", "delete", name)
            _ip("-n", name, "link", "set", "lo", "up")
        server, *others = names
        _ip("-n", server, "link", "add", "bridge0", "type", "bridge")
        _ip("-n", server, "address", "add", f"{_SERVER}/24", "dev", "bridge0")
        _ip("-n", server, "link", "set", "bridge0", "up")
        for number, host in enumerate(others):
            port = f"host{number}"
            _ip("link", "add", port, "netns", server, "type", "veth", "peer", "name", "eth0", "netns", host)
            _ip("-n", server, "link", "set", port, "master", "bridge0", "up")
            _ip("-n", host, "address", "add", f"10.77.0.{10 + number}/24", "dev", "eth0")
            _ip("-n", host, "link", "set", "eth0", "up")
        inside = [("ip", "netns", "exec", name) for name in names]
        yield Network(_SERVER, inside[0], tuple(inside[1:]), separate=True)


def address_of(network: Network, host: int) -> str:
    """Return the address of a host."""
    return f"10.77.0.{10 + host}" if network.separate else network.address


def permitted() -> bool:
    """Tell whether namespaces can be made here."""
    if shutil.which("ip") is None:
        return False
    name = f"sa{os.getpid()}try"
    if subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False).returncode != 0:
        return False
    bridge = ["ip", "-n", name, "link", "add", "bridge0", "type", "bridge"]
    made = subprocess.run(bridge, capture_output=True, check=False).returncode == 0
    _ip("netns", "delete", name)
    return made


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)
