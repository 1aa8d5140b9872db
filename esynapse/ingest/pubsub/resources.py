"""Topics and subscriptions: created, looked up, listed, deleted.

Every function runs inside the caller's transaction and refuses as the real service does.
"""

import sqlite3
from typing import Any, NamedTuple

from google.pubsub_v1 import types

from esynapse.ingest.pubsub import queue
from esynapse.ingest.pubsub.lake_table import check_bigquery_config
from esynapse.ingest.pubsub.limits import (
    MAX_DELIVERY_ATTEMPTS,
    MIN_ACK_SECONDS,
    MIN_DELIVERY_ATTEMPTS,
    check_ack_seconds,
    check_name,
    check_supported,
)
from esynapse.ingest.pubsub.refusal import already_exists, invalid, not_found, unsupported

TopicMessage = types.Topic.pb()
SubscriptionMessage = types.Subscription.pb()

DELETED_TOPIC = "_deleted-topic_"
DEFAULT_RETENTION_SECONDS = 7 * 24 * 3600
DEFAULT_PAGE = 100

_TOPIC_FIELDS = {"name", "labels", "state"}
_SUBSCRIPTION_FIELDS = {
    "name",
    "topic",
    "labels",
    "ack_deadline_seconds",
    "bigquery_config",
    "dead_letter_policy",
    "expiration_policy",
    "state",
}


class Subscription(NamedTuple):
    """A subscription as stored."""

    id: int
    config: Any
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
    def is_bigquery(self) -> bool:
        return bool(self.config.bigquery_config.table)


def create_topic(connection: sqlite3.Connection, topic: Any) -> Any:
    check_name(topic.name, "topics")
    check_supported(topic, _TOPIC_FIELDS)
    topic.state = types.Topic.State.ACTIVE
    try:
        connection.execute(
            "insert into pubsub_topics (name, config) values (?, ?)",
            (topic.name, topic.SerializeToString()),
        )
    except sqlite3.IntegrityError:
        raise already_exists(topic.name) from None
    return topic


def topic_id(connection: sqlite3.Connection, name: str) -> int:
    check_name(name, "topics")
    found = connection.execute(
        "select topic_id from pubsub_topics where name = ?", (name,)
    ).fetchone()
    if found is None:
        raise not_found(name)
    return int(found[0])


def get_topic(connection: sqlite3.Connection, name: str) -> Any:
    (config,) = connection.execute(
        "select config from pubsub_topics where topic_id = ?", (topic_id(connection, name),)
    ).fetchone()
    return TopicMessage.FromString(config)


def delete_topic(connection: sqlite3.Connection, name: str) -> None:
    """Its subscriptions stay, with what they still have to deliver."""
    found = topic_id(connection, name)
    for subscription in _subscriptions(connection, "topic_id = ?", (found,)):
        subscription.config.topic = DELETED_TOPIC
        connection.execute(
            "update pubsub_subscriptions set topic_id = null, config = ? where subscription_id = ?",
            (subscription.config.SerializeToString(), subscription.id),
        )
    connection.execute("delete from pubsub_topics where topic_id = ?", (found,))


def create_subscription(connection: sqlite3.Connection, config: Any) -> Any:
    check_name(config.name, "subscriptions")
    topic = topic_id(connection, config.topic)
    _complete(config)
    try:
        connection.execute(
            "insert into pubsub_subscriptions (name, topic_id, config) values (?, ?, ?)",
            (config.name, topic, config.SerializeToString()),
        )
    except sqlite3.IntegrityError:
        raise already_exists(config.name) from None
    return config


def get_subscription(connection: sqlite3.Connection, name: str) -> Subscription:
    check_name(name, "subscriptions")
    found = _subscriptions(connection, "name = ?", (name,))
    if not found:
        raise not_found(name)
    return found[0]


def delete_subscription(connection: sqlite3.Connection, name: str) -> None:
    subscription = get_subscription(connection, name)
    queue.forget(connection, subscription.id)
    connection.execute(
        "delete from pubsub_subscriptions where subscription_id = ?", (subscription.id,)
    )


def all_subscriptions(connection: sqlite3.Connection) -> list[Subscription]:
    return _subscriptions(connection, "true", ())


def list_page(
    connection: sqlite3.Connection, table: str, message: Any, request: Any
) -> tuple[list[Any], str]:
    """One page of the resources of ``request.project`` in ``table``, and the next page's token."""
    size = min(request.page_size or DEFAULT_PAGE, 1000)
    if size < 0:
        raise invalid("The value for page_size is too small. It must not be negative.")
    prefix = f"{request.project}/"
    found = connection.execute(
        f"select name, config from {table} where name > ? and substr(name, 1, ?) = ?"
        " order by name limit ?",
        (request.page_token, len(prefix), prefix, size + 1),
    ).fetchall()
    token = found[size - 1][0] if len(found) > size else ""
    return [message.FromString(config) for _, config in found[:size]], token


def _subscriptions(
    connection: sqlite3.Connection, condition: str, values: tuple[object, ...]
) -> list[Subscription]:
    found = connection.execute(
        "select subscription_id, config from pubsub_subscriptions"
        f" where {condition} order by subscription_id",
        values,
    ).fetchall()
    return [
        Subscription(number, SubscriptionMessage.FromString(config)) for number, config in found
    ]


def _complete(config: Any) -> None:
    """Check a subscription to be created and fill in the service's defaults."""
    check_supported(config, _SUBSCRIPTION_FIELDS)
    if config.expiration_policy.HasField("ttl"):
        raise unsupported("subscriptions that expire (expiration_policy.ttl)")
    config.ack_deadline_seconds = config.ack_deadline_seconds or MIN_ACK_SECONDS
    check_ack_seconds(config.ack_deadline_seconds)
    config.message_retention_duration.seconds = DEFAULT_RETENTION_SECONDS
    config.state = types.Subscription.State.ACTIVE
    if config.HasField("bigquery_config"):
        check_bigquery_config(config.bigquery_config)
        config.bigquery_config.state = types.BigQueryConfig.State.ACTIVE
    if config.HasField("dead_letter_policy"):
        policy = config.dead_letter_policy
        check_name(policy.dead_letter_topic, "topics")
        policy.max_delivery_attempts = policy.max_delivery_attempts or MIN_DELIVERY_ATTEMPTS
        if not MIN_DELIVERY_ATTEMPTS <= policy.max_delivery_attempts <= MAX_DELIVERY_ATTEMPTS:
            raise invalid(
                f"Invalid max_delivery_attempts: {policy.max_delivery_attempts}. It must be "
                f"between {MIN_DELIVERY_ATTEMPTS} and {MAX_DELIVERY_ATTEMPTS}."
            )
