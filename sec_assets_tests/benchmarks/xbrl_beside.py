"""Our reader beside others on the same instances: time, number of facts, and which facts differ.

The others run in a venv of their own (`xbrl_peers.py`), one process each. A fact is told by local name and text as filed; what
a peer keeps in another form (a number for its text, markup taken out of a text block, nil as empty) shows as a difference.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from sec_assets.xbrl.instance import InstanceDocument, parse_instances
from sec_assets_tests.benchmarks.xbrl_peers import PEERS

_SCRIPT = Path(__file__).with_name("xbrl_peers.py")
_LIMIT_SECONDS = 1800


def beside(python: str, instances: list[InstanceDocument], repeats: int) -> None:
    """Print one line per peer: files read, time against ours on the same files, facts missing and facts we do not have."""
    with tempfile.TemporaryDirectory() as folder:
        files: dict[str, InstanceDocument] = {}
        for number, document in enumerate(instances):
            path = Path(folder) / str(number) / document.name
            path.parent.mkdir()
            path.write_bytes(document.body)
            files[str(path)] = document
        ours = {path: _ours(document, repeats) for path, document in files.items()}
        sys.stdout.write(
            f"{'beside':24}{'read':>9}{'CPU s':>8}{'ours':>8}{'x ours':>8}{'facts':>9}{'lacks':>8}{'else':>8}\n"
        )
        for peer in PEERS:
            _line(peer, _run(python, peer, repeats, list(files)), ours)


def _ours(document: InstanceDocument, repeats: int) -> tuple[float, Counter[str]]:
    least, frame = float("inf"), None
    for _ in range(repeats):
        started = time.process_time()
        frame = parse_instances([document]).frame
        least = min(least, time.process_time() - started)
    assert frame is not None
    pairs = frame.select("concept", "value").iter_rows()
    return least, Counter(f"{concept.rpartition(':')[2]}\t{value or ''}" for concept, value in pairs)


def _run(python: str, peer: str, repeats: int, paths: list[str]) -> list[dict]:
    done = subprocess.run(
        [python, str(_SCRIPT), peer, str(repeats), *paths],
        capture_output=True, text=True, timeout=_LIMIT_SECONDS, check=False,
    )  # fmt: skip
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return lines or [{"absent": done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "no answer"}]


def _line(peer: str, rows: list[dict], ours: dict[str, tuple[float, Counter[str]]]) -> None:
    if "absent" in rows[0]:
        sys.stdout.write(f"{peer:24}not measured: {rows[0]['absent'][:160]}\n")
        return
    read = [row for row in rows if row["seconds"] is not None]
    if not read:
        sys.stdout.write(f"{peer:24}read no file: {rows[0]['error']}\n")
        return
    seconds, own = sum(row["seconds"] for row in read), sum(ours[row["path"]][0] for row in read)
    lacks = sum((ours[row["path"]][1] - Counter(row["facts"])).total() for row in read)
    extra = sum((Counter(row["facts"]) - ours[row["path"]][1]).total() for row in read)
    sys.stdout.write(
        f"{peer:24}{f'{len(read)}/{len(rows)}':>9}{seconds:8.2f}{own:8.2f}{seconds / own:8.2f}"
        f"{sum(row['n'] for row in read):9,}{lacks:8,}{extra:8,}\n"
    )
