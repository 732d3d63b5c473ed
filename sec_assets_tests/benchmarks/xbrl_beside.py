"""Our reader beside others on the same instances: time, number of facts, and which facts differ.

The others run in a venv of their own (`xbrl_peers.py`), one process each. A fact is told by local name and text as filed; what
a peer keeps in another form (a number for its text, markup taken out of a text block, nil as empty) shows as a difference.
"""

import gzip
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from sec_assets.xbrl.instance import InstanceDocument, parse_instances
from sec_assets_tests.benchmarks.xbrl_peers import PEERS

_SCRIPT = Path(__file__).with_name("xbrl_peers.py")
_LIMIT_SECONDS = 1800


def beside(python: str, instances: list[InstanceDocument], repeats: int, recorded: Path) -> None:
    """Print one line per peer: files read, its time against ours (a frame per file; all in one), facts missing, facts else."""
    with tempfile.TemporaryDirectory() as folder:
        files: dict[str, InstanceDocument] = {}
        for number, document in enumerate(instances):
            path = Path(folder) / str(number) / document.name
            path.parent.mkdir()
            path.write_bytes(document.body)
            _add_linkbases(path, recorded)
            files[str(path)] = document
        ours = {path: _ours(document, repeats) for path, document in files.items()}
        sys.stdout.write(
            f"{'beside':24}{'read':>9}{'CPU s':>8}{'ours':>8}{'x ours':>8}{'in one':>8}{'x':>8}{'facts':>9}{'lacks':>8}{'else':>8}\n"
        )
        for peer in PEERS:
            _line(
                peer,
                _run(python, peer, repeats, list(files)),
                ours,
                lambda paths: _in_one([files[p] for p in paths], repeats),
            )


def _add_linkbases(instance: Path, recorded: Path) -> None:
    """Write the taxonomy of a filing beside its instance, where all of it is recorded; one of the peers reads it too."""
    stem = instance.stem.removesuffix("_htm")
    names = [f"{stem}{end}" for end in (".xsd", "_pre.xml", "_cal.xml", "_def.xml", "_lab.xml")]
    for found in recorded.rglob(f"{stem}.xsd*"):
        others = {name: next(iter(found.parent.glob(f"{name}*")), None) for name in names}
        for name, path in others.items() if all(others.values()) else ():
            assert path is not None
            body = path.read_bytes()
            instance.with_name(name).write_bytes(gzip.decompress(body) if path.suffix == ".gz" else body)


def _ours(document: InstanceDocument, repeats: int) -> tuple[float, Counter[str]]:
    least, frame = float("inf"), None
    for _ in range(repeats):
        started = time.process_time()
        frame = parse_instances([document]).frame
        least = min(least, time.process_time() - started)
    assert frame is not None
    pairs = frame.select("concept", "value").iter_rows()
    return least, Counter(f"{concept.rpartition(':')[2]}\t{value or ''}" for concept, value in pairs)


def _in_one(documents: list[InstanceDocument], repeats: int) -> float:
    least = float("inf")
    for _ in range(repeats):
        started = time.process_time()
        parse_instances(documents)
        least = min(least, time.process_time() - started)
    return least


def _run(python: str, peer: str, repeats: int, paths: list[str]) -> list[dict]:
    done = subprocess.run(
        [python, str(_SCRIPT), peer, str(repeats), *paths],
        capture_output=True, text=True, timeout=_LIMIT_SECONDS, check=False,
    )  # fmt: skip
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return lines or [{"absent": done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "no answer"}]


def _line(
    peer: str, rows: list[dict], ours: dict[str, tuple[float, Counter[str]]], in_one: Callable[[list[str]], float]
) -> None:
    if "absent" in rows[0]:
        sys.stdout.write(f"{peer:24}not measured: {rows[0]['absent'][:160]}\n")
        return
    read = [row for row in rows if row["seconds"] is not None]
    if not read:
        sys.stdout.write(f"{peer:24}read no file: {rows[0]['error']}\n")
        return
    seconds, own = sum(row["seconds"] for row in read), sum(ours[row["path"]][0] for row in read)
    batch = in_one([row["path"] for row in read])
    lacks = sum((ours[row["path"]][1] - Counter(row["facts"])).total() for row in read)
    extra = sum((Counter(row["facts"]) - ours[row["path"]][1]).total() for row in read)
    sys.stdout.write(
        f"{peer:24}{f'{len(read)}/{len(rows)}':>9}{seconds:8.2f}{own:8.2f}{seconds / own:8.2f}{batch:8.2f}"
        f"{seconds / batch:8.2f}{sum(row['n'] for row in read):9,}{lacks:8,}{extra:8,}\n"
    )
