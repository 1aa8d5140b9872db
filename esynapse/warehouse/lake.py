"""The raw tables of the local target: Parquet by event date, listed in a catalog.

Writing is in two steps, so that a crash leaves either nothing or all of a batch:
``stage`` writes finished files (temporary name, fsync, rename), ``register`` makes them part of
the table in one transaction. A batch has a key; registering a key again is a no-op, so retrying
is always safe. Readers take the list of files from the catalog and never look into the folder.
"""

import sqlite3
import uuid
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from esynapse.errors import EsynapseError
from esynapse.files import write_parquet
from esynapse.home import Home
from esynapse.warehouse import catalog
from esynapse.warehouse.catalog import LakeFile
from esynapse.warehouse.raw_tables import RAW_TABLES

WRITERS = 8
"""Files written at once: a batch of many days waits for the disk, not for the processor."""


@dataclass(frozen=True)
class TableBatch:
    """Rows for a raw table."""

    table: str
    rows: pa.Table
    batch_key: str
    replace: bool = False
    """Whether an earlier batch of the key makes room; else it stays, and nothing is added."""


@dataclass(frozen=True)
class Staged:
    """Finished files that no table lists yet."""

    table: str
    files: tuple[LakeFile, ...]

    @property
    def rows(self) -> int:
        return sum(file.rows for file in self.files)


