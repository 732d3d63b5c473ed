"""Stored XBRL documents of one company to its facts. Runs in a worker and writes its own partition."""

import polars as pl

from sec_assets.errors import CorruptError, SecAssetsError
from sec_assets.pipeline.outcome import Outcome, Store, in_words, never_made
from sec_assets.tables import ARTIFACTS, FILINGS_INDEX, XBRL_FACTS
from sec_assets.xbrl.instance import InstanceDocument, parse_instances


def parse_company(store: Store, cik: str) -> Outcome:
    """Parse every instance of a company and write its partition of `xbrl_facts`.

    The extracted or classic instance of a filing is read; where a filing has none, its inline document is.
    A document that cannot be read makes the company partial and is named; its neighbours are kept.
    """
    absent = never_made(store.lake, ARTIFACTS, [cik])
    if absent:
        return Outcome([cik], failed=absent)
    try:
        artifacts, index = store.lake.read(ARTIFACTS, cik=cik), store.lake.read(FILINGS_INDEX, cik=cik)
    except CorruptError as error:
        return Outcome([cik], failed={cik: str(error)})
    if artifacts.is_empty():
        return Outcome([cik], frame=XBRL_FACTS.frame(), notes={cik: "no documents are stored"})
    documents, unreadable = _documents(store, _chosen(artifacts, index))
    parsed = parse_instances(documents)
    problems = unreadable + [f"{accession} {name}: {reason}" for accession, name, reason in parsed.failures]
    return Outcome(
        [cik],
        written={cik: store.lake.write(XBRL_FACTS, parsed.frame, cik=cik)},
        partial={cik: in_words(problems, "documents or facts could not be read")} if problems else {},
        notes={} if documents else {cik: "no filing has an XBRL instance"},
    )


def _chosen(artifacts: pl.DataFrame, index: pl.DataFrame) -> pl.DataFrame:
    """The stored instances; for inline filings without one, the primary document."""
    stored = artifacts.filter(pl.col("status") == "stored")
    instances = stored.filter(pl.col("kind") == "xbrl_instance")
    inline = index.filter("is_inline_xbrl").select("accession_number")
    primary = stored.filter((pl.col("kind") == "primary") & pl.col("name").str.contains(r"(?i)\.x?html?$"))
    bare = primary.join(inline, on="accession_number", how="semi").join(instances, on="accession_number", how="anti")
    return pl.concat([instances, bare]).sort("accession_number", "name")


def _documents(store: Store, chosen: pl.DataFrame) -> tuple[list[InstanceDocument], list[str]]:
    documents: list[InstanceDocument] = []
    unreadable: list[str] = []
    for row in chosen.iter_rows(named=True):
        try:
            body = store.documents.read(row["path"])
        except SecAssetsError as error:
            unreadable.append(f"{row['accession_number']} {row['name']}: {error}")
            continue
        documents.append(
            InstanceDocument(
                cik=row["cik"], accession_number=row["accession_number"], name=row["name"], body=body,
                form=row["form"], filed=row["filed"], accepted_at=row["accepted_at"],
            )
        )  # fmt: skip
    return documents, unreadable
