"""Where the fields of facts are, for all facts of many lists at once: positions are computed, every byte is checked.

A list of facts as SEC writes it is so regular that the place of a field follows from the lengths of those before it. Between two
fields of varying length lies a stretch that many facts share, as they have a period or a filing in common: stretches are gathered
from the text, coded, and only the distinct ones looked into. What is not exactly as expected is refused.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sec_assets.xbrl.bulkfacts.words import (
    Ints,
    Rows,
    UnusualError,
    Words,
    beyond,
    byte_of,
    digits_of,
    expect,
    expect_text,
    length_before,
    nibbles,
    pairs,
    plain_digits,
    rows_at,
    word,
    words_of,
)

NO_DAY = -(2**20)
"""The first day of an instant; earlier than all days."""

_FIRST_YEAR, _LAST_YEAR = 1900, 2149
_PADDING = b"\0" * 512
_NUMBER = re.compile(rb"[-+.0-9eE]{1,200}")
_ODD = 0xF << 60

_TEXT = rb"[ !#-\[\]-~]"
_FILING = re.compile(
    rb',"accn":"([0-9]{10})-([0-9]{2})-([0-9]{6})","fy":(?:null|[1-9][0-9]{3}),"fp":(?:null|"%b{2}"),"form":"(%b{0,8})"'
    % (_TEXT, _TEXT)
)
_FILING_WIDTH, _UP_TO_FORM = 72, 59
_FILED = re.compile(rb'","filed":"([0-9]{4}-[0-9]{2}-[0-9]{2})"')
_FILED_WIDTH = 22
_FRAME = re.compile(rb',"frame":"CY[0-9]{4}(?:Q[0-9]I?)?"\}')
_FRAME_WIDTH = 21


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of lists in their order.

    One element per fact have `period`, `filing` and `filed`, which are codes into the arrays below them (`form` in turn is
    a code into `forms`), and the values:
    `value_key` is the same for the same text only, and the text is that of `value_length` bytes at `value_at`. `begins` is
    the number of the first fact of each list, and in the end that of all facts. Days count from 1970-01-01; an accession
    number is given without its dashes.
    """

    text: bytes
    begins: Ints
    value_at: Ints
    value_length: Ints
    value_key: Words
    period: Ints
    starts: Ints
    ends: Ints
    filing: Ints
    accessions: Ints
    form: Ints
    forms: list[str]
    filed: Ints
    filed_days: Ints


def locate(lists: Sequence[bytes | bytearray]) -> Facts:
    """Return where everything is in lists of facts, each given without its brackets.

    Raises:
        UnusualError: something is not laid out as SEC does.
    """
    text = b",".join([*lists, _PADDING])
    at, last, begins = _bounds(text, lists)
    duration = np.frombuffer(text, np.uint8)[at + 2] == ord("s")
    period, starts, ends = _periods(text, at, duration)
    value_at = at + 26 + 21 * duration
    value_length, value_key = _values(text, rows_at(text, 24, value_at), value_at)
    filing_at = value_at + value_length
    filing, filings = _distinct(rows_at(text, _FILING_WIDTH, filing_at))
    accessions, forms = _filings(filings)
    filed_at = filing_at + _UP_TO_FORM + np.array([len(form) for form in forms])[filing]
    filed, days = _distinct(rows_at(text, _FILED_WIDTH, filed_at))
    _check_frames(text, filed_at + _FILED_WIDTH, last + 1)
    form_codes = {form: code for code, form in enumerate(dict.fromkeys(forms))}
    return Facts(
        text=text,
        begins=begins,
        value_at=value_at,
        value_length=value_length,
        value_key=value_key,
        period=period,
        starts=starts,
        ends=ends,
        filing=filing,
        accessions=accessions,
        form=np.array([form_codes[form] for form in forms]),
        forms=list(form_codes),
        filed=filed,
        filed_days=_filed(days),
    )


def _bounds(text: bytes, lists: Sequence[bytes | bytearray]) -> tuple[Ints, Ints, Ints]:
    """Return where facts begin and end (their braces), and the numbers of the first facts of the lists and of all facts."""
    letters = np.frombuffer(text, np.uint8)
    offsets = np.cumsum([0, *map(len, lists)]) + np.arange(len(lists) + 1)
    at = np.flatnonzero(letters == ord("{"))
    expect(len(at) > 0)
    last = np.append(at[1:], offsets[-1]) - 2
    expect((letters[last] == ord("}")).all() and (letters[last + 1] == ord(",")).all())
    begins = np.append(np.searchsorted(at, offsets[:-1]), len(at))
    expect((at[begins[:-1]] == offsets[:-1]).all())
    return at, last, begins


def _distinct(rows: Rows) -> tuple[Ints, Rows]:
    """Return a code for each row, and the distinct rows that the codes stand for."""
    count, width = rows.shape
    if not count:
        return np.empty(0, np.int64), rows
    array = pa.Array.from_buffers(pa.binary(width), count, [None, pa.py_buffer(rows)])
    found = array.dictionary_encode()
    distinct = np.frombuffer(found.dictionary.buffers()[1], np.uint8, len(found.dictionary) * width)
    return found.indices.to_numpy(), distinct.reshape(-1, width)


