import hashlib
import json
from datetime import UTC, date, datetime

import polars as pl
import pytest

from sec_assets.edgar.artifacts import Assignment, Interrupted
from sec_assets.edgar.artifacts import collect_artifacts as collect
from sec_assets.edgar.client import EdgarClient
from sec_assets.edgar.effort import Effort
from sec_assets.edgar.selection import select_filings
from sec_assets.edgar.urls import document_url, filing_index_html_url, filing_index_url
from sec_assets.errors import SettingError, UnreachableError
from sec_assets.settings import DEFAULT_FORMS, load_settings
from sec_assets.tables import ARTIFACTS, FILINGS_INDEX
from sec_assets_tests.edgar.http_server import FakeEdgar, always, fake_edgar
from sec_assets_tests.edgar.mirrors import mirror_client, put
from sec_assets_tests.edgar.pages import load_filings

CIK = "0000000042"
NOTHING = ARTIFACTS.frame()
PAGE = b"<html><body>A report.</body></html>"
INSTANCE = b"<xbrl/>"


def accession(number: int) -> str:
    return f"0000000042-24-{number:06d}"


def filings(*numbers: int, form: str = "10-Q", **more) -> pl.DataFrame:
    return FILINGS_INDEX.frame(
        {
            "cik": CIK,
            "accession_number": accession(number),
            "form": form,
            "filing_date": date(2024, 5, 3),
            "accepted_at": datetime(2024, 5, 2, 22, tzinfo=UTC),
            "is_xbrl": False,
            "is_inline_xbrl": False,
            "primary_document": "a.htm",
            **more,
        }
        for number in numbers
    )


def put_filing(mirror, number: int, *, listing: list[str] | None = None, **documents: bytes) -> None:
    found = {name.replace("__", "."): body for name, body in documents.items()}
    for name, body in found.items():
        put(mirror, document_url(CIK, accession(number), name), body)
    items = [{"name": name, "type": "text.gif", "size": ""} for name in (listing or list(found))]
    put(mirror, filing_index_url(CIK, accession(number)), {"directory": {"item": items}})


def collect_artifacts(client, wanted: pl.DataFrame, known: pl.DataFrame, workers: int) -> pl.DataFrame:
    """One company's documents, as one frame."""
    cik = wanted["cik"][0] if wanted.height else CIK
    (collected,) = collect(client, [Assignment(cik, wanted, known)], Effort(workers))
    assert collected.cik == cik
    return collected.frame


def summary(frame: pl.DataFrame) -> list[tuple]:
    return frame.select("name", "kind", "status", "attempts").rows()


def live_client(base: str, data) -> EdgarClient:
    environ = {
        "SEC_ASSETS_SOURCE": "live",
        "SEC_USER_AGENT": "Example admin@example.com",
        "SEC_ASSETS_EDGAR_BASE": base,
    }
    return EdgarClient.from_settings(
        load_settings({**environ, "SEC_ASSETS_DATA": str(data), "SEC_REQUESTS_PER_SECOND": "10"})
    )


def serve(edgar: FakeEdgar, number: int, **documents: bytes) -> None:
    found = {name.replace("__", "."): body for name, body in documents.items()}
    items = {"directory": {"item": [{"name": name} for name in found]}}
    for name, body in {**found, "index.json": json.dumps(items).encode()}.items():
        edgar.behaviours["/" + document_url(CIK, accession(number), name).removeprefix("https://")] = always(200, body)


@pytest.fixture(scope="module")
def apple(evidence, tmp_path_factory):
    data = tmp_path_factory.mktemp("apple")
    with mirror_client(evidence / "edgar_mirror", data) as client:
        index = load_filings(client, "320193").index
        chosen = select_filings(index, DEFAULT_FORMS, 50)
        yield data, chosen, collect_artifacts(client, chosen, NOTHING, 8)


