"""What is read by the thousand is what the reader of any layout finds, or it is left to that reader."""

import gzip
import io
import json
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sec_assets.errors import MalformedError
from sec_assets.storage.arrow import parquet_of
from sec_assets.tables import COMPANYFACTS
from sec_assets.xbrl.bulkfacts.read import tables_of
from sec_assets.xbrl.companyfacts import companyfacts_as_facts, read_companyfacts

CIK = "0000320193"
FACT: dict[str, object] = {
    "start": "2023-10-01", "end": "2024-09-28", "val": 391035000000, "accn": "0000320193-24-000123", "fy": 2024,
    "fp": "FY", "form": "10-K", "filed": "2024-11-01", "frame": "CY2024",
}  # fmt: skip
INSTANT = {key: value for key, value in FACT.items() if key != "start"} | {"frame": "CY2024Q3I"}


def body(units: Mapping[str, object] | None = None, *facts: dict[str, object]) -> bytes:
    """Return a file in SEC's layout."""
    given = {"USD": list(facts)} if units is None else units
    file = {"cik": 320193, "entityName": "x", "facts": {"us-gaap": {"Revenues": {"label": "a", "units": given}}}}
    return json.dumps(file, separators=(",", ":"), ensure_ascii=False).encode()


def stored(table: pa.Table) -> pl.DataFrame:
    return pl.read_parquet(io.BytesIO(parquet_of(COMPANYFACTS, table)))


def expected(text: bytes) -> pl.DataFrame:
    return companyfacts_as_facts(read_companyfacts(text))


def read_fast(text: bytes) -> pl.DataFrame | None:
    tables, left = tables_of({CIK: text})
    assert (CIK in tables) != (CIK in left)
    return stored(tables[CIK]) if CIK in tables else None


def agrees(text: bytes) -> bool:
    """Tell whether the text was read here; then it must be as the reader of any layout says."""
    found = read_fast(text)
    if found is None:
        return False
    want = expected(text)
    assert found.schema == want.schema
    assert found.equals(want)
    return True


def recorded(evidence: Path) -> dict[str, bytes]:
    """Return the recorded files, those that were indented in recording laid out as SEC does again."""
    folder = evidence / "edgar_mirror/data.sec.gov/api/xbrl/companyfacts"
    files = {path.name[3:13]: gzip.decompress(path.read_bytes()) for path in sorted(folder.glob("*.json.gz"))}
    return {
        cik: text if b"\n" not in text else json.dumps(
            json.loads(text), separators=(",", ":"), ensure_ascii=False
        ).encode()
        for cik, text in files.items()
    }  # fmt: skip


def test_recorded_files_are_read_to_the_same_rows(evidence: Path) -> None:
    files = recorded(evidence)
    tables, left = tables_of(files)
    assert left == []
    assert list(tables) == list(files)
    for cik, text in files.items():
        found, want = stored(tables[cik]), expected(text)
        assert found.schema == want.schema
        assert found.equals(want)


def test_a_file_with_white_space_is_left_to_the_other_reader() -> None:
    text = json.dumps(json.loads(body(None, FACT)), indent=2).encode()
    assert tables_of({CIK: text}) == ({}, [CIK])


@pytest.mark.parametrize(
    "value",
    [
        "0", "-0", "00", "007", "-1", "1.50", "-0.61", ".5", "1E3", "1.5e-7", "+5", "1234567", "12345678", "123456789",
        "123456789012345", "1234567890123456", "12345678901234567", "-123456789012345", "0.3333333333333333",
        "0.33333333333333331", "9" * 40, "1e400", "123456789.123456789012", "99999999999999999999999999.5", "12.3456789012345",
    ],
)  # fmt: skip
def test_numbers_keep_the_text_that_was_served(value: str) -> None:
    text = body(None, {**FACT, "val": 1}, FACT).replace(b'"val":1,', f'"val":{value},'.encode())
    assert json.loads(body(None, FACT))
    found = read_fast(text)
    try:
        want = expected(text)
    except MalformedError:
        assert found is None  # not a number in JSON; the other reader is to say so
        return
    if found is not None:
        assert found.equals(want)
        assert value in found["value"].to_list()


