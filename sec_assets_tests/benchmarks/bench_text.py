"""Speed of reading, splitting and scoring real filings: `python -m sec_assets_tests.benchmarks.bench_text`.

Works on the recorded 10-K and 10-Q documents next to the checkout; prints megabytes a second of each stage.
"""

import gzip
import sys
import time
from pathlib import Path

from sec_assets.text.html_text import document_text
from sec_assets.text.items import split_text
from sec_assets.text.sentiment import Scorer, finance_lexicon

EVIDENCE = Path(__file__).resolve().parents[3] / "shared/edgar_mirror/www.sec.gov/Archives/edgar/data"


def main(most: int) -> None:
    """Measure `most` documents."""
    bodies = [gzip.decompress(path.read_bytes()) for path in sorted(EVIDENCE.glob("*/*/*.htm.gz"))]
    bodies = sorted((body for body in bodies if len(body) > 800_000), key=len)[-most:]
    started = time.perf_counter()
    texts = [document_text(body, "10-K") for body in bodies]
    report("HTML to text", sum(map(len, bodies)), len(bodies), time.perf_counter() - started)

    started = time.perf_counter()
    items = [part for text in texts for part in split_text(text, "10-K")]
    report("text to items", sum(map(len, texts)), len(texts), time.perf_counter() - started)

    scorer = Scorer(finance_lexicon())
    started = time.perf_counter()
    sentences = sum(scorer.text_score(part.text)[1] for part in items)
    seconds = time.perf_counter() - started
    report("items to sentiment", sum(len(part.text) for part in items), len(items), seconds)
    sys.stdout.write(f"{sentences} sentences, {sentences / seconds:,.0f} a second\n")


def report(stage: str, characters: int, count: int, seconds: float) -> None:
    """Print one line."""
    sys.stdout.write(
        f"{stage:>20}: {count} pieces, {characters / 1e6:.1f} MB, {characters / 1e6 / seconds:.1f} MB/s, "
        f"{1000 * seconds / count:.1f} ms each\n"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
