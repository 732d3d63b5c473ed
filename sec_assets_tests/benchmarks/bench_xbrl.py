"""Speed of reading XBRL: `python -m sec_assets_tests.benchmarks.bench_xbrl [repeats]`.

Reads the recorded instances and inline documents next to the checkout and prints megabytes and facts a second of CPU
time, and how many times longer it takes than libxml2 takes for the bare trees: that ratio holds on a
busy machine as well, the absolute figures do not. Best of the repeats.
"""

import gzip
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

from sec_assets.xbrl.documents import new_parser, parse_xml
from sec_assets.xbrl.instance import InstanceDocument, parse_instances

EVIDENCE = Path(__file__).resolve().parents[3] / "shared/edgar_mirror"
_LINKBASE = re.compile(r"_(?:cal|def|lab|pre)\.xml$")
_SMALL = 40_000
_COPIES = 20


def main(repeats: int) -> None:
    """Measure instances in one batch, one by one, small ones, and inline documents."""
    instances = documents(".xml", b"http://www.xbrl.org/2003/instance")
    pages = documents(".htm", b"inlineXBRL")[::4]
    small = [document for document in instances if len(document.body) < _SMALL]
    sys.stdout.write(f"{'':30}{'docs':>6}{'MB':>8}{'facts':>9}{'MB/s':>8}{'facts/s':>10}{'ms/doc':>9}{'x tree':>8}\n")
    report("instances, one batch", instances, repeats, lambda d: [parse_instances(d)])
    report("instances, a frame each", instances, repeats, lambda d: [parse_instances([one]) for one in d])
    report("small instances, one batch", small * _COPIES, repeats, lambda d: [parse_instances(d)])
    report("inline, one batch", pages, repeats, lambda d: [parse_instances(d)])


def documents(suffix: str, mark: bytes) -> list[InstanceDocument]:
    """Return the recorded documents that hold facts, each as a filing of its own."""
    found: list[InstanceDocument] = []
    for path in sorted(EVIDENCE.rglob(f"*{suffix}*")):
        name = path.name.removesuffix(".gz")
        if not name.endswith(suffix) or _LINKBASE.search(name):
            continue
        body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        if mark in body[:20_000] and b":schema " not in body[:2_000]:
            found.append(InstanceDocument("0000000042", f"0000000042-25-{len(found):06}", name, body))
    return found


def report(label: str, batch: list[InstanceDocument], repeats: int, parse: Callable[..., list]) -> None:
    """Print one line."""
    megabytes = sum(len(document.body) for document in batch) / 1e6
    parser = new_parser()
    trees, _ = best(repeats, lambda: [parse_xml(document.body, parser) is None for document in batch])
    seconds, results = best(repeats, lambda: parse(batch))
    facts = sum(result.frame.height for result in results)
    sys.stdout.write(
        f"{label:30}{len(batch):6}{megabytes:8.1f}{facts:9,}{megabytes / seconds:8.1f}{facts / seconds:10,.0f}"
        f"{1000 * seconds / len(batch):9.2f}{seconds / trees:8.2f}\n"
    )


def best(repeats: int, work: Callable[[], list]) -> tuple[float, list]:
    """Return the least CPU seconds of several runs, and the result."""
    least, result = float("inf"), []
    for _ in range(repeats):
        started = time.process_time()
        result = work()
        least = min(least, time.process_time() - started)
    return least, result


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
