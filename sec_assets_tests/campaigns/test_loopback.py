"""The loopback EDGAR itself: what it serves is what it should, stamped when it arrived."""

import time
from pathlib import Path

import requests

from sec_assets_tests.campaigns.arrivals import Arrival
from sec_assets_tests.campaigns.fleet import Running, serving
from sec_assets_tests.campaigns.loopback import Options
from sec_assets_tests.campaigns.site import DOCUMENT_BYTES, Site, endless_url, made_up, path_of


def test_it_serves_whole_ranges_unchanged_and_the_sample(tmp_path: Path) -> None:
    path = path_of(endless_url(7, 1))
    whole = made_up(path, DOCUMENT_BYTES)
    with serving(Options(log=str(tmp_path / "log"), companies=1, filings=4)) as edgar, requests.Session() as session:
        packed = session.get(edgar.base + path)
        assert packed.headers["Content-Encoding"] == "gzip"
        assert packed.content == whole
        tag = packed.headers["ETag"]
        part = session.get(edgar.base + path, headers={"Range": "bytes=100-199", "If-Range": tag})
        assert (part.status_code, part.content) == (206, whole[100:200])
        assert session.get(edgar.base + path, headers={"If-None-Match": tag}).status_code == 304
        submissions = session.get(f"{edgar.base}/data.sec.gov/submissions/CIK0009000001.json").json()
        assert submissions["filings"]["recent"]["accessionNumber"] == Site(1, 4).accessions("0009000001")
        assert session.get(f"{edgar.base}/www.sec.gov/files/company_tickers.json").json()
        assert (
            session.get(f"{edgar.base}/www.sec.gov/Archives/edgar/data/1/000000000000000001/x.htm").status_code == 403
        )
        assert session.get(edgar.base + path[len("/www.sec.gov") :], headers={"Host": "www.sec.gov"}).content == whole


def test_arrivals_are_stamped_before_the_latency(tmp_path: Path) -> None:
    with serving(Options(log=str(tmp_path / "log"), latency=0.3)) as edgar:
        began = time.monotonic_ns()
        assert requests.get(edgar.base + path_of(endless_url(7, 1)), timeout=10).status_code == 200
        assert time.monotonic_ns() - began > 300_000_000
        assert began < settled(edgar, 1)[0].at < began + 250_000_000


def test_who_asks_too_often_gets_the_rate_page(tmp_path: Path) -> None:
    with serving(Options(log=str(tmp_path / "log"), limit=3)) as edgar, requests.Session() as session:
        answers = [session.get(edgar.base + path_of(endless_url(7, number))) for number in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 403]
        assert b"Request Rate Threshold Exceeded" in answers[3].content
        assert [one.answer for one in settled(edgar, 4)] == ["200", "200", "200", "refused"]


def settled(edgar: Running, count: int) -> list[Arrival]:
    deadline = time.monotonic() + 5
    while len(edgar.arrivals()) < count and time.monotonic() < deadline:
        time.sleep(0.05)
    return edgar.arrivals()
