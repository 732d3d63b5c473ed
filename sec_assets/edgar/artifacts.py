"""Download the wanted documents of many companies with one pool of threads, and hand each company over when it is complete.

A thread works on one filing (`filing_work.py`); companies overlap, so that no thread waits for the last document of a
company before the next begins. A document that is absent or broken is a row and is asked for again by the next run; an
outage ends the work, and everything done so far goes with the exception.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from sec_assets.edgar.effort import Allowance, Effort
from sec_assets.edgar.filing_index import Filing
from sec_assets.edgar.filing_work import FilingOutcome, FilingTask, FilingWork, Row
from sec_assets.errors import OutageError, SettingError, StoppedError
from sec_assets.tables import ARTIFACTS

if TYPE_CHECKING:
    from sec_assets.edgar.client import EdgarClient

_Key = tuple[str, str]
_WAITING_PER_WORKER = 4


@dataclass(frozen=True, slots=True)
class Assignment:
    """A company: the rows of `filings_index` whose documents are wanted, and its rows of `artifacts` from earlier runs."""

    cik: str
    filings: pl.DataFrame
    known: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Collected:
    """A company and its new partition of table `artifacts`."""

    cik: str
    frame: pl.DataFrame


class Interrupted(OutageError):  # noqa: N818 - it says what happened to the work; the error is its cause
    """An outage ended the work early; `parts` is what is known by then of companies begun, `cause` says why."""

    def __init__(self, parts: list[Collected], cause: OutageError | SettingError) -> None:
        super().__init__(str(cause))
        self.parts = parts
        self.cause = cause


def collect_artifacts(client: "EdgarClient", assignments: Iterable[Assignment], effort: Effort) -> Iterator[Collected]:
    """Make sure that every wanted document is stored; yields each company when all its documents are settled.

    A company's frame holds one row per wanted document, and unchanged the known rows of other filings, so that nothing
    once recorded gets lost. What is stored with the size on record is neither asked for nor read again. Absent and
    failed documents are tried again; `attempts` counts the tries it took to come to the result on record. The frames do
    not depend on `effort`, only the order of the companies does. Assignments are drawn when there is room.

    Raises:
        Interrupted: an outage, a wrong setting or `effort.stop`; carries the companies begun and not yet yielded.
    """
    if effort.workers == 1:
        yield from _Desk(client, iter(assignments), effort, _CallingThread(), room=1).work()
        return
    with ThreadPoolExecutor(effort.workers, thread_name_prefix="artifacts") as pool, client.giving_up_together():
        yield from _Desk(client, iter(assignments), effort, pool, effort.workers * _WAITING_PER_WORKER).work()


class _Company:
    """A company under way: its rows, and the filings not begun or not finished."""

    def __init__(self, assignment: Assignment) -> None:
        self.cik = assignment.cik
        self.unfinished = 0
        self._cut_short = False
        self._rows: dict[_Key, Row] = {}
        before: dict[str, dict[str, Row]] = {}
        for row in assignment.known.iter_rows(named=True):
            before.setdefault(row["accession_number"], {})[row["name"]] = row
            self._rows[row["accession_number"], row["name"]] = row
        self.tasks = list(_tasks(assignment, before))[::-1]

    @property
    def complete(self) -> bool:
        """Tell whether every filing was worked on to its end."""
        return not self.tasks and not self.unfinished and not self._cut_short

    def take(self, outcome: FilingOutcome) -> None:
        """Put the rows of a filing in place of its old ones; what it lacks and is no longer wanted is forgotten."""
        accession = outcome.task.filing.accession
        self.unfinished -= 1
        self._cut_short |= not outcome.complete
        if outcome.complete:
            for name, row in outcome.task.known.items():
                if row["status"] != "stored":
                    self._rows.pop((accession, name), None)
        self._rows.update(((accession, row["name"]), row) for row in outcome.rows)

    def collected(self) -> Collected:
        """Return what is known of the company now."""
        return Collected(self.cik, ARTIFACTS.frame(self._rows.values()))


def _tasks(assignment: Assignment, before: Mapping[str, Mapping[str, Row]]) -> Iterator[FilingTask]:
    """Yield the filings in the order of the assignment, each once."""
    for row in assignment.filings.unique(["cik", "accession_number"], maintain_order=True).iter_rows(named=True):
        yield FilingTask(
            cik=row["cik"],
            filing=Filing(
                row["accession_number"], row["form"], row["items"], row["primary_document"], bool(row["is_xbrl"]),
                bool(row["is_inline_xbrl"]),
            ),
            common={
                "cik": row["cik"], "accession_number": row["accession_number"], "form": row["form"],
                "filed": row["filing_date"], "accepted_at": row["accepted_at"],
            },
            known=before.get(row["accession_number"], {}),
        )  # fmt: skip


class _CallingThread(Executor):
    """Does the work at once, in the thread that asks for it."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Return a future that has its result already."""
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


