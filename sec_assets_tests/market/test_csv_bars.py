"""One CSV file, whatever wrote it."""

import gzip
from datetime import date
from pathlib import Path

import pytest

from sec_assets.errors import MalformedError
from sec_assets.market.bars import check_bars
from sec_assets.market.csv_bars import parse_csv

STEMS = ("aapl",)


def test_yahoo_download_gives_split_adjusted_closes_and_a_factor():
    bars = parse_csv(b"Date,Open,High,Low,Close,Adj Close,Volume\n2020-01-02,1,2,0.5,2,1.5,10\n", stems=STEMS)
    row = bars.row(0, named=True)
    assert row["date"] == date(2020, 1, 2)
    assert (row["close"], row["adjustment_factor"], row["price_basis"]) == (2.0, 0.75, "split_adjusted")


def test_without_an_adjusted_close_the_basis_is_unknown_and_the_factor_one():
    row = parse_csv(b"date,close\n2020-01-02,2\n", stems=STEMS).row(0, named=True)
    assert (row["close"], row["adjustment_factor"], row["price_basis"]) == (2.0, 1.0, "unknown")
    assert row["open"] is row["volume"] is row["dividend"] is row["split_factor"] is None


@pytest.mark.parametrize(
    "body",
    [
        b",Open,Close\n2020-01-02,1,2\n",
        b",Date,Close\n0,2020-01-02,2\n",
        b"Timestamp,CLOSE\n2020-01-02T00:00:00Z,2\n",
        b"\xef\xbb\xbfDate,Close\r\n2020-01-02 00:00:00-05:00,2\r\n",
        b"Date,Close\n1/2/2020,2\n",
        b"symbol,date,adjusted_close,close\nAAPL,20200102,1,2\n",
        b"<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>\nAAPL.US,D,20200102,000000,1,2,1,2,5,0\n",
    ],
)
def test_headers_and_dates_of_many_tools_are_understood(body: bytes):
    bars = parse_csv(body, stems=STEMS)
    assert bars["date"].to_list() == [date(2020, 1, 2)]
    assert bars["close"].to_list() == [2.0]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not a CSV file"),
        (b"<html><body>Get your API key</body></html>", "web page"),
        (b"Exceeded the daily hits limit", "no column for close and date"),
        (b"Date,Close\n", "no rows"),
        (b"Date,Close\nyesterday,2\n", "'yesterday' is not a date"),
        (b"Date,Close\n1/4/1999,2\n13/4/1999,2\n", "'13/4/1999' does not follow"),
        (b"Date,Close\n2020-01-02,2\n01/03/2020,2\n", "does not follow"),
        (b"Date,Close,Name\n2020-01-02,2,MSFT\n", "about 'msft', not about 'aapl'"),
        (b"Date,Close,Name\n2020-01-02,2,AAPL\n2020-01-02,3,MSFT\n", "about 'msft'"),
        (b"<TICKER>,<PER>,<DATE>,<CLOSE>\nAAPL.US,60,20200102,2\n", "not daily"),
        (b"\x00\xff\xfe\x00\x01", "."),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused_with_the_reason(body: bytes, reason: str):
    with pytest.raises(MalformedError, match=reason):
        parse_csv(body, stems=STEMS)


def test_text_for_a_number_is_left_to_the_bar_checks():
    body = (
        b"Date,Open,High,Low,Close,Adj Close,Volume\n2020-01-02,1,2,1,2,2,5\n2020-01-03,null,null,null,null,null,null\n"
    )
    checked = check_bars(parse_csv(body, stems=STEMS), today=date(2026, 1, 1))
    assert checked.good.height == 1
    assert checked.bad.rows() == [(date(2020, 1, 3), "no close")]


def test_us_dates_of_a_real_index_file(evidence: Path):
    body = gzip.decompress((evidence / "market/prices/pypi/nasdaq.csv.gz").read_bytes())
    bars = parse_csv(body, stems=("nasdaq",))
    assert (bars["date"][0], bars["close"][0]) == (date(1999, 1, 4), 2208.050049)
    assert bars["date"].is_sorted()
    assert bars.height == 5031


def test_every_real_file_parses_and_ten_bars_contradict_themselves(evidence: Path):
    """Of half a million bars in files of five origins."""
    good = bad = 0
    for path in sorted((evidence / "market/prices").glob("*/*")):
        body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        stem = path.name.lower().removesuffix(".gz").removesuffix(".csv").removesuffix("_data")
        checked = check_bars(parse_csv(body, stems=(stem,)), today=date(2026, 12, 31))
        good, bad = good + checked.good.height, bad + checked.bad.height
    assert (good, bad) == (543_392, 10)
