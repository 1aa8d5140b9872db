"""Subscriptions: created, found, updated, detached, deleted.

Every function runs inside the caller's transaction and refuses as the real service does.
"""

import sqlite3
import uuid
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from google.pubsub_v1 import types

from esynapse.ingest.pubsub import log, policies
from esynapse.ingest.pubsub.filters import parse_filter
from esynapse.ingest.pubsub.limits import check_name
from esynapse.ingest.pubsub.masks import merge
from esynapse.ingest.pubsub.refusal import already_exists, not_found
from esynapse.ingest.pubsub.topics import topic_id

SubscriptionMessage = types.Subscription.pb()

DELETED_TOPIC = "_deleted-topic_"

_COLUMNS = "subscription_id, topic_id, position, config"
_MUTABLE = frozenset(
    {
        "ack_deadline_seconds",
        "bigquery_config",
        "dead_letter_policy",
        "expiration_policy",
        "labels",
        "message_retention_duration",
        "push_config",
        "retain_acked_messages",
        "retry_policy",
    }
)


class Subscription:
    """A subscription as stored."""

    def __init__(self, number: int, topic_id: int, position: int, config: bytes) -> None:
        self.id = number
        self.topic_id = topic_id
        """Of its topic, or of the one it had when that was deleted."""
        self.position = position
        """Id of the first message never handed out."""
        self.config: Any = SubscriptionMessage.FromString(config)
        """google.pubsub.v1.Subscription, as a plain protobuf message."""

    @property
    def name(self) -> str:
        return str(self.config.name)

    @property
    def max_attempts(self) -> int | None:
        """Deliveries before the dead letter; None: no dead-letter policy."""
        if not self.config.HasField("dead_letter_policy"):
            return None
        return int(self.config.dead_letter_policy.max_delivery_attempts)

    @property
    def retention(self) -> int:
        """How long messages wait to be settled, in microseconds."""
        return int(self.config.message_retention_duration.ToMicroseconds())

    @property
    def is_bigquery(self) -> bool:
        return bool(self.config.bigquery_config.table)

    @cached_property
    def keeps_order(self) -> bool:
        """Whether messages with an ordering key are handed out in their order."""
        return bool(self.config.enable_message_ordering)

    @cached_property
    def _matches(self) -> Callable[[Mapping[str, str]], bool] | None:
        return parse_filter(self.config.filter) if self.config.filter else None

    def wants(self, message: Any) -> bool:
        """Whether a PubsubMessage passes the filter; the others count as acknowledged."""
        return self._matches is None or self._matches(message.attributes)

    def key_of(self, message: Any) -> str:
        """The ordering key of a PubsubMessage, as far as it matters here."""
        return str(message.ordering_key) if self.keeps_order else ""

    def back_off(self, attempt: int) -> int:
        """Microseconds before a message given back at its ``attempt``-th delivery is due again."""
        if not self.config.HasField("retry_policy"):
            return 0
        policy = self.config.retry_policy
        shortest = policy.minimum_backoff.ToMicroseconds()
        longest: int = policy.maximum_backoff.ToMicroseconds()
        return min(longest, int(shortest) << min(attempt - 1, 30))


def create(connection: sqlite3.Connection, config: Any) -> Any:
    """It gets what is published from now on. Without a name it is given one."""
    topic = topic_id(connection, config.topic)
    if not config.name:
        project = config.topic.split("/")[1]
        config.name = f"projects/{project}/subscriptions/subscription-{uuid.uuid4().hex}"
    check_name(config.name, "subscriptions")
    _complete(connection, config)
    try:
        connection.execute(
            "insert into pubsub_subscriptions"
            " (name, topic_id, config, retention_us, retain_acked, position)"
            " values (?, ?, ?, ?, ?, ?)",
            (config.name, topic, *_stored(config), log.end(connection)),
        )
    except sqlite3.IntegrityError:
        raise already_exists(config.name) from None
    return described(connection, config.name)


