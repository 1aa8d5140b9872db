"""The parsed file in a temporary DuckDB database: what needs the whole file is asked of it.

Sessions need each user's events in order and the lake wants events in order of time; DuckDB sorts
on disk what does not fit its memory limit, so a file of any size needs the same memory.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType

import duckdb
import numpy as np
import pyarrow as pa

from esynapse.errors import EsynapseError
from esynapse.events import EVENT_SCHEMA, PRODUCT_SCHEMA
from esynapse.ingest.importer.mapping import IGNORE, Mapping
from esynapse.ingest.importer.parse import NO_OFFSET, parse_sql
from esynapse.ingest.importer.reader import Chunk
from esynapse.ingest.importer.separated import BadRecord

MEMORY = "400MB"
BATCH_ROWS = 250_000
"""Rows in one batch of events: a Parquet file for each of its days."""
THREAD_ROWS = 32_768
"""DuckDB gives a record batch to one thread: several batches, all the cores."""
DEAD_LETTER_ROWS = 50_000
SESSION_GAP = "interval 30 minutes"

_STAGED = """
create table staged (
    line bigint, event_timestamp timestamptz, event_type varchar, user_id varchar,
    session_id varchar, product_id varchar, on_sale boolean, sale_price double, quantity bigint,
    rating bigint, product_name varchar, category varchar, regular_price double
);
create table bad (line bigint, data blob, reason varchar);
"""

_IN_SESSIONS = f"""
create or replace table in_sessions as
with gaps as (
    select
        *,
        case
            when event_timestamp - lag(event_timestamp) over user_time <= {SESSION_GAP} then null
            else event_timestamp
        end as began
    from staged
    window user_time as (partition by user_id order by event_timestamp, line)
),
sessions as (
    select * exclude (began), max(began) over user_time as session_start
    from gaps
    window user_time as (
        partition by user_id order by event_timestamp, line rows unbounded preceding
    )
),
named as (
    select
        * replace (
            coalesce(
                session_id, md5(user_id || '@' || cast(epoch_us(session_start) as varchar))[:20]
            ) as session_id
        ),
        session_id is null as is_made
    from sessions
)
select * from named
"""

_EVENTS = """
select
    $prefix || '-' || cast(line as varchar) as event_id,
    event_timestamp, event_type, user_id, session_id, product_id, on_sale, sale_price, quantity,
    rating, 'import' as source
from in_sessions
where event_timestamp >= $first and event_timestamp < $end
order by event_timestamp, line
"""

_DAYS = """
select date_trunc('day', event_timestamp) as day, count(*) as events
from in_sessions
group by day
order by day
"""

_WITH_THEIR_ORDER = """
create or replace table in_sessions as
    select
        * replace (
            case
                when is_made and event_type in ('refund', 'review')
                    then coalesce(last_value(bought ignore nulls) over product_time, session_id)
                else session_id
            end as session_id
        )
    from (
        select *, case when event_type = 'purchase' then session_id end as bought from in_sessions
    )
    window product_time as (
        partition by user_id, product_id order by event_timestamp, line rows unbounded preceding
    )
"""

_PRODUCTS = """
select
    product_id,
    coalesce(max_by(product_name, line) filter (product_name is not null), product_id)
        as product_name,
    coalesce(max_by(category, line) filter (category is not null), 'Unknown') as category,
    coalesce(max(regular_price) filter (regular_price > 0), max(sale_price)) as regular_price,
    cast(null as double) as avg_rating,
    cast(0 as bigint) as review_count,
    true as in_stock
