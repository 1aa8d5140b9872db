"""Topics: created, found, updated, deleted.

Every function runs inside the caller's transaction and refuses as the real service does.
"""

import sqlite3
from typing import Any

from google.pubsub_v1 import types

from esynapse.ingest.pubsub.limits import check_name, check_supported
from esynapse.ingest.pubsub.masks import merge
from esynapse.ingest.pubsub.policies import check_retention
from esynapse.ingest.pubsub.refusal import already_exists, not_found

TopicMessage = types.Topic.pb()

_FIELDS = frozenset({"name", "labels", "message_retention_duration", "state"})
_MUTABLE = frozenset({"labels", "message_retention_duration"})


def create(connection: sqlite3.Connection, topic: Any) -> Any:
    check_name(topic.name, "topics")
    _complete(topic)
    try:
        connection.execute(
            "insert into pubsub_topics (name, config, retention_us) values (?, ?, ?)",
            (topic.name, *_stored(topic)),
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


def get(connection: sqlite3.Connection, name: str) -> Any:
    (config,) = connection.execute(
        "select config from pubsub_topics where topic_id = ?", (topic_id(connection, name),)
    ).fetchone()
    return TopicMessage.FromString(config)


def update(connection: sqlite3.Connection, wanted: Any, mask: Any) -> Any:
    """Change the fields of ``wanted`` that ``mask`` names."""
    topic = get(connection, wanted.name)
    merge(wanted, topic, mask, _MUTABLE)
    _complete(topic)
    connection.execute(
        "update pubsub_topics set config = ?, retention_us = ? where name = ?",
        (*_stored(topic), topic.name),
    )
    return topic


def delete(connection: sqlite3.Connection, topic: int) -> None:
    connection.execute("delete from pubsub_topics where topic_id = ?", (topic,))


def _complete(topic: Any) -> None:
    check_supported(topic, _FIELDS)
    if topic.HasField("message_retention_duration"):
        check_retention(topic.message_retention_duration)
    topic.state = types.Topic.State.ACTIVE


def _stored(topic: Any) -> tuple[bytes, int]:
    return topic.SerializeToString(), topic.message_retention_duration.ToMicroseconds()
