"""Our reader beside others on the same instances: time, number of facts, and which facts differ.

The others run in a venv of their own (`xbrl_peers.py`), one process each. A fact is told by local name and text as filed; what
a peer keeps in another form (a number for its text, markup taken out of a text block, nil as empty) shows as a difference.
"""

import gzip
import json
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median

from sec_assets.xbrl.instance import InstanceDocument, ParsedFacts, parse_instances
from sec_assets_tests.benchmarks.timing import best
from sec_assets_tests.benchmarks.xbrl_peers import PEERS

_SCRIPT = Path(__file__).with_name("xbrl_peers.py")
_LIMIT_SECONDS = 1800
_REPEATS = 3


def beside(python: str, instances: list[InstanceDocument], rounds: int, recorded: Path) -> None:
    """Print one line per peer: files read, its CPU time and how many times ours that is, facts missing, facts else.

    Each round times the peer and then ours, from the same files, as the machine's speed changes from one minute to
    the next: the ratio is the median of the rounds, with the least and the greatest beside it; once with a frame for each
    file, once with all files in one.
    """
    with tempfile.TemporaryDirectory() as folder:
        files: dict[str, InstanceDocument] = {}
        for number, document in enumerate(instances):
            path = Path(folder) / str(number) / document.name
            path.parent.mkdir()
            path.write_bytes(document.body)
            _add_linkbases(path, recorded)
            files[str(path)] = document.without_body()
        sys.stdout.write(
            f"{'beside':24}{'read':>9}{'CPU s':>8}{'ours, each':>12}{'x':>7}{'':13}{'ours, one':>11}{'x':>7}{'':13}"
            f"{'facts':>8}{'lacks':>8}{'else':>8}\n"
        )
        for peer in PEERS:
            _line(python, peer, rounds, files)


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


def _line(python: str, peer: str, rounds: int, files: dict[str, InstanceDocument]) -> None:
    turns: list[tuple[float, float, float]] = []
    for turn in range(rounds):
        rows = _run(python, peer, list(files))
        if "absent" in rows[0]:
            sys.stdout.write(f"{peer:24}not measured: {rows[0]['absent'][:160]}\n")
            return
        read = [row for row in rows if row["seconds"] is not None]
        if not read:
            sys.stdout.write(f"{peer:24}read no file: {rows[0]['error']}\n")
            return
        if turn == 0:
            told = _told(read, rows, files)
        theirs, names = sum(row["seconds"] for row in read), [row["path"] for row in read]
        del rows, read  # a heap full of their facts would slow ours down
        each = sum(best(_REPEATS, partial(_parse, [name], files))[0] for name in names)
        turns.append((theirs, each, best(_REPEATS, partial(_parse, names, files))[0]))
    theirs, each, one = (median(column) for column in zip(*turns, strict=True))
    sys.stdout.write(
        f"{peer:24}{told[0]:>9}{theirs:8.2f}{each:12.2f}{_spread([t / e for t, e, _ in turns])}"
        f"{one:11.2f}{_spread([t / o for t, _, o in turns])}{told[1]}\n"
    )


def _told(read: list[dict], rows: list[dict], files: dict[str, InstanceDocument]) -> tuple[str, str]:
    lacks = extra = 0
    for row in read:
        pairs = _parse([row["path"]], files).frame.select("concept", "value").iter_rows()
        own = Counter(f"{concept.rpartition(':')[2]}\t{value or ''}" for concept, value in pairs)
        lacks += (own - Counter(row["facts"])).total()
        extra += (Counter(row["facts"]) - own).total()
    return f"{len(read)}/{len(rows)}", f"{sum(row['n'] for row in read):8,}{lacks:8,}{extra:8,}"


def _parse(paths: list[str], files: dict[str, InstanceDocument]) -> ParsedFacts:
    # one file after the other, as peers have them
    return parse_instances(replace(files[path], body=Path(path).read_bytes()) for path in paths)


def _spread(ratios: list[float]) -> str:
    return f"{median(ratios):7.2f}{f' ({min(ratios):.1f}-{max(ratios):.1f})':13}"


def _run(python: str, peer: str, paths: list[str]) -> list[dict]:
    done = subprocess.run(
        [python, str(_SCRIPT), peer, str(_REPEATS), *paths],
        capture_output=True, text=True, timeout=_LIMIT_SECONDS, check=False,
    )  # fmt: skip
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return lines or [{"absent": done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "no answer"}]
