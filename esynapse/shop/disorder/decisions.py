"""What happens to each event on its way: every decision is a draw from the event's own id."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from esynapse.shop.columns import Bools, Ints
from esynapse.shop.disorder.figures import Disorder, Duplicates, Malformed
from esynapse.shop.draws import Words, draw, keys, nth, pick, unit32


class Copies(NamedTuple):
    """Further arrivals of some events."""

    row: Ints
    """Position of the event that is copied."""
    number: Ints
    """1 for the first copy of an event, 2 for the next."""
    delay: Ints
    """Microseconds after the event itself arrived."""


class Breakages(NamedTuple):
    """Malformed copies of some events."""

    row: Ints
    """Position of the event that is copied."""
    kind: list[str]
    word: Words
    """What chooses the fault within the kind."""
    delay: Ints
    """Microseconds after the event happened."""


def event_keys(ids: pa.ChunkedArray, seed: int) -> Words:
    """One word for each id, whatever its length; ``ids`` holds no null."""
    return np.concatenate([np.empty(0, np.uint64), *(_keys(chunk, seed) for chunk in ids.chunks)])


def _keys(text: pa.StringArray, seed: int) -> Words:
    lengths = pc.binary_length(text).to_numpy()
    if np.all(lengths[:1] == lengths):
        return _keys_of_length(text, seed)
    found = np.empty(len(text), dtype=np.uint64)
    for length in np.unique(lengths):
        same = lengths == length
        found[same] = _keys_of_length(text.filter(pa.array(same)), seed)
    return found


def _keys_of_length(text: pa.StringArray, seed: int) -> Words:
    """The words of texts that are equally long: eight bytes at a time go into the hash."""
    rows = len(text)
    if not rows:
        return np.empty(0, dtype=np.uint64)
    _, offsets, data = text.buffers()
    first, last = np.frombuffer(offsets, dtype=np.int32)[[text.offset, text.offset + rows]]
    letters = np.frombuffer(data, dtype=np.uint8)[first:last].reshape(rows, -1)
    length = letters.shape[1]
    key = keys(seed, "disorder", np.full(rows, length))
    for start in range(0, length, 8):
        part = letters[:, start : start + 8]
        if part.shape[1] < 8:
            part = np.pad(part, ((0, 0), (0, 8 - part.shape[1])))
        key = nth(key, part.view("<u8")[:, 0])
    return key


def first_arrivals(times: Ints, key: Words, figures: Disorder) -> tuple[Ints, Bools]:
    """When each event itself arrives (microseconds since 1970), and whether that is late."""
    word = draw(key, "way")
    arrived = times + pick(figures.network.table(), word)
    late = unit32(word, 32) < figures.late.share
    rows = np.flatnonzero(late)
    arrived[rows] = times[rows] + pick(figures.late.table(), draw(key[rows], "late"))
    return arrived, late


def duplicates(key: Words, figures: Duplicates) -> Copies:
    """The events that are sent again, and again."""
    row = np.flatnonzero(unit32(draw(key, "duplicate"), 32) < figures.share)
    found = [Copies(row[:0], row[:0], row[:0])]
    for number in range(1, figures.most + 1):
        numbers = np.full(len(row), number)
        word = draw(nth(key[row], numbers), "copy")
        found.append(Copies(row, numbers, pick(figures.table(), word)))
        row = row[unit32(word, 32) < figures.again]
    return Copies(*(np.concatenate(column) for column in zip(*found, strict=True)))


def breakages(key: Words, figures: Malformed, network: Ints) -> Breakages:
    """The events that have a malformed copy.

    Args:
        network: the quantiles of a message's delay.
    """
    rates = figures.rates()
    bounds = np.cumsum(list(rates.values()))
    chance = unit32(draw(key, "malformed"), 32)
    row = np.flatnonzero(chance < bounds[-1])
    kinds = list(rates)
    kind = [kinds[code] for code in np.searchsorted(bounds, chance[row], side="right")]
    word = draw(key[row], "fault")
    return Breakages(row, kind, word >> np.uint64(32), pick(network, word))