def test_usual_numbers_are_read_here() -> None:
    for value in (b"0", b"-1", b"1.50", b"-0.61", b"1E3", b"0.33333333333333331", b"9" * 40, b"1234567890123456"):
        assert agrees(body(None, {**FACT, "val": 1}).replace(b'"val":1,', b'"val":' + value + b","))


@pytest.mark.parametrize(
    "change",
    [
        {"form": 'x"},{"end":"2024-01-01"'}, {"form": "},{"}, {"form": "]"}, {"form": "10-K\\"}, {"form": "é"}, {"form": ""},
        {"form": "a,b"}, {"form": "a\tb"}, {"form": "{"}, {"form": "\x7f"},
        {"form": "SC TO-I/A"}, {"form": "12345678"}, {"form": None}, {"fp": None}, {"fp": "Q10"},
        {"fp": '""'}, {"fp": "\\\\"},
        {"fy": None}, {"fy": 0}, {"fy": -2024}, {"filed": None}, {"filed": "2024-02-30"}, {"end": "1899-12-31"},
        {"end": "2024-13-01"},
        {"end": "2024-00-10"}, {"end": "2024-10-00"}, {"end": "0001-01-01"}, {"start": "2150-01-01"},
        {"start": "2149-12-31"}, {"start": None},
        {"frame": "CY2024Q1"}, {"frame": "CY24"}, {"frame": None},
        {"frame": "CY2024Q1X"}, {"frame": "XX2024"}, {"val": None}, {"val": "1"},
        {"val": True}, {"accn": "000032019324000123"}, {"accn": "0000320193-24-00012"}, {"more": 1}, {"val": [1]},
    ],
)  # fmt: skip
def test_whatever_is_read_here_is_as_the_other_reader_says(change: dict[str, object]) -> None:
    for fact in (FACT, INSTANT):
        agrees(body(None, fact, {**fact, **change}, fact))


def test_a_year_that_is_no_number_in_json_is_left() -> None:
    assert not read_fast(body(None, FACT).replace(b'"fy":2024', b'"fy":0024'))


def test_fields_in_another_order_or_missing_are_left() -> None:
    assert not agrees(body(None, dict(reversed(FACT.items()))))
    for name in FACT:
        less = {key: value for key, value in FACT.items() if key != name}
        assert agrees(body(None, less)) == (name in {"start", "frame"}) if name not in {"end", "val", "accn"} else True


def test_lists_elsewhere_names_given_twice_and_lists_of_nothing() -> None:
    assert agrees(body({"USD": [FACT], "EUR": [], "shares": [INSTANT]}))
    file = json.loads(body(None, FACT))
    for more in ({"more": [FACT]}, {"facts2": {"a": [FACT]}}):
        assert not agrees(json.dumps(file | more, separators=(",", ":")).encode())
    twice = body({"USD": [FACT], "EUR": [INSTANT]}).replace(b"EUR", b"USD")
    assert not agrees(twice)
    for units in ({"USD": ""}, {"USD": "\x7f"}, {"USD": ["\x7f"]}, {"USD": [1], "EUR": [FACT]}, {}):
        assert not agrees(body(units))


def test_rows_given_twice_are_counted_in_the_order_of_the_file() -> None:
    text = body(None, FACT, {**FACT, "val": 2}, {**FACT, "start": "2022-10-01"}, INSTANT, FACT)
    assert agrees(text)
    found = read_fast(text)
    assert found is not None
    assert found.select("value", "occurrence", "ordinal").rows()[:2] == [("391035000000", 0, 2), ("391035000000", 0, 0)]


