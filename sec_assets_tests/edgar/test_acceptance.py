import gzip
import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from sec_assets.edgar.acceptance import with_acceptance
from sec_assets_tests.edgar.mirrors import mirror_client
from sec_assets_tests.edgar.pages import load_filings, read_one_page

NEW_YORK = ZoneInfo("America/New_York")


def content(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def judged(*filings: tuple[str, str], form: str = "8-K", page: str = "p", cik: str = "1") -> pl.DataFrame:
    return with_acceptance(rows(*filings, form=form, page=page, cik=cik))


def rows(*filings: tuple[str, str], form: str = "8-K", page: str = "p", cik: str = "1") -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "cik": cik,
                "page": page,
                "accession_number": f"0000000001-24-{number:06d}",
                "form": form,
                "filing_date": date.fromisoformat(filed),
                "acceptance_raw": raw,
            }
            for number, (raw, filed) in enumerate(filings)
        ]
    )


def clocks(frame: pl.DataFrame) -> list[str]:
    return frame["acceptance_clock"].to_list()


def test_the_headers_of_the_filings_themselves_confirm_every_judgement(evidence, tmp_path):
    mirror = evidence / "edgar_mirror"
    truth: dict[str, datetime] = {}
    for path in (mirror / "www.sec.gov/Archives/edgar/data").rglob("*"):
        if re.search(r"(\.txt|-index-headers\.html)(\.gz)?$", path.name):
            head = content(path)[:4000].decode("latin-1")
            stamp = re.search(r"ACCEPTANCE-DATETIME>\s*(\d{14})", head)
            number = re.search(r"\d{10}-\d\d-\d{6}", path.name)
            if stamp and number:
                truth[number[0]] = datetime.strptime(stamp[1], "%Y%m%d%H%M%S").replace(tzinfo=NEW_YORK)
    ciks = sorted({path.name[3:13] for path in (mirror / "data.sec.gov/submissions").iterdir()})
    with mirror_client(mirror, tmp_path) as client:
        known = pl.concat([load_filings(client, cik).index for cik in ciks])
    checked = [
        (row["accepted_at"], truth[row["accession_number"]], row["acceptance_clock"])
        for row in known.iter_rows(named=True)
        if row["accession_number"] in truth
    ]
    assert len(checked) >= 14
    assert {clock for *_, clock in checked} == {"utc", "new_york"}
    assert all(accepted == true for accepted, true, _ in checked)


def test_the_same_filings_served_on_another_day_with_another_clock_get_the_same_instants(evidence, tmp_path):
    mirror = evidence / "edgar_mirror"
    compared = flipped = 0
    differing: set[str] = set()
    with mirror_client(mirror, tmp_path) as client:
        for path in sorted((mirror / "_snapshots").glob("*/data.sec.gov/submissions/*")):
            body = json.loads(content(path))
            cik = f"{int(body['cik']):010d}"
            page = read_one_page(body["filings"]["recent"], cik, path.name, datetime(2026, 1, 1, tzinfo=UTC)).index
            both = page.join(load_filings(client, cik).index, on="accession_number", suffix="_now")
            compared += both.height
            flipped += both.filter(pl.col("acceptance_raw") != pl.col("acceptance_raw_now")).height
            differing.update(both.filter(pl.col("accepted_at") != pl.col("accepted_at_now"))["accession_number"])
    assert compared > 4_500
    assert flipped > 1_800
    # Three filings of the day on which that snapshot was taken still showed New York time in a file of UTC times.
    assert differing == {"0001193125-26-027232", "0001193125-26-027207", "0001193125-26-027198"}


def test_an_hour_at_which_edgar_is_closed_tells_the_clock():
    utc = judged(("2024-05-02T22:04:25.000Z", "2024-05-03"), ("2024-05-07T00:30:00.000Z", "2024-05-07"), form="8-K")
    assert set(clocks(utc)) == {"utc"}
    assert utc["accepted_at"][0] == datetime(2024, 5, 2, 22, 4, 25, tzinfo=UTC)
    new_york = judged(("2024-05-02T06:04:25.000Z", "2024-05-02"))
    assert clocks(new_york) == ["new_york"]
    assert new_york["accepted_at"][0] == datetime(2024, 5, 2, 10, 4, 25, tzinfo=UTC)


