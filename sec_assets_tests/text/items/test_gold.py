"""Items of real filings against what other parsers found in them.

The expectations are not the truth (one drops tables, one counts markup), so they are read as: every item they have, with
the words they have. The floors are the level reached; they may rise, never fall.
"""

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from sec_assets.text.html_text import document_text
from sec_assets.text.items import split_text

ACCESSION = re.compile(r"(\d{10})-(\d{2})-(\d{6})")
# Two filers use no item headings at all, only a cross-reference index.
WITHOUT_HEADINGS = {"0000040545-24-000027", "0000063908-24-000072", "0000040545-23-000198"}


def content(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def accession_of(path: Path) -> str:
    match = ACCESSION.search(path.name)
    assert match is not None
    return match[0]


@pytest.fixture(scope="module")
def filings(evidence: Path) -> dict[str, Path]:
    """Accession number without dashes → its one stored document."""
    root = evidence / "edgar_mirror/www.sec.gov/Archives/edgar/data"
    return {
        folder.name: file for folder in root.glob("*/*") if folder.is_dir() for file in sorted(folder.iterdir())[:1]
    }


def expectations(evidence: Path, name: str, step: int) -> Iterator[tuple[str, dict]]:
    for path in sorted((evidence / "edgar_mirror/_gold" / name).iterdir())[::step]:
        yield accession_of(path), json.loads(content(path))


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.lower()))


def test_items_of_current_reports(evidence: Path, filings: dict[str, Path]) -> None:
    found = lost = added = shared = expected_words = 0
    for accession, gold in expectations(evidence, "edgar-crawler/8-K", 2):
        expected = {key[5:]: text for key, text in gold.items() if key.startswith("item_") and text.strip()}
        text = document_text(content(filings[accession.replace("-", "")]), "8-K")
        ours = {part.item: part.text for part in split_text(text, "8-K")}
        lost += len(set(expected) - set(ours))
        added += len(set(ours) - set(expected))
        found += len(expected)
        for item, wanted in expected.items():
            counted = words(wanted)
            expected_words += counted.total()
            shared += (counted & words(ours.get(item, ""))).total()
    assert found > 250
    assert (lost, added) <= (0, 1)
    assert shared / expected_words > 0.997


@pytest.mark.parametrize(("form", "spelling"), [("10-K", ""), ("10-Q", "item")])
def test_items_of_periodic_reports(form: str, spelling: str, evidence: Path, filings: dict[str, Path]) -> None:
    expected_items = lost = added = 0
    for accession, gold in expectations(evidence, f"sec-parser/{form}", 8):
        if accession in WITHOUT_HEADINGS:
            continue
        lengths = {
            entry["identifier"].replace(spelling, ".").upper() if spelling else entry["identifier"]: entry[
                "character_count"
            ]
            for entry in gold
        }
        text = document_text(content(filings[accession.replace("-", "")]), form)
        ours = {part.item.upper() for part in split_text(text, form)}
        present = {item for item, length in lengths.items() if length}
        expected_items += len(present)
        lost += len(present - ours)
        added += len(ours - set(lengths) - {"1C", "9C", "16"})
    assert expected_items > 30
    # One 10-Q has an expectation for an item 5 that the filing does not contain.
    assert lost <= 1
    assert added == 0


@pytest.mark.parametrize("accession", sorted(WITHOUT_HEADINGS))
def test_filings_without_item_headings_are_kept_whole(accession: str, filings: dict[str, Path]) -> None:
    form = "10-Q" if "-23-" in accession else "10-K"
    text = document_text(content(filings[accession.replace("-", "")]), form)
    assert [(part.item, part.text == text) for part in split_text(text, form)] == [("document", True)]


def test_thirty_years_of_annual_reports_put_together_from_their_items_fall_apart_again(evidence: Path) -> None:
    checked = near = 0
    for _, gold in expectations(evidence, "edgar-crawler/10-K", 1):
        expected = {key[5:]: text.strip() for key, text in gold.items() if key.startswith("item_") and text.strip()}
        ours = {
            part.item: part.text
            for part in split_text("COVER\n\n" + "\n\n".join(expected.values()), gold["filing_type"])
        }
        assert set(ours) == set(expected)
        for item, wanted in expected.items():
            checked += 1
            near += abs(len(ours[item]) - len(wanted)) <= len("PART III\n") + 2
    assert checked > 600
    assert near >= checked - 3
