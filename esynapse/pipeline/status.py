"""Status: what has come in, what waits, how late it is and how fresh the marts are, in numbers.

Everything is read from the home: it can be asked whether anything runs or not.
"""

import sqlite3
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from esynapse.errors import EsynapseError
from esynapse.home import Home, open_home
from esynapse.ingest.pubsub import backlog
from esynapse.pipeline.streamer_state import streamer_state
from esynapse.settings import Settings
from esynapse.warehouse import arrivals
from esynapse.warehouse.dead_letters import dead_letters_by_reason
from esynapse.warehouse.lake import Lake
from esynapse.warehouse.local import LocalWarehouse

LATENCY_MINUTES = 15
IN_THE_CLOUD = (
    "the figures of target bigquery are in Cloud Monitoring (metrics pubsub.googleapis.com/…) and "
    "in the mart pipeline_health; this command reads the home of target local"
)

Facts = dict[str, Any]


def read_status(settings: Settings) -> dict[str, Facts]:
    """Facts by section. Ages and spans are in seconds, sizes in bytes, instants in UTC.

    What is not known, or not there yet, is None; every section always has the same names.

    Raises:
        EsynapseError: there is no home, its lake is damaged, or the target has none.
    """
    if settings.target != "local":
        raise EsynapseError(IN_THE_CLOUD)
    home = open_home(settings.home, create=False)
    lake, warehouse = Lake(home), LocalWarehouse(home)
    with closing(lake.connect()) as connection:
        return {
            "freshness": _freshness(warehouse),
            "stream": _stream(home),
            "pubsub": _pubsub(home),
            "latency": _latency(connection),
            "arrivals": _arrivals(connection),
            "lake": _lake(connection),
            "dead_letters": _dead_letters(lake),
            "marts": _marts(warehouse, connection),
        }


def _freshness(warehouse: LocalWarehouse) -> Facts:
    now, fresh = datetime.now(UTC), warehouse.freshness()
    return {
        "newest_event": fresh.newest_event,
        "newest_event_age_seconds": _age(now, fresh.newest_event),
        "marts_published_at": fresh.published_at,
        "marts_age_seconds": _age(now, fresh.published_at),
        "marts_as_of": fresh.as_of,
    }


def _stream(home: Home) -> Facts:
    """Of the run of the streamer that goes on, or else of the last one."""
    state = streamer_state(home)
    running = state is not None and state.running
    return {
        "running": running,
        "started_at": state and state.started_at,
        "updated_at": state and state.updated_at,
        "events": state and state.events,
        "events_per_second": state.rate if state and running else 0.0,
        "lag_seconds": state.lag_seconds if state and running else None,
        "catching_up": bool(state and running and state.catching_up),
        "stream_rate": state and state.stream_rate,
    }


def _pubsub(home: Home) -> Facts:
    """In the words of Cloud Monitoring; the totals are over all subscriptions."""
    found = backlog(home)
    return {
        "published": found.published,
        "delivered": found.delivered,
        "num_undelivered_messages": found.undelivered,
        "oldest_unacked_message_age": found.oldest_unacked_seconds,
        "subscriptions": [asdict(subscription) for subscription in found.subscriptions],
    }


def _latency(connection: sqlite3.Connection) -> Facts:
    """From event_timestamp to visible in the lake, of what the stream brought."""
    found = arrivals.latency(connection, minutes=LATENCY_MINUTES)
    return {
        "minutes": LATENCY_MINUTES,
        "rows": found.rows if found else 0,
        "p50_seconds": found and found.p50,
        "p99_seconds": found and found.p99,
    }


def _arrivals(connection: sqlite3.Connection) -> Facts:
    """What the stream brought, by age at landing; of all time."""
    by_age = arrivals.ages(connection)
    on_time = by_age[arrivals.ON_TIME]
    return {"on_time": on_time, "late": sum(by_age.values()) - on_time, "by_age": by_age}


def _lake(connection: sqlite3.Connection) -> Facts:
    tables = {
        name: {"rows": rows, "files": files, "bytes": size}
        for name, rows, files, size in connection.execute(
            "select table_name, sum(rows), count(*), sum(bytes) from files"
            " where retired_at is null group by table_name order by table_name"
        )
    }
    retired_files, retired_bytes = connection.execute(
        "select count(*), coalesce(sum(bytes), 0) from files where retired_at is not null"
    ).fetchone()
    return {
        "events": tables.get("live_events", {}).get("rows", 0),
        "files": sum(table["files"] for table in tables.values()),
        "bytes": sum(table["bytes"] for table in tables.values()),
        "retired_files": retired_files,
        "retired_bytes": retired_bytes,
        "tables": tables,
    }


def _dead_letters(lake: Lake) -> Facts:
    by_reason = dead_letters_by_reason(lake)
    return {"total": sum(by_reason.values()), "by_reason": by_reason}


def _marts(warehouse: LocalWarehouse, connection: sqlite3.Connection) -> Facts:
    build = connection.execute(
        "select status, finished_at from builds where finished_at is not null"
        " order by finished_at desc limit 1"
    ).fetchone()
    facts: Facts = {
        "last_build": build and build[0],
        "last_build_at": build and datetime.fromtimestamp(build[1] / 1e6, UTC),
    }
    if not warehouse.version():
        return facts | {"duplicates": None, "quarantined": None, "quarantined_by_reason": {}}
    (counts,) = warehouse.query(
        "select cast(coalesce(sum(duplicates), 0) as bigint) as duplicates,"
        " cast(coalesce(sum(quarantined), 0) as bigint) as quarantined from pipeline_health"
    ).to_pylist()
    reasons = warehouse.query(
        "select reason, count(*) as events from quarantined_events group by reason"
        " order by events desc, reason"
    ).to_pylist()
    by_reason = {row["reason"]: row["events"] for row in reasons}
    facts |= {**counts, "quarantined_by_reason": by_reason}
    return facts


def _age(now: datetime, instant: datetime | None) -> float | None:
    return (now - instant).total_seconds() if instant else None
