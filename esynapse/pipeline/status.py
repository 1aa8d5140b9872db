"""Status: how fresh the pipeline is and what it has counted, in numbers."""

from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from esynapse.home import open_home
from esynapse.ingest.pubsub import backlog
from esynapse.settings import Settings
from esynapse.warehouse.lake import Lake
from esynapse.warehouse.local import LocalWarehouse


def read_status(settings: Settings) -> dict[str, dict[str, Any]]:
    """Facts by section: freshness, lake, queue, marts. Ages are in seconds, instants in UTC."""
    home = open_home(settings.home, create=False)
    warehouse = LocalWarehouse(home)
    now = datetime.now(UTC)
    fresh = warehouse.freshness()
    return {
        "freshness": {
            "newest_event": fresh.newest_event,
            "newest_event_age_seconds": _age(now, fresh.newest_event),
            "marts_published_at": fresh.published_at,
            "marts_age_seconds": _age(now, fresh.published_at),
            "marts_as_of": fresh.as_of,
        },
        "lake": _lake(Lake(home)),
        "queue": backlog(home).__dict__,
        "marts": _marts(warehouse),
    }


def _lake(lake: Lake) -> dict[str, Any]:
    files = lake.files("live_events")
    with closing(lake.connect()) as connection:
        last = connection.execute(
            "select status, finished_at from builds where finished_at is not null"
            " order by finished_at desc limit 1"
        ).fetchone()
    return {
        "events": sum(file.rows for file in files),
        "files": len(files),
        "bytes": sum(file.bytes for file in files),
        "dead_letters": sum(file.rows for file in lake.files("dead_letter_events")),
        "last_build": last and last[0],
        "last_build_at": last and datetime.fromtimestamp(last[1] / 1e6, UTC),
    }


def _marts(warehouse: LocalWarehouse) -> dict[str, Any]:
    if not warehouse.version():
        return {}
    counts = warehouse.query(
        "select cast(sum(duplicates) as bigint) as duplicates,"
        " cast(sum(quarantined) as bigint) as quarantined from pipeline_health"
    )
    facts: dict[str, Any] = counts.to_pylist()[0]
    return facts


def _age(now: datetime, instant: datetime | None) -> float | None:
    return (now - instant).total_seconds() if instant else None
