"""Company functions for the fan-out tests, importable by worker processes."""

import os

from sec_assets.pipeline.outcome import Outcome, Store


def crash_over_odd(store: Store, cik: str) -> Outcome:
    if int(cik) % 2:
        raise RuntimeError(f"cannot divide {cik}")
    return Outcome([cik], notes={cik: str(store.lake.root.name)})


def crash(store: Store, cik: str) -> Outcome:
    raise RuntimeError(f"no luck with {cik}")


def crash_over_batches_with_odd(batch: list[str]) -> Outcome:
    odd = [cik for cik in batch if int(cik) % 2]
    if odd:
        raise RuntimeError(f"cannot divide {odd[0]}")
    return Outcome(batch)


def tell_process(batch: list[str]) -> Outcome:
    return Outcome(batch, notes=dict.fromkeys(batch, str(os.getpid())))
