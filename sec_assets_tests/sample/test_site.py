"""The site as a whole: which addresses answer, with which bytes, and what goes wrong on purpose."""

import hashlib
import json
import re
import subprocess
import sys
from datetime import date

import pytest
from lxml import etree

from sec_assets.sample.filings import LAST_DAY, Filing, by_accession, filings_of
from sec_assets.sample.folder import documents_of, is_cut, is_gap
from sec_assets.sample.site import respond
from sec_assets.sample.universe import GHOST, companies

ARCHIVES = "https://www.sec.gov/Archives/edgar/data"
FEED = "https://www.sec.gov/cgi-bin/browse-edgar?action=getcurrent&type=&company=&owner=include&start={}&count=100&output=atom"
ADDRESSES = (
    "https://www.sec.gov/files/company_tickers.json",
    "https://data.sec.gov/submissions/CIK0009900005.json",
    "https://data.sec.gov/api/xbrl/companyfacts/CIK0009900001.json",
    f"{ARCHIVES}/9900009/000990000925000001/index.json",
    f"{ARCHIVES}/320193/000032019325000079/aapl-20250927.htm",
    f"{ARCHIVES}/320193/000032019325000079/aapl-20250927_htm.xml",
    f"{ARCHIVES}/320193/000032019325000079/0000320193-25-000079.txt",
    FEED.format(0),
    "https://www.sec.gov/Archives/edgar/daily-index/bulkdata/submissions.zip",
    "https://www.sec.gov/Archives/edgar/full-index/2025/QTR4/master.idx.gz",
)


def folder(filing: Filing) -> str:
    return f"{ARCHIVES}/{int(filing.cik)}/{filing.folder}"


def digest() -> str:
    total = hashlib.sha256()
    for address in ADDRESSES:
        total.update(respond(address).body)
    return total.hexdigest()


def test_two_processes_serve_equal_bytes() -> None:
    code = "from sec_assets_tests.sample.test_site import digest; print(digest())"
    others = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed}
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert others == {digest()}


def test_every_listed_document_answers_except_the_one_that_is_missing_on_purpose() -> None:
    missing = []
    for filing in by_accession().values():
        listing = json.loads(respond(f"{folder(filing)}/index.json").body)
        names = {entry["name"] for entry in listing["directory"]["item"]} | {filing.primary}
        assert {listed.name for listed in documents_of(filing)} < names
        missing += [(filing.accession, name) for name in names if respond(f"{folder(filing)}/{name}").status != 200]
    gaps = [filing.accession for filing in by_accession().values() if is_gap(filing)]
    assert [accession for accession, _ in missing] == gaps
    assert len(gaps) == 1


def test_exactly_one_instance_ends_in_the_middle() -> None:
    broken = []
    for filing in by_accession().values():
        if filing.is_xbrl:
            body = respond(f"{folder(filing)}/{filing.instance}").body
            try:
                etree.fromstring(body)
            except etree.XMLSyntaxError:
                broken.append(filing)
    assert len(broken) == 1
    assert is_cut(broken[0])


@pytest.mark.parametrize(
    ("url", "status", "code"),
    [
        (f"https://data.sec.gov/submissions/CIK{GHOST['cik']}.json", 404, b"NoSuchKey"),
        ("https://data.sec.gov/submissions/CIK0009900001-submissions-001.json", 404, b"NoSuchKey"),
        ("https://data.sec.gov/api/xbrl/companyfacts/CIK0009900010.json", 404, b"NoSuchKey"),
        ("https://www.sec.gov/Archives/edgar/daily-index/2025/QTR4/master.20251225.idx", 403, b"AccessDenied"),
        (f"{ARCHIVES}/320193/000032019325000079/no-such.htm", 403, b"AccessDenied"),
        (f"{ARCHIVES}/1652044/000032019325000079/aapl-20250927.htm", 403, b"AccessDenied"),
        ("https://www.sec.gov/nothing", 404, b"NoSuchKey"),
        ("https://elsewhere.example/files/company_tickers.json", 404, b"NoSuchKey"),
    ],
)
def test_what_edgar_does_not_have_gets_its_error_bodies(url: str, status: int, code: bytes) -> None:
    answer = respond(url)
    assert (answer.status, answer.content_type) == (status, "application/xml")
    assert code in answer.body


def test_error_bodies_have_the_elements_of_recorded_ones(evidence) -> None:
    recorded = evidence / "edgar_mirror/_errors/403/www.sec.gov/Archives_edgar_full-index_2099_QTR1_form.gz.body"
    ours = etree.fromstring(respond(f"{ARCHIVES}/1/000000000000000001/x").body)
    assert [element.tag for element in ours] == [element.tag for element in etree.fromstring(recorded.read_bytes())]


