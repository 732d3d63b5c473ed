"""Download the wanted documents of many filings and say of each where it lies, or why it does not.

One thread works on one filing; what a filing needs is decided in `filing_index.py`, how a request is paced, repeated and
stored in the client. A document that is absent or broken is a row and is asked for again by the next run; an outage
ends the work, and everything done so far goes with the exception.
"""

import re
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

import polars as pl

from sec_assets.edgar.filing_index import (
    Filing,
    Kind,
    Wanted,
    choose_documents,
    names_do_not_tell,
    parse_index_page,
    parse_listing,
)
from sec_assets.edgar.urls import document_url, filing_index_html_url
from sec_assets.errors import AbsentError, CorruptError, InputError, OutageError, SettingError
from sec_assets.storage.files import storage_errors
from sec_assets.tables import ARTIFACTS

if TYPE_CHECKING:
    from sec_assets.edgar.client import EdgarClient, Expect

_Row = dict[str, Any]
_Key = tuple[str, str, str]
_EXPECT: dict[str, "Expect"] = {".json": "json", ".xml": "xml", ".htm": "html", ".html": "html", ".txt": "any"}
_WAITING_PER_WORKER = 4


class Interrupted(OutageError):  # noqa: N818 - it says what happened to the work; the error is its cause
    """An outage ended the work early; `rows` (table `artifacts`) holds what is known by then, `cause` says why."""

    def __init__(self, rows: pl.DataFrame, cause: OutageError | SettingError) -> None:
        super().__init__(str(cause))
        self.rows = rows
        self.cause = cause


@dataclass(frozen=True, slots=True)
class _Task:
    """One filing with what was known of its documents before."""

    cik: str
    filing: Filing
    common: Mapping[str, Any]
    known: Mapping[str, _Row]


@dataclass(slots=True)
class _Outcome:
    """The rows of one filing, and the outage that cut them short, if any."""

    task: _Task
    rows: list[_Row] = field(default_factory=list)
    outage: OutageError | SettingError | None = None
    complete: bool = False

    def key(self, name: str) -> _Key:
        """Return the key of one of the filing's documents in table `artifacts`."""
        return self.task.cik, self.task.filing.accession, name


def collect_artifacts(client: "EdgarClient", filings: pl.DataFrame, known: pl.DataFrame, workers: int) -> pl.DataFrame:
    """Make sure that every wanted document of `filings` is stored; returns table `artifacts`.

    The result holds one row per wanted document, and unchanged the known rows of other filings, so that nothing once
    recorded gets lost. What is stored with the size on record is neither asked for nor read again. Absent and failed
    documents are tried again; `attempts` counts the tries it took to come to the result on record. The result does not depend on `workers`.

    Args:
        client: where documents are asked for, and whose store they lie in.
        filings: rows of table `filings_index`, any number of companies; repeats count once.
        known: rows of table `artifacts` from earlier runs of the same companies.
        workers: filings worked on at the same time; 1 works in the calling thread.

    Raises:
        Interrupted: an outage or a wrong setting; carries the rows finished by then and the known ones of the rest.
    """
    before: dict[tuple[str, str], dict[str, _Row]] = {}
    rows: dict[_Key, _Row] = {}
    for row in known.iter_rows(named=True):
        before.setdefault((row["cik"], row["accession_number"]), {})[row["name"]] = row
        rows[row["cik"], row["accession_number"], row["name"]] = row
    outage: OutageError | SettingError | None = None
    for outcome in _run(client, _tasks(filings, before), workers):
        _replace(rows, outcome)
        outage = outage or outcome.outage
    frame = ARTIFACTS.frame(rows.values())
    if outage is not None:
        raise Interrupted(frame, outage) from outage
    return frame


def _replace(rows: dict[_Key, _Row], outcome: _Outcome) -> None:
    """Put the rows of a filing in place of its old ones; what it lacks and is no longer wanted is forgotten."""
    if outcome.complete:
        for name, row in outcome.task.known.items():
            if row["status"] != "stored":
                rows.pop(outcome.key(name), None)
    rows.update((outcome.key(row["name"]), row) for row in outcome.rows)


def _tasks(filings: pl.DataFrame, before: Mapping[tuple[str, str], Mapping[str, _Row]]) -> Iterator[_Task]:
    once = filings.unique(["cik", "accession_number"]).sort("cik", "accession_number")
    for row in once.iter_rows(named=True):
        yield _Task(
            cik=row["cik"],
            filing=Filing(
                row["accession_number"], row["form"], row["items"], row["primary_document"], bool(row["is_xbrl"]),
                bool(row["is_inline_xbrl"]),
            ),
            common={
                "cik": row["cik"], "accession_number": row["accession_number"], "form": row["form"],
                "filed": row["filing_date"], "accepted_at": row["accepted_at"],
            },
            known=before.get((row["cik"], row["accession_number"]), {}),
        )  # fmt: skip


