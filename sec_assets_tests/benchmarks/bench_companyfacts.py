"""What a companyfacts file costs on its way into the lake: CPU per stage, beside the reader that takes any layout.

    python -m sec_assets_tests.benchmarks.bench_companyfacts FOLDER          # a folder of CIK##########.json or .json.gz
    python -m sec_assets_tests.benchmarks.bench_companyfacts FOLDER --rounds 40

CPU of this process with one Polars thread; both readers take turns, and the best of the rounds counts, so that other
programs disturb little. Files are laid out as SEC does first. Nothing is written to disk.
"""

import argparse
import gzip
import io
import json
import os
import time
import zlib
from collections.abc import Callable
from pathlib import Path

os.environ["POLARS_MAX_THREADS"] = "1"

import deflate
import polars as pl
import pyarrow as pa
from rich.console import Console
from rich.table import Table as Board

from sec_assets.storage.arrow import parquet_of
from sec_assets.tables import COMPANYFACTS
from sec_assets.xbrl.bulkfacts.arrow import company_table
from sec_assets.xbrl.bulkfacts.locate import locate
from sec_assets.xbrl.bulkfacts.outline import outline
from sec_assets.xbrl.bulkfacts.read import tables_of
from sec_assets.xbrl.companyfacts import companyfacts_as_facts, read_many

MB = 1e6


def files_of(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder by company, without white space."""
    found = {}
    for path in sorted(folder.glob("CIK*.json*")):
        body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        plain = body if b"\n" not in body else json.dumps(json.loads(body), separators=(",", ":")).encode()
        found[path.name[3:13]] = plain
    return found


def packed_of(body: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


class Stages:
    """The stages of both ways over some files, each on the result of the one before."""

    def __init__(self, bodies: dict[str, bytes]) -> None:
        self.bodies, self.packed = bodies, {cik: packed_of(body) for cik, body in bodies.items()}
        self._outlines = [outline(body) for body in bodies.values()]
        self._located = [locate(taken.lists) for taken in self._outlines]
        self._tables = self.tables()
        self.facts = sum(table.num_rows for table in self._tables)
        self.bytes = sum(len(parquet_of(COMPANYFACTS, table)) for table in self._tables)

    def any_layout(self) -> None:
        rows = COMPANYFACTS.conform(companyfacts_as_facts(read_many(self.bodies)[0]))
        for _, part in rows.group_by("cik"):
            part.write_parquet(io.BytesIO(), compression="zstd")

    def inflate(self) -> None:
        for cik, packed in self.packed.items():
            deflate.crc32(deflate.deflate_decompress(packed, len(self.bodies[cik])))

    def whole(self) -> None:
        self.inflate()
        for table in tables_of(self.bodies)[0].values():
            parquet_of(COMPANYFACTS, table)

    def outline(self) -> None:
        for body in self.bodies.values():
            outline(body)

    def locate(self) -> None:
        for taken in self._outlines:
            locate(taken.lists)

    def tables(self) -> list[pa.Table]:
        return [
            company_table(taken.cik, taken.names, facts, slice(0, len(taken.lists)))
            for taken, facts in zip(self._outlines, self._located, strict=True)
        ]

    def parquet(self) -> None:
        for table in self._tables:
            parquet_of(COMPANYFACTS, table)


def best_of(stages: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the least seconds of CPU of each."""
    best = dict.fromkeys(stages, float("inf"))
    for _ in range(rounds):
        for name, run in stages.items():
            before = time.process_time()
            run()
            best[name] = min(best[name], time.process_time() - before)
    return best


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench_companyfacts", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=20)
    given = parser.parse_args()
    bodies = files_of(given.folder)
    sized = sorted(bodies, key=lambda cik: len(bodies[cik]))
    board = Board(title=f"milliseconds of CPU, best of {given.rounds}; load {os.getloadavg()[0]:.1f}")
    for column in ("files", "facts", "kB of zip", "any layout", "inflate", "outline", "locate", "columns", "Parquet", "whole",
                   "MB/s of zip", "facts/s", "bytes a fact"):  # fmt: skip
        board.add_column(column, justify="right")
    for name, ciks in (("all", sized), ("largest", sized[-1:]), ("smallest", sized[:1])):
        stages = Stages({cik: bodies[cik] for cik in ciks})
        best = best_of(
            {"any": stages.any_layout, "inflate": stages.inflate, "outline": stages.outline, "locate": stages.locate,
             "columns": stages.tables, "parquet": stages.parquet, "whole": stages.whole}, given.rounds,
        )  # fmt: skip
        zipped = sum(map(len, stages.packed.values()))
        board.add_row(
            f"{name} ({len(ciks)})", f"{stages.facts:,}", f"{zipped / 1e3:,.0f}", *(f"{seconds * 1e3:.1f}" for seconds in best.values()),
            f"{zipped / MB / best['whole']:.1f}", f"{stages.facts / best['whole']:,.0f}", f"{stages.bytes / stages.facts:.1f}",
        )  # fmt: skip
    Console().print(board)
    Console().print(f"polars {pl.__version__}, pyarrow {pa.__version__}, deflate {deflate.__version__}")


if __name__ == "__main__":
    main()