def test_nothing_is_later_than_the_last_day() -> None:
    for filing in by_accession().values():
        assert filing.filed <= LAST_DAY
        assert filing.accepted.date() <= filing.filed
        if filing.kind == "report":
            assert (filing.report_date or LAST_DAY) < filing.filed
    dates = re.findall(rb"20\d\d-\d\d-\d\d", respond(ADDRESSES[1]).body)
    assert max(dates).decode() <= str(LAST_DAY)


def test_invented_companies_say_so_everywhere() -> None:
    for company in companies().values():
        assert company.real == ("fictitious" not in company.name)
        assert company.real or company.cik.startswith("00099")
        assert company.real or all(share.ticker.startswith("X") for share in company.classes)
        for filing in filings_of(company.cik)[-3:]:
            body = respond(f"{folder(filing)}/{filing.primary}").body
            assert company.real or b"(fictitious)" in body
            assert not company.real or b"Sample document" in body


def test_two_kinds_of_clock_are_in_acceptance_times() -> None:
    def shown(cik: str, accession: str) -> str:
        recent = json.loads(respond(f"https://data.sec.gov/submissions/CIK{cik}.json").body)["filings"]["recent"]
        return recent["acceptanceDateTime"][recent["accessionNumber"].index(accession)]

    assert shown("0000320193", "0000320193-25-000079") == "2025-10-31T06:01:26.000Z"
    header = respond(f"{ARCHIVES}/320193/0000320193-25-000079.txt").body
    assert b"<ACCEPTANCE-DATETIME>20251031060126\n" in header
    assert shown("0001835632", "0001835632-26-000011") == "2026-03-11T20:04:20.000Z"
    header = respond(f"{ARCHIVES}/1835632/0001835632-26-000011.txt").body
    assert b"<ACCEPTANCE-DATETIME>20260311160420\n" in header


def test_feed_pages_hold_every_party_once() -> None:
    space = {"a": "http://www.w3.org/2005/Atom"}
    seen = []
    for start in range(0, 500, 100):
        feed = etree.fromstring(respond(FEED.format(start)).body)
        seen += [
            (entry.findtext("a:id", None, space), entry.findtext("a:title", None, space))
            for entry in feed.iterfind("a:entry", space)
        ]
    assert len(seen) == len(set(seen))
    owners = [title for _, title in seen if "(Reporting)" in title]
    assert len({name for name, _ in seen}) == len(by_accession())
    assert len(seen) == len(by_accession()) + len(owners)


def test_indexes_list_what_was_filed() -> None:
    day = respond("https://www.sec.gov/Archives/edgar/daily-index/2025/QTR4/master.20251031.idx").body.decode("latin-1")
    assert "CIK|Company Name|Form Type|Date Filed|File Name\n" + "-" * 80 in day
    assert "320193|Apple Inc.|10-K|20251031|edgar/data/320193/0000320193-25-000079.txt\n" in day
    quarter = respond("https://www.sec.gov/Archives/edgar/full-index/2025/QTR4/master.idx").body.decode("latin-1")
    rows = [line for line in quarter.splitlines() if "|2025-" in line]
    expected = [f for f in by_accession().values() if date(2025, 10, 1) <= f.filed <= date(2025, 12, 31)]
    assert len(rows) == len(expected) + sum(filing.kind == "ownership" for filing in expected)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://www.sec.gov",
        "https://www.sec.gov/cgi-bin/browse-edgar",
        "https://www.sec.gov/Archives/edgar/full-index/0000/QTR1/master.idx",
        "https://www.sec.gov/Archives/edgar/daily-index/2025/QTR1/master.20251399.idx",
        f"{ARCHIVES}/99999999999999999999/000032019325000079/index.json",
        f"{ARCHIVES}/320193/000032019325000079/../../../../etc/passwd",
        f"{ARCHIVES}/320193/000032019325000079/%2e%2e/x",
        "https://data.sec.gov/api/xbrl/companyconcept/CIK0009900001/us-gaap/Nothing.json",
    ],
)
def test_odd_addresses_are_absent_not_errors(url: str) -> None:
    assert respond(url).status in {403, 404}


def test_feed_with_an_odd_query_falls_back_to_edgars_defaults() -> None:
    odd = respond("https://www.sec.gov/cgi-bin/browse-edgar?action=getcurrent&output=atom&start=x&count=-1")
    assert odd.status == 200
    assert odd.body.count(b"<entry>") == 40