def _periods(text: bytes, at: Ints, duration: npt.NDArray[np.bool_]) -> tuple[Ints, Ints, Ints]:
    """Return the codes of the periods, and the first days (`NO_DAY` for instants) and last days they stand for."""
    of_durations, durations = _distinct(
        rows_at(text, 47, at[duration])
    )  # {"start":"2023-10-01","end":"2024-09-28","val":
    expect_text(words_of(durations, 0), b'{"start"')
    expect_text(words_of(durations, 2), b'start":"')
    expect_text(words_of(durations, 20), b'","end":')
    expect_text(words_of(durations, 21), b',"end":"')
    expect_text(words_of(durations, 39), b'","val":')
    of_instants, instants = _distinct(rows_at(text, 26, at[~duration]))  # {"end":"2024-09-28","val":
    expect_text(words_of(instants, 0), b'{"end":"')
    expect_text(words_of(instants, 18), b'","val":')
    codes = np.empty(len(at), np.int64)
    codes[duration] = of_durations
    codes[~duration] = of_instants + len(durations)
    starts = np.concatenate([_days(durations, 10), np.full(len(instants), NO_DAY)])
    return codes, starts, np.concatenate([_days(durations, 29), _days(instants, 8)])


def _days(rows: Rows, place: int) -> Ints:
    """Return the days since 1970-01-01 of dates like 2023-10-01 at a place of rows."""
    century = pairs(digits_of(words_of(rows, place), b"0000-00-"))
    digits = digits_of(words_of(rows, place + 2), b"00-00-00")
    two = pairs(digits)
    year = byte_of(century, 0) * 100 + byte_of(two, 0) - _FIRST_YEAR
    month = byte_of(two, 2) * 10 + byte_of(digits, 4)
    day = byte_of(two, 6)
    expect(((year >= 0) & (year <= _LAST_YEAR - _FIRST_YEAR) & (month <= 12) & (day <= 31)).all())
    found = _calendar()[(year * 13 + month) * 32 + day]
    expect((found != NO_DAY).all())
    return found


@lru_cache(maxsize=1)
def _calendar() -> Ints:
    """Return the day since 1970-01-01 of every year, month 0 to 12 and day 0 to 31, `NO_DAY` where there is none."""
    days = np.arange(f"{_FIRST_YEAR}-01-01", f"{_LAST_YEAR + 1}-01-01", dtype="datetime64[D]")
    months = days.astype("datetime64[M]")
    number = months.astype(np.int64) + (1970 - _FIRST_YEAR) * 12
    day = (days - months).astype(np.int64) + 1
    found = np.full((_LAST_YEAR - _FIRST_YEAR + 1) * 13 * 32, NO_DAY, np.int64)
    found[(number // 12 * 13 + number % 12 + 1) * 32 + day] = days.astype(np.int64)
    return found


def _values(text: bytes, rows: Rows, value_at: Ints) -> tuple[Ints, Words]:
    """Return the lengths of the values, and a number for each that tells their texts apart."""
    first, second = words_of(rows, 0), words_of(rows, 8)
    length = length_before(first, b",")
    length += np.where(length == 8, length_before(second, b","), 0)
    expect((length > 0).all())
    spare, spare_second = beyond(length), beyond(length - 8)
    zeros = word(b"00000000")
    plain = plain_digits((first & ~spare) | (zeros & spare))
    plain &= plain_digits((second & ~spare_second) | (zeros & spare_second))
    plain &= (length < 16) | (rows[:, 16] == ord(","))
    key = (nibbles(first | spare) << np.uint64(32)) | nibbles(second | spare_second)
    odd: dict[bytes, int] = {}
    for row in np.flatnonzero(~plain).tolist():  # exponents and long fractions: a handful in a thousand files
        begin = int(value_at[row])
        value = text[begin : text.find(b",", begin)]
        expect(_NUMBER.fullmatch(value))
        length[row] = len(value)
        key[row] = _ODD | odd.setdefault(value, len(odd))
    return length, key


def _filings(rows: Rows) -> tuple[Ints, list[str]]:
    """Return accession numbers and forms of stretches like `,"accn":"0000320193-24-000123","fy":2024,"fp":"FY","form":"10-K"`."""
    found = [_FILING.match(row.tobytes()) for row in rows]
    expect(all(found))
    numbers = [int(match[1] + match[2] + match[3]) for match in found if match]
    return np.array(numbers, np.int64), [match[4].decode("ascii") for match in found if match]


def _filed(rows: Rows) -> Ints:
    """Return the days of stretches like `","filed":"2024-11-01"`."""
    found = [_FILED.fullmatch(row.tobytes()) for row in rows]
    expect(all(found))
    try:
        days = [date.fromisoformat(match[1].decode("ascii")) for match in found if match]
    except ValueError as error:
        raise UnusualError from error
    return np.array([day.toordinal() for day in days]) - date(1970, 1, 1).toordinal()


def _check_frames(text: bytes, at: Ints, end: Ints) -> None:
    """Hold what is left of the facts, between two places each, to a brace, or to a frame, which is not kept, and a brace."""
    framed = end - at != 1
    codes, rows = _distinct(rows_at(text, _FRAME_WIDTH, at[framed]))
    found = [_FRAME.match(row.tobytes()) for row in rows]
    expect(all(found))
    lengths = np.array([match.end() for match in found if match], np.int64)
    expect((lengths[codes] == (end - at)[framed]).all())


def value_texts(facts: Facts, rows: Ints) -> npt.NDArray[np.uint8]:
    """Return the values of some facts, one after the other."""
    length = facts.value_length[rows]
    shift = facts.value_at[rows] - (np.cumsum(length) - length)
    return np.frombuffer(facts.text, np.uint8)[np.arange(length.sum()) + np.repeat(shift, length)]
