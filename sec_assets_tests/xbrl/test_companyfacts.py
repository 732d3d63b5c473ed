import gzip
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from sec_assets.errors import MalformedError
from sec_assets.xbrl.companyfacts import SCHEMA, companyfacts_as_facts, read_companyfacts, read_many
from sec_assets.xbrl.values import exact_text

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


def test_layout_and_order_of_the_fields_do_not_matter() -> None:
    plain = json.loads(body(FACT, {key: FACT[key] for key in FACT if key != "start"}))
    turned = json.loads(
        body(
            *(
                {key: fact[key] for key in reversed(fact)}
                for fact in plain["facts"]["us-gaap"]["Revenues"]["units"]["USD"]
            )
        )
    )
    expected = read_companyfacts(json.dumps(plain, separators=(",", ":")).encode())
    assert expected.height == 2
    assert read_companyfacts(json.dumps(plain, indent=4).encode()).equals(expected)
    assert read_companyfacts(json.dumps(turned).encode()).equals(expected)
    assert read_companyfacts(json.dumps({**plain, "more": {"val": [1]}}).encode()).equals(expected)


def test_numbers_beyond_the_machine_and_accessions_without_dashes_are_read() -> None:
    large = {**FACT, "val": 10**25, "accn": "000032019324000123", "form": None, "filed": None}
    row = read_companyfacts(body(large, {**FACT, "val": 10**30})).rows(named=True)
    assert (row[0]["numeric"], row[0]["accession_number"]) == (Decimal(10**25), "0000320193-24-000123")
    assert (row[0]["form"], row[0]["filed"]) == (None, None)
    assert (row[1]["value"], row[1]["numeric"]) == (str(10**30), None)


def test_texts_that_look_like_facts_are_no_facts() -> None:
    tricky = {**FACT, "form": '{"end":"2024-01-01","val":1,"accn":"0000000001-24-000001"},{'}
    with pytest.raises(MalformedError, match="not a companyfacts file"):
        read_companyfacts(body(tricky))
    file = json.loads(body(FACT))
    file["facts"]["us-gaap"]["Revenues"]["description"] = '"units":{"USD":[{"val":1}]}'
    assert read_companyfacts(json.dumps(file).encode()).height == 1


def test_units_without_facts_are_no_rows() -> None:
    assert read_companyfacts(body()).equals(SCHEMA.to_frame())
    assert read_companyfacts(b'{"cik": 1, "facts": {}}').schema == SCHEMA


def test_many_files_are_read_as_each_alone_and_bad_ones_stay_apart() -> None:
    good = {f"{cik:010d}": body(FACT, {**FACT, "val": cik}, cik=cik) for cik in (5, 6, 7)}
    bad = {"0000000008": b"<html>", "0000000009": body(FACT, cik=4), "0000000010": body({**FACT, "end": "x"}, cik=10)}
    facts, failed = read_many(good | bad)
    assert facts.equals(pl.concat([read_companyfacts(text) for text in good.values()]))
    assert list(failed) == list(bad)
    assert failed["0000000009"] == "CIK0000000009.json describes company 0000000004"
    together = companyfacts_as_facts(facts)
    alone = pl.concat([companyfacts_as_facts(read_companyfacts(text)) for text in good.values()])
    assert together.equals(alone)
    assert read_many({})[0].equals(SCHEMA.to_frame())


def test_rows_given_twice_are_counted_in_the_order_of_the_file() -> None:
    facts = companyfacts_as_facts(
        read_companyfacts(body(FACT, {**FACT, "val": 2}, {**FACT, "start": "2022-10-01"}, FACT))
    )
    assert facts.select("value", "occurrence", "ordinal").rows() == [
        ("391035000000", 0, 2),
        ("391035000000", 0, 0),
        ("2", 1, 1),
        ("391035000000", 2, 3),
    ]


@pytest.mark.parametrize("cik", ["0000320193", "0001652044", "0001997711", "0001640147", "0001835632"])
def test_recorded_files_hold_what_a_plain_reader_finds(evidence: Path, cik: str) -> None:
    path = evidence / f"edgar_mirror/data.sec.gov/api/xbrl/companyfacts/CIK{cik}.json.gz"
    text = gzip.decompress(path.read_bytes())
    expected = [
        (
            cik, fact["accn"], taxonomy, tag, unit, fact.get("start"), fact["end"], fact["val"],
            fact["fy"], fact["fp"], fact["form"], fact["filed"], fact.get("frame"),
        )
        for taxonomy, tags in json.loads(text, parse_int=str, parse_float=str)["facts"].items()
        for tag, described in tags.items()
        for unit, facts in described["units"].items()
        for fact in facts
    ]  # fmt: skip
    frame = read_companyfacts(text)
    as_text = frame.drop("numeric").with_columns(pl.col("start", "end", "filed", "fy").cast(pl.String))
    assert as_text.rows() == expected
    exact = frame.select(pl.col("value").map_elements(exact_text, pl.String).cast(frame.schema["numeric"]))
    assert frame["numeric"].equals(exact["value"])
