"""What waits in the queue, in numbers."""

from contextlib import closing
from dataclasses import dataclass

from esynapse.home import Home
from esynapse.ingest.pubsub import schema
from esynapse.warehouse.catalog import now_us


@dataclass(frozen=True)
class Backlog:
    """How the queue of a home stands."""

    undelivered: int
    """Messages that at least one subscription has not settled."""
    oldest_unacked_seconds: float
    """Age of the oldest of them; 0 if there is none."""
    dead_letters: int
    """Rows of the table dead_letter_events."""


def read_backlog(home: Home) -> Backlog:
    """The backlog of ``home``, whether its server runs or not."""
    with closing(schema.connect(home.catalog)) as connection:
        (undelivered,) = connection.execute("select count(*) from pubsub_messages").fetchone()
        oldest = connection.execute(
            "select published_at from pubsub_messages order by message_id limit 1"
        ).fetchone()
        (dead_letters,) = connection.execute(
            "select coalesce(sum(rows), 0) from files"
            " where table_name = 'dead_letter_events' and retired_at is null"
        ).fetchone()
    age = max((now_us() - oldest[0]) / 1e6, 0.0) if oldest else 0.0
    return Backlog(undelivered, age, dead_letters)