def get(connection: sqlite3.Connection, name: str) -> Subscription:
    check_name(name, "subscriptions")
    found = _select(connection, "name = ?", name)
    if not found:
        raise not_found(name)
    return found[0]


def every(connection: sqlite3.Connection) -> list[Subscription]:
    return _select(connection, "true")


def names_of(connection: sqlite3.Connection, topic: int, after: str, limit: int) -> list[str]:
    """Names of the subscriptions of a topic, in order, those ``after`` a name."""
    found = connection.execute(
        "select name from pubsub_subscriptions where topic_id = ? and name > ?"
        " order by name limit ?",
        (topic, after, limit),
    )
    return [name for (name,) in found]


def update(connection: sqlite3.Connection, wanted: Any, mask: Any) -> Any:
    """Change the fields of ``wanted`` that ``mask`` names."""
    subscription = get(connection, wanted.name)
    merge(wanted, subscription.config, mask, _MUTABLE)
    _complete(connection, subscription.config)
    _save(connection, subscription)
    return described(connection, wanted.name)


def described(connection: sqlite3.Connection, name: str) -> Any:
    """Its configuration, with what the service adds to it."""
    subscription = get(connection, name)
    if retained := topic_retention(connection, subscription):
        subscription.config.topic_message_retention_duration.FromMicroseconds(retained)
    return subscription.config


def topic_retention(connection: sqlite3.Connection, subscription: Subscription) -> int:
    """How long its topic keeps messages, settled or not, in microseconds."""
    found = connection.execute(
        "select retention_us from pubsub_topics where topic_id = ?", (subscription.topic_id,)
    ).fetchone()
    return int(found[0]) if found else 0


def detach(connection: sqlite3.Connection, name: str) -> None:
    """Take it off its topic for good; what it still had to deliver is dropped."""
    subscription = get(connection, name)
    subscription.config.detached = True
    _save(connection, subscription)
    forget(connection, subscription)
    connection.execute(
        "update pubsub_subscriptions set topic_id = 0 where subscription_id = ?",
        (subscription.id,),
    )


def orphan(connection: sqlite3.Connection, topic: int) -> None:
    """The topic is deleted: its subscriptions stay, with what they still have to deliver."""
    for subscription in _select(connection, "topic_id = ?", topic):
        subscription.config.topic = DELETED_TOPIC
        _save(connection, subscription)


def delete(connection: sqlite3.Connection, name: str) -> None:
    subscription = get(connection, name)
    forget(connection, subscription)
    connection.execute(
        "delete from pubsub_subscriptions where subscription_id = ?", (subscription.id,)
    )


def forget(connection: sqlite3.Connection, subscription: Subscription) -> None:
    """Drop whatever the subscription still has to deliver."""
    connection.execute("delete from pubsub_leases where subscription_id = ?", (subscription.id,))
    set_position(connection, subscription.id, log.end(connection))


def set_position(connection: sqlite3.Connection, subscription_id: int, position: int) -> None:
    """Count the messages before ``position`` as handed out."""
    connection.execute(
        "update pubsub_subscriptions set position = ? where subscription_id = ?",
        (position, subscription_id),
    )


def _complete(connection: sqlite3.Connection, config: Any) -> None:
    policies.complete(config)
    if config.HasField("dead_letter_policy"):
        topic_id(connection, config.dead_letter_policy.dead_letter_topic)


def _select(connection: sqlite3.Connection, condition: str, *values: object) -> list[Subscription]:
    found = connection.execute(
        f"select {_COLUMNS} from pubsub_subscriptions where {condition} order by subscription_id",
        values,
    ).fetchall()
    return [Subscription(*row) for row in found]


def _save(connection: sqlite3.Connection, subscription: Subscription) -> None:
    connection.execute(
        "update pubsub_subscriptions set config = ?, retention_us = ?, retain_acked = ?"
        " where subscription_id = ?",
        (*_stored(subscription.config), subscription.id),
    )


def _stored(config: Any) -> tuple[bytes, int, int]:
    return (
        config.SerializeToString(),
        config.message_retention_duration.ToMicroseconds(),
        int(config.retain_acked_messages),
    )