def test_every_chosen_filing_of_apple_has_its_rows(apple):
    data, chosen, frame = apple
    assert chosen.height == 329
    assert dict(frame.schema) == dict(ARTIFACTS.schema)
    assert frame["accession_number"].n_unique() == 329
    assert frame.select("cik", "accession_number", "name").is_unique().all()
    primary = frame.filter(kind="primary")
    assert set(chosen["accession_number"]) == set(primary["accession_number"])
    stored = frame.filter(status="stored")
    assert stored["accession_number"].n_unique() == 27
    assert stored.filter(kind="xbrl_instance").height == 11
    assert frame.filter(status="failed").is_empty()
    for row in stored.iter_rows(named=True):
        body = (data / "documents" / row["path"]).read_bytes()
        assert (len(body), hashlib.sha256(body).hexdigest()) == (row["bytes"], row["sha256"])
    assert frame.filter(status="absent")["error"].null_count() == 0


def test_a_filing_of_apple_is_described_by_its_own_facts(apple):
    _, _, frame = apple
    rows = frame.filter(accession_number="0000320193-23-000077").sort("name")
    assert rows.select("name", "kind", "document_type", "form", "filed", "status").rows() == [
        ("aapl-20230701.htm", "primary", "10-Q", "10-Q", date(2023, 8, 4), "stored"),
        ("aapl-20230701_htm.xml", "xbrl_instance", "XML", "10-Q", date(2023, 8, 4), "stored"),
        ("index.json", "index", None, "10-Q", date(2023, 8, 4), "stored"),
    ]
    assert rows["accepted_at"].unique().to_list() == [datetime(2023, 8, 3, 22, 4, 43, tzinfo=UTC)]


def test_the_number_of_workers_does_not_change_the_result(apple, evidence, tmp_path):
    _, chosen, frame = apple
    recent = chosen.head(80)
    with mirror_client(evidence / "edgar_mirror", tmp_path) as client:
        sequential = collect_artifacts(client, recent.reverse(), NOTHING, 1)
    expected = frame.join(recent, on=["cik", "accession_number"], how="semi")
    assert expected.filter(status="stored").height > 10
    assert sequential.drop("fetched_at").equals(expected.drop("fetched_at"))


def test_a_second_run_leaves_what_is_stored_and_tries_the_rest_again(apple, evidence, tmp_path):
    data, chosen, frame = apple
    with mirror_client(evidence / "edgar_mirror", data) as client:
        again = collect_artifacts(client, chosen.head(80), frame, 4)
    assert again.filter(status="stored").equals(frame.filter(status="stored"))
    assert again.equals(frame), "tries that only confirm what is on record change nothing"
    assert again.height == frame.height


def test_the_press_release_is_found_by_the_index_page(evidence, tmp_path):
    filing = filings(
        1, form="8-K", cik="0000019617", accession_number="0000019617-26-000241", items="8.01,9.01",
        primary_document="jpm-20260624.htm", is_xbrl=True, is_inline_xbrl=True,
    )  # fmt: skip
    with mirror_client(evidence / "edgar_mirror", tmp_path) as client:
        frame = collect_artifacts(client, filing, NOTHING, 1)
    assert frame.select("name", "kind", "document_type", "status").rows() == [
        ("0000019617-26-000241-index.html", "index", None, "stored"),
        ("index.json", "index", None, "stored"),
        ("jpm-20260624.htm", "primary", "8-K", "stored"),
        ("jpm-20260624_htm.xml", "xbrl_instance", "XML", "stored"),
        ("jpmcpressrelease06252026.htm", "exhibit", "EX-99.1", "stored"),
    ]
    assert frame["url"][0] == filing_index_html_url("19617", "0000019617-26-000241")


