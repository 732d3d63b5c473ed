"""Stored primary documents of one company to its filing items. Runs in a worker and writes its own partition."""

import polars as pl

from sec_assets.errors import CorruptError, SecAssetsError
from sec_assets.pipeline.outcome import Outcome, Store, in_words, never_made
from sec_assets.tables import ARTIFACTS, FILING_TEXT
from sec_assets.text.items.split import FilingDocument, split_filings


def split_company(store: Store, cik: str) -> Outcome:
    """Split every stored primary document of a company and write its partition of `filing_text`."""
    absent = never_made(store.lake, ARTIFACTS, [cik])
    if absent:
        return Outcome([cik], failed=absent)
    try:
        artifacts = store.lake.read(ARTIFACTS, cik=cik)
    except CorruptError as error:
        return Outcome([cik], failed={cik: str(error)})
    primary = artifacts.filter((pl.col("status") == "stored") & (pl.col("kind") == "primary"))
    documents: list[FilingDocument] = []
    problems: list[str] = []
    for row in primary.iter_rows(named=True):
        try:
            body = store.documents.read(row["path"])
        except SecAssetsError as error:
            problems.append(f"{row['accession_number']} {row['name']}: {error}")
            continue
        documents.append(
            FilingDocument(
                cik=cik, accession_number=row["accession_number"], form=row["form"], name=row["name"], body=body,
                filed=row["filed"], accepted_at=row["accepted_at"],
            )
        )  # fmt: skip
    split = split_filings(documents)
    problems += [f"{failure.accession_number} {failure.name}: {failure.reason}" for failure in split.failures]
    return Outcome(
        [cik],
        written={cik: store.lake.write(FILING_TEXT, split.frame, cik=cik)},
        partial={cik: in_words(problems, "documents could not be read", "document could not be read")}
        if problems
        else {},
        notes={} if documents else {cik: "no primary documents are stored"},
    )
