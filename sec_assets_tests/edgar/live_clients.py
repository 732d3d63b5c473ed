"""Live clients over a loopback server, without real waits, and child processes that use one."""

import subprocess
import sys
from pathlib import Path

from sec_assets.edgar.client import EdgarClient
from sec_assets.edgar.transport.retry import Persistence
from sec_assets.edgar.transport.rules import Budget
from sec_assets.edgar.transport.session import Timing
from sec_assets.settings import Settings, load_settings

QUICK = Persistence(tries=3, offline_tries=2, body_tries=2, back_off=0.001)


def settings_for(data: Path, base: str, **more: str) -> Settings:
    environ = {"SEC_ASSETS_SOURCE": "live", "SEC_USER_AGENT": "T t@example.com", "SEC_ASSETS_EDGAR_BASE": base}
    return load_settings({**environ, "SEC_ASSETS_DATA": str(data), **more})


def quick_client(data: Path, base: str, *, patience: float = 900.0, **more: str) -> EdgarClient:
    timing = Timing(patience=patience)
    return EdgarClient(settings_for(data, base, **more), budget=Budget.local(), persistence=QUICK, timing=timing)


def child(body: str, data: Path, base: str, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a process that runs `body` with a `client` at hand once its standard input ends; it says "ready" before."""
    script = (
        "import sys\nfrom pathlib import Path\nfrom sec_assets_tests.edgar.live_clients import quick_client\n"
        "client = quick_client(Path(sys.argv[1]), sys.argv[2])\n"
        "print('ready', flush=True)\nsys.stdin.read()\n" + body
    )
    command = [sys.executable, "-c", script, str(data), base, *arguments]
    root = Path(__file__).resolve().parents[2]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root)


def run_together(processes: list[subprocess.Popen[bytes]]) -> list[str]:
    """Let children that are ready go at the same moment; return what each printed."""
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None
    return [process.communicate(timeout=60)[0].decode() for process in processes]
