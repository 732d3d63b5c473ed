"""Who holds a permit: a process, named so that other processes can find out whether it still lives.

A process that was killed between permit and request must not block the others; one that was only stopped must stay
counted, since it sends when it wakes. Linux tells the two apart; a process of another machine or container cannot be
judged, and then its age decides (`rules`).
"""

import os
import socket
from functools import lru_cache
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_UNKNOWN = "?"


def boot_id() -> str:
    """Return the kernel's name for this boot, the same in all processes until the next one."""
    return _BOOT_ID.read_text().strip() if _BOOT_ID.is_file() else "boot unknown"


def identity() -> str:
    """Return the name of this process: boot, namespace of process numbers, number, start; other after a fork."""
    return _identity(os.getpid())


def described() -> str:
    """Return machine and process number for people."""
    return f"{_host()} pid {os.getpid()}"


@lru_cache(maxsize=4)
def _identity(pid: int) -> str:
    return f"{_place()}/{pid}/{_start(pid) or _UNKNOWN}"


@lru_cache(maxsize=1)
def _host() -> str:
    return socket.gethostname().replace(" ", "-")


@lru_cache(maxsize=1)
def _place() -> str:
    try:
        namespace = str(Path("/proc/self/ns/pid").stat().st_ino)
    except OSError:
        namespace = _UNKNOWN
    return f"{_host()}/{boot_id()[:8]}/{namespace}"


def _start(pid: int) -> str | None:
    """Return when a process began, in ticks since boot; None when it is dead (also while nobody has reaped it)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, *fields = stat.rpartition(")")[2].split()
    return None if state in "ZX" else fields[18]


def is_alive(name: str) -> bool | None:
    """Tell whether the process called `name` lives; None when that cannot be known from here."""
    place, _, rest = name.rpartition("/")
    place, _, pid = place.rpartition("/")
    if place != _place() or _UNKNOWN in name or not pid.isdigit():
        return None
    return _start(int(pid)) == rest
