"""Vacuum: files that nobody reads any more are deleted, and those that a crash left behind.

A retired file is deleted when it was retired ``RETENTION`` ago and before the oldest running build
began. So a build, however long, keeps every file of the list that it took at its start; any other
reader (the dashboard, a query, a plain ``dbt build``) has ``RETENTION`` from taking its list.
"""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from esynapse.errors import EsynapseError
from esynapse.warehouse import catalog
from esynapse.warehouse.lake import Lake

RETENTION = timedelta(hours=1)
ORPHAN_AGE = timedelta(days=1)
"""Of a file that no table lists, when it is taken for what a crash left rather than for a write
in progress."""


def vacuum(
    lake: Lake, *, retention: timedelta = RETENTION, orphan_age: timedelta = ORPHAN_AGE
) -> int:
    """Delete what is retired and no longer read, and orphans. Returns the number of files deleted.

    Safe beside writers, readers, builds and another vacuum; broken off, it goes on the next time.
    """
    with closing(lake.connect()) as connection:
        return _delete_retired(lake, connection, retention) + _delete_orphans(
            lake, connection, orphan_age
        )


def _delete_retired(lake: Lake, connection: sqlite3.Connection, retention: timedelta) -> int:
    limit = catalog.now_us() - int(retention.total_seconds() * 1e6)
    retired = connection.execute(
        "select path, retired_at from files where retired_at <= ?", (limit,)
    ).fetchall()
    # Asked only now: a build that begins from here on takes its list without these files.
    began = _oldest_running_build(lake, connection)
    unread = [(path,) for path, retired_at in retired if began is None or retired_at < began]
    for (path,) in unread:
        (lake.home.lake / path).unlink(missing_ok=True)
    if unread:
        with catalog.transaction(connection):
            connection.executemany("delete from files where path = ?", unread)
    return len(unread)


def _oldest_running_build(lake: Lake, connection: sqlite3.Connection) -> int | None:
    """Start of the oldest build that may be running, in microseconds since 1970.

    The row of a build that was killed says "running" until the next one begins, but the lock that
    builds hold is released with the process.
    """
    try:
        with lake.home.lock("warehouse", busy="a build is running"):
            return None
    except EsynapseError:
        (began,) = connection.execute(
            "select min(started_at) from builds where status = 'running'"
        ).fetchone()
        return began and int(began)


def _delete_orphans(lake: Lake, connection: sqlite3.Connection, age: timedelta) -> int:
    known = {path for (path,) in connection.execute("select path from files")}
    orphans = [path for path in _old_files(lake.home.lake, age) if path not in known]
    if not orphans:
        return 0
    deleted = 0
    # Whoever stages a file lists it in a transaction, in which it looks whether the file is there
    # (Lake.register). So it is either listed before this transaction, or not at all.
    with catalog.transaction(connection):
        for path in orphans:
            if not connection.execute("select 1 from files where path = ?", (path,)).fetchone():
                (lake.home.lake / path).unlink(missing_ok=True)
                deleted += 1
    return deleted


def _old_files(root: Path, age: timedelta) -> Iterator[str]:
    """Files under ``root`` not written to for ``age``, relative to it."""
    oldest = time.time() - age.total_seconds()
    for folder, _, names in os.walk(root):
        for name in names:
            path = Path(folder, name)
            try:
                written = path.stat().st_mtime
            except FileNotFoundError:  # finished and renamed, or deleted, since the folder was read
                continue
            if written <= oldest:
                yield path.relative_to(root).as_posix()
