"""Text by the machine word: eight bytes of every row as one unsigned number, compared and turned into numbers at once.

The first byte of a text is the lowest of its word. Functions take and return NumPy arrays with one word per row, and refuse
what does not look as told with `UnusualError`. What the bytes mean in a file of facts is `locate.py`.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.uint8]

_EACH: Final = np.uint64(0x0101010101010101)
_HIGH: Final = np.uint64(0x8080808080808080)
_ALL: Final = np.uint64(0xFFFFFFFFFFFFFFFF)


class UnusualError(Exception):
    """The text is not laid out as SEC does; it may be fine all the same, so that another reader is to judge it."""


def expect(condition: object) -> None:
    """Hold the text to a condition.

    Raises:
        UnusualError: it does not hold.
    """
    if not condition:
        raise UnusualError


def word(text: bytes) -> np.uint64:
    """Return up to eight bytes as a word, padded with zero bytes."""
    return np.uint64(int.from_bytes(text.ljust(8, b"\0"), "little"))


def rows_at(text: bytes, width: int, starts: Ints) -> Rows:
    """Return the `width` bytes of `text` at each of `starts`, one row each; all must lie within the text."""
    windows = np.ndarray((len(text) - width + 1,), f"V{width}", text, strides=(1,))
    return windows[starts].view(np.uint8).reshape(len(starts), width)


def words_of(rows: Rows, place: int) -> Words:
    """Return the eight bytes of each row that begin at `place`."""
    count, width = rows.shape
    if not count:
        return np.empty(0, np.uint64)
    return np.ndarray((count,), "<u8", rows.data, offset=place, strides=(width,)).astype(np.uint64)


def expect_text(words: Words, text: bytes) -> None:
    """Hold every word to begin with `text`, of at most eight bytes."""
    mask = word(b"\xff" * len(text))
    expect(((words & mask) == word(text)).all())


def length_before(words: Words, byte: bytes) -> Ints:
    """Return how many bytes of each word come before `byte`; 8 if it is not there."""
    other = words ^ (_EACH * np.uint64(byte[0]))
    found = (other - _EACH) & ~other & _HIGH  # the lowest mark is right, those above it may not be
    return (np.bitwise_count((found & (~found + np.uint64(1))) - np.uint64(1)) >> 3).astype(np.int64)


def beyond(lengths: Ints) -> Words:
    """Return masks of all bytes of a word but its first ones; lengths below 0 count as 0, those above 8 as 8."""
    bits = np.clip(lengths, 0, 8).astype(np.uint64) << np.uint64(3)
    return np.where(bits == 64, np.uint64(0), _ALL << (bits & np.uint64(63)))


def digits_of(words: Words, layout: bytes) -> Words:
    """Return the values 0 to 9 of the digits of each word, one a byte, and 0 for the other bytes.

    Args:
        words: the words.
        layout: eight bytes: `0` stands for any digit, `?` for any byte, any other byte for itself.

    Raises:
        UnusualError: a word is not laid out like that.
    """
    mask = word(bytes(0 if byte == ord("?") else 0xFF for byte in layout))
    values = (words ^ word(layout)) & mask
    most = word(bytes(0x7F - 9 if byte == ord("0") else 0x7F for byte in layout))
    expect(not (((values + most) | values) & _HIGH & mask).any())
    return values


def pairs(digits: Words) -> Words:
    """Return the two-digit numbers made of bytes 0 and 1, 2 and 3, …, each in the lower byte of the two."""
    return (digits * np.uint64(10) + (digits >> np.uint64(8))) & np.uint64(0x00FF00FF00FF00FF)


def byte_of(words: Words, place: int) -> Ints:
    """Return one byte of each word."""
    return ((words >> np.uint64(8 * place)) & np.uint64(0xFF)).astype(np.int64)


def plain_digits(words: Words) -> npt.NDArray[np.bool_]:
    """Tell which words are made of digits, points and minus signs only."""
    low = (words | _HIGH) - np.uint64(0x2D) * _EACH
    high = words + np.uint64(0x7F - 0x39) * _EACH
    slash = words ^ (np.uint64(0x2F) * _EACH)
    slashes = (slash - _EACH) & ~slash
    return ((~low | high | words | slashes) & _HIGH) == 0


def nibbles(words: Words) -> Words:
    """Return the lower halves of the eight bytes, packed into the lower 32 bits."""
    packed = words & np.uint64(0x0F0F0F0F0F0F0F0F)
    for shift, mask in ((4, 0x00FF00FF00FF00FF), (8, 0x0000FFFF0000FFFF), (16, 0x00000000FFFFFFFF)):
        packed = (packed | (packed >> np.uint64(shift))) & np.uint64(mask)
    return packed
