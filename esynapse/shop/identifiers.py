"""Ids as text, made column by column: unique by construction, the same on every machine."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from esynapse.shop.columns import Ints
from esynapse.shop.streams import fingerprint

_ALPHABET = np.frombuffer(b"0123456789ABCDEFGHJKMNPQRSTVWXYZ", dtype=np.uint8)
"""Crockford's base 32: sorts as the numbers do."""


def event_ids(times: Ints, seed: int) -> pa.StringArray:
    """26 characters in ULID's shape: 10 of the millisecond, 8 of the seed, 8 of the position.

    ``times`` (microseconds, rising) are all events of one UTC day, so the position in it makes the
    id unique, and ids sort as the events do.
    """
    text = np.empty((len(times), 26), dtype=np.uint8)
    _digits(times // 1000, text[:, :10])
    _digits(np.array([fingerprint(f"shop {seed}") % 2**40]), text[:, 10:18])
    _digits(np.arange(len(times), dtype=np.int64), text[:, 18:])
    return _strings(text)


def session_ids(sessions: Ints, seed: int) -> pa.StringArray:
    """13 characters: an s, 4 of the day since 1970, 2 of the seed, 6 of the position in the day."""
    text = np.empty((len(sessions), 13), dtype=np.uint8)
    text[:, 0] = ord("s")
    _digits(sessions >> 32, text[:, 1:5])
    _digits(np.array([fingerprint(f"shop {seed}") % 2**10]), text[:, 5:7])
    _digits(sessions & (2**32 - 1), text[:, 7:])
    return _strings(text)


def user_ids(users: Ints) -> pa.StringArray:
    """A u and at least 7 digits."""
    digits = pc.utf8_lpad(pc.cast(pa.array(users), pa.string()), 7, "0")
    return pc.binary_join_element_wise("u", digits, "")


def _digits(numbers: Ints, out: NDArray[np.uint8]) -> None:
    """Write ``numbers`` into the columns of ``out``, the last digit in the last one."""
    for place in range(out.shape[1]):
        out[:, -1 - place] = _ALPHABET[(numbers >> (5 * place)) & 31]


def _strings(text: NDArray[np.uint8]) -> pa.StringArray:
    rows, width = text.shape
    offsets = np.arange(rows + 1, dtype=np.int32) * np.int32(width)
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(text))
