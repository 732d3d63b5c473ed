"""A million mutated documents: `make fuzz-xbrl`, or `python -m sec_assets_tests.campaigns.xbrl_fuzz INPUTS [SEED]`.

Whatever is done to a document, it gives facts or a failure: never an exception, never a hang, never a number that is not
the text's, never a change to its neighbours, and the same with the compiled walk and with the one in Python. Inputs are
parsed in batches, each with an intact document among them. The first batch that breaks a rule is bisected, its input is
written out, and the campaign ends with an error.
"""

import sys
import time
from itertools import islice
from pathlib import Path

import polars as pl

from sec_assets.tables import EXACT, XBRL_FACTS
from sec_assets.xbrl.cover import cover_pages, ticker_history
from sec_assets.xbrl.instance import InstanceDocument, parse_instances
from sec_assets_tests.campaigns.xbrl_mutants import SEEDS, mutants
from sec_assets_tests.memory import peak_megabytes
from sec_assets_tests.xbrl.walks import are_equal, walk_in_python

BATCH = 400
SLOWEST_SECONDS = 20
INTACT = "intact.xml"
_OUT = Path("build/fuzz-xbrl")


def document(body: bytes, number: int, name: str = "mutant.xml") -> InstanceDocument:
    """A document in a filing of its own."""
    return InstanceDocument("0000000042", f"0000000042-25-{number:06}", name, body, "10-K")


_EXPECTED = parse_instances([document(SEEDS[0], 0, INTACT)]).frame


def broken_rule(bodies: list[bytes]) -> str | None:
    """Return what a batch of documents broke, None when all is well."""
    started = time.process_time()
    documents = [document(SEEDS[0], 0, INTACT), *(document(b, n) for n, b in enumerate(bodies, 1))]
    try:
        parsed = parse_instances(documents)
        with walk_in_python():
            if not are_equal(parsed, parse_instances(documents)):
                return "the compiled walk and the one in Python differ"
        ticker_history(cover_pages(parsed.frame))
    except BaseException as error:  # noqa: BLE001 (any crash is the finding)
        return f"{type(error).__name__}: {error}"
    frame = parsed.frame
    if time.process_time() - started > SLOWEST_SECONDS:
        return f"took {time.process_time() - started:.0f} seconds of CPU"
    if frame.schema != XBRL_FACTS.schema or frame.select(XBRL_FACTS.key).is_duplicated().any():
        return "the frame is not a table xbrl_facts, or its key is not unique"
    if not frame.filter(pl.col("source") == INTACT).equals(_EXPECTED):
        return "an intact neighbour has changed"
    told = set(frame["accession_number"]) | {accession for accession, _, _ in parsed.failures}
    if len(told) != len(bodies) + 1:
        return "a document gave neither facts nor a failure"
    plain = frame.filter(
        pl.col("value").str.contains(r"^[+-]?[0-9]{1,26}(\.[0-9]{1,12})?$") & pl.col("unit").is_not_null()
    )
    if plain.filter(pl.col("value").cast(EXACT).ne_missing(pl.col("numeric"))).height:
        return "a number is not that of its text"
    return None


def culprit(bodies: list[bytes]) -> bytes:
    """Return one input that breaks a rule on its own, or the last of the batch if only all of them together do."""
    while len(bodies) > 1:
        half = len(bodies) // 2
        bodies = bodies[:half] if broken_rule(bodies[:half]) is not None else bodies[half:]
    return bodies[0]


def main(inputs: int, seed: int) -> int:
    """Run the campaign and return the exit status."""
    source, done, started = mutants(seed), 0, time.monotonic()
    while done < inputs:
        bodies = list(islice(source, min(BATCH, inputs - done)))
        complaint = broken_rule(bodies)
        if complaint is not None:
            _OUT.mkdir(parents=True, exist_ok=True)
            (_OUT / f"seed-{seed}-input-{done}.xml").write_bytes(culprit(bodies))
            sys.stdout.write(f"after {done:,} inputs of seed {seed}: {complaint}; see {_OUT}\n")
            return 1
        done += len(bodies)
        if done % 50_000 == 0:
            sys.stdout.write(f"{done:,} inputs, {time.monotonic() - started:.0f} s\n")
            sys.stdout.flush()
    sys.stdout.write(
        f"{done:,} mutated inputs of seed {seed}: no rule broken, {time.monotonic() - started:.0f} s, "
        f"{time.process_time():.0f} s of CPU, peak {peak_megabytes():.0f} MiB\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1))