class Lake:
    """The raw tables of one home. Cheap to make; safe to use from several processes."""

    def __init__(self, home: Home) -> None:
        self.home = home

    def connect(self) -> sqlite3.Connection:
        """A new connection to the catalog; see ``catalog.connect``."""
        return catalog.connect(self.home.catalog)

    # Writing

    def stage(self, table: str, rows: pa.Table) -> Staged:
        """Write ``rows`` as finished files, one for each event date.

        Raises:
            EsynapseError: the columns are not those of the table.
            OSError: the disk is full or cannot be written; nothing is left behind.
        """
        wanted = RAW_TABLES[table]
        if rows.schema.names != wanted.names:
            raise EsynapseError(f"{table}: columns are {rows.schema.names}, not {wanted.names}")
        rows = rows.cast(wanted)
        with ThreadPoolExecutor(WRITERS) as pool:
            writes = [
                pool.submit(self._write, table, day, part) for day, part in _by_event_date(rows)
            ]
        errors = [error for write in writes if (error := write.exception())]
        files = tuple(write.result() for write in writes if not write.exception())
        if errors:
            self.discard(Staged(table, files))
            raise errors[0]
        return Staged(table, files)

    def discard(self, staged: Staged) -> None:
        """Delete staged files that will not be registered."""
        for file in staged.files:
            (self.home.lake / file.path).unlink(missing_ok=True)

    def register(
        self,
        connection: sqlite3.Connection,
        staged: Staged,
        *,
        batch_key: str,
        replace: bool = False,
    ) -> bool:
        """Make ``staged`` part of its table, inside the caller's transaction.

        Args:
            replace: retire what an earlier batch of the same key brought.

        Returns:
            False if the batch had landed before; the staged files are then superfluous.

        Raises:
            FileNotFoundError: a staged file is gone; see ``_list``.
        """
        landed_at = catalog.next_landed_at(connection)
        if replace:
            key = (staged.table, batch_key)
            connection.execute("delete from batches where table_name = ? and batch_key = ?", key)
            connection.execute(
                "update files set retired_at = ?"
                " where table_name = ? and batch_key = ? and retired_at is null",
                (retirement(connection), *key),
            )
        fresh = connection.execute(
            "insert or ignore into batches values (?, ?, ?, ?)",
            (staged.table, batch_key, landed_at, staged.rows),
        ).rowcount
        if not fresh:
            return False
        self._list(connection, staged, batch_key, landed_at)
        return True

    def extend(self, connection: sqlite3.Connection, staged: Staged, *, batch_key: str) -> int:
        """Add ``staged`` to the one batch of a stream, inside the caller's transaction.

        A stream delivers every second, so it has one row among the batches, which counts what it
        has brought; the caller's transaction is what makes a delivery land once.

        Returns:
            ``landed_at`` of the delivery.

        Raises:
            FileNotFoundError: a staged file is gone; see ``_list``.
        """
        landed_at = catalog.next_landed_at(connection)
        connection.execute(
            "insert into batches values (?, ?, ?, ?) on conflict do update"
            " set landed_at = excluded.landed_at, rows = rows + excluded.rows",
            (staged.table, batch_key, landed_at, staged.rows),
        )
        self._list(connection, staged, batch_key, landed_at)
        return landed_at

    def append(self, table: str, rows: pa.Table, *, batch_key: str, replace: bool = False) -> int:
        """Stage and register in one go; rows added (0 if the batch had landed before)."""
        return self.append_all([TableBatch(table, rows, batch_key, replace)])

    def append_all(self, batches: Sequence[TableBatch]) -> int:
        """Stage and register batches so that a reader sees all of them or none; rows added.

        Raises:
            EsynapseError, OSError: as ``stage``; nothing of any batch is left behind.
        """
        with closing(self.connect()) as connection:
            new = [
                batch
                for batch in batches
                if batch.replace or not self.has_batch(connection, batch.table, batch.batch_key)
            ]
            staged: list[tuple[TableBatch, Staged]] = []
            try:
                staged.extend((batch, self.stage(batch.table, batch.rows)) for batch in new)
            except BaseException:
                for _, files in staged:
                    self.discard(files)
                raise
            added = 0
            with catalog.transaction(connection):
                superfluous = []
                for batch, files in staged:
                    key, replace = batch.batch_key, batch.replace
                    if self.register(connection, files, batch_key=key, replace=replace):
                        added += files.rows
                    else:
                        superfluous.append(files)
            for files in superfluous:
                self.discard(files)
            return added

    @staticmethod
    def has_batch(connection: sqlite3.Connection, table: str, batch_key: str) -> bool:
        found = connection.execute(
            "select 1 from batches where table_name = ? and batch_key = ?", (table, batch_key)
        ).fetchone()
        return found is not None

    @staticmethod
    def is_listed(connection: sqlite3.Connection, file: LakeFile) -> bool:
        """Whether a staged file is part of its table."""
        found = connection.execute("select 1 from files where path = ?", (file.path,)).fetchone()
        return found is not None

    # Reading

    def files(self, table: str, *, since: date | None = None) -> list[LakeFile]:
        """The table's files, oldest first; ``since`` keeps event dates from that day on."""
        with closing(self.connect()) as connection:
            found = connection.execute(
                "select path, event_date, rows, bytes, landed_at from files"
                " where table_name = ? and retired_at is null and event_date is null"
                " or table_name = ? and retired_at is null and event_date >= ?"
                " order by event_date, landed_at, path",
                (table, table, _iso(since) or ""),
            ).fetchall()
        return [LakeFile(p, _day(d), rows, size, at) for p, d, rows, size, at in found]

    def relation(self, table: str, files: Sequence[LakeFile]) -> str:
        """SQL for the rows of ``files``: a table expression with the column event_date added."""
        dated = "event_timestamp" in RAW_TABLES[table].names
        if not files:
            columns = [f"cast(null as {_duck(f.type)}) as {f.name}" for f in RAW_TABLES[table]]
            columns += ["cast(null as date) as event_date"] if dated else []
            return f"(select {', '.join(columns)} where false)"
        paths = ", ".join(_quote(str(self.home.lake / f.path)) for f in files)
        hive = ", hive_partitioning = true, hive_types = {'event_date': date}" if dated else ""
        return f"read_parquet([{paths}]{hive if dated else ', hive_partitioning = false'})"

    def query(
        self, sql: str, parameters: dict[str, object] | None = None, *, since: date | None = None
    ) -> pa.Table:
        """Run ``sql`` over the raw tables, by name; ``since`` bounds the event dates opened.

        Raises:
            EsynapseError: a file of the lake is missing or damaged; the message names it.
        """
        with duckdb.connect() as connection:
            connection.execute("set TimeZone = 'UTC'")
            try:
                for table in RAW_TABLES:
                    if table in sql:
                        relation = self.relation(table, self.files(table, since=since))
                        connection.execute(f"create view {table} as select * from {relation}")
                return connection.sql(sql, params=parameters or {}).to_arrow_table()
            except (duckdb.InvalidInputException, duckdb.IOException) as error:
                raise EsynapseError(f"the lake cannot be read: {_first_line(error)}") from error

    def changed_dates(self, table: str, *, after: int) -> list[date]:
        """Event dates that received rows in batches landed later than ``after``."""
        with closing(self.connect()) as connection:
            found = connection.execute(
                "select distinct event_date from files where table_name = ? and landed_at > ?"
                " and event_date is not null order by 1",
                (table, after),
            ).fetchall()
        return [date.fromisoformat(day) for (day,) in found]

    def watermark(self, table: str | None = None) -> int:
        """``landed_at`` of the newest batch, of the table or of any; 0 if there is none."""
        with closing(self.connect()) as connection:
            (at,) = connection.execute(
                "select coalesce(max(landed_at), 0) from batches"
                " where table_name = coalesce(?, table_name)",
                (table,),
            ).fetchone()
        return int(at)

    def new_path(self, table: str, day: date | None) -> str:
        """A path of its own for a file of that event date; its folder is there."""
        folder = Path(table) / f"event_date={day}" if day else Path(table)
        (self.home.lake / folder).mkdir(parents=True, exist_ok=True)
        return (folder / f"{uuid.uuid4().hex}.parquet").as_posix()

    def _write(self, table: str, day: date | None, rows: pa.Table) -> LakeFile:
        path = self.new_path(table, day)
        size = write_parquet(self.home.lake / path, rows)
        return LakeFile(path, day, rows.num_rows, size, 0)

    def _list(
        self, connection: sqlite3.Connection, staged: Staged, batch_key: str, landed_at: int
    ) -> None:
        """Add files to the catalog, if they are still there.

        Vacuum takes files that it finds old and unlisted for what a crash left, and deletes them
        inside a transaction. A machine that slept for days between staging and now could have had
        its staged files deleted, and a list must not name what is gone.
        """
        for file in staged.files:
            (self.home.lake / file.path).stat()
        connection.executemany(
            "insert into files values (?, ?, ?, ?, ?, ?, ?, null)",
            [
                (f.path, staged.table, _iso(f.event_date), f.rows, f.bytes, batch_key, landed_at)
                for f in staged.files
            ],
        )


