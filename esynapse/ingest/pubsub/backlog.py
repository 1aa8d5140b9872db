"""What went through the queue and what waits in it, in numbers; read without loading gRPC.

Names of Cloud Monitoring's metrics, https://cloud.google.com/monitoring/api/metrics_gcp_p_z#gcp-pubsub
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass

from esynapse.home import Home
from esynapse.ingest.pubsub import schema
from esynapse.warehouse.catalog import now_us


@dataclass(frozen=True)
class SubscriptionBacklog:
    """How one subscription stands."""

    name: str
    """projects/<project>/subscriptions/<subscription>."""
    delivered: int
    """Messages acknowledged, or written to the table."""
    num_undelivered_messages: int
    """Messages neither settled nor dead-lettered; those that its filter excludes count until they
    are looked at."""
    oldest_unacked_message_age: float
    """Seconds; 0 if there is none."""


@dataclass(frozen=True)
class Backlog:
    """How the queue of a home stands."""

    published: int
    """Messages that topics have accepted since they were created."""
    delivered: int
    """Sum over the subscriptions."""
    undelivered: int
    """Sum over the subscriptions."""
    oldest_unacked_seconds: float
    """Age of the oldest message that a subscription waits for; 0 if there is none."""
    subscriptions: tuple[SubscriptionBacklog, ...]


def read_backlog(home: Home) -> Backlog:
    """The backlog of ``home``, whether its server runs or not."""
    with closing(schema.connect(home.catalog)) as connection:
        (published,) = connection.execute(
            "select coalesce(sum(published), 0) from pubsub_topics"
        ).fetchone()
        found = connection.execute(
            "select name, delivered, subscription_id, topic_id, position"
            " from pubsub_subscriptions order by subscription_id"
        ).fetchall()
        each = tuple(
            SubscriptionBacklog(name, delivered, *_waiting(connection, *where))
            for name, delivered, *where in found
        )
    return Backlog(
        published,
        sum(s.delivered for s in each),
        sum(s.num_undelivered_messages for s in each),
        max((s.oldest_unacked_message_age for s in each), default=0.0),
        each,
    )


def _waiting(
    connection: sqlite3.Connection, subscription_id: int, topic_id: int, position: int
) -> tuple[int, float]:
    """How many messages a subscription waits for, and the age of the oldest in seconds."""
    ahead, oldest_ahead = connection.execute(
        "select coalesce(sum(last_id + 1 - max(first_id, ?2)), 0), min(published_at)"
        " from pubsub_log where topic_id = ?1 and last_id >= ?2",
        (topic_id, position),
    ).fetchone()
    (out,) = connection.execute(
        "select count(*) from pubsub_leases where subscription_id = ? and settled = 0",
        (subscription_id,),
    ).fetchone()
    oldest_out = connection.execute(
        "select published_at from pubsub_log where last_id >= (select min(message_id)"
        " from pubsub_leases where subscription_id = ? and settled = 0) order by last_id limit 1",
        (subscription_id,),
    ).fetchone()
    since = [at for at in (oldest_ahead, oldest_out and oldest_out[0]) if at is not None]
    return ahead + out, max((now_us() - min(since)) / 1e6, 0.0) if since else 0.0