class _Desk:
    """Hands out filings while there is room, and collects them by company."""

    def __init__(
        self, client: "EdgarClient", assignments: Iterator[Assignment], effort: Effort, pool: Executor, room: int
    ) -> None:
        self._client, self._assignments, self._effort = client, assignments, effort
        self._pool, self._room = pool, room
        self._allowance = effort.allowance or Allowance(effort.workers, effort.companies)
        self._changed = self._allowance.changed
        self._next: Assignment | None = None
        self._rest: tuple[int, int] | None = None
        self._failed = threading.Event()
        self._outage: OutageError | SettingError | None = None
        self._exhausted = False
        self._begun: dict[str, _Company] = {}
        self._waiting: dict[Future[FilingOutcome], _Company] = {}

    def work(self) -> Iterator[Collected]:
        """Yield companies as they are complete; see `collect_artifacts`."""
        try:
            while True:
                self._hand_out()
                for company in [company for company in self._begun.values() if company.complete]:
                    del self._begun[company.cik]
                    yield company.collected()
                if not self._waiting and (self._halted() or (self._exhausted and not self._begun)):
                    break
                self._take_back()
        finally:
            self._failed.set()
        if self._effort.stop.is_set():
            self._outage = self._outage or StoppedError("stopped as asked; what is done is kept")
        if self._outage is not None:
            raise Interrupted([company.collected() for company in self._begun.values()], self._outage)

    def _halted(self) -> bool:
        return self._failed.is_set() or self._effort.stop.is_set()

    def _hand_out(self) -> None:
        """Submit filings, the companies begun first, until there is no room or nothing left."""
        self._changed = self._allowance.changed
        filings, companies = self._allowance.now
        room = filings if filings < self._effort.workers else self._room
        while not self._halted() and len(self._waiting) < room:
            company = next((begun for begun in self._begun.values() if begun.tasks), None)
            if company is None and not self._begin(companies):
                break
            if company is not None:
                work = FilingWork(
                    self._client,
                    company.tasks.pop(),
                    halted=self._halted,
                    halt=self._failed.set,
                    told=self._effort.told,
                )
                company.unfinished += 1
                self._waiting[self._pool.submit(work.run)] = company
        self._tell_rest()

    def _begin(self, limit: int | None) -> bool:
        """Begin the next company; False when there is none, it would be one too many, or nothing of it is wanted."""
        if self._next is None:
            self._next = next(self._assignments, None)
            self._exhausted = self._next is None
        if self._next is None or (limit is not None and len(self._begun) >= limit):
            return False
        assignment, self._next = self._next, None
        self._effort.begun(assignment.cik)
        self._begun[assignment.cik] = company = _Company(assignment)
        return not company.complete

    def _tell_rest(self) -> None:
        """Tell what is left when there is nothing more to hand out, as often as that changes."""
        under_way = len(self._waiting)
        if not self._exhausted or under_way >= self._effort.workers or any(one.tasks for one in self._begun.values()):
            return
        rest = under_way, len(self._begun)
        if rest != self._rest:
            self._rest = rest
            self._effort.rest(*rest)

    def _take_back(self) -> None:
        if not self._waiting and (self._halted() or 0 not in self._allowance.now):
            return
        # in pieces: an exception sent to a waiting thread reaches it only between two waits
        awaited: set[Future[Any]] = {*self._waiting, self._changed}
        done, _ = wait(awaited, timeout=1.0, return_when=FIRST_COMPLETED)
        for future in self._waiting.keys() & done:
            outcome = future.result()
            self._waiting.pop(future).take(outcome)
            self._outage = self._outage or outcome.outage
