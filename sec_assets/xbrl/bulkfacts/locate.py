"""Where the fields of facts are, for all facts of many lists at once: positions are computed, every byte is checked.

A list of facts as SEC writes it is so regular that the place of a field follows from the lengths of those before it. Each
stretch between two fields of varying length is one gather from the text; what is not exactly as expected is refused.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from sec_assets.xbrl.bulkfacts.words import (
    Ints,
    Rows,
    Words,
    beyond,
    byte_of,
    digits_of,
    eight_digits,
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
_PLAIN_TEXT = re.compile(rb"[ !#-\[\]-~]*")


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of lists in their order, one array element each.

    `begins` is the number of the first fact of each list, and in the end that of all facts; days count from 1970-01-01;
    `accession` is the number without its dashes; `value_key` is the same for the same text only, and the text is that of
    `value_length` bytes at `value_at`; `form` is a text as a word.
    """

    text: bytes
    begins: Ints
    start: Ints
    end: Ints
    accession: Ints
    value_at: Ints
    value_length: Ints
    value_key: Words
    form: Words
    filed: Ints


def locate(lists: Sequence[bytes | bytearray]) -> Facts:
    """Return where everything is in lists of facts, each given without its brackets.

    Raises:
        UnusualError: something is not laid out as SEC does.
    """
    text = b",".join([*lists, _PADDING])
    letters = np.frombuffer(text, np.uint8)
    offsets = np.cumsum([0, *(len(part) + 1 for part in lists)])
    at = np.flatnonzero(letters == ord("{"))
    expect(len(at) > 0)
    ends = np.append(at[1:], offsets[-1]) - 2
    expect((letters[ends] == ord("}")).all() and (letters[ends + 1] == ord(",")).all())
    begins = np.append(np.searchsorted(at, offsets[:-1]), len(at))
    expect((at[begins[:-1]] == offsets[:-1]).all())

    duration = letters[at + 2] == ord("s")
    end_at = at + 8 + 21 * duration
    start = np.full(len(at), NO_DAY, np.int64)
    start[duration] = _first_days(rows_at(text, 24, at[duration]))
    head = rows_at(text, 48, end_at - 8)
    expect((head[:, 0] == np.where(duration, ord(","), ord("{"))).all())
    expect_text(words_of(head, 1), b'"end":"')
    end = _days(head, 8)
    expect_text(words_of(head, 18), b'","val":')

    value_at = end_at + 18
    value_length, value_key = _values(text, head, value_at)
    tail_at = value_at + value_length
    tail = rows_at(text, 72, tail_at)
    accession = _accessions(tail)
    _check_fiscal(tail)
    form, length = _forms(tail)
    filed_at = tail_at + 59 + length
    filed = _filed(rows_at(text, 48, filed_at), ends - filed_at)
    return Facts(text, begins, start, end, accession, value_at, value_length, value_key, form, filed)


def _first_days(rows: Rows) -> Ints:
    """Return the days of rows like `{"start":"2023-10-01",`."""
    expect_text(words_of(rows, 0), b'{"start"')
    expect_text(words_of(rows, 2), b'start":"')
    expect((rows[:, 20] == ord('"')).all())
    return _days(rows, 10)


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


def _values(text: bytes, head: Rows, value_at: Ints) -> tuple[Ints, Words]:
    """Return the lengths of the values, and a number for each that tells their texts apart."""
    first, second = words_of(head, 26), words_of(head, 34)
    length = length_before(first, b",")
    length += np.where(length == 8, length_before(second, b","), 0)
    expect((length > 0).all())
    spare, spare_second = beyond(length), beyond(length - 8)
    zeros = word(b"00000000")
    plain = plain_digits((first & ~spare) | (zeros & spare))
    plain &= plain_digits((second & ~spare_second) | (zeros & spare_second))
    plain &= (length < 16) | (head[:, 42] == ord(","))
    key = (nibbles(first | spare) << np.uint64(32)) | nibbles(second | spare_second)
    odd: dict[bytes, int] = {}
    for row in np.flatnonzero(~plain).tolist():  # exponents and long fractions: a handful in a thousand files
        begin = int(value_at[row])
        value = text[begin : text.find(b",", begin)]
        expect(_NUMBER.fullmatch(value))
        length[row] = len(value)
        key[row] = _ODD | odd.setdefault(value, len(odd))
    return length, key


