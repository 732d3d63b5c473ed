import gzip
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from sec_assets.errors import MalformedError
from sec_assets.xbrl.companyfacts import SCHEMA, read_companyfacts

FACT: dict[str, object] = {
    "start": "2023-10-01", "end": "2024-09-28", "val": 391035000000, "accn": "0000320193-24-000123", "fy": 2024,
    "fp": "FY", "form": "10-K", "filed": "2024-11-01", "frame": "CY2024",
}  # fmt: skip


def body(*facts: dict[str, object], cik: object = 320193) -> bytes:
    units = {"USD": list(facts)}
    return json.dumps({"cik": cik, "entityName": "x", "facts": {"us-gaap": {"Revenues": {"units": units}}}}).encode()


@pytest.mark.parametrize("cik", [320193, "0000320193"])
def test_one_row_per_fact_whatever_the_spelling_of_the_cik(cik: object) -> None:
    frame = read_companyfacts(body(FACT, cik=cik))
    assert frame.schema == SCHEMA
    assert frame.row(0, named=True) == {
        "cik": "0000320193", "accession_number": "0000320193-24-000123", "taxonomy": "us-gaap", "tag": "Revenues",
        "unit": "USD", "start": date(2023, 10, 1), "end": date(2024, 9, 28), "value": "391035000000",
        "numeric": Decimal(391035000000), "fy": 2024, "fp": "FY", "form": "10-K", "filed": date(2024, 11, 1),
        "frame": "CY2024",
    }  # fmt: skip


def test_digits_are_those_that_were_served() -> None:
    text = body({**FACT, "val": 1}).replace(b'"val": 1', b'"val": 0.10000000000000001')
    frame = read_companyfacts(text)
    assert frame["value"].to_list() == ["0.10000000000000001"]
    assert frame["numeric"].to_list() == [None]
    assert read_companyfacts(text.replace(b"0.10000000000000001", b"1.5E3"))["numeric"].to_list() == [Decimal(1500)]


def test_instants_have_no_start_and_some_forms_no_fiscal_period() -> None:
    fact: dict[str, object] = {key: value for key, value in FACT.items() if key not in ("start", "frame")} | {
        "fy": None,
        "fp": None,
    }
    row = read_companyfacts(body(fact)).row(0, named=True)
    assert (row["start"], row["frame"], row["fy"], row["fp"]) == (None, None, None, None)


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"cik": 1, "facts": []}',
        b'{"cik": 0, "facts": {}}',
        body({**FACT, "end": "soon"}),
        body({**FACT, "val": "many"}),
        body({**FACT, "accn": "1"}),
        body({key: value for key, value in FACT.items() if key != "end"}),
    ],
)
def test_another_shape_is_an_error_never_an_empty_frame(broken: bytes) -> None:
    with pytest.raises(MalformedError, match="not a companyfacts file"):
        read_companyfacts(broken)


@pytest.mark.parametrize(
    ("cik", "rows"), [("0000320193", 24579), ("0001652044", 20324), ("0001997711", 768), ("0001640147", 8163)]
)
def test_recorded_files_are_read_whole(evidence: Path, cik: str, rows: int) -> None:
    path = evidence / f"edgar_mirror/data.sec.gov/api/xbrl/companyfacts/CIK{cik}.json.gz"
    frame = read_companyfacts(gzip.decompress(path.read_bytes()))
    assert frame.height == rows
    assert frame["cik"].unique().to_list() == [cik]
    assert frame["numeric"].null_count() == 0
