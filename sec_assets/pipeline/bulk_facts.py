"""The table `companyfacts` out of EDGAR's nightly archive of all companyfacts files.

They fill `xbrl_facts` where no document is at hand (`pipeline.facts`); the live path never asks for them one by one. The pass over
the archive is that of `pipeline.bulk`, the meaning of a file is `xbrl.companyfacts`.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sec_assets.edgar.bulk.choice import Choice, Need, choose, last_built
from sec_assets.edgar.bulk.members import MemberReader
from sec_assets.edgar.client import EdgarClient
from sec_assets.edgar.urls import companyfacts_archive_url
from sec_assets.errors import AbsentError, InputError
from sec_assets.pipeline.bulk import ArchivePass, Batch, Spread, ledger_of
from sec_assets.pipeline.outcome import Outcome, Store
from sec_assets.settings import Settings
from sec_assets.storage.status import StatusLog, Verdict
from sec_assets.tables import COMPANYFACTS
from sec_assets.xbrl.bulkfacts.read import tables_of
from sec_assets.xbrl.companyfacts import companyfacts_as_facts, read_many


def choose_facts(settings: Settings, store: Store, ciks: Sequence[str], *, now: datetime) -> Choice:
    """Decide whether the archive is worth its gigabyte: a request for each company is what it stands for."""
    archive = store.documents.archive_path(companyfacts_archive_url())
    stored = archive.is_file() and archive.stat().st_mtime >= last_built(now).timestamp()
    return choose(settings.bulk, Need(len(ciks), len(ciks), archive_stored=stored), "companyfacts.zip")


def load_companyfacts(
    client: EdgarClient,
    store: Store,
    settings: Settings,
    ciks: Sequence[str],
    spread: Spread,
    *,
    run_id: str,
    now: datetime,
) -> str:
    """Bring the table `companyfacts` of companies up to the newest archive; return what happened in a sentence.

    A damaged member is a failed row of its company in the table `status`, under `companyfacts`; its old partition stays.

    Raises:
        CorruptError: the archive is damaged or incomplete; nothing was changed.
        OutageError: EDGAR cannot be reached, or pauses us.
    """
    try:
        stored = client.archive(companyfacts_archive_url())
    except AbsentError as error:
        return f"no archive of companyfacts: {error}"
    night = ArchivePass(stored, store, ledger_of(settings, "companyfacts"), COMPANYFACTS, ciks)
    verdicts: dict[str, Verdict] = {}
    try:
        for outcome in night.outcomes(facts_batch, spread, now):
            verdicts |= {cik: _verdict(cik, outcome) for cik in outcome.ciks}
    finally:
        StatusLog(store.lake.root).record(COMPANYFACTS.name, verdicts, run_id=run_id, at=now)
    failed = sum(verdict.state == "failed" for verdict in verdicts.values())
    return f"{night.sentence}; {failed:,} could not be read"


def facts_batch(store: Store, archive: Path, _fetched_at: datetime, companies: Batch) -> Outcome:
    """Read companies out of the archive and write their partitions of `companyfacts`."""
    bodies: dict[str, bytes | bytearray] = {}
    failed: dict[str, str] = {}
    with MemberReader(archive) as reader:
        for company in companies:
            try:
                bodies[company.cik] = reader.read(company.members[0])
            except InputError as error:
                failed[company.cik] = str(error)
    tables, unusual = tables_of(bodies)
    written = {cik: store.lake.write_arrow(COMPANYFACTS, table, cik=cik) for cik, table in tables.items()}
    if unusual:
        facts, unreadable = read_many({cik: bodies[cik] for cik in unusual})
        good = [cik for cik in unusual if cik not in unreadable]
        written |= store.lake.write_partitions(COMPANYFACTS, companyfacts_as_facts(facts), good)
        failed |= unreadable
    return Outcome([company.cik for company in companies], written=written, failed=failed)


def _verdict(cik: str, outcome: Outcome) -> Verdict:
    if cik in outcome.failed:
        return Verdict("failed", 0, outcome.failed[cik])
    rows = outcome.written[cik].rows
    return Verdict("ok", rows) if rows else Verdict("empty", 0, "its file has no facts")