def test_the_filing_date_tells_the_clock_where_the_hour_does_not():
    assert clocks(judged(("2024-05-02T18:10:00.000Z", "2024-05-03"))) == ["new_york"]
    assert clocks(judged(("2024-05-02T18:10:00.000Z", "2024-05-02"))) == ["utc"]


def test_ownership_forms_are_dated_the_same_day_until_ten():
    filings = (("2024-05-02T18:10:00.000Z", "2024-05-02"),)
    assert clocks(judged(*filings, form="4")) == ["utc"]
    assert clocks(judged(*filings, ("2024-05-03T07:00:00.000Z", "2024-05-03"), form="4")) == ["new_york"] * 2


def test_summer_and_winter_time_are_told_apart():
    frame = judged(("2024-07-01T06:30:00.000Z", "2024-07-01"), ("2024-12-02T06:30:00.000Z", "2024-12-02"))
    assert frame["accepted_at"].dt.hour().to_list() == [10, 11]


def test_the_majority_decides_for_the_page_as_a_whole():
    frame = judged(
        ("2024-05-02T07:00:00.000Z", "2024-05-02"),
        ("2024-05-03T07:00:00.000Z", "2024-05-03"),
        ("2024-05-07T23:00:00.000Z", "2024-05-07"),
        ("2024-05-08T14:00:00.000Z", "2024-05-08"),
    )
    assert set(clocks(frame)) == {"new_york"}


def test_pages_and_companies_are_judged_apart_and_a_silent_page_follows_its_company():
    silent = ("2024-05-08T14:00:00.000Z", "2024-05-08")
    frame = with_acceptance(
        pl.concat(
            [
                rows(("2024-05-02T07:00:00.000Z", "2024-05-02"), page="new_york"),
                rows(("2024-05-02T23:00:00.000Z", "2024-05-02"), page="utc", cik="2"),
                rows(silent, page="silent"),
                rows(silent, page="silent", cik="2"),
                rows(silent, page="silent", cik="3"),
            ]
        )
    )
    assert clocks(frame) == ["new_york", "utc", "new_york", "utc", "utc"]


def test_what_the_staff_puts_on_file_at_night_is_no_evidence():
    notice = rows(("2021-10-08T00:15:14.000Z", "2021-10-07"), form="EFFECT").with_columns(
        pl.lit("9999999995-21-003806").alias("accession_number")
    )
    filed = rows(("2021-10-08T07:00:00.000Z", "2021-10-08"))
    frame = with_acceptance(pl.concat([notice, filed]))
    assert set(clocks(frame)) == {"new_york"}
    assert frame["accepted_at"][0] == datetime(2021, 10, 8, 4, 15, 14, tzinfo=UTC)


@pytest.mark.parametrize("raw", [None, "", "yesterday", "1996-08-07T04:00:00.000Z"])
def test_an_unknown_hour_is_null_not_midnight(raw):
    frame = judged((raw, "1996-08-07"), ("2024-05-07T00:30:00.000Z", "2024-05-07"))
    assert frame["accepted_at"].is_null().to_list() == [True, False]


def test_midnight_new_york_in_a_new_york_file_is_unknown_too():
    frame = judged(("1994-01-26T00:00:00.000Z", "1994-01-26"), ("2024-05-02T06:04:25.000Z", "2024-05-02"))
    assert frame["accepted_at"].is_null().to_list() == [True, False]


def test_no_filings_give_no_rows():
    frame = with_acceptance(rows(("2024-05-02T18:10:00.000Z", "2024-05-03")).clear())
    assert frame.is_empty()
    assert frame.schema["accepted_at"] == pl.Datetime("us", "UTC")
