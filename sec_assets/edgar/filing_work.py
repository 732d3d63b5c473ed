"""The documents of one filing, fetched one after the other, and a row for each that says where it lies or why it does not.

What a filing needs is decided in `filing_index.py`; how filings of many companies are worked on at once in `artifacts.py`.
An outage is part of the outcome, so that the rows found before it are kept.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from sec_assets.edgar.client import EdgarClient, Expect

Row = dict[str, Any]
"""A row of table `artifacts` in the making."""

Told = Callable[[str, bool], None]
"""Is told the status of every document, and whether it came over the line now."""

_EXPECT: dict[str, "Expect"] = {".json": "json", ".xml": "xml", ".htm": "html", ".html": "html", ".txt": "any"}


@dataclass(frozen=True, slots=True)
class FilingTask:
    """One filing with what was known of its documents before."""

    cik: str
    filing: Filing
    common: Mapping[str, Any]
    known: Mapping[str, Row]


@dataclass(slots=True)
class FilingOutcome:
    """The rows of one filing, and the outage that cut them short, if any."""

    task: FilingTask
    rows: list[Row] = field(default_factory=list)
    outage: OutageError | SettingError | None = None
    complete: bool = False


class FilingWork:
    """The documents of one filing, one after the other."""

    def __init__(
        self,
        client: "EdgarClient",
        task: FilingTask,
        *,
        halted: Callable[[], bool],
        halt: Callable[[], None],
        told: Told,
    ) -> None:
        self._client, self._task, self._told = client, task, told
        self._halted, self._halt = halted, halt
        self._outcome = FilingOutcome(task)

    def run(self) -> FilingOutcome:
        """Return the rows; an outage stops this filing and, through `halt`, the beginning of others."""
        if self._halted():
            return self._outcome
        try:
            self._outcome.complete = self._collect()
        except (OutageError, SettingError) as error:
            self._halt()
            self._outcome.outage = error
        except BaseException:
            self._halt()
            raise
        return self._outcome

    def _collect(self) -> bool:
        """Fetch everything; False when work was halted meanwhile and this filing was left unfinished."""
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
            if self._halted():
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

    def _fetch(self, document: Wanted) -> Row:
        known = self._task.known.get(document.name)
        if known is not None and known["status"] == "stored" and self._lies_there(known):
            row = {**known, **self._task.common, "kind": document.kind}
            row["document_type"] = document.document_type or known["document_type"]
            return self._settle(row, fetched=False)
        suffix = document.name[document.name.rfind(".") :].lower()
        url = self._url(document)
        try:
            accepted_at = self._task.common["accepted_at"]
            stored = self._client.download(url, expect=_EXPECT.get(suffix, "any"), accepted_at=accepted_at)
        except AbsentError as error:
            return self._record(document, status="absent", error=str(error))
        except (InputError, CorruptError) as error:
            return self._record(document, status="failed", error=str(error))
        return self._record(
            document, fetched=stored.downloaded, status="stored", url=stored.url, path=stored.path, bytes=stored.bytes,
            sha256=stored.sha256, fetched_at=stored.fetched_at,
        )  # fmt: skip

    def _url(self, document: Wanted) -> str:
        cik, accession = self._task.cik, self._task.filing.accession
        if document.name == f"{accession}-index.html":
            return filing_index_html_url(cik, accession)
        return document_url(cik, accession, document.name)

    def _lies_there(self, known: Row) -> bool:
        """Tell whether the stored file has the size on record; one that has not is damaged and taken away."""
        documents = self._client.documents
        try:
            size, _ = documents.about(known["url"])
        except InputError:
            return False
        if size == known["bytes"]:
            return True
        documents.discard(known["url"])
        return False

    def _record(self, document: Wanted, *, fetched: bool = True, **result: Any) -> Row:
        known = self._task.known.get(document.name)
        row: Row = {
            **self._task.common, "name": document.name, "kind": document.kind,
            "document_type": document.document_type, "url": self._url(document), **result,
        }  # fmt: skip
        row["attempts"] = _attempts(known, row)
        return self._settle(row, fetched=fetched)

    def _settle(self, row: Row, *, fetched: bool) -> Row:
        self._outcome.rows.append(row)
        self._told(row["status"], fetched)
        return row


def _attempts(known: Row | None, row: Row) -> int:
    """Count the tries it took to come to this result; a try that only confirms it leaves the row as it is."""
    if known is None:
        return 1
    confirmed = all(known[name] == row.get(name) for name in ("status", "error", "sha256"))
    return known["attempts"] if confirmed else known["attempts"] + 1


def _printable(name: str) -> str:
    """Return a refused name in a form that is harmless in a table and an address."""
    return "refused_" + re.sub(r"[^A-Za-z0-9-]+", "_", name)[:100]
