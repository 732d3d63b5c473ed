"""How much memory a process has held at most; for tests, campaigns and benchmarks."""

from pathlib import Path


def peak_megabytes() -> float:
    """Return the most memory this process has held (MiB); unlike rusage it does not begin with what the parent held at the fork."""
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024
