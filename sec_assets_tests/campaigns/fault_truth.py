"""Compares what a fault campaign left behind (rows, store, cache, arrivals) with the truth of `site` and `faults`.

Every function returns sentences about what is wrong, none if all is well. Running the campaign is `fault_campaign`.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from sec_assets.edgar.transport.sources import cache_of
from sec_assets.settings import Settings
from sec_assets_tests.campaigns.arrivals import Arrival, fullest
from sec_assets_tests.campaigns.faults import FaultPlan
from sec_assets_tests.campaigns.site import Site, path_of

MOST_UNDER_WAY = 30  # of 100 a second: what eight workers of a busy machine send until the refusal is known to all
_BESIDE = ".about-"  # what is known of an archive lies beside it
FINAL_STATUS = {"absent": "absent", "broken": "failed"}


def wanted_documents(site: Site) -> dict[tuple[str, str, str], str]:
    """Return (cik, accession, name) -> `/HOST/PATH` of every document that the campaign must account for."""
    wanted: dict[tuple[str, str, str], str] = {}
    for cik in site.ciks():
        for accession in site.accessions(cik):
            folder = f"/www.sec.gov/Archives/edgar/data/{int(cik)}/{accession.replace('-', '')}"
            for name in ["index.json", *site.names(accession.replace("-", ""))]:
                wanted[cik, accession, name] = f"{folder}/{name}"
    return wanted


def status_of(plan: FaultPlan, path: str) -> str:
    """Return what must become of a document: stored, absent or failed."""
    faults = plan.of(path)
    return FINAL_STATUS.get(faults[-1].effect, "stored") if faults else "stored"


def wrong_rows(rows: pl.DataFrame, site: Site, plan: FaultPlan) -> Iterator[str]:
    """Compare table `artifacts` with the truth: a row for each document, its status, its hash or its reason."""
    wanted = wanted_documents(site)
    found = {(row["cik"], row["accession_number"], row["name"]): row for row in rows.iter_rows(named=True)}
    yield from (f"{key}: no row" for key in wanted.keys() - found.keys())
    yield from (f"{key}: a row nobody expects" for key in found.keys() - wanted.keys())
    for key in wanted.keys() & found.keys():
        row, path = found[key], wanted[key]
        if row["status"] != (truth := status_of(plan, path)):
            yield f"{key}: {row['status']} ({row['error']}), should be {truth}"
        elif truth == "stored" and row["bytes"] != len(site.answer(path).body):
            yield f"{key}: {row['bytes']} bytes on record"
        elif truth != "stored" and not row["error"]:
            yield f"{key}: {truth} without a reason"


def wrong_files(store: Path, site: Site, plan: FaultPlan, others: Sequence[str]) -> Iterator[str]:
    """Compare every file of the document store, byte by byte; nothing may be missing and nothing else may lie there."""
    expected = {path for path in wanted_documents(site).values() if status_of(plan, path) == "stored"}
    expected |= {path_of(url) for url in others}
    files = [file for file in store.rglob("*") if file.is_file() and not file.name.startswith(_BESIDE)]
    present = {f"/{file.relative_to(store)}": file for file in files}
    yield from (f"{path}: not in the store" for path in expected - present.keys())
    yield from (f"{path}: should not be in the store" for path in present.keys() - expected)
    for path in expected & present.keys():
        if present[path].read_bytes() != site.answer(path).body:
            yield f"{path}: wrong bytes in the store"


def wrong_entries(settings: Settings, site: Site) -> Iterator[str]:
    """Compare every entry of the HTTP cache: only what the server has, each company's submissions among it."""
    entries = list(cache_of(settings).responses.values())
    kept = set()
    for entry in entries:
        path = "/" + entry.url.partition("://")[2].partition("/")[2]
        kept.add(path)
        if entry.status_code != 200 or entry.content != site.answer(path).body:
            yield f"{path}: the cache holds something else (status {entry.status_code})"
    missing = {f"/data.sec.gov/submissions/CIK{cik}.json" for cik in site.ciks()} - kept
    yield from (f"{path}: not in the cache" for path in missing)


def wrong_arrivals(arrivals: Sequence[Arrival], limit: int, pauses: set[str]) -> Iterator[str]:
    """Check the budget as it arrived, and that a pause was kept: only what was already under way came within it."""
    times = [one.at for one in arrivals]
    if fullest(times, 1) > limit:
        yield f"{fullest(times, 1)} requests arrived in one second, {limit} are allowed"
    for number, one in enumerate(arrivals):
        if one.answer in pauses:
            within = sum(later.at - one.at < 0.9e9 for later in arrivals[number + 1 : number + 2 * MOST_UNDER_WAY])
            if within > MOST_UNDER_WAY:
                yield f"more than {MOST_UNDER_WAY} requests came within 0.9 s after {one.answer!r}"
