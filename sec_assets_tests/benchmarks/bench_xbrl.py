"""Speed of reading XBRL: `make bench-xbrl`, with `PEERS=peers/bin/python` beside other readers (see `xbrl_peers.py`).

Reads the recorded instances and inline documents next to the checkout and prints megabytes and facts a second of CPU
time, how many times longer it takes than libxml2 takes for the bare trees (that ratio holds on a busy machine as well, the
absolute figures do not), the peak memory of a process, what a second one gains, and what a fact takes in Parquet. Best of the
repeats, of the ratio their median; one process with one Polars thread.
"""

import argparse
import gzip
import re
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

import polars as pl

from sec_assets.storage.lake import Lake
from sec_assets.tables import XBRL_FACTS
from sec_assets.xbrl.documents import new_parser, parse_xml
from sec_assets.xbrl.instance import InstanceDocument, parse_instances
from sec_assets.xbrl.texts import texts_apart
from sec_assets.xbrl.walk import IS_COMPILED
from sec_assets_tests.benchmarks.timing import best
from sec_assets_tests.benchmarks.xbrl_beside import beside
from sec_assets_tests.benchmarks.xbrl_cores import peak, two_cores

EVIDENCE = Path(__file__).resolve().parents[3] / "shared/edgar_mirror"
_LINKBASE = re.compile(r"_(?:cal|def|lab|pre)\.xml$")
_SMALL = 40_000
_COPIES = 20


def main(repeats: int, peers: str | None) -> None:
    """Measure instances in one batch, one by one, small ones, inline documents, storage, and the peers."""
    instances = documents(".xml", b"http://www.xbrl.org/2003/instance")
    pages = documents(".htm", b"inlineXBRL")[::4]
    small = [document for document in instances if len(document.body) < _SMALL]
    sys.stdout.write(f"documents are read by {'compiled code' if IS_COMPILED else 'Python alone'}\n")
    sys.stdout.write(
        f"{'':30}{'docs':>6}{'MB':>8}{'facts':>9}{'MB/s':>8}{'facts/s':>10}{'ms/doc':>9}{'tree MB/s':>11}{'x tree':>8}\n"
    )
    report("instances, one batch", instances, repeats, lambda d: [parse_instances(d)])
    report("instances, a frame each", instances, repeats, lambda d: [parse_instances([one]) for one in d])
    report("small instances, one batch", small * _COPIES, repeats, lambda d: [parse_instances(d)])
    report("inline, texts as markup", pages, repeats, lambda d: [parse_instances(d)])
    plain = [replace(page, body=page.body.replace(b'escape="true"', b'escape="false"')) for page in pages]
    report("inline, texts without markup", plain, repeats, lambda d: [parse_instances(d)])
    for label, batch in (("instance", instances), ("inline document", pages)):
        peak(label, batch)
        two_cores(f"{label}s", batch)
    store(parse_instances(instances).frame, repeats)
    if peers is not None:
        beside(peers, instances, repeats, EVIDENCE)


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
    trees, seconds = float("inf"), float("inf")
    results: list = []
    ratios: list[float] = []
    for _ in range(repeats):  # in turns, as the machine's speed changes from one second to the next
        tree, _ = best(1, lambda: [parse_xml(document.body, parser) is None for document in batch])
        ours, results = best(1, lambda: parse(batch))
        trees, seconds = min(trees, tree), min(seconds, ours)
        ratios.append(ours / tree)
    facts = sum(result.frame.height for result in results)
    sys.stdout.write(
        f"{label:30}{len(batch):6}{megabytes:8.1f}{facts:9,}{megabytes / seconds:8.1f}{facts / seconds:10,.0f}"
        f"{1000 * seconds / len(batch):9.2f}{megabytes / trees:11.1f}{median(ratios):8.2f}\n"
    )


def store(facts: pl.DataFrame, repeats: int) -> None:
    """Print what the facts take in the lake without their long texts, and how long one concept takes to read."""
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake(Path(folder))
        short, texts = texts_apart(facts)
        written = lake.write(XBRL_FACTS, short, cik="0000000042")
        path = lake.path(XBRL_FACTS, "0000000042")
        wanted = pl.col("concept") == "us-gaap:Assets"
        seconds, _ = best(repeats, lambda: [pl.scan_parquet(str(path)).filter(wanted).collect()])
    sys.stdout.write(
        f"Parquet: {written.bytes / facts.height:.1f} bytes a fact without {texts.height:,} long texts, dimensions included; "
        f"one concept of {facts.height:,} facts, all columns: {1000 * seconds:.1f} ms of CPU\n"
    )


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--repeats", type=int, default=3)
    arguments.add_argument("--peers", help="Python of a venv with the peers")
    given = arguments.parse_args()
    main(given.repeats, given.peers)