from staged
where product_id is not null
group by product_id
order by product_id
"""


class Staging:
    """One parsed file; a context manager. The folder given is the caller's to delete."""

    def __init__(self, folder: Path, mapping: Mapping, names: dict[str, str], *, text: bool):
        self._sql = parse_sql(mapping, names, text_file=text)
        self._connection = duckdb.connect(str(folder / "staging.duckdb"))
        self._connection.execute(
            f"set TimeZone = 'UTC'; set memory_limit = '{MEMORY}'; set threads = 2;"
            f" set temp_directory = '{str(folder / 'spill').replace(chr(39), chr(39) * 2)}';"
            " set preserve_insertion_order = false;"
        )
        self._connection.execute(_STAGED)

    def __enter__(self) -> "Staging":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    def add(self, chunk: Chunk) -> int:
        """Parse and keep the rows of ``chunk``; returns how many rows the mapping ignores.

        Raises:
            EsynapseError: timestamps carry no offset and the mapping has no timezone.
        """
        ignored = self._add_rows(chunk) if chunk.columns.num_rows else 0
        self._add_bad(chunk.bad)
        return ignored

    def _add_rows(self, chunk: Chunk) -> int:
        count = chunk.columns.num_rows
        rows = chunk.columns.append_column("line", pa.array(chunk.lines, pa.int64()))
        rows = rows.append_column("row", pa.array(np.arange(count)))
        connection = self._connection
        connection.register("chunk", pa.Table.from_batches(rows.to_batches(THREAD_ROWS)))
        connection.execute(f"create or replace temp table parsed as {self._sql}")
        connection.unregister("chunk")
        connection.execute(
            "insert into staged select * exclude (row, reason) from parsed where reason is null"
        )
        refused = connection.execute(
            "select line, row, reason from parsed where reason is not null order by line"
        ).fetchall()
        for line, _, reason in refused:
            if reason == NO_OFFSET:
                raise EsynapseError(
                    f"line {line}: the timestamp has no offset: give the mapping a 'timezone'"
                )
        kept = [BadRecord(ln, chunk.data(row), why) for ln, row, why in refused if why != IGNORE]
        self._add_bad(kept)
        return len(refused) - len(kept)

    def _add_bad(self, records: list[BadRecord]) -> None:
        if not records:
            return
        lines, data, reasons = zip(*records, strict=True)
        rows = pa.table({"line": lines, "data": pa.array(data, pa.binary()), "reason": reasons})
        self._connection.register("refused", rows)
        self._connection.execute("insert into bad select line, data, reason from refused")
        self._connection.unregister("refused")

    def good_rows(self) -> int:
        return self._count("select count(*) from staged")

    def reasons(self) -> dict[str, int]:
        """Bad rows by reason, the most frequent first."""
        found = self._connection.execute(
            "select reason, count(*) from bad group by reason order by 2 desc, 1"
        ).fetchall()
        return dict(found)

    def products(self) -> pa.Table:
        """The products that the file speaks of, in PRODUCT_SCHEMA."""
        return self._connection.sql(_PRODUCTS).to_arrow_table().cast(PRODUCT_SCHEMA)

    def events(self, prefix: str) -> Iterator[pa.Table]:
        """Good rows in EVENT_SCHEMA, by time, in batches cut the same way every time.

        A batch holds whole days, so that the lake gets one file for each day; a day of more rows
        than a batch may have is cut. Sorting a batch at a time needs memory for a batch alone.
        """
        self._connection.execute(_IN_SESSIONS)
        if self._count("select count(*) from staged where event_type in ('refund', 'review')"):
            self._connection.execute(_WITH_THEIR_ORDER)
        days = self._connection.execute(_DAYS).fetchall()
        for first, end in _spans(days, BATCH_ROWS):
            span = {"prefix": prefix, "first": first, "end": end}
            for batch in self._batches(_EVENTS, span, BATCH_ROWS):
                yield batch.cast(EVENT_SCHEMA)

    def bad_rows(self) -> Iterator[pa.Table]:
        """line, data and reason of the bad rows, in order of lines."""
        yield from self._batches("select * from bad order by line", {}, DEAD_LETTER_ROWS)

    def _batches(self, sql: str, parameters: dict[str, object], rows: int) -> Iterator[pa.Table]:
        reader = self._connection.sql(sql, params=parameters).to_arrow_reader(rows)
        pending: list[pa.RecordBatch] = []
        count = 0
        for batch in _plainly(reader):
            while count + batch.num_rows >= rows:
                head = batch.slice(0, rows - count)
                yield pa.Table.from_batches([*pending, head])
                batch, pending, count = batch.slice(head.num_rows), [], 0
            if batch.num_rows:
                pending.append(batch)
                count += batch.num_rows
        if pending:
            yield pa.Table.from_batches(pending)

    def _count(self, sql: str) -> int:
        [row] = self._connection.execute(sql).fetchall()
        return int(row[0])


def _spans(days: list[tuple[datetime, int]], most: int) -> Iterator[tuple[datetime, datetime]]:
    """Runs of days with at most ``most`` rows (one day may have more): first day, day after."""
    position = 0
    while position < len(days):
        first, rows = days[position]
        position += 1
        while position < len(days) and rows + days[position][1] <= most:
            rows += days[position][1]
            position += 1
        yield first, days[position - 1][0] + timedelta(days=1)


def _plainly(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """The batches; DuckDB's errors come through Arrow as OSError and are given their type back."""
    while True:
        try:
            batch = reader.read_next_batch()
        except StopIteration:
            return
        except OSError as error:
            raise duckdb.OutOfMemoryException(str(error)) from error
        yield batch
