"""A file of bytes as records with their line numbers, a block at a time.

A record is a line, or several where a quoted field holds line breaks (RFC 4180). A quote that is
never closed costs its own line, not the rest of the file.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt

from esynapse.errors import EsynapseError

BLOCK_BYTES = 8 << 20
LONGEST_RECORD = 1 << 20
"""Bytes; a quoted field that runs on longer counts as a quote never closed."""
LONGEST_LINE = 64 << 20
NEAR = 50
"""Lines with an odd number of quotes that are tried as the end of one record."""

Offsets = npt.NDArray[np.int64]


class Records(NamedTuple):
    """Records of one block that are not blank."""

    block: bytes
    starts: Offsets
    """Where each record begins in ``block``."""
    ends: Offsets
    """Where it ends, its line end left out."""
    lines: Offsets
    """Number of its first line in the file; 1 is the first."""
    unclosed: frozenset[int]
    """Indexes of records in which a quote is never closed."""

    def data(self, index: int) -> bytes:
        """The bytes of one record as they stand in the file."""
        return self.block[self.starts[index] : self.ends[index]]


def read_records(
    file: BinaryIO, *, delimiter: str, quote: str, first_line: int = 1
) -> Iterator[Records]:
    """Yield the records of ``file`` from where it stands, which is line ``first_line``.

    Raises:
        EsynapseError: a line is longer than 64 MB.
    """
    splitter = _Splitter(delimiter, quote)
    rest, line = b"", first_line
    while True:
        data = file.read(BLOCK_BYTES)
        block, final = rest + data, not data
        whole = len(block) if final else block.rfind(b"\n") + 1
        if len(block) - whole > LONGEST_LINE:
            raise EsynapseError(f"line {line} is longer than 64 MB: is this a file of text?")
        starts, ends = _lines(block[:whole])
        keep, ends, unclosed, used = splitter.join(block, starts, ends, final=final)
        records = Records(block, starts[keep], ends, keep + line, unclosed)
        if len(keep):
            yield _without_blank(records)
        if final:
            return
        rest = block[int(starts[used]) if used < len(starts) else whole :]
        line += used


class _Splitter:
    """Joins the lines of a record whose quoted fields hold line breaks."""

    def __init__(self, delimiter: str, quote: str) -> None:
        self.quote = quote.encode()
        self.complete = _complete_record(delimiter, quote) if quote else None

    def join(
        self, block: bytes, starts: Offsets, ends: Offsets, *, final: bool
    ) -> tuple[Offsets, Offsets, frozenset[int], int]:
        """First line of each record, end of each record, records never closed, lines used up.

        Lines with an even number of quotes are records; only the others are looked at one by one.
        """
        count = len(starts)
        if self.complete is None or self.quote not in block:
            return np.arange(count, dtype=np.int64), ends, frozenset(), count
        marks = np.flatnonzero(np.frombuffer(block, np.uint8) == self.quote[0])
        quotes = np.searchsorted(marks, ends) - np.searchsorted(marks, starts)
        odd = np.flatnonzero(quotes % 2).tolist()
        inner = np.zeros(count, dtype=bool)
        ends, unclosed, used, position = ends.copy(), set[int](), count, 0
        while position < len(odd):
            first = odd[position]
            near = odd[position : position + NEAR]
            last = self._last_line(block, starts, ends, near, final=final)
            if last is None:
                used = first
                break
            if last < 0:
                unclosed.add(first)
            elif last > first:
                inner[first + 1 : last + 1] = True
                ends[first] = ends[last]
            position = bisect_right(odd, max(first, last))
        keep = np.flatnonzero(~inner[:used])
        renumbered = np.searchsorted(keep, sorted(unclosed)).tolist()
        return keep, ends[keep], frozenset(renumbered), used

    def _last_line(
        self, block: bytes, starts: Offsets, ends: Offsets, odd: list[int], *, final: bool
    ) -> int | None:
        """Last line of the record that begins at ``odd[0]``.

        -1: it is never closed; None: the answer lies beyond this block.
        """
        assert self.complete is not None
        begin = int(starts[odd[0]])
        for line in odd:
            end = int(ends[line])
            if end - begin > LONGEST_RECORD:
                return -1
            if self.complete.fullmatch(block, begin, end):
                return line
        too_long = len(odd) == NEAR or len(block) - begin > LONGEST_RECORD
        return -1 if final or too_long else None


def _complete_record(delimiter: str, quote: str) -> re.Pattern[bytes]:
    """Matches bytes in which every field that opens a quote closes it."""
    d, q = re.escape(delimiter.encode()), re.escape(quote.encode())
    quoted = b"%b(?:[^%b]|%b%b)*+%b[^%b%b]*+" % (q, q, q, q, q, q, d)
    plain = b"[^%b%b\\n][^%b\\n]*+" % (q, d, d)
    field = b"(?:%b|%b|)" % (quoted, plain)
    return re.compile(b"%b(?:%b%b)*+" % (field, d, field))


def _lines(block: bytes) -> tuple[Offsets, Offsets]:
    """Where each line begins and ends, its line end (LF or CR LF) left out."""
    if not block:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    content = np.frombuffer(block, np.uint8)
    breaks = np.flatnonzero(content == ord("\n"))
    if not block.endswith(b"\n"):
        breaks = np.append(breaks, len(block))
    starts = np.concatenate(([0], breaks[:-1] + 1))
    returns = (breaks > starts) & (content[np.maximum(breaks - 1, 0)] == ord("\r"))
    return starts, breaks - returns


def _without_blank(records: Records) -> Records:
    """Lines of nothing but white space are neither rows nor errors."""
    last = max(int(records.ends[-1]), int(records.starts[-1]) + 1)
    content = np.frombuffer(records.block, np.uint8, last) > ord(" ")
    filled = np.logical_or.reduceat(content, records.starts) & (records.ends > records.starts)
    if filled.all():
        return records
    kept = np.flatnonzero(filled)
    unclosed = frozenset(np.searchsorted(kept, sorted(records.unclosed)).tolist())
    return Records(
        records.block, records.starts[kept], records.ends[kept], records.lines[kept], unclosed
    )
