"""Facts located in a text as the Arrow table of a company: columns, order and values of the table `companyfacts`.

Every column of texts is a dictionary and its codes, so that a text that thousands of facts share is made once and Parquet takes
the codes as they are. What the columns mean is `xbrl.companyfacts.companyfacts_as_facts`, which makes the same out of any file.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from sec_assets.storage.arrow import arrow_schema
from sec_assets.tables import COMPANYFACTS
from sec_assets.xbrl.bulkfacts.locate import NO_DAY, Facts, value_texts
from sec_assets.xbrl.bulkfacts.words import Ints, expect
from sec_assets.xbrl.companyfacts import SOURCE, namespace_of, numeric_of

_DAY_BITS = 20
_CONSTANT = {"is_extension": False, "dimensions": "", "is_nil": False, "source": SOURCE}
_NULL = (
    "decimals",
    "lang",
    "duplicates",
    "entity_scheme",
    "entity_identifier",
    "text_length",
    "accepted_at",
    "also_in",
)


@dataclass(frozen=True, slots=True)
class _Coded:
    """A column as codes into its distinct values."""

    values: Ints
    codes: Ints


@dataclass(frozen=True, slots=True)
class _Order:
    """The rows in the order of the table's key: row numbers, codes of the key's parts, and which begin another key."""

    rows: Ints
    parts: tuple[Ints, ...]
    another: npt.NDArray[np.bool_]


def company_table(cik: str, names: Sequence[tuple[str, str, str]], facts: Facts, lists: slice) -> pa.Table:
    """Return the rows of a company with the columns of `COMPANYFACTS`, sorted by its key.

    Args:
        cik: the company, ten digits.
        names: taxonomy, tag and unit of each of its lists.
        facts: where the facts of its lists, and maybe of others, are.
        lists: which of the lists are the company's.

    Raises:
        UnusualError: a text that is not plain, or more facts than the keys have bits for.
        MalformedError: a value that is no number.
    """
    rows = slice(int(facts.begins[lists.start]), int(facts.begins[lists.stop]))
    namespaces = {taxonomy: namespace_of(taxonomy) for taxonomy in {taxonomy for taxonomy, _, _ in names}}
    expect(":" not in "".join(namespaces))  # so that a concept has one namespace
    keys = [(f"{taxonomy}:{tag}", unit, namespaces[taxonomy]) for taxonomy, tag, unit in names]
    distinct = sorted(set(keys))
    rank = {key: number for number, key in enumerate(distinct)}
    lengths = np.diff(facts.begins[lists.start : lists.stop + 1])
    named = _Coded(np.arange(len(distinct)), np.repeat([rank[key] for key in keys], lengths))
    period = _sorted_codes(_period_numbers(facts.starts, facts.ends), facts.period[rows])
    accession = _sorted_codes(facts.accessions, facts.filing[rows])
    order = _ordered(named, period, accession)
    of_name, of_period, of_accession = order.parts
    columns = {
        "accession_number": _dictionary(of_accession, [_accession(number) for number in accession.values.tolist()]),
        "concept": _part(of_name, [concept for concept, _, _ in distinct]),
        "unit": _part(of_name, [unit for _, unit, _ in distinct]),
        "namespace": _part(of_name, [namespace for _, _, namespace in distinct]),
        "period": _dictionary(of_period, _periods(period.values)),
    }
    return _whole(cik, columns | _unsorted(facts, rows, order), len(order.rows))


def _unsorted(facts: Facts, rows: slice, order: _Order) -> dict[str, pa.Array]:
    """Return the columns that are not part of the key, in its order."""
    value, texts = _values(facts, rows)
    codes = value.codes[order.rows]
    form = _sorted_codes(facts.form, facts.filing[rows])
    period = facts.period[rows][order.rows]
    start = facts.starts[period]
    position = np.arange(len(order.rows))
    first_of_its_key = np.maximum.accumulate(np.where(order.another, position, 0))
    numeric = numeric_of(pl.Series(texts)).to_arrow(compat_level=pl.CompatLevel.oldest())
    return {
        "value": _dictionary(codes, texts),
        "numeric": numeric.take(pa.array(codes)),
        "period_start": pa.array(start.astype(np.int32), mask=start == NO_DAY).view(pa.date32()),
        "period_end": pa.array(facts.ends[period].astype(np.int32)).view(pa.date32()),
        "is_instant": pa.array(start == NO_DAY),
        "occurrence": pa.array((position - first_of_its_key).astype(np.int32)),
        "ordinal": pa.array(order.rows.astype(np.int32)),
        "form": _dictionary(form.codes[order.rows], [facts.forms[number] for number in form.values.tolist()]),
        "filed": pa.array(facts.filed_days[facts.filed[rows][order.rows]].astype(np.int32)).view(pa.date32()),
    }


def _sorted_codes(numbers: Ints, codes: Ints) -> _Coded:
    """Return codes of the numbers that are in use, in their order.

    Args:
        numbers: what the codes stand for; several may be the same.
        codes: a code for each row.
    """
    used = np.flatnonzero(np.bincount(codes, minlength=len(numbers)))
    values, rank = np.unique(numbers[used], return_inverse=True)
    new = np.zeros(len(numbers), np.int64)
    new[used] = rank
    return _Coded(values, new[codes])


def _ordered(*parts: _Coded) -> _Order:
    """Return the rows by their parts, and rows that agree in all of them in their present order."""
    count = len(parts[0].codes)
    widths = [len(part.values).bit_length() for part in parts] + [count.bit_length()]
    expect(sum(widths) < 64)
    keys = np.zeros(count, np.int64)
    for part, width in zip(parts, widths, strict=False):
        keys = (keys << width) | part.codes
    keys = np.sort((keys << widths[-1]) | np.arange(count))  # all differ, so that no stable sort is needed
    shift = widths[-1]
    rows, another = keys & ((1 << shift) - 1), np.diff(keys >> shift, prepend=-1) != 0
    codes = []
    for width in reversed(widths[:-1]):
        codes.append((keys >> shift) & ((1 << width) - 1))
        shift += width
    return _Order(rows, tuple(reversed(codes)), another)


def _period_numbers(start: Ints, end: Ints) -> Ints:
    """Return a number per period that sorts like its text: a day before the durations that begin on it."""
    instant = start == NO_DAY
    first = np.where(instant, end, start)
    return ((first - NO_DAY) << (_DAY_BITS + 1)) | np.where(instant, 0, end - NO_DAY)


def _periods(numbers: Ints) -> pa.StringArray:
    first, second = (numbers >> (_DAY_BITS + 1)) + NO_DAY, (numbers & ((2 << _DAY_BITS) - 1)) + NO_DAY
    days = [pa.array(part.astype(np.int32)).view(pa.date32()).cast(pa.string()) for part in (first, second)]
    both = pc.call_function("binary_join_element_wise", [*days, "/"])
    return pc.call_function("if_else", [pa.array(second == NO_DAY), days[0], both])


def _values(facts: Facts, rows: slice) -> tuple[_Coded, pa.StringArray]:
    """Return the values as codes, and the distinct texts they stand for."""
    found = pa.array(facts.value_key[rows]).dictionary_encode()
    coded = _Coded(found.dictionary.to_numpy(), found.indices.to_numpy())
    one_of = np.empty(len(coded.values), np.int64)
    one_of[coded.codes] = np.arange(rows.start, rows.stop)
    ends = np.cumsum(facts.value_length[one_of])
    offsets = np.concatenate([[0], ends]).astype(np.int32)
    letters = np.ascontiguousarray(value_texts(facts, one_of))
    return coded, pa.StringArray.from_buffers(len(one_of), pa.py_buffer(offsets), pa.py_buffer(letters))


def _accession(number: int) -> str:
    return f"{number // 10**8:010d}-{number // 10**6 % 100:02d}-{number % 10**6:06d}"


def _dictionary(codes: Ints, texts: Sequence[str] | pa.StringArray) -> pa.DictionaryArray:
    values = texts if isinstance(texts, pa.StringArray) else pa.array(texts, pa.string())
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), values, safe=False)


def _part(codes: Ints, texts: Sequence[str]) -> pa.DictionaryArray:
    """Return texts of which several may be the same; Parquet takes a dictionary as it is only if they differ."""
    number = {text: code for code, text in enumerate(dict.fromkeys(texts))}
    return _dictionary(np.array([number[text] for text in texts])[codes], list(number))


def _whole(cik: str, columns: dict[str, pa.Array], count: int) -> pa.Table:
    """Return a table with the constant columns too, in the table's order."""
    schema = arrow_schema(COMPANYFACTS)
    same = np.zeros(count, np.int64)
    for name, value in {"cik": cik, **_CONSTANT}.items():
        columns[name] = pa.repeat(value, count) if isinstance(value, bool) else _dictionary(same, [value])
    for name in _NULL:
        columns[name] = pa.nulls(count, schema.field(name).type)
    return pa.Table.from_arrays([columns[name] for name in schema.names], schema=schema)
