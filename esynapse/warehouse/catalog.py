"""The catalog of the lake: which Parquet files are its tables, in one SQLite database.

SQLite gives what a list of files needs and a folder does not have: transactions. A file is in the
lake from the moment its row is committed. ``landed_at`` grows with every commit, so "what came
since then" is exact even when clocks jump.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

SCHEMA = """
create table if not exists batches (
    table_name text not null,
    batch_key  text not null,
    landed_at  integer not null,            -- microseconds since 1970, strictly increasing
    rows       integer not null,
    primary key (table_name, batch_key)
) without rowid;
create table if not exists files (
    path       text primary key,            -- relative to the lake's folder
    table_name text not null,
    event_date text,                        -- UTC day of its rows; null: table has no days
    rows       integer not null,
    bytes      integer not null,
    batch_key  text not null,
    landed_at  integer not null,            -- a compacted file keeps its newest part's
    retired_at integer                      -- replaced at; deleted some time later
) without rowid;
create index if not exists files_live on files (table_name, event_date) where retired_at is null;
create table if not exists builds (
    build_id    text primary key,
    started_at  integer not null,
    finished_at integer,
    status      text not null,              -- running | green | red
    watermark   integer not null,           -- landed_at up to which live_events was read
    models      integer, models_failed integer,
    tests_passed integer, tests_warned integer, tests_failed integer,
    nodes_skipped integer,                  -- models and tests not run: what they need failed
    published_at integer,                   -- when readers got it
    as_of       integer                     -- newest event that readers have seen since
) without rowid;
create table if not exists build_results (
    build_id text not null,
    kind     text not null,                 -- test | model | …
    name     text not null,
    status   text not null,                 -- warned | failed; what passed is only counted
    failures integer,                       -- rows that a test found
    message  text,
    primary key (build_id, kind, name)
) without rowid;
create table if not exists arrival_latency (
    minute integer not null,                -- of landing, minutes since 1970
    bucket integer not null,                -- of the age at landing; see arrivals.py
    rows   integer not null,
    primary key (minute, bucket)
) without rowid;
create table if not exists arrival_ages (
    event_date text not null,               -- UTC day of the events
    age_class  text not null,               -- how old they were at landing; see arrivals.py
    rows       integer not null,
    primary key (event_date, age_class)
) without rowid;
create table if not exists dead_letter_replays (
    message_id  text primary key,           -- of the letter
    replayed_at integer not null,           -- microseconds since 1970
    data        blob not null               -- what was sent in its place
) without rowid;
"""


class LakeFile(NamedTuple):
    path: str
    event_date: date | None
    rows: int
    bytes: int
    landed_at: int


def now_us() -> int:
    """Microseconds since 1970."""
    return time.time_ns() // 1000


def instant_us(instant: datetime) -> int:
    """An instant as the catalog keeps it, exactly."""
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def connect(path: Path) -> sqlite3.Connection:
    """A connection to the catalog at ``path``: WAL, every commit on the disk, autocommit mode.

    Use it from one thread at a time; ``transaction`` groups statements.
    """
    connection = sqlite3.connect(path, timeout=60, isolation_level=None, check_same_thread=False)
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    connection.executescript(SCHEMA)
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """A write transaction: all of it or nothing."""
    connection.execute("begin immediate")
    try:
        yield
        connection.execute("commit")
    except BaseException:
        if connection.in_transaction:  # SQLite itself rolls back on some errors, as a full disk
            connection.execute("rollback")
        raise


def next_landed_at(connection: sqlite3.Connection) -> int:
    """The stamp of the batch being registered; call it inside a transaction."""
    (last,) = connection.execute("select coalesce(max(landed_at), 0) from batches").fetchone()
    return max(now_us(), int(last) + 1)