def test_a_document_that_is_absent_or_broken_is_a_row_beside_its_good_neighbours(tmp_path):
    mirror = tmp_path / "mirror"
    put_filing(mirror, 1, a__htm=PAGE, **{"ex99-1__htm": PAGE}, listing=["a.htm", "ex99-1.htm", "ex99-2.htm"])
    put_filing(mirror, 2, a__htm=PAGE, **{"x-20240330__xml": b"<html>not this</html>"})
    with mirror_client(mirror, tmp_path / "data") as client:
        frame = collect_artifacts(client, filings(1, 2, 3, is_xbrl=True), NOTHING, 2)
    rows = {(row["accession_number"][-1], row["name"]): row for row in frame.iter_rows(named=True)}
    assert {key: row["status"] for key, row in rows.items()} == {
        ("1", "index.json"): "stored",
        ("1", "a.htm"): "stored",
        ("1", "ex99-1.htm"): "stored",
        ("1", "ex99-2.htm"): "absent",
        ("2", "index.json"): "stored",
        ("2", "a.htm"): "stored",
        ("2", "x-20240330.xml"): "failed",
        ("3", "index.json"): "absent",
        ("3", "a.htm"): "absent",
    }
    for row in rows.values():
        stored = row["status"] == "stored"
        assert all((row[name] is not None) is stored for name in ("path", "bytes", "sha256", "fetched_at"))
        assert (row["error"] is None) is stored
        assert row["url"].startswith("https://www.sec.gov/Archives/edgar/data/42/")


def test_what_was_absent_is_found_later_and_the_row_of_a_name_no_longer_wanted_goes(tmp_path):
    mirror, wanted = tmp_path / "mirror", filings(1, is_xbrl=True, is_inline_xbrl=True)
    mirror.mkdir()
    with mirror_client(mirror, tmp_path / "data") as client:
        first = collect_artifacts(client, wanted, NOTHING, 1)
        assert summary(first) == [
            ("a.htm", "primary", "absent", 1),
            ("a_htm.xml", "xbrl_instance", "absent", 1),
            ("index.json", "index", "absent", 1),
        ]
        put_filing(mirror, 1, a__htm=PAGE, main_htm__xml=INSTANCE)
        second = collect_artifacts(client, wanted, first, 1)
        assert summary(second) == [
            ("a.htm", "primary", "stored", 2),
            ("index.json", "index", "stored", 2),
            ("main_htm.xml", "xbrl_instance", "stored", 1),
        ]
        assert collect_artifacts(client, wanted, second, 1).equals(second)


def test_rows_of_filings_not_asked_for_are_kept(tmp_path):
    mirror = tmp_path / "mirror"
    put_filing(mirror, 1, a__htm=PAGE)
    put_filing(mirror, 2, a__htm=PAGE)
    with mirror_client(mirror, tmp_path / "data") as client:
        first = collect_artifacts(client, filings(1), NOTHING, 1)
        both = collect_artifacts(client, filings(2), first, 1)
    assert both.filter(accession_number=accession(1)).equals(first)
    assert both.height == 4


def test_a_stored_file_of_another_size_is_fetched_again(tmp_path):
    mirror = tmp_path / "mirror"
    put_filing(mirror, 1, a__htm=PAGE)
    with mirror_client(mirror, tmp_path / "data") as client:
        first = collect_artifacts(client, filings(1), NOTHING, 1)
        [path] = first.filter(name="a.htm")["path"]
        (tmp_path / "data/documents" / path).write_bytes(PAGE[:10])
        second = collect_artifacts(client, filings(1), first, 1)
    assert (tmp_path / "data/documents" / path).read_bytes() == PAGE
    assert second.drop("attempts", "fetched_at").equals(first.drop("attempts", "fetched_at"))


def test_hostile_names_become_failed_rows_and_touch_nothing(tmp_path):
    mirror = tmp_path / "mirror"
    put_filing(mirror, 1, a__htm=PAGE, listing=["a.htm", "../../../../ex99-1.htm", ".hidden", "\x00ex99.htm"])
    with mirror_client(mirror, tmp_path / "data") as client:
        frame = collect_artifacts(client, filings(1), NOTHING, 1)
    assert summary(frame) == [
        ("a.htm", "primary", "stored", 1),
        ("index.json", "index", "stored", 1),
        ("refused__ex99-1_htm", "exhibit", "failed", 1),
        ("refused__ex99_htm", "exhibit", "failed", 1),
        ("refused__hidden", "exhibit", "failed", 1),
    ]
    assert frame.filter(status="failed")["error"].str.contains("refused").all()


