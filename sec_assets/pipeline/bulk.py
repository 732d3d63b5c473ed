"""The filings index of many companies out of EDGAR's nightly archive instead of a request for each.

Workers read members and write partitions; this process only plans and counts. What cannot come from the archive is asked
for one by one by `pipeline.filings`. Whether the archive is used is decided in `edgar.bulk.choice`.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import polars as pl

from sec_assets.edgar.bulk.batches import CompanyMembers, in_batches, members_of
from sec_assets.edgar.bulk.choice import Choice, Lookup, Need, choose, expected_requests, last_built
from sec_assets.edgar.bulk.directory import read_directory
from sec_assets.edgar.bulk.ledger import Changes, Ledger
from sec_assets.edgar.bulk.members import MemberReader
from sec_assets.edgar.bulk.submissions import read_companies
from sec_assets.edgar.client import EdgarClient, Stored
from sec_assets.edgar.urls import submissions_archive_url
from sec_assets.errors import AbsentError
from sec_assets.pipeline.filings import SameAnswers, index_companies, outcome_of
from sec_assets.pipeline.outcome import Outcome, Store
from sec_assets.pipeline.who_filed import look_up, plan_lookup, seen_of
from sec_assets.settings import BulkMode, Settings
from sec_assets.storage.lake import Lake
from sec_assets.storage.status import StatusLog
from sec_assets.tables import FILINGS_INDEX, Table

Batch = list[CompanyMembers]
Spread = Callable[[Callable[[Batch], Outcome], Iterable[Batch]], Iterator[Outcome]]
"""Runs a function over batches on other processes and yields its outcomes as they come."""

Work = Callable[[Store, Path, datetime, Batch], Outcome]
"""Reads a batch out of an archive fetched at an instant, and writes its partitions; importable by name."""


@dataclass(frozen=True, slots=True)
class IndexPlan:
    """How a run gets its filings.

    `confirmed` companies need nothing; those of `lookup` only if the daily lists name them; `choice` is for the others. `known`
    is the number of filings per company that is not confirmed.
    """

    choice: Choice
    confirmed: frozenset[str]
    lookup: Lookup | None
    known: dict[str, int]

    @property
    def at_once(self) -> bool:
        """Tell whether one look at EDGAR serves all companies, so that they are not to be split."""
        return self.choice.use_archive or self.lookup is not None

    @property
    def sentence(self) -> str:
        """The plan in words."""
        if self.lookup is None:
            return self.choice.sentence
        span = f"daily indexes of {self.lookup.since} to {self.lookup.until}"
        return f"{len(self.lookup.ciks):,} companies: {span}; besides, {self.choice.sentence}"


def ledger_of(settings: Settings, archive: str) -> Ledger:
    """Return the ledger of an archive, `submissions` or `companyfacts`."""
    return Ledger(settings.state / "bulk" / f"{archive}.parquet")


def plan_index(
    settings: Settings, store: Store, status: StatusLog, ciks: Sequence[str], *, refresh: bool, now: datetime
) -> IndexPlan:
    """Decide how the filings index of companies is brought up to date.

    Args:
        settings: `bulk` and the age up to which an index counts as fresh.
        store: where last night's archive may lie.
        status: what was asked when.
        ciks: the companies.
        refresh: the newest is wanted whatever is known; then only `always` uses the archive, as it is of last night.
        now: an instant (UTC).
    """
    since = now - timedelta(hours=settings.submissions_max_age_hours)
    confirmed = frozenset() if refresh else frozenset(ledger_of(settings, "submissions").confirmed_since(since))
    confirmed = frozenset(store.lake.made(FILINGS_INDEX, confirmed.intersection(ciks)))
    rows = status.latest(FILINGS_INDEX.name, list(ciks)).filter(~pl.col("cik").is_in(list(confirmed)))
    fresh = set() if refresh else set(rows.filter((pl.col("state") == "ok") & (pl.col("at") >= since))["cik"])
    known = dict(rows.select("cik", "rows").iter_rows())
    stale = [cik for cik in ciks if cik not in confirmed and cik not in fresh]
    lookup = None if refresh else plan_lookup(settings, store.lake, rows.filter(pl.col("cik").is_in(stale)), now)
    rest = [cik for cik in stale if lookup is None or cik not in lookup.ciks]
    return IndexPlan(_choose(settings, store, known, rest, refresh=refresh, now=now), confirmed, lookup, known)


def _choose(
    settings: Settings, store: Store, known: dict[str, int], stale: Sequence[str], *, refresh: bool, now: datetime
) -> Choice:
    archive = store.documents.archive_path(submissions_archive_url())
    stored = archive.is_file() and archive.stat().st_mtime >= last_built(now).timestamp()
    mode: BulkMode = "never" if refresh and settings.bulk == "auto" else settings.bulk
    need = Need(len(stale), expected_requests([known.get(cik) for cik in stale]), archive_stored=stored)
    return choose(mode, need)


class ArchivePass:
    """One pass over an archive for some companies, into a table.

    Raises:
        CorruptError: the archive is damaged or incomplete; nothing was changed.
    """

    def __init__(self, archive: Stored, store: Store, ledger: Ledger, table: Table, ciks: Sequence[str]) -> None:
        self._path, self._fetched_at = store.documents.archive_path(archive.url), archive.fetched_at
        self._store, self._ledger, self._table = store, ledger, table
        self._directory = read_directory(self._path)
        changes = ledger.compare(self._directory.members, ciks)
        there = store.lake.made(table, changes.unchanged)
        kept = [cik for cik in changes.unchanged if cik in there]
        lost = set(changes.unchanged) - there
        self.changes = Changes(sorted({*changes.changed, *lost}), kept, changes.never_listed, changes.deleted)

    @property
    def not_listed(self) -> list[str]:
        """Companies that the archive does not have (any more)."""
        return sorted(self.changes.never_listed + self.changes.deleted)

    @property
    def sentence(self) -> str:
        """What the archive means for the companies, in words."""
        changes = self.changes
        return (
            f"{self._path.name}: {len(changes.changed):,} companies changed, {len(changes.unchanged):,} unchanged, "
            f"{len(changes.never_listed):,} not in it, {len(changes.deleted):,} no longer in it"
        )

    def outcomes(self, work: Work, spread: Spread, now: datetime) -> Iterator[Outcome]:
        """Yield what came out for the companies that are in the archive; remember those that are complete.

        A damaged member is the failure of its company alone.
        """
        done = list(self.changes.unchanged)
        try:
            if done:
                yield unchanged(self._store.lake, self._table, done)
            batches = in_batches(members_of(self._directory.members, self.changes.changed))
            for outcome in spread(partial(work, self._store, self._path, self._fetched_at), batches):
                done += [cik for cik in outcome.ciks if cik not in outcome.failed and cik not in outcome.partial]
                yield outcome
        finally:
            self._ledger.record(self._directory.members, done, now)


class IndexWay:
    """Carries a plan out; `told` says what happened besides."""

    def __init__(
        self, plan: IndexPlan, client: EdgarClient, store: Store, settings: Settings, *, refresh: bool, now: datetime
    ) -> None:
        self._plan, self._client, self._store, self._settings = plan, client, store, settings
        self._refresh, self._now = refresh, now
        self.told: list[str] = []

    def outcomes(self, ciks: Sequence[str], spread: Spread) -> Iterator[Outcome]:
        """Yield the outcomes of companies, each once.

        Raises:
            CorruptError: the archive is damaged or incomplete; nothing was changed.
            OutageError: EDGAR cannot be reached, or pauses us.
        """
        confirmed = sorted(self._plan.confirmed.intersection(ciks))
        if confirmed:
            yield unchanged(self._store.lake, FILINGS_INDEX, confirmed)
        rest = [cik for cik in ciks if cik not in self._plan.confirmed]
        choice = self._plan.choice
        if self._plan.lookup is not None:
            quiet = look_up(self._client, self._settings, self._plan.lookup)
            self.told.append(quiet.sentence)
            if unasked := [cik for cik in rest if cik in quiet.ciks]:
                yield unchanged(self._store.lake, FILINGS_INDEX, unasked)
            rest = [cik for cik in rest if cik not in quiet.ciks]
            choice = _choose(self._settings, self._store, self._plan.known, rest, refresh=self._refresh, now=self._now)
            self.told.append(choice.sentence)
        if rest and choice.use_archive:
            rest = yield from self._from_archive(rest, spread)
        yield from self._one_by_one(rest)

    def _one_by_one(self, ciks: Sequence[str]) -> Iterator[Outcome]:
        """Yield what EDGAR answers for each company; what the lists told about those that were asked counts no more."""
        asked: set[str] = set()
        try:
            # Who asks for a single company means it, such as after a damaged file.
            same = SameAnswers(self._settings.state / "receipts", self._store.lake) if len(ciks) > 1 else None
            workers = self._settings.download_workers
            for outcome in index_companies(
                self._client, self._store, ciks, workers=workers, refresh=self._refresh, same=same
            ):
                yield outcome
                asked.update(cik for cik in outcome.ciks if cik not in outcome.failed)  # it is stored by now
        finally:
            seen_of(self._settings).record((), None, asked)

    def _from_archive(self, ciks: Sequence[str], spread: Spread) -> Generator[Outcome, None, Sequence[str]]:
        """Yield what the archive gives; return the companies that are to be asked for one by one."""
        try:
            stored = self._client.archive(submissions_archive_url())
        except AbsentError as error:
            self.told.append(f"no archive, so every company is asked for: {error}")
            return ciks
        archive = ArchivePass(stored, self._store, ledger_of(self._settings, "submissions"), FILINGS_INDEX, ciks)
        self.told.append(archive.sentence)
        yield from archive.outcomes(index_batch, spread, self._now)
        return archive.not_listed


def cik_of(company: CompanyMembers) -> str:
    """Return the company of an item of a batch."""
    return company.cik


def index_batch(store: Store, archive: Path, fetched_at: datetime, companies: Batch) -> Outcome:
    """Read companies out of the archive and write their partitions of `filings_index` and `companies`."""
    with MemberReader(archive) as reader:
        loaded, failed = read_companies(reader, companies, fetched_at)
    outcome = outcome_of(store.lake, [company.cik for company in companies], loaded, failed)
    if outcome.frame is None or outcome.extra is None:
        return outcome
    good = [cik for cik, _ in loaded]
    written = store.lake.write_partitions(FILINGS_INDEX, outcome.frame, good)
    store.lake.write_partitions(*outcome.extra, good)
    return replace(outcome, frame=None, extra=None, written=written)


def unchanged(lake: Lake, table: Table, ciks: Sequence[str]) -> Outcome:
    """Return the outcome of companies whose partitions are as they should be."""
    return Outcome(ciks, written=lake.written(table, ciks))