def retirement(connection: sqlite3.Connection) -> int:
    """The stamp of files being replaced; call it inside a transaction.

    Never before the start of a running build, which may read them, even if the clock jumped back.
    """
    (started,) = connection.execute(
        "select coalesce(max(started_at), 0) from builds where status = 'running'"
    ).fetchone()
    return max(catalog.now_us(), int(started))


def _by_event_date(rows: pa.Table) -> Iterable[tuple[date | None, pa.Table]]:
    if "event_timestamp" not in rows.schema.names:
        yield None, rows
        return
    days = rows["event_timestamp"].cast(pa.timestamp("us")).cast(pa.date32())
    if days.null_count:
        raise EsynapseError(f"{days.null_count} rows have no event_timestamp, so no day to lie in")
    counts = sorted(pc.value_counts(days).to_pylist(), key=lambda entry: entry["values"])
    if len(counts) > 1:
        rows = rows.take(pc.sort_indices(days))
    begin = 0
    for entry in counts:
        yield entry["values"], rows.slice(begin, entry["counts"])
        begin += entry["counts"]


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _duck(kind: pa.DataType) -> str:
    if pa.types.is_timestamp(kind):
        return "timestamptz"
    names = {
        pa.string(): "varchar",
        pa.binary(): "blob",
        pa.float64(): "double",
        pa.int64(): "bigint",
        pa.bool_(): "boolean",
        pa.date32(): "date",
    }
    return names[kind]


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