def test_a_listing_that_is_none_is_a_failed_row_and_the_primary_document_is_still_fetched(tmp_path):
    mirror = tmp_path / "mirror"
    put_filing(mirror, 1, a__htm=PAGE)
    put(mirror, filing_index_url(CIK, accession(1)), {"directory": None})
    with mirror_client(mirror, tmp_path / "data") as client:
        frame = collect_artifacts(client, filings(1), NOTHING, 1)
    assert summary(frame) == [("a.htm", "primary", "stored", 1), ("index.json", "index", "failed", 1)]


def test_no_filings_no_rows(tmp_path):
    (tmp_path / "mirror").mkdir()
    with mirror_client(tmp_path / "mirror", tmp_path / "data") as client:
        assert collect_artifacts(client, filings(), NOTHING, 8).equals(NOTHING)
        assert collect_artifacts(client, filings(), NOTHING, 1).equals(NOTHING)


@pytest.mark.parametrize("workers", [1, 4])
def test_no_address_is_asked_for_twice_and_nothing_stored_at_all(tmp_path, workers):
    with fake_edgar(always(404, b"<Error><Code>NoSuchKey</Code></Error>")) as edgar:
        for number in (1, 2):
            serve(edgar, number, a__htm=PAGE, **{"ex99-1__htm": PAGE})
        wanted = pl.concat([filings(1, 2), filings(1, 2)])
        with live_client(edgar.base, tmp_path) as client:
            frame = collect_artifacts(client, wanted, NOTHING, workers)
            assert sorted(edgar.paths()) == sorted(set(edgar.paths()))
            assert len(edgar.paths()) == 6
            assert collect_artifacts(client, wanted, frame, workers).equals(frame)
            assert len(edgar.paths()) == 6
    assert set(frame["status"]) == {"stored"}


@pytest.mark.parametrize("workers", [1, 3])
def test_an_outage_ends_the_work_and_keeps_what_is_done(tmp_path, workers):
    blocked = always(403, b"<html><title>Blocked by the office proxy</title></html>")
    with fake_edgar(blocked) as edgar:
        serve(edgar, 1, a__htm=PAGE)
        with live_client(edgar.base, tmp_path) as client:
            first = collect_artifacts(client, filings(1), NOTHING, 1)
            serve(edgar, 2, a__htm=PAGE, **{"ex99-1__htm": PAGE})
            edgar.behaviours.popitem()  # the listing
            known = ARTIFACTS.frame([{**first.to_dicts()[0], "accession_number": accession(9)}])
            with pytest.raises(Interrupted, match="access is blocked") as caught:
                collect_artifacts(client, filings(*range(1, 60)), pl.concat([first, known]), workers)
    assert isinstance(caught.value.cause, UnreachableError)
    rows = caught.value.parts[0].frame
    assert rows.filter(accession_number=accession(1)).equals(first)
    assert rows.filter(accession_number=accession(9)).height == 1
    assert len(edgar.paths()) <= 2 + workers


def test_a_refused_user_agent_ends_the_work_too(tmp_path, evidence):
    page = (evidence / "edgar_mirror/_errors/pages/403_UndeclaredAutomatedTool.html").read_bytes()
    with fake_edgar(always(403, page)) as edgar, live_client(edgar.base, tmp_path) as client:
        with pytest.raises(Interrupted, match="SEC_USER_AGENT") as caught:
            collect_artifacts(client, filings(1, 2, 3), NOTHING, 1)
        assert len(edgar.paths()) == 1
    assert isinstance(caught.value.cause, SettingError)
    assert caught.value.parts[0].frame.is_empty()
