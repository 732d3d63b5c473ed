"""Other readers of XBRL instances, each timed and asked for its facts: run by the Python of a venv that has them.

`PYTHON xbrl_peers.py PEER REPEATS FILE...` prints one JSON line per file: path, best CPU seconds, number of facts, and counts of
(local name, text). A venv for it, apart from ours:
`python -m venv peers && peers/bin/pip install edgartools arelle-release secxbrl py-xbrl`.
Nothing of this project is imported here; the caller is `bench_xbrl.py`.
"""

import collections
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

Facts = collections.Counter[str]


def _edgartools() -> Callable[[str], Facts]:
    from edgar.xbrl import XBRL

    def read(path: str) -> Facts:
        facts = XBRL.from_files(instance_file=Path(path))._facts.values()
        return collections.Counter(f"{_local(fact.element_id)}\t{fact.value}" for fact in facts)

    return read


def _edgartools_frame() -> Callable[[str], Facts]:
    from edgar.xbrl import XBRL

    def read(path: str) -> Facts:
        frame = XBRL.from_files(instance_file=Path(path)).facts.to_dataframe()
        return collections.Counter(f"{_local(c)}\t{v}" for c, v in zip(frame["concept"], frame["value"], strict=True))

    return read


def _edgartools_linkbases() -> Callable[[str], Facts]:
    from edgar.xbrl import XBRL

    kinds = {"presentation_file": "_pre", "calculation_file": "_cal", "definition_file": "_def", "label_file": "_lab"}

    def read(path: str) -> Facts:
        stem = path.removesuffix(".xml").removesuffix("_htm")
        others = {name: Path(f"{stem}{kind}.xml") for name, kind in kinds.items()}
        schema = Path(f"{stem}.xsd")
        if not schema.is_file() or not all(other.is_file() for other in others.values()):
            raise FileNotFoundError("its linkbases are not at hand")
        frame = XBRL.from_files(instance_file=Path(path), schema_file=schema, **others).facts.to_dataframe()
        return collections.Counter(f"{_local(c)}\t{v}" for c, v in zip(frame["concept"], frame["value"], strict=True))

    return read


def _secxbrl() -> Callable[[str], Facts]:
    from secxbrl.extracted_xbrl import parse_extracted_xbrl

    def read(path: str) -> Facts:
        found = parse_extracted_xbrl(Path(path).read_text("utf-8"), None)
        return collections.Counter(f"{_local(f['_attributes']['name'])}\t{f.get('_val', '')}" for f in found)

    return read


def _arelle() -> Callable[[str], Facts]:
    from arelle import Cntlr

    controller = Cntlr.Cntlr(logFileName="logToBuffer")
    controller.webCache.workOffline = True
    controller.modelManager.skipDTS = True

    def read(path: str) -> Facts:
        model = controller.modelManager.load(path)
        facts = collections.Counter(f"{fact.qname.localName}\t{(fact.text or '').strip()}" for fact in model.facts)
        model.close()
        return facts

    return read


def _py_xbrl() -> Callable[[str], Facts]:
    """It refuses an instance without the whole taxonomy; one that knows every name takes that work off it."""
    from xbrl.instance import parse_xbrl
    from xbrl.taxonomy import Concept

    class Concepts(dict):
        def __missing__(self, name: str) -> Concept:
            return self.setdefault(name, Concept(name, "", name))

    class Names(dict):
        def __missing__(self, name: str) -> str:
            return name

    class AnyTaxonomy:
        concepts, name_id_map, imports = Concepts(), Names(), ()

        def get_taxonomy(self, _: str) -> "AnyTaxonomy":
            return self

        def parse_taxonomy(self, _: str) -> "AnyTaxonomy":
            return self

    def read(path: str) -> Facts:
        facts = parse_xbrl(path, None, AnyTaxonomy()).facts
        return collections.Counter(f"{fact.concept.name}\t{fact.value}" for fact in facts)

    return read


def _local(name: str) -> str:
    return name.replace("_", ":", 1).rpartition(":")[2] if ":" not in name else name.rpartition(":")[2]


PEERS: dict[str, Callable[[], Callable[[str], Facts]]] = {
    "edgartools": _edgartools,
    "edgartools-frame": _edgartools_frame,
    "edgartools-linkbases": _edgartools_linkbases,
    "secxbrl": _secxbrl,
    "py-xbrl": _py_xbrl,
    "arelle-skip-dts": _arelle,
}


def main(peer: str, repeats: int, paths: list[str]) -> None:
    """Time one peer over files."""
    try:
        read = PEERS[peer]()
    except ImportError as error:
        sys.stdout.write(json.dumps({"absent": str(error)}) + "\n")
        return
    for path in paths:
        best, facts, complaint = float("inf"), Facts(), None
        for _ in range(repeats):
            started = time.process_time()
            try:
                facts = read(path)
            except Exception as error:  # noqa: BLE001 (whatever a peer raises is its result)
                complaint = f"{type(error).__name__}: {error}"[:200]
                break
            best = min(best, time.process_time() - started)
        row = {"path": path, "seconds": best if complaint is None else None, "n": facts.total(), "error": complaint}
        sys.stdout.write(json.dumps(row | {"facts": facts}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
