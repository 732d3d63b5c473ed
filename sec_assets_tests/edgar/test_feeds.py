import gzip
import os
import re
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from sec_assets.edgar.feeds import new_filings, parse_current
from sec_assets.errors import AbsentError, MalformedError
from sec_assets_tests.edgar.mirrors import mirror_client, put

SERIES = "series0_2025-12-12"


def page(evidence: Path, series: str, start: int) -> bytes:
    name = f"browse-edgar%3Faction=getcurrent&count=100&start={start}&type=&owner=include&output=atom.atom.gz"
    return gzip.decompress((evidence / "edgar_mirror/_getcurrent" / series / name).read_bytes())


@pytest.fixture
def feed(evidence, tmp_path):
    """A mirror in which one real polling run is what EDGAR answers now."""
    folder = tmp_path / "mirror/www.sec.gov"
    folder.mkdir(parents=True)
    (folder / "cgi-bin").symlink_to(evidence / "edgar_mirror/_getcurrent" / SERIES)
    with mirror_client(tmp_path / "mirror", tmp_path / "data") as client:
        yield client


def entry(title: str, *, updated: str = "2025-12-12T18:02:10-05:00", number: str = "0001700545-25-000020") -> str:
    return (
        f"<entry><title>{title}</title><summary type='html'>&lt;b&gt;Filed:&lt;/b&gt; 2025-12-12 &lt;b&gt;AccNo"
        f"</summary><updated>{updated}</updated><category term='4'/>"
        f"<id>urn:tag:sec.gov,2008:accession-number={number}</id></entry>"
    )


def atom(*entries: str) -> bytes:
    return ('<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title>' + "".join(entries) + "</feed>").encode()


@pytest.mark.parametrize("series", ["series0_2025-12-12", "series1_2026-01-12", "series4_2025-12-12"])
def test_every_entry_of_real_pages_is_read(evidence, series):
    for start in (0, 1000, 3900, 5000):
        body = page(evidence, series, start)
        frame, problems = parse_current(body)
        assert frame.height == body.count(b"<entry>") == 100
        assert problems == []
        assert frame.drop("items").null_count().sum_horizontal().item() == 0
        assert frame["accepted_at"].is_sorted(descending=True)
        assert frame["cik"].str.contains(r"^\d{10}$").all()


def test_the_first_entries_of_a_real_page(evidence):
    frame, _ = parse_current(page(evidence, SERIES, 0))
    assert frame.drop("items").rows()[:2] == [
        (
            "0001700545", "0001700545-25-000020", "4", "BREAUX PAUL W.", "Reporting", date(2025, 12, 12),
            datetime(2025, 12, 12, 23, 2, 10, tzinfo=UTC),
        ),
        (
            "0001690820", "0001700545-25-000020", "4", "CARVANA CO.", "Issuer", date(2025, 12, 12),
            datetime(2025, 12, 12, 23, 2, 10, tzinfo=UTC),
        ),
    ]  # fmt: skip


def test_items_are_the_numbers_only(evidence):
    frame, _ = parse_current(page(evidence, SERIES, 1000))
    items = dict(frame.filter(form="8-K").select("accession_number", "items").iter_rows())
    assert items["0001683168-25-009107"] == "5.07"
    assert all(re.fullmatch(r"\d\.\d\d(,\d\.\d\d)*", text) for text in items.values() if text)


def test_a_walk_over_overlapping_pages_gives_each_pair_once(feed, evidence):
    found = new_filings(feed, None, 20)
    pages = [parse_current(page(evidence, SERIES, start))[0] for start in range(0, 2000, 100)]
    pairs = pl.concat(pages).select("cik", "accession_number").unique()
    assert found.frame.height == pairs.height
    assert found.frame.join(pairs, on=["cik", "accession_number"], how="anti").is_empty()
    assert found.frame["accepted_at"].is_sorted(descending=True)
    assert found.reached
    assert found.problems == ()


def test_a_walk_ends_at_the_mark(feed, evidence):
    older, _ = parse_current(page(evidence, SERIES, 300))
    mark = older.row(50, named=True)
    found = new_filings(feed, (mark["accepted_at"], mark["accession_number"]), 20)
    assert found.reached
    assert found.frame["accepted_at"].min() >= mark["accepted_at"]
    assert mark["accession_number"] not in found.frame["accession_number"].to_list()
    everything = new_filings(feed, None, 6).frame
    newer = everything.filter(pl.col("accepted_at") > mark["accepted_at"])
    assert newer.join(found.frame, on=["cik", "accession_number"], how="anti").is_empty()


