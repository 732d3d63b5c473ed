"""Submissions to the filings index, several companies at a time (the request budget is shared anyway)."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait

from sec_assets.edgar.client import EdgarClient
from sec_assets.edgar.submissions import load_filings, merge_first_seen
from sec_assets.errors import CorruptError, InputError
from sec_assets.pipeline.outcome import Outcome, Store, in_words
from sec_assets.storage.lake import Lake
from sec_assets.tables import COMPANIES, FILINGS_INDEX


def index_companies(
    client: EdgarClient, store: Store, ciks: Sequence[str], *, workers: int, refresh: bool
) -> Iterator[Outcome]:
    """Yield one outcome per company, in order.

    Args:
        client: access to EDGAR.
        store: where the known index lies; filings already known keep the instant they were first seen.
        ciks: the companies.
        workers: requests under way at once.
        refresh: ask EDGAR even if a fresh enough copy is in the cache.

    Raises:
        OutageError: EDGAR cannot be reached, or pauses us.
    """
    with ThreadPoolExecutor(workers) as pool, client.giving_up_together():
        tasks = [pool.submit(_index_company, client, store.lake, cik, refresh) for cik in ciks]
        try:
            for task in tasks:
                yield _result(task)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _result(task: Future[Outcome]) -> Outcome:
    """Wait in pieces: an exception sent to a waiting thread reaches it only between two waits."""
    while not task.done():
        wait([task], timeout=1.0)
    return task.result()


def _index_company(client: EdgarClient, lake: Lake, cik: str, refresh: bool) -> Outcome:
    try:
        loaded = load_filings(client, cik, refresh=refresh)
    except InputError as error:
        return Outcome([cik], failed={cik: str(error)})
    try:
        known = lake.read(FILINGS_INDEX, cik=cik)
    except CorruptError:
        known = FILINGS_INDEX.frame()  # it is rebuilt right now; only the instants of first sight are lost
    return Outcome(
        [cik],
        frame=merge_first_seen(known, loaded.index),
        partial={cik: in_words(loaded.problems, "pages or rows are missing", "page or row is missing")}
        if loaded.problems
        else {},
        extra=(COMPANIES, loaded.company),
    )