def test_names_sort_like_the_table_even_where_the_prefix_does_not_part_them() -> None:
    units = {"label": "é", "units": {"USD/shares": [FACT], "USD": [INSTANT, FACT], "€": [FACT]}}
    names = {"srt": {"b:c": units, "Ä": units, "a": units}, "srt-b": {"c": units, "C": units}, "": {"": units}}
    file = {"cik": CIK, "facts": names}
    assert agrees(json.dumps(file, separators=(",", ":"), ensure_ascii=False).encode())
    file["facts"] = names | {"srt:b": {"c": units}}
    assert not agrees(json.dumps(file, separators=(",", ":"), ensure_ascii=False).encode())


def test_companies_are_read_together_as_each_alone_and_an_odd_one_spoils_none() -> None:
    files = {
        f"{cik:010d}": body(None, FACT, {**FACT, "val": cik, "form": f"10-{cik}", "end": f"2024-0{cik}-01"}, INSTANT).replace(
            b"320193,", f"{cik},".encode()
        )
        for cik in (5, 6, 7)
    }  # fmt: skip
    together, left = tables_of(files)
    assert left == []
    for cik, text in files.items():
        assert stored(together[cik]).equals(expected(text))
        [alone] = tables_of({cik: text})[0].values()
        assert parquet_of(COMPANYFACTS, alone) == parquet_of(COMPANYFACTS, together[cik])
    far = body(None, {**FACT, "fy": 10**12}).replace(b"320193,", b"10,")
    odd = {
        "0000000008": b"<html>", "0000000009": files["0000000005"], "0000000010": far, "0000000011": b'{"cik":11,"facts":{}}',
    }  # fmt: skip
    tables, left = tables_of(files | odd)
    assert left == list(odd)
    assert tables == together


BASE = body({"USD": [FACT, INSTANT, {**FACT, "val": -1.5, "fp": None, "form": "8-K"}], "shares": [INSTANT]})
EDITS = st.lists(
    st.tuples(
        st.integers(0, len(BASE) - 1), st.integers(0, 3),
        st.sampled_from([*(bytes([byte]) for byte in b'"\\{}[],09-.e: \x7f\xff'), b"", b"},{", b"\xc3\xa9", b"null", b'\\"', b'"",']),
    ), min_size=1, max_size=3,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(EDITS)
def test_a_file_with_a_few_bytes_changed_is_never_read_differently(edits: list[tuple[int, int, bytes]]) -> None:
    text = BASE
    for place, length, new in edits:
        text = text[:place] + new + text[place + length :]
    agrees(text)


DAYS = st.dates().map(str)
VALUES = st.one_of(
    st.integers(-(10**18), 10**18), st.integers(-(10**40), 10**40), st.floats(allow_nan=False, allow_infinity=False)
)
FACTS = st.fixed_dictionaries(
    {"end": DAYS, "val": VALUES, "accn": st.from_regex(r"\A[0-9]{10}-[0-9]{2}-[0-9]{6}\Z")},
    optional={"start": DAYS},
).flatmap(
    lambda fact: st.fixed_dictionaries(
        {
            "fy": st.none() | st.integers(1990, 2040), "fp": st.none() | st.sampled_from(["FY", "Q1"]),
            "form": st.sampled_from(["10-K", "10-KT/A", "8-K", "10-12G/A", "DEFM14A/A"]), "filed": DAYS,
        },
        optional={"frame": st.sampled_from(["CY2020", "CY2020Q1", "CY2020Q1I"])},
    ).map(lambda rest: {**({"start": fact["start"]} if "start" in fact else {}), "end": fact["end"], **fact, **rest})
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.text(min_size=1, max_size=6), st.lists(FACTS, max_size=6), min_size=1, max_size=3))
def test_files_of_any_facts_are_never_read_differently(units: dict[str, list[dict[str, object]]]) -> None:
    agrees(body(units))
