"""Press releases: the headline is found past the furniture."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from sec_assets.tables import NEWS
from sec_assets.text.news import PressReleaseDocument, press_releases
from sec_assets.text.news.press_releases import headline

AT = datetime(2025, 2, 1, 21, 30, tzinfo=UTC)


def exhibit(body: bytes, name: str = "ex991.htm") -> PressReleaseDocument:
    url = f"https://www.sec.gov/Archives/edgar/data/1/000000000125000001/{name}"
    return PressReleaseDocument("1", "0000000001-25-000001", name, url, body, AT)


def test_an_exhibit_becomes_an_article() -> None:
    body = (
        b"<p>Exhibit 99.1</p><p>FOR IMMEDIATE RELEASE</p><p>Example Corp Reports Record Third Quarter</p>"
        b"<p>CITY, Feb. 1 - Example Corp said.</p>"
    )
    found = press_releases([exhibit(body)])
    assert found.frame.schema == NEWS.schema
    row = found.frame.row(0, named=True)
    assert row["title"] == "Example Corp Reports Record Third Quarter"
    assert row["summary"] == "CITY, Feb. 1 - Example Corp said."
    assert (row["source"], row["published_at"], row["accession_number"]) == (
        "press_release",
        AT,
        "0000000001-25-000001",
    )
    assert row["article_id"] == "0000000001-25-000001/ex991.htm"
    assert row["url"].endswith("/ex991.htm")
    assert row["ticker"] is None


@pytest.mark.parametrize(
    "furniture",
    [
        "EX-99.1", "Exhibit 99.1 Press Release", "News Release", "FOR RELEASE AT 4:00 PM ET", "Media contacts: Jane Roe", "Contact:",
        "Investor Relations", "January 30, 2025", "Thursday, January 30, 2025", "jane.roe@example.com or 555-123-4567",
        "[EXAMPLE CORP LOGO]", "1 Main Street, Springfield, IL 62701", "www.example.com/investors", "NASDAQ: EXMP", "Example Corp.",
    ],
)  # fmt: skip
def test_furniture_is_no_headline(furniture: str) -> None:
    assert headline(f"{furniture}\n\nExample Corp Announces Agreement to Buy Other Corp\n\nText.")[0].startswith(
        "Example Corp Announces"
    )


def test_without_a_heading_the_first_sentence_stands_in() -> None:
    title, opening = headline(
        "Example Corp. today said that it sold its plant. " + "The buyer pays cash for all of it. " * 20
    )
    assert title == "Example Corp. today said that it sold its plant."
    assert opening.startswith("The buyer pays cash")


def test_a_picture_only_exhibit_is_a_failure_and_the_others_stand() -> None:
    found = press_releases(
        [exhibit(b"<html><img src='slide1.jpg'></html>", "a.htm"), exhibit(b"Four good plain words here.", "b.txt")]
    )
    assert found.frame["title"].to_list() == ["Four good plain words here."]
    assert [failure.name for failure in found.failures] == ["a.htm"]


def test_real_releases_have_their_headlines(evidence: Path) -> None:
    root = evidence / "edgar_mirror/www.sec.gov/Archives/edgar/data"
    bodies = {
        "3M Board of Directors Approves Spin-off of Solventum": root
        / "66740/000006674024000023/pressrelease3-8x24.htm",
        "ABVC BioPharma Announces 2024 Financial Results": root
        / "1173313/000121390025032135/ea023837201ex99-1_abvcbio.htm",
    }
    found = press_releases([exhibit(path.read_bytes(), path.name) for path in bodies.values()])
    assert sorted(found.frame["title"]) == sorted(bodies)
