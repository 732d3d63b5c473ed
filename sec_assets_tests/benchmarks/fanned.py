"""What one process of a fan-out does in `bench_workers.py`: functions of a module, as other processes import them."""

import time
from collections.abc import Callable

from sec_assets.pipeline.facts import parse_company
from sec_assets.pipeline.outcome import Outcome, Store
from sec_assets.pipeline.texts import split_company
from sec_assets.pipeline.tone import score_company

CompanyWork = Callable[[Store, str], Outcome]
FANNED: dict[str, CompanyWork] = {
    "xbrl_facts": parse_company,
    "filing_text": split_company,
    "sentiment": score_company,
}


def of_all(store: Store, cik: str) -> float:
    """Do the fanned work of a company, as one item; return its CPU seconds."""
    before = time.process_time()
    for work in FANNED.values():
        work(store, cik)
    return time.process_time() - before


def costed(store: Store, work: CompanyWork, cik: str) -> float:
    """Do one step of a company; return its CPU seconds."""
    before = time.process_time()
    work(store, cik)
    return time.process_time() - before
