"""Ids as text, made column by column: unique by construction, the same on every machine."""

from functools import cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from esynapse.shop.columns import Ints, blocks
from esynapse.shop.streams import fingerprint

_ALPHABET = np.frombuffer(b"0123456789ABCDEFGHJKMNPQRSTVWXYZ", dtype=np.uint8)
"""Crockford's base 32: sorts as the numbers do."""
_BLOCK = 16_384
"""Rows written at a time, so that what is written stays in the processor's cache."""

Pairs = NDArray[np.uint16]
"""Text, two characters to a number."""


def event_ids(times: Ints, seed: int, first: int) -> pa.StringArray:
    """26 characters in ULID's shape: 10 of the millisecond, 8 of the seed, 8 of the position.

    ``times`` (microseconds, rising) are events of one UTC day, the ``first``-th of it and those
    after it, so the position in the day makes the id unique, and ids sort as the events do.
    """
    text = np.empty((len(times), 13), dtype=np.uint16)
    text[:, 5:9] = _constant(fingerprint(f"shop {seed}") % 2**40, 4)
    for rows in blocks(len(times), _BLOCK):
        _digits(times[rows] // 1000, text[rows, :5])
        _digits(np.arange(first + rows.start, first + rows.stop), text[rows, 9:])
    return _strings(text)


def session_ids(sessions: Ints, seed: int) -> pa.StringArray:
    """14 characters: an s, 3 of the seed, 4 of the day since 1970, 6 of the position in the day."""
    text = np.empty((len(sessions), 7), dtype=np.uint16)
    mark = fingerprint(f"shop {seed}") % 2**15
    text[:, 0] = _led_by("s")[mark >> 10]
    text[:, 1] = _pairs()[mark & 1023]
    for rows in blocks(len(sessions), _BLOCK):
        _digits(sessions[rows] >> 32, text[rows, 2:4])
        _digits(sessions[rows] & (2**30 - 1), text[rows, 4:])
    return _strings(text)


def user_ids(users: Ints) -> pa.StringArray:
    """8 characters: a u and 7 of the user's number."""
    text = np.empty((len(users), 4), dtype=np.uint16)
    for rows in blocks(len(users), _BLOCK):
        text[rows, 0] = _led_by("u")[(users[rows] >> 30) & 31]
        _digits(users[rows], text[rows, 1:])
    return _strings(text)


@cache
def _pairs() -> Pairs:
    """Every two digits, by the ten bits they stand for."""
    both = np.arange(1024)
    digits = np.stack([_ALPHABET[both >> 5], _ALPHABET[both & 31]], axis=1)
    return np.ascontiguousarray(digits).view(np.uint16).ravel()


@cache
def _led_by(letter: str) -> Pairs:
    """``letter`` and every digit."""
    digits = np.stack([np.full(32, ord(letter), dtype=np.uint8), _ALPHABET], axis=1)
    return np.ascontiguousarray(digits).view(np.uint16).ravel()


def _constant(number: int, width: int) -> Pairs:
    out = np.empty((1, width), dtype=np.uint16)
    _digits(np.array([number]), out)
    row: Pairs = out[0]
    return row


def _digits(numbers: Ints, out: Pairs) -> None:
    """Write ``numbers`` into the columns of ``out``, the last digits in the last one."""
    width, pairs = out.shape[1], _pairs()
    for place in range(width):
        out[:, width - 1 - place] = pairs[(numbers >> (10 * place)) & 1023]


def _strings(text: Pairs) -> pa.StringArray:
    rows, width = text.shape
    offsets = np.arange(rows + 1, dtype=np.int32) * np.int32(2 * width)
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(text))