def _accessions(tail: Rows) -> Ints:
    expect_text(words_of(tail, 0), b',"accn":')
    expect((tail[:, 8] == ord('"')).all())
    filer = eight_digits(digits_of(words_of(tail, 9), b"00000000"))
    middle = digits_of(words_of(tail, 17), b"00-00-00")
    year = byte_of(middle, 3) * 10 + byte_of(middle, 4)
    last = pairs(digits_of(words_of(tail, 21), b"0-000000"))
    number = byte_of(last, 2) * 10_000 + byte_of(last, 4) * 100 + byte_of(last, 6)
    return ((filer.astype(np.int64) * 100 + byte_of(pairs(middle), 0)) * 100 + year) * 1_000_000 + number


def _check_fiscal(tail: Rows) -> None:
    """Hold the fiscal year and period, which are the filing's and not kept, to their shape."""
    expect_text(words_of(tail, 29), b'","fy":')
    year = words_of(tail, 36)
    digits_of(year[year != word(b'null,"fp')], b'0000,"fp')
    expect_text(words_of(tail, 42), b'fp":')
    period = words_of(tail, 44)
    stated = period[period != word(b'":null,"')]
    digits_of(stated, b'":"??","')
    for code in np.flatnonzero(np.bincount(((stated >> np.uint64(24)) & np.uint64(0xFFFF)).astype(np.int64))).tolist():
        expect(_PLAIN_TEXT.fullmatch(code.to_bytes(2, "little")))
    expect_text(words_of(tail, 51), b'"form":"')


def _forms(tail: Rows) -> tuple[Words, Ints]:
    """Return the texts of the forms, of at most eight bytes, and their lengths."""
    words = words_of(tail, 59)
    length = length_before(words, b'"')
    expect(((length < 8) | (tail[:, 67] == ord('"'))).all())
    return words & ~beyond(length), length


def text_of_form(form: int) -> str:
    """Return the text of an element of `Facts.form`.

    Raises:
        UnusualError: it is not plain text.
    """
    text = form.to_bytes(8, "little").rstrip(b"\0")
    expect(_PLAIN_TEXT.fullmatch(text))
    return text.decode("ascii")


def _filed(rows: Rows, lengths: Ints) -> Ints:
    """Return the days of rows that end after `lengths` bytes, like `","filed":"2024-11-01","frame":"CY2024Q1I"}`."""
    expect_text(words_of(rows, 0), b'","filed')
    expect_text(words_of(rows, 3), b'filed":"')
    bare = lengths == 22
    close = words_of(rows, 21)
    expect_text(close[bare], b'"}')
    framed = ~bare
    expect_text(close[framed], b'","frame')
    expect_text(words_of(rows, 24)[framed], b'frame":"')
    digits_of(words_of(rows, 32)[framed], b"CY0000??")
    last = words_of(rows, 38)
    year, quarter, instant = lengths == 39, lengths == 41, lengths == 42
    expect((bare | year | quarter | instant).all())
    digits_of(last[year], b'"}??????')
    digits_of(last[quarter], b'Q0"}????')
    digits_of(last[instant], b'Q0I"}???')
    return _days(rows, 11)


def value_texts(facts: Facts, rows: Ints) -> npt.NDArray[np.uint8]:
    """Return the values of some facts, one after the other."""
    length = facts.value_length[rows]
    shift = facts.value_at[rows] - (np.cumsum(length) - length)
    return np.frombuffer(facts.text, np.uint8)[np.arange(length.sum()) + np.repeat(shift, length)]