def _run(client: "EdgarClient", tasks: Iterator[_Task], workers: int) -> Iterator[_Outcome]:
    """Yield the outcome of every task; after the first outage no further task begins."""
    stop = threading.Event()
    if workers == 1:
        for task in tasks:
            yield (outcome := _FilingWork(client, task, stop).run())
            if outcome.outage is not None:
                return
        return
    with ThreadPoolExecutor(workers, thread_name_prefix="artifacts") as pool:
        waiting: set[Future[_Outcome]] = set()
        try:
            while not stop.is_set() or waiting:
                room = 0 if stop.is_set() else workers * _WAITING_PER_WORKER - len(waiting)
                waiting |= {pool.submit(_FilingWork(client, task, stop).run) for task in islice(tasks, room)}
                if not waiting:
                    return
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
        finally:
            stop.set()


class _FilingWork:
    """The documents of one filing, one after the other."""

    def __init__(self, client: "EdgarClient", task: _Task, stop: threading.Event) -> None:
        self._client, self._task, self._stop = client, task, stop
        self._outcome = _Outcome(task)

    def run(self) -> _Outcome:
        """Return the rows; an outage stops this filing and, through the event, the beginning of others."""
        if self._stop.is_set():
            return self._outcome
        try:
            self._outcome.complete = self._collect()
        except (OutageError, SettingError) as error:
            self._stop.set()
            self._outcome.outage = error
        except BaseException:
            self._stop.set()
            raise
        return self._outcome

    def _collect(self) -> bool:
        """Fetch everything; False when another filing met an outage meanwhile and this one was left unfinished."""
        filing = self._task.filing
        listing = self._read_index(Wanted("index.json", "index", None), parse_listing)
        types: dict[str, str] | None = None
        if listing is not None and names_do_not_tell(filing, listing):
            types = self._read_index(Wanted(f"{filing.accession}-index.html", "index", None), parse_index_page)
        documents, refused = choose_documents(filing, listing, types)
        for name, reason in refused:
            kind: Kind = "primary" if name == filing.primary_document else "exhibit"
            self._record(Wanted(_printable(name), kind, None), status="failed", error=reason)
        for document in documents:
            if self._stop.is_set():
                return False
            self._fetch(document)
        return True

    def _read_index(self, document: Wanted, parse: Any) -> Any:
        """Fetch and parse a listing; None when it cannot be had, which its row then says."""
        row = self._fetch(document)
        if row["status"] != "stored":
            return None
        try:
            return parse(self._client.documents.read(row["path"]))
        except (InputError, CorruptError) as error:
            row |= {"status": "failed", "error": str(error)}
            return None

    def _fetch(self, document: Wanted) -> _Row:
        known = self._task.known.get(document.name)
        if known is not None and known["status"] == "stored" and self._lies_there(known):
            row = {**known, **self._task.common, "kind": document.kind}
            row["document_type"] = document.document_type or known["document_type"]
            self._outcome.rows.append(row)
            return row
        suffix = document.name[document.name.rfind(".") :].lower()
        url = self._url(document)
        try:
            stored = self._client.download(url, expect=_EXPECT.get(suffix, "any"))
        except AbsentError as error:
            return self._record(document, status="absent", error=str(error))
        except (InputError, CorruptError) as error:
            return self._record(document, status="failed", error=str(error))
        return self._record(
            document, status="stored", url=stored.url, path=stored.path, bytes=stored.bytes, sha256=stored.sha256,
            fetched_at=stored.fetched_at,
        )  # fmt: skip

    def _url(self, document: Wanted) -> str:
        cik, accession = self._task.cik, self._task.filing.accession
        if document.name == f"{accession}-index.html":
            return filing_index_html_url(cik, accession)
        return document_url(cik, accession, document.name)

    def _lies_there(self, known: _Row) -> bool:
        """Tell whether the stored file has the size on record; one that has not is damaged and taken away."""
        try:
            path = self._client.documents.path_of(known["url"])
            with storage_errors(path):
                if path.stat().st_size == known["bytes"]:
                    return True
                path.unlink(missing_ok=True)
        except (InputError, FileNotFoundError, NotADirectoryError):
            return False
        return False

    def _record(self, document: Wanted, **result: Any) -> _Row:
        known = self._task.known.get(document.name)
        row: _Row = {
            **self._task.common, "name": document.name, "kind": document.kind,
            "document_type": document.document_type, "url": self._url(document), **result,
        }  # fmt: skip
        row["attempts"] = _attempts(known, row)
        self._outcome.rows.append(row)
        return row


def _attempts(known: _Row | None, row: _Row) -> int:
    """Count the tries it took to come to this result; a try that only confirms it leaves the row as it is."""
    if known is None:
        return 1
    confirmed = all(known[name] == row.get(name) for name in ("status", "error", "sha256"))
    return known["attempts"] if confirmed else known["attempts"] + 1


def _printable(name: str) -> str:
    """Return a refused name in a form that is harmless in a table and an address."""
    return "refused_" + re.sub(r"[^A-Za-z0-9-]+", "_", name)[:100]
