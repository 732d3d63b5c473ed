"""Company functions for the fan-out tests, importable by worker processes."""

from sec_assets.pipeline.outcome import Outcome, Store


def crash_over_odd(store: Store, cik: str) -> Outcome:
    if int(cik) % 2:
        raise RuntimeError(f"cannot divide {cik}")
    return Outcome([cik], notes={cik: str(store.lake.root.name)})


def crash(store: Store, cik: str) -> Outcome:
    raise RuntimeError(f"no luck with {cik}")
