"""Compaction: many small files of a day become few, and replaced files go away in time.

A stream leaves a file every second; scanning a thousand files instead of one costs 4 to 10 times
as much. A merged file is written whole and takes its parts' place in one transaction. Readers that
began before keep reading the old files, which are deleted only after ``RETENTION``.
"""

import os
import sqlite3
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from datetime import date, timedelta

import pyarrow.dataset as ds

from esynapse.warehouse import catalog
from esynapse.warehouse.catalog import LakeFile
from esynapse.warehouse.lake import Lake
from esynapse.warehouse.raw_tables import RAW_TABLES

RETENTION = timedelta(hours=6)
"""Longer than the longest dbt run."""

STREAMED_TABLES = ("live_events", "dead_letter_events")
"""Tables that gather small files. The others replace whole batches, whose files stay theirs."""


def compact(lake: Lake, *, min_files: int = 32, max_rows: int = 1_000_000) -> int:
    """Merge the files below ``max_rows`` rows of every day that has at least ``min_files`` such.

    Safe beside writers and readers. Returns the number of files replaced.
    """
    replaced = 0
    for table in STREAMED_TABLES:
        by_day: dict[date | None, list[LakeFile]] = defaultdict(list)
        for file in lake.files(table):
            if file.rows < max_rows:
                by_day[file.event_date].append(file)
        small = (files for files in by_day.values() if len(files) >= min_files)
        replaced += sum(_merge(lake, table, files) for files in small)
    return replaced


def _merge(lake: Lake, table: str, files: list[LakeFile]) -> int:
    paths = [str(lake.home.lake / file.path) for file in files]
    rows = ds.dataset(paths, schema=RAW_TABLES[table], format="parquet").to_table()
    staged = lake.stage(table, rows)
    landed_at = max(file.landed_at for file in files)
    with closing(lake.connect()) as connection:
        try:
            with catalog.transaction(connection):
                _swap(connection, table, files, staged.files, landed_at)
        except _OvertakenError:
            lake.discard(staged)
            return 0
    return len(files)


class _OvertakenError(Exception):
    """Another compaction or a replacement retired one of the parts first."""


def _swap(
    connection: sqlite3.Connection,
    table: str,
    parts: Sequence[LakeFile],
    merged: Sequence[LakeFile],
    landed_at: int,
) -> None:
    retired = connection.executemany(
        "update files set retired_at = ? where path = ? and retired_at is null",
        [(catalog.now_us(), file.path) for file in parts],
    ).rowcount
    if retired != len(parts):
        raise _OvertakenError
    connection.executemany(
        "insert into files values (?, ?, ?, ?, ?, 'compaction', ?, null)",
        [
            (f.path, table, f.event_date and f.event_date.isoformat(), f.rows, f.bytes, landed_at)
            for f in merged
        ],
    )


def vacuum(lake: Lake, *, retention: timedelta = RETENTION) -> int:
    """Delete files retired, or left behind by a crash, longer than ``retention`` ago.

    Returns the number of files deleted.
    """
    limit = catalog.now_us() - int(retention.total_seconds() * 1e6)
    with closing(lake.connect()) as connection:
        retired = connection.execute(
            "select path from files where retired_at < ?", (limit,)
        ).fetchall()
        for (path,) in retired:
            (lake.home.lake / path).unlink(missing_ok=True)
        with catalog.transaction(connection):
            connection.executemany("delete from files where path = ?", retired)
        known = {path for (path,) in connection.execute("select path from files")}
    return len(retired) + _delete_orphans(lake, known, retention)


def _delete_orphans(lake: Lake, known: set[str], retention: timedelta) -> int:
    deleted = 0
    oldest = time.time() - retention.total_seconds()
    for folder, _, names in os.walk(lake.home.lake):
        for name in names:
            path = os.path.join(folder, name)
            relative = os.path.relpath(path, lake.home.lake).replace(os.sep, "/")
            if relative not in known and os.stat(path).st_mtime < oldest:
                os.unlink(path)
                deleted += 1
    return deleted
