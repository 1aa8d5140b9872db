"""Compaction: the many small files of an event date become few.

A stream leaves a file every second and event date, and each file costs a scan 0.1 ms (measured):
a million rows in 50 files are read as fast as in one, in 1,000 files 3 times and in 3,600 files
8 times as slowly. Compaction is size-tiered, as in log-structured stores (P. O'Neil et al., "The
log-structured merge-tree", 1996): tier k holds files of 8^k rows and more, and 8 files of a tier
become one, which belongs to a higher tier. So a row is rewritten at most once for each of the
7 tiers below a full file, and an event date has at most 7 × 7 files that are not full.

A merged file is written whole and takes its parts' place in one transaction. Readers that began
before keep reading the parts, which vacuum deletes later.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq

from esynapse.errors import EsynapseError
from esynapse.files import PARQUET, replacing
from esynapse.warehouse import catalog
from esynapse.warehouse.catalog import LakeFile
from esynapse.warehouse.lake import Lake, Staged, retirement
from esynapse.warehouse.raw_tables import RAW_TABLES

STREAMED_TABLES = ("live_events", "dead_letter_events")
"""Tables that gather small files. The others replace whole batches, whose files stay theirs."""
ROW_GROUP_ROWS, ROW_GROUP_BYTES = 131_072, 64_000_000
"""What a merge holds in memory, up to twice; a scan reads a file's row groups side by side. Dead
letters may be of megabytes each."""
BATCH_ROWS = 4096


@dataclass(frozen=True)
class Tiers:
    """Which files to merge. More to a merge means fewer rewrites and more files to read."""

    fan_in: int = 8
    """Files that become one; also how many times as many rows each tier holds."""
    full_rows: int = 1_000_000
    full_bytes: int = 256_000_000
    """A file of so many rows or bytes is left alone; a merge stops there, below twice as many."""

    @property
    def full(self) -> int:
        """The tier of full files; how many tiers are below it."""
        tier = 0
        while self.fan_in**tier < self.full_rows:
            tier += 1
        return tier

    def of(self, rows: int, size: int = 0) -> int:
        """The tier of a file of ``rows`` rows and ``size`` bytes."""
        if rows >= self.full_rows or size >= self.full_bytes:
            return self.full
        tier = 0
        while rows >= self.fan_in ** (tier + 1):
            tier += 1
        return tier

    def plan(self, files: Iterable[LakeFile]) -> list[list[LakeFile]]:
        """The merges that leave fewer than ``fan_in`` files in every tier of one event date.

        From the lowest tier upwards, so that what moves through several tiers is written once.
        """
        tiers: list[list[list[LakeFile]]] = [[] for _ in range(self.full + 1)]
        for file in files:
            tiers[self.of(file.rows, file.bytes)].append([file])
        for tier in range(self.full):
            if len(tiers[tier]) < self.fan_in:
                continue
            waiting, tiers[tier] = tiers[tier], []
            for group in self._groups(waiting):
                merged = [file for part in group for file in part]
                reached = self.of(_rows(merged), _bytes(merged))
                if len(group) >= self.fan_in or reached == self.full:
                    tiers[reached].append(merged)
                else:
                    tiers[tier] += group
        return [merged for tier in tiers for merged in tier if len(merged) > 1]

    def _groups(self, parts: list[list[LakeFile]]) -> Iterator[list[list[LakeFile]]]:
        """``parts`` in their order, cut after each that fills a file."""
        group: list[list[LakeFile]] = []
        rows = size = 0
        for part in parts:
            group.append(part)
            rows, size = rows + _rows(part), size + _bytes(part)
            if self.of(rows, size) == self.full:
                yield group
                group, rows, size = [], 0, 0
        yield group


TIERS = Tiers()


def compact(lake: Lake, tiers: Tiers = TIERS) -> int:
    """Make all merges that are due. Returns the number of files replaced; raises as ``merges``."""
    return sum(merges(lake, tiers))


def merges(lake: Lake, tiers: Tiers = TIERS) -> Iterator[int]:
    """Make one merge after another and yield how many files it replaced.

    Safe beside writers, readers and another compaction, and to break off between two merges.

    Raises:
        EsynapseError: a file of the lake is missing or damaged; all other merges are done.
        OSError: the disk is full or cannot be written; nothing is left behind.
    """
    damage: EsynapseError | None = None
    for table in STREAMED_TABLES:
        by_date: dict[date | None, list[LakeFile]] = defaultdict(list)
        for file in lake.files(table):
            by_date[file.event_date].append(file)
        for files in by_date.values():
            for parts in tiers.plan(files):
                try:
                    yield _merge(lake, table, parts)
                except EsynapseError as error:
                    damage = damage or error
    if damage:
        raise damage


def _merge(lake: Lake, table: str, parts: Sequence[LakeFile]) -> int:
    with closing(lake.connect()) as connection:
        merged = _write(lake, table, parts)
        try:
            with catalog.transaction(connection):
                _swap(connection, table, parts, merged)
        except BaseException as error:
            if not lake.is_listed(connection, merged):  # a commit may fail after it was made
                lake.discard(Staged(table, (merged,)))
            if isinstance(error, _OvertakenError):
                return 0
            raise
    return len(parts)


def _write(lake: Lake, table: str, parts: Sequence[LakeFile]) -> LakeFile:
    """The rows of ``parts`` as one finished file, which no table lists yet."""
    schema, day = RAW_TABLES[table], parts[0].event_date
    path = lake.new_path(table, day)
    target = lake.home.lake / path
    with (
        replacing(target) as temporary,
        pq.ParquetWriter(temporary, schema, **PARQUET) as writer,
    ):
        for rows in _row_groups(lake, schema, parts):
            writer.write_table(rows, row_group_size=len(rows))
    landed_at = max(part.landed_at for part in parts)
    return LakeFile(path, day, _rows(parts), target.stat().st_size, landed_at)


def _row_groups(lake: Lake, schema: pa.Schema, parts: Sequence[LakeFile]) -> Iterator[pa.Table]:
    held: list[pa.RecordBatch] = []
    for part in parts:
        for batch in _batches(lake, part):
            held.append(batch)
            rows, size = sum(map(len, held)), sum(batch.nbytes for batch in held)
            if rows >= ROW_GROUP_ROWS or size >= ROW_GROUP_BYTES:
                yield pa.Table.from_batches(held, schema)
                held = []
    if held:
        yield pa.Table.from_batches(held, schema)


def _batches(lake: Lake, part: LakeFile) -> Iterator[pa.RecordBatch]:
    """One thread only: deliveries need the other processors more."""
    path = lake.home.lake / part.path
    try:
        with pq.ParquetFile(path) as file:
            yield from file.iter_batches(BATCH_ROWS, use_threads=False)
    except (FileNotFoundError, pa.ArrowInvalid) as error:
        reason = str(error).splitlines()[0]
        raise EsynapseError(f"{path} is missing or damaged: restore it ({reason})") from error


class _OvertakenError(Exception):
    """Another compaction or a replacement retired one of the parts first."""


def _swap(
    connection: sqlite3.Connection, table: str, parts: Sequence[LakeFile], merged: LakeFile
) -> None:
    stamp = retirement(connection)
    retired = connection.executemany(
        "update files set retired_at = ? where path = ? and retired_at is null",
        [(stamp, part.path) for part in parts],
    ).rowcount
    if retired != len(parts):
        raise _OvertakenError
    connection.execute(
        "insert into files values (?, ?, ?, ?, ?, 'compaction', ?, null)",
        (
            merged.path,
            table,
            merged.event_date and merged.event_date.isoformat(),
            merged.rows,
            merged.bytes,
            merged.landed_at,
        ),
    )


def _rows(files: Iterable[LakeFile]) -> int:
    return sum(file.rows for file in files)


def _bytes(files: Iterable[LakeFile]) -> int:
    return sum(file.bytes for file in files)
