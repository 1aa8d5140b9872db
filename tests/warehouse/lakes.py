"""What the tests of the lake share."""

from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa

from esynapse.events import EVENT_SCHEMA
from esynapse.warehouse import catalog
from esynapse.warehouse.lake import Lake

MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC)


def events(*hours: float) -> pa.Table:
    """An event for each hour since the first of March; its id is that number."""
    stamps = [MIDNIGHT + timedelta(hours=h) for h in hours]
    rows = [{"event_id": str(h), "event_timestamp": s} for h, s in zip(hours, stamps, strict=True)]
    return pa.Table.from_pylist(rows, schema=EVENT_SCHEMA)


def deliver(lake: Lake, rows: pa.Table) -> int:
    """Land ``rows`` as a stream does; ``landed_at``."""
    staged = lake.stage("live_events", rows)
    with closing(lake.connect()) as connection, catalog.transaction(connection):
        return lake.extend(connection, staged, batch_key="stream")


def ids(lake: Lake, since: date | None = None) -> list[str]:
    found = lake.query("select event_id from live_events order by event_timestamp", since=since)
    return found["event_id"].to_pylist()


def on_disk(lake: Lake) -> set[str]:
    """Files in the lake's folder, relative to it."""
    root = lake.home.lake
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


def listed(lake: Lake) -> set[str]:
    """Files that the catalog knows, retired ones too."""
    with closing(lake.connect()) as connection:
        return {path for (path,) in connection.execute("select path from files")}
