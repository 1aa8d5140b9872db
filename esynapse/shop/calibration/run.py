"""An exported run as tables of SQL.

    sessions      session: visitor, events, products, viewed, carted, bought_carted, purchases,
                  seconds
    product_views product_id: views, of every product
    steps         (previous, event_type, seconds between them): n, of events that follow each other
                  in a session
    hours         (hour, weekday, event_type): n, in UTC, Monday being 0
    sales         one row per purchase or refund event
    orders        session with purchases: visitor, ordered_at, lines, revenue
    products      products.parquet
    product_truth, stock_outs
                  tables of the truth

A refund or review carries the session of its order and is never part of ``sessions`` or ``steps``.
Moments are whole microseconds since 1970, for DuckDB's calendar is slow on time zones.
Sessions and users are told apart by 64-bit hashes of their ids: of 5 million, two share one with a
chance below one in a million, and the tables take half the memory.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from esynapse.errors import EsynapseError

MEMORY = "900MB"
"""What DuckDB may take before it spills to disk; with all else, the process stays below 1.5 GB."""

_SESSION_EVENTS = """
    create view session_events as
    select *, epoch_us(event_timestamp) as moment from live_events where event_type in ({kinds})
"""
_LINES = """
    create temp table lines as
    select hash(session_id) as session, product_id as product,
        any_value(hash(user_id)) as visitor,
        count(*)::int as events,
        count(*) filter (event_type = 'view_item')::int as views,
        count(*) filter (event_type = 'add_to_cart')::int as carts,
        count(*) filter (event_type = 'purchase')::int as purchases,
        min(moment) as first_moment, max(moment) as last_moment
    from session_events group by all
"""
_SESSIONS = """
    create temp table sessions as
    select session, any_value(visitor) as visitor,
        sum(events)::int as events, count(*)::int as products,
        sum(views) > 0 as viewed, sum(carts) > 0 as carted,
        bool_or(carts > 0 and purchases > 0) as bought_carted,
        sum(purchases)::int as purchases,
        max(last_moment) // 1000000 - min(first_moment) // 1000000 as seconds
    from lines group by session
"""
_PRODUCT_VIEWS = """
    create temp table product_views as
    select product_id, coalesce(sum(views), 0)::bigint as views
    from products left join lines on product = product_id group by product_id
"""
_STEPS = """
    create temp table steps as
    select $session_events[previous] as previous, $session_events[kind] as event_type, seconds, n
    from (
        select previous, kind, seconds, count(*) as n
        from (
            select kind, lag(kind) over by_session as previous,
                moment // 1000000 - lag(moment) over by_session // 1000000 as seconds
            from (
                select hash(session_id) as session, moment,
                    list_position($session_events, event_type)::utinyint as kind
                from session_events
            )
            window by_session as (partition by session order by moment, kind)
        )
        where previous is not null group by all
    )
"""
_HOURS = """
    create temp table hours as
    select moment // 3600000000 % 24 as hour, (moment // 86400000000 + 3) % 7 as weekday,
        event_type, count(*) as n
    from session_events group by all
"""
_SALES = """
    create temp table sales as
    select hash(session_id) as session, hash(user_id) as visitor, product_id as product,
        event_timestamp as happened_at, event_type = 'refund' as is_refund,
        sale_price as price, quantity
    from live_events where event_type in ('purchase', 'refund')
"""
_ORDERS = """
    create temp table orders as
    select session, any_value(visitor) as visitor, min(happened_at) as ordered_at,
        count(distinct product) as lines, sum(price * quantity) as revenue
    from sales where not is_refund group by session
"""
_NO_STOCK_OUTS = (
    "select ''::varchar as product_id, now() as started_at, now() as ended_at where false"
)


@dataclass(frozen=True)
class Run:
    """An open run; what stands in its tables, see the module."""

    sql: duckdb.DuckDBPyConnection
    begin: datetime
    end: datetime
    """First instant of the UTC day after the last one."""

    @property
    def days(self) -> float:
        return (self.end - self.begin) / timedelta(days=1)

    def number(self, query: str, **parameters: object) -> float:
        """The one value that ``query`` gives; NaN for null."""
        ((value,),) = self.sql.execute(query, parameters or None).fetchall()
        return float("nan") if value is None else float(value)

    def counts(self, query: str) -> dict[str, float]:
        """The rows (name, count) that ``query`` gives."""
        return {str(name): float(count) for name, count in self.sql.execute(query).fetchall()}


@contextmanager
def open_run(folder: Path, session_events: tuple[str, ...]) -> Iterator[Run]:
    """The run in ``folder``, its sessions counted.

    Args:
        session_events: the event types that count as a session's events; those of one instant
            follow each other in this order.

    Raises:
        EsynapseError: the folder lacks events, products or the products' truth.
    """
    paths = {
        "live_events": _parquet(folder / "live_events", "*/*.parquet"),
        "products": _parquet(folder, "products.parquet"),
        "product_truth": _parquet(folder / "truth" / "product_truth", "*.parquet"),
    }
    with (
        tempfile.TemporaryDirectory(prefix="esynapse-calibrate-") as spill,
        duckdb.connect(":memory:") as sql,
    ):
        sql.execute("set TimeZone = 'UTC'")
        sql.execute("set enable_progress_bar = false")
        sql.execute(f"set memory_limit = '{MEMORY}'")
        sql.execute("set temp_directory = $spill", {"spill": spill})
        sql.execute("set preserve_insertion_order = false")
        for name, files in paths.items():
            sql.read_parquet(files, hive_partitioning=False).create_view(name)
        _create_stock_outs(sql, folder / "truth" / "stock_outs")
        kinds = ", ".join(f"'{kind}'" for kind in session_events)
        sql.execute(_SESSION_EVENTS.format(kinds=kinds))
        sql.execute(_STEPS, {"session_events": list(session_events)})
        for statement in (_LINES, _SESSIONS, _PRODUCT_VIEWS, "drop table lines"):
            sql.execute(statement)
        for statement in (_HOURS, _SALES, _ORDERS):
            sql.execute(statement)
        yield Run(sql, *_window(sql, folder))


def _parquet(folder: Path, pattern: str) -> list[str]:
    found = sorted(str(path) for path in folder.glob(pattern))
    if not found:
        raise EsynapseError(
            f"calibrate: there is no {folder / pattern}: export a run with its truth there first"
        )
    return found


def _create_stock_outs(sql: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """A run in which nothing ever sold out has no such file."""
    files = [str(path) for path in folder.glob("*.parquet")]
    rows = sql.read_parquet(files) if files else sql.sql(_NO_STOCK_OUTS)
    rows.create_view("stock_outs")


def _window(sql: duckdb.DuckDBPyConnection, folder: Path) -> tuple[datetime, datetime]:
    ((begin, end),) = sql.execute(
        "select date_trunc('day', min(event_timestamp)),"
        " date_trunc('day', max(event_timestamp)) + interval 1 day from live_events"
    ).fetchall()
    if begin is None:
        raise EsynapseError(f"calibrate: {folder} holds no event at all: export a longer run")
    return begin, end
