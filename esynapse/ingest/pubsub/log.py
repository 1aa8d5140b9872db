"""The log: what was published, one entry for each publish, in the order of commits.

An entry is the request as it came, so that a publish costs the database the same for one message
as for a thousand. Functions run inside the caller's transaction; instants are microseconds.
"""

import sqlite3
from collections.abc import Generator, Iterator, Sequence
from typing import Any, NamedTuple

from google.pubsub_v1 import types

from esynapse.ingest.pubsub.limits import MAX_PUBLISH_BYTES, MAX_PUBLISH_MESSAGES

PublishRequest = types.PublishRequest.pb()


class Delivery(NamedTuple):
    """A message on its way to a subscriber."""

    message_id: int
    attempt: int
    """1 for the first time; a later delivery makes what is said about an earlier one stale."""
    published_at: int
    message: Any
    """google.pubsub.v1.PubsubMessage as it was published: without id and time."""


class Entry(NamedTuple):
    """One publish."""

    first_id: int
    published_at: int
    request: bytes

    def deliveries(self, position: int) -> Iterator[Delivery]:
        """Its messages from id ``position`` on, for the first time."""
        for number, message in enumerate(PublishRequest.FromString(self.request).messages):
            if self.first_id + number >= position:
                yield Delivery(self.first_id + number, 1, self.published_at, message)


def append(
    connection: sqlite3.Connection, topic_id: int, request: bytes, count: int, now: int
) -> range:
    """Append a PublishRequest of ``count`` messages; their ids. What nobody waits for is not kept.

    Raises:
        KeyError: there is no such topic.
    """
    topic = connection.execute(
        "update pubsub_topics set published = published + ? where topic_id = ?"
        " returning retention_us",
        (count, topic_id),
    ).fetchone()
    if topic is None:
        raise KeyError(topic_id)
    (end,) = connection.execute(
        "update pubsub_sequence set next_message_id = next_message_id + ?"
        " returning next_message_id",
        (count,),
    ).fetchone()
    ids = range(end - count, end)
    wanted = (
        topic[0]
        or connection.execute(
            "select 1 from pubsub_subscriptions where topic_id = ?", (topic_id,)
        ).fetchone()
    )
    if wanted:
        connection.execute(
            "insert into pubsub_log values (?, ?, ?, ?, ?)",
            (ids[-1], ids[0], topic_id, now, request),
        )
    return ids


def append_messages(
    connection: sqlite3.Connection, topic_id: int, messages: Sequence[Any], now: int
) -> None:
    """Append PubsubMessages of ours, in entries no larger than a publish can be."""
    request, size = PublishRequest(), 0
    for message in messages:
        size += message.ByteSize()
        full = len(request.messages) == MAX_PUBLISH_MESSAGES or size > MAX_PUBLISH_BYTES
        if full and request.messages:
            _append_request(connection, topic_id, request, now)
            request, size = PublishRequest(), message.ByteSize()
        request.messages.append(message)
    if request.messages:
        _append_request(connection, topic_id, request, now)


def read(
    connection: sqlite3.Connection, topic_id: int, position: int, *, limit: int, max_bytes: int
) -> Generator[Delivery, None, None]:
    """Messages of a topic from id ``position`` on; at least one even if it is over the bytes."""
    entries = connection.execute(
        "select first_id, published_at, request from pubsub_log"
        " where topic_id = ? and last_id >= ? order by last_id",
        (topic_id, position),
    )
    taken = size = 0
    for entry in map(Entry._make, entries):
        for delivery in entry.deliveries(position):
            size += delivery.message.ByteSize()
            if taken == limit or (taken and size > max_bytes):
                entries.close()
                return
            taken += 1
            yield delivery


def find(connection: sqlite3.Connection, message_ids: Sequence[int]) -> dict[int, Delivery]:
    """The messages of these ids, as far as the log still has them."""
    found: dict[int, Delivery] = {}
    for message_id in sorted(message_ids):
        if message_id in found:
            continue
        row = connection.execute(
            "select first_id, published_at, request from pubsub_log"
            " where last_id >= ? order by last_id limit 1",
            (message_id,),
        ).fetchone()
        if row is not None:
            found |= {d.message_id: d for d in Entry._make(row).deliveries(message_id)}
    return {message_id: found[message_id] for message_id in message_ids if message_id in found}


def end(connection: sqlite3.Connection) -> int:
    """The id that the next message will get."""
    (next_id,) = connection.execute("select next_message_id from pubsub_sequence").fetchone()
    return int(next_id)


def has_from(connection: sqlite3.Connection, topic_id: int, position: int) -> bool:
    """Whether the topic has a message from id ``position`` on."""
    found = connection.execute(
        "select 1 from pubsub_log where topic_id = ? and last_id >= ? limit 1",
        (topic_id, position),
    ).fetchone()
    return found is not None


def count(connection: sqlite3.Connection, topic_id: int, begin: int, end: int) -> int:
    """How many messages of the topic have ids from ``begin`` on and below ``end``."""
    (found,) = connection.execute(
        "select coalesce(sum(min(last_id + 1, ?3) - max(first_id, ?2)), 0) from pubsub_log"
        " where topic_id = ?1 and last_id >= ?2 and first_id < ?3",
        (topic_id, begin, end),
    ).fetchone()
    return int(found)


def first_since(connection: sqlite3.Connection, topic_id: int, instant: int) -> int:
    """Id of the first message published at ``instant`` or later; the next one's if there is none.

    Of a publish all messages have one publish time.
    """
    found = connection.execute(
        "select first_id from pubsub_log where topic_id = ? and published_at >= ?"
        " order by last_id limit 1",
        (topic_id, instant),
    ).fetchone()
    return end(connection) if found is None else int(found[0])


def _append_request(connection: sqlite3.Connection, topic_id: int, request: Any, now: int) -> None:
    append(connection, topic_id, request.SerializeToString(), len(request.messages), now)
