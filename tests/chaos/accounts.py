"""What the shop handed over, simulated again, against what has landed."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from esynapse.events import EVENT_SCHEMA
from esynapse.home import Home
from esynapse.ingest.pubsub.decode import decode
from esynapse.pipeline.batches import Batch
from esynapse.pipeline.shop_floor import Position, ShopFloor, shop_floor
from esynapse.settings import Settings
from esynapse.warehouse.lake import Lake
from esynapse.warehouse.raw_tables import RAW_TABLES

PAGE = 1000
"""Characters beyond which an event_type is an injected page, which bytes alone can carry."""


@dataclass(frozen=True)
class Account:
    """The raw tables of a home against those of the truth."""

    missing: list[tuple[Any, ...]]
    """Rows of the truth that have not landed as often as they were handed over."""
    foreign: list[tuple[Any, ...]]
    """Rows that have landed and were never handed over."""
    rows: int
    """Rows that have landed."""
    repeats: int
    """Of them, those that landed more often than they were handed over."""
    letters: int
    """Dead letters."""
    letters_missing: Counter[bytes]
    letters_foreign: set[bytes]
    letters_repeated: int


def replay(settings: Settings, home: Home, until: Position) -> int:
    """Let the shop of ``home`` hand over all up to ``until`` again, straight into the lake: what
    fits into live_events, the rest into dead_letter_events. The number of arrivals.

    ``home`` is a copy of the streamed one from before the stream began.
    """
    count, lake = 0, Lake(home)
    with shop_floor(settings, home, today=date.today()) as floor:
        for batch, begin, end in _handed_over(floor, until):
            key = f"truth/{floor.position.day}/{batch.first + begin}"
            messages = list(batch.messages(begin, end))
            decoded = decode(messages, EVENT_SCHEMA)
            short = pc.less(pc.binary_length(decoded.rows["event_type"]).fill_null(0), PAGE)
            assert decoded.rows.filter(short).equals(batch.rows(begin, end))
            lake.append("live_events", decoded.rows, batch_key=key)
            letters = [messages[position] for position, _ in decoded.rejected]
            lake.append("dead_letter_events", _letters(letters), batch_key=key)
            count += end - begin
    return count


def _handed_over(floor: ShopFloor, until: Position) -> Iterator[tuple[Batch, int, int]]:
    """Batches and the range of each that lies between the floor's position and ``until``."""
    while True:
        for batch in floor.simulate(floor.stand(), source="live"):
            begin = max(floor.position.index - batch.first, 0)
            last_day = floor.position.day == until.day
            end = min(until.index - batch.first, len(batch)) if last_day else len(batch)
            if end > begin:
                yield batch, begin, end
        if last_day:
            return
        floor.close_day(batch.following)


def _letters(data: list[bytes]) -> pa.Table:
    now = datetime.now(UTC)
    rows = [{"data": one, "publish_time": now} for one in data]
    return pa.Table.from_pylist(rows, schema=RAW_TABLES["dead_letter_events"])


def account(landed: Home, truth: Home) -> Account:
    """Compare the raw tables of two homes, all columns."""
    here, there = _letters_of(landed), _letters_of(truth)
    columns = ", ".join(EVENT_SCHEMA.names)
    relations = [
        f"(select {columns} from {lake.relation('live_events', lake.files('live_events'))})"
        for lake in (Lake(landed), Lake(truth))
    ]
    with closing(duckdb.connect()) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for name, relation in zip(("landed", "truth"), relations, strict=True):
            connection.execute(f"create table {name} as from {relation}")

        def rows(sql: str) -> list[tuple[Any, ...]]:
            return connection.sql(sql).fetchall()

        (counts,) = rows("select (select count(*) from landed), (select count(*) from truth)")
        return Account(
            missing=rows("from truth except all from landed limit 5"),
            foreign=rows("from landed except from truth limit 5"),
            rows=counts[0],
            repeats=counts[0] - counts[1],
            letters=here.total(),
            letters_missing=there - here,
            letters_foreign=here.keys() - there.keys(),
            letters_repeated=(here - there).total(),
        )


def _letters_of(home: Home) -> Counter[bytes]:
    found = Lake(home).query("select data from dead_letter_events")
    return Counter(found["data"].to_pylist())
