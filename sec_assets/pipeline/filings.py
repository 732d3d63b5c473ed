"""Submissions to the filings index: several companies are asked for at a time (the request budget is shared anyway).

Answers that came in while others were worked on are worked on together: a frame of many companies costs little more than
one of a single company. Nothing is made of an answer that is the one of before.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

import polars as pl

from sec_assets.edgar.client import EdgarClient
from sec_assets.edgar.submissions import LoadedFilings, RawFilings, fetch_filings, finish_filings, merge_first_seen
from sec_assets.errors import InputError
from sec_assets.pipeline.outcome import Outcome, Store, in_words
from sec_assets.storage.lake import Lake, Written
from sec_assets.storage.places import size_of
from sec_assets.storage.receipts import Receipts, Recipe
from sec_assets.tables import COMPANIES, FILINGS_INDEX

_TOGETHER = 50

_Asked = deque[tuple[str, Future[RawFilings | str]]]


class SameAnswers:
    """Tells whose submissions are, byte for byte, those that its partitions were made from.

    Args:
        folder: where receipts are kept.
        lake: where the partitions lie.
    """

    def __init__(self, folder: Path, lake: Lake) -> None:
        self._lake, self._digests = lake, dict[str, str]()
        recipe = Recipe((), outside=self._digests.__getitem__)
        self._receipts = Receipts(folder, lake, FILINGS_INDEX.name, (FILINGS_INDEX, COMPANIES), recipe)

    def among(self, answers: Sequence[RawFilings]) -> dict[str, Written]:
        """Return the partitions of the companies of whom nothing is to be made."""
        self._digests.update((answer.cik, answer.digest) for answer in answers)
        standing = self._receipts.standing(answer.cik for answer in answers)
        sizes = {cik: size_of(self._lake.path(FILINGS_INDEX, cik)) for cik in standing}
        return {cik: Written(one.rows, sizes[cik], changed=False) for cik, one in standing.items()}

    def stored(self, loaded: Sequence[tuple[str, LoadedFilings]]) -> None:
        """Remember the answers `among` was told, now that their partitions are made; not those that lack something."""
        for cik, filings in loaded:
            if filings.problems:
                self._receipts.forget(cik)
            else:
                self._receipts.note(cik, filings.index.height, None)

    def save(self) -> None:
        """Keep what was remembered for other runs."""
        self._receipts.save()


def index_companies(
    client: EdgarClient,
    store: Store,
    ciks: Sequence[str],
    *,
    workers: int,
    refresh: bool,
    same: SameAnswers | None = None,
) -> Iterator[Outcome]:
    """Yield the outcomes of companies, as they were asked for, each of as many as have come in.

    Args:
        client: access to EDGAR.
        store: where the known index lies; filings already known keep the instant they were first seen.
        ciks: the companies.
        workers: requests under way at once.
        refresh: ask EDGAR even if a fresh enough copy is in the cache.
        same: answers of earlier runs, of which nothing is made again; None to make everything anew.

    Raises:
        OutageError: EDGAR cannot be reached, or pauses us.
    """
    with ThreadPoolExecutor(workers) as pool, client.giving_up_together():
        asked: _Asked = deque((cik, pool.submit(_ask, client, cik, refresh)) for cik in ciks)
        try:
            while asked:
                answers = _answers(asked)
                read = [answer for answer in answers.values() if isinstance(answer, RawFilings)]
                known = same.among(read) if same else {}
                if known:
                    yield Outcome(list(known), written=known)
                loaded = finish_filings([answer for answer in read if answer.cik not in known])
                failed = {cik: answer for cik, answer in answers.items() if isinstance(answer, str)}
                if loaded or failed:
                    yield outcome_of(store.lake, [cik for cik in answers if cik not in known], loaded, failed)
                if same:
                    same.stored(loaded)  # who asked for more has stored what came before
        finally:
            if same:
                same.save()
            pool.shutdown(wait=False, cancel_futures=True)


def outcome_of(
    lake: Lake, ciks: Sequence[str], loaded: Sequence[tuple[str, LoadedFilings]], failed: Mapping[str, str]
) -> Outcome:
    """Return what came out for companies: those that were loaded, joined with what the lake knows, and those that failed."""
    if not loaded:
        return Outcome(ciks, failed=dict(failed))
    known, _ = lake.read_each(FILINGS_INDEX, [cik for cik, _ in loaded])  # one that cannot be read is rebuilt right now
    lacking = {
        cik: in_words(filings.problems, "pages or rows are missing", "page or row is missing")
        for cik, filings in loaded
        if filings.problems
    }
    return Outcome(
        ciks,
        frame=merge_first_seen(known, pl.concat([filings.index for _, filings in loaded])),
        failed=dict(failed),
        partial=lacking,
        extra=(COMPANIES, pl.concat([filings.company for _, filings in loaded])),
    )


def _ask(client: EdgarClient, cik: str, refresh: bool) -> RawFilings | str:
    try:
        return fetch_filings(client, cik, refresh=refresh)
    except InputError as error:
        return str(error)


def _answers(asked: _Asked) -> dict[str, RawFilings | str]:
    """Take the next answer, once it is there, and those behind it that are there already.

    An error of everybody's is raised when it is the next, so that what came before it is stored.
    """
    cik, first = asked.popleft()
    while not first.done():
        wait([first], timeout=1.0)  # in pieces: an exception sent to a waiting thread reaches it only between two waits
    found = {cik: first.result()}
    while asked and len(found) < _TOGETHER and asked[0][1].done() and asked[0][1].exception() is None:
        cik, answer = asked.popleft()
        found[cik] = answer.result()
    return found
