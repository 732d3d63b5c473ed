"""A command on a real terminal: what it draws there, and the keys a person presses."""

import os
import pty
import re
import select
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from sec_assets_tests.integration.home import BIN, CHECKOUT, Home

CTRL_C = b"\x03"


@dataclass
class Terminal:
    """The other end of a terminal on which a command runs."""

    pid: int
    end: int
    raw: bytes = b""
    code: int | None = None

    @property
    def shown(self) -> str:
        """Everything drawn so far, without what steers the terminal."""
        return re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", self.raw).decode(errors="replace")

    def press(self, key: bytes) -> None:
        os.write(self.end, key)

    def wait_for(self, text: str, seconds: float) -> None:
        """Read until `text` is shown."""
        self.wait_until(lambda: text in self.shown, seconds)

    def wait_until(self, happened: Callable[[], bool], seconds: float) -> None:
        """Read until something has happened; a terminal that nobody reads would stop the command."""
        until = time.monotonic() + seconds
        while not happened():
            assert time.monotonic() < until, f"it does not happen:\n{self.shown[-3000:]}"
            assert self._read(), f"it ended too early:\n{self.shown[-3000:]}"

    def wait(self, seconds: float) -> int:
        """Read to the end and return the exit code."""
        until = time.monotonic() + seconds
        while self._read():
            assert time.monotonic() < until, f"it does not end:\n{self.shown[-3000:]}"
        if self.code is None:
            self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.code

    def _read(self) -> bool:
        if select.select([self.end], [], [], 0.2)[0]:
            try:
                self.raw += os.read(self.end, 65536)
            except OSError:  # the other end is closed
                return False
        return True


@contextmanager
def on_terminal(home: Home, *command: str) -> Iterator[Terminal]:
    """Run a command of the project on a terminal of its own; it does not outlive the block."""
    pid, end = pty.fork()
    if pid == 0:
        os.chdir(CHECKOUT)
        os.execve(BIN / command[0], command, home.environment() | {"TERM": "xterm", "COLUMNS": "100"})
    terminal = Terminal(pid, end)
    try:
        yield terminal
    finally:
        if terminal.code is None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        os.close(end)
