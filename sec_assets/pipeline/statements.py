"""Facts of many companies to standard line items: one vectorised pass per slice of companies."""

from collections.abc import Iterator, Sequence

import polars as pl

from sec_assets.pipeline.outcome import Outcome, Store, never_made
from sec_assets.storage.slices import slices
from sec_assets.tables import XBRL_FACTS
from sec_assets.xbrl.standardize import standardize

_SLICE = 25
_MOST_BYTES = 4_000_000
"""Companies, and bytes of their facts, in memory at once: a large filer has several 100,000 facts of 15 bytes."""


def standardize_companies(store: Store, ciks: Sequence[str]) -> Iterator[Outcome]:
    """Yield one outcome per slice of companies."""
    for part in slices(store.lake, XBRL_FACTS, ciks, most=_SLICE, most_bytes=_MOST_BYTES):
        facts, damaged = store.lake.read_each(XBRL_FACTS, part)
        damaged |= never_made(store.lake, XBRL_FACTS, part)
        without = set(part) - set(facts["cik"].unique().to_list()) - set(damaged)
        yield Outcome(
            part,
            frame=standardize(facts.filter(pl.col("occurrence") == 0)),
            failed=damaged,
            notes=dict.fromkeys(without, "no XBRL facts"),
        )
