"""Retention: how long messages stay, and going back and forth among those that do.

Statements on the database, inside the caller's transaction. Instants are microseconds.
https://cloud.google.com/pubsub/docs/replay-overview
"""

import sqlite3

from esynapse.ingest.pubsub import leases, log
from esynapse.ingest.pubsub.subscriptions import (
    Subscription,
    every,
    set_position,
    topic_retention,
)


def seek(
    connection: sqlite3.Connection, subscription: Subscription, instant: int, now: int
) -> None:
    """Settle what was published before ``instant``; what was published since is due again, as far
    as the subscription or its topic retains what is acknowledged."""
    first = log.first_since(connection, subscription.topic_id, instant)
    position = first
    if first < subscription.position:
        kept_from = _retained_from(connection, subscription, now)
        position = min(max(first, kept_from), subscription.position)
    leases.drop(connection, subscription.id, first, position)
    leases.release(connection, subscription.id)
    set_position(connection, subscription.id, position)


def expire(connection: sqlite3.Connection, now: int) -> int:
    """Drop what waits longer than its subscription and its topic retain it; how many messages that
    were."""
    dropped = 0
    for subscription in every(connection):
        span = max(subscription.retention, topic_retention(connection, subscription))
        first = log.first_since(connection, subscription.topic_id, now - span)
        if first > _oldest(connection, subscription):
            dropped += leases.drop(connection, subscription.id, first)
            dropped += log.count(connection, subscription.topic_id, subscription.position, first)
            set_position(connection, subscription.id, max(first, subscription.position))
    return dropped


def trim(connection: sqlite3.Connection, now: int) -> None:
    """Delete the entries of the log that nobody waits for and no retention keeps."""
    connection.execute(
        "delete from pubsub_log as l where not exists (select 1 from pubsub_topics t"
        "   where t.topic_id = l.topic_id and t.retention_us > 0"
        "   and l.published_at > :now - t.retention_us)"
        " and not exists (select 1 from pubsub_subscriptions s where s.topic_id = l.topic_id"
        "   and (s.position <= l.last_id"
        "     or (s.retain_acked = 1 and l.published_at > :now - s.retention_us)"
        "     or exists (select 1 from pubsub_leases d"
        "       where d.subscription_id = s.subscription_id"
        "       and d.message_id between l.first_id and l.last_id)))",
        {"now": now},
    )


def _retained_from(connection: sqlite3.Connection, subscription: Subscription, now: int) -> int:
    """Id from which on the log keeps what the subscription has acknowledged."""
    span = topic_retention(connection, subscription)
    if subscription.config.retain_acked_messages:
        span = max(span, subscription.retention)
    if not span:
        return subscription.position
    return log.first_since(connection, subscription.topic_id, now - span)


def _oldest(connection: sqlite3.Connection, subscription: Subscription) -> int:
    """Id of the oldest message that the subscription has to deliver, or its position."""
    (first,) = connection.execute(
        "select min(message_id) from pubsub_leases where subscription_id = ?", (subscription.id,)
    ).fetchone()
    return subscription.position if first is None else min(int(first), subscription.position)