def test_nothing_new_is_an_empty_frame_that_reached_the_mark(feed):
    newest = new_filings(feed, None, 1).frame.row(0, named=True)
    found = new_filings(feed, (newest["accepted_at"], newest["accession_number"]), 5)
    assert found.reached
    assert set(found.frame["accepted_at"]) <= {newest["accepted_at"]}


def test_a_mark_too_far_back_is_reported_as_a_gap(feed):
    found = new_filings(feed, (datetime(2020, 1, 1, tzinfo=UTC), "0000000000-20-000001"), 3)
    assert not found.reached
    assert found.frame.height > 200


def feed_of(folder: Path, *bodies: bytes) -> None:
    for number, body in enumerate(bodies):
        query = f"action=getcurrent&count=100&start={number * 100}&type=&owner=include&output=atom"
        put(folder, f"https://www.sec.gov/cgi-bin/browse-edgar?{query}", body)


def test_a_mark_that_is_the_oldest_entry_of_the_feed_is_reached(tmp_path):
    title = "4 - X (0000000042) (Filer)"
    newer = entry(title, updated="2025-12-12T18:05:00-05:00", number="0000000042-25-000002")
    older = entry(title, updated="2025-12-12T18:00:00-05:00", number="0000000042-25-000001")
    feed_of(tmp_path / "mirror", atom(newer, older), atom())
    accepted = datetime(2025, 12, 12, 23, tzinfo=UTC)
    with mirror_client(tmp_path / "mirror", tmp_path / "data") as client:
        found = new_filings(client, (accepted, "0000000042-25-000001"), 5)
        assert found.reached
        assert found.frame["accession_number"].to_list() == ["0000000042-25-000002"]
        assert not new_filings(client, (accepted, "0000000042-25-000009"), 5).reached, "the mark fell out of the feed"
        assert new_filings(client, (accepted, "0000000042-25-000001"), 1).reached, "a page that is not full is the last"


def test_a_full_page_that_ends_with_the_mark_tells_nothing_of_what_follows(tmp_path):
    title, when = "4 - X (0000000042) (Filer)", "2025-12-12T18:00:00-05:00"
    numbers = [f"0000000042-25-{number:06d}" for number in range(101)]
    entries = [entry(title, updated=when, number=number) for number in numbers]
    feed_of(tmp_path / "mirror", atom(*entries[:100]), atom(entries[100]), atom())
    mark = (datetime(2025, 12, 12, 23, tzinfo=UTC), numbers[99])
    with mirror_client(tmp_path / "mirror", tmp_path / "data") as client:
        assert not new_filings(client, mark, 1).reached
        assert new_filings(client, mark, 2).reached


def test_a_missing_feed_is_an_error(tmp_path):
    (tmp_path / "mirror").mkdir()
    with mirror_client(tmp_path / "mirror", tmp_path / "data") as client, pytest.raises(AbsentError):
        new_filings(client, None, 1)


def test_error_pages_are_errors_never_nothing_new(evidence):
    pages = [Path(root) / name for root, _, names in os.walk(evidence / "edgar_mirror/_errors") for name in names]
    assert len(pages) >= 8
    for body in [b"", b"{}", b"<rss/>", b"\xff\xfe", *(path.read_bytes() for path in pages)]:
        with pytest.raises(MalformedError, match="not the feed"):
            parse_current(body)


def test_an_empty_feed_is_empty():
    frame, problems = parse_current(atom())
    assert frame.is_empty()
    assert problems == []


def test_an_entry_of_another_shape_is_reported_and_its_neighbours_are_kept():
    good = entry("4 - A &amp; B (C) - D (0000000042) (Reporting)")
    bad = (
        entry("no company here"),
        entry("4 - X (0000000042) (Filer)", updated="yesterday"),
        entry("4 - X (0000000042) (Filer)", updated="2025-12-12T18:02:10"),
        entry("4 - X (0000000042) (Filer)", number="../../x"),
    )
    frame, problems = parse_current(atom(*bad, good))
    assert frame.select("cik", "company", "role").rows() == [("0000000042", "A & B (C) - D", "Reporting")]
    assert len(problems) == 4
    with pytest.raises(MalformedError, match="not one of 4 entries"):
        parse_current(atom(*bad))


def test_entities_are_not_expanded():
    bomb = '<!DOCTYPE feed [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
    body = bomb + atom(entry("4 - X&a;Y (0000000042) (Filer)")).decode()
    with pytest.raises(MalformedError, match="'4 - X'"):
        parse_current(body.encode())
