"""Stored XBRL documents of one company to its facts. Runs in a worker and writes its own partitions.

Which documents of a filing are read, where companyfacts steps in, and what is written where. Reading documents, merging
and cover pages are `xbrl/`.
"""

from collections.abc import Iterator

import polars as pl

from sec_assets.errors import CorruptError, SecAssetsError
from sec_assets.pipeline.outcome import Outcome, Store, in_words, never_made
from sec_assets.storage.lake import Written
from sec_assets.tables import (
    ARTIFACTS,
    COMPANYFACTS,
    FILING_COVER,
    FILINGS_INDEX,
    TICKER_HISTORY,
    XBRL_FACTS,
    XBRL_FOOTNOTES,
    XBRL_PROBLEMS,
    XBRL_TEXTS,
)
from sec_assets.xbrl.cover import cover_pages, ticker_history
from sec_assets.xbrl.instance import InstanceDocument, ParsedFacts, parse_instances
from sec_assets.xbrl.merge import merge_companyfacts
from sec_assets.xbrl.texts import texts_apart

SIDE_TABLES = (XBRL_TEXTS, XBRL_FOOTNOTES, XBRL_PROBLEMS, FILING_COVER, TICKER_HISTORY)
"""Tables written along with `xbrl_facts`."""

_PAGE = pl.col("name").str.contains(r"(?i)\.x?html?$")


def parse_company(store: Store, cik: str) -> Outcome:
    """Parse every instance of a company and write its partitions of `xbrl_facts` and its side tables.

    The extracted or classic instance of a filing is read; where a filing has none that can be read, its inline documents
    are. Filings without either come from the table `companyfacts`, where it is at hand. A document that cannot be read
    makes the company partial and is a row of `xbrl_problems`; its neighbours are kept.
    """
    absent = never_made(store.lake, ARTIFACTS, [cik])
    if absent and not store.lake.has(COMPANYFACTS, cik=cik):
        return Outcome([cik], failed=absent)
    try:
        artifacts, index = store.lake.read(ARTIFACTS, cik=cik), store.lake.read(FILINGS_INDEX, cik=cik)
        companyfacts = store.lake.read(COMPANYFACTS, cik=cik)
    except CorruptError as error:
        return Outcome([cik], failed={cik: str(error)})
    if artifacts.is_empty() and companyfacts.is_empty():
        return Outcome([cik], frame=XBRL_FACTS.frame(), notes={cik: "no documents are stored"})
    unreadable: list[str] = []
    parsed = _parse(store, artifacts, index, unreadable)
    facts = merge_companyfacts(parsed.frame, companyfacts, index) if companyfacts.height else parsed.frame
    problems = unreadable + [f"{accession} {name}: {reason}" for accession, name, reason in parsed.failures]
    return Outcome(
        [cik],
        written={cik: _write(store, cik, facts, parsed)},
        partial={cik: in_words(problems, "documents or facts could not be read", "document or fact could not be read")}
        if problems
        else {},
        notes={} if facts.height else {cik: "no filing has an XBRL instance"},
    )


def _write(store: Store, cik: str, facts: pl.DataFrame, parsed: ParsedFacts) -> Written:
    short, texts = texts_apart(facts)
    covers = cover_pages(facts)
    sides = (texts, parsed.footnotes, parsed.problems, covers, ticker_history(covers))
    for table, frame in zip(SIDE_TABLES, sides, strict=True):
        if frame.height or store.lake.has(table, cik=cik):  # most companies have no footnotes and no problems
            store.lake.write(table, frame, cik=cik)
    return store.lake.write(XBRL_FACTS, short, cik=cik)


def _parse(store: Store, artifacts: pl.DataFrame, index: pl.DataFrame, unreadable: list[str]) -> ParsedFacts:
    stored = artifacts.filter(pl.col("status") == "stored")
    instances = stored.filter(pl.col("kind") == "xbrl_instance")
    inline = index.filter("is_inline_xbrl").select("accession_number")
    pages = stored.filter(pl.col("kind").is_in(["primary", "exhibit"]) & _PAGE).join(
        inline, on="accession_number", how="semi"
    )
    bare = pages.join(instances, on="accession_number", how="anti")
    first = parse_instances(_documents(store, pl.concat([instances, bare]), unreadable))
    missed = pages.join(bare, on="accession_number", how="anti").join(first.frame, on="accession_number", how="anti")
    if missed.is_empty():
        return first
    second = parse_instances(_documents(store, missed, unreadable))
    return ParsedFacts(
        frame=XBRL_FACTS.conform(pl.concat([first.frame, second.frame])),
        failures=first.failures + second.failures,
        out_of_range=first.out_of_range + second.out_of_range,
        problems=XBRL_PROBLEMS.conform(pl.concat([first.problems, second.problems])),
        footnotes=XBRL_FOOTNOTES.conform(pl.concat([first.footnotes, second.footnotes])),
    )


def _documents(store: Store, chosen: pl.DataFrame, unreadable: list[str]) -> Iterator[InstanceDocument]:
    """Yield the stored documents one by one; exhibits only where they hold inline XBRL."""
    for row in chosen.sort("accession_number", "name").iter_rows(named=True):
        try:
            body = store.documents.read(row["path"])
        except SecAssetsError as error:
            unreadable.append(f"{row['accession_number']} {row['name']}: {error}")
            continue
        if row["kind"] == "exhibit" and b"inlineXBRL" not in body:
            continue
        yield InstanceDocument(
            cik=row["cik"], accession_number=row["accession_number"], name=row["name"], body=body,
            form=row["form"], filed=row["filed"], accepted_at=row["accepted_at"],
        )  # fmt: skip
