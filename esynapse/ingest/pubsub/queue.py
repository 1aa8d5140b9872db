"""What happens to messages, as statements on the database: appended, handed out, acknowledged.

Every function runs inside the caller's transaction. Instants and spans are microseconds.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_DUE = "pubsub_deliveries indexed by pubsub_due cross join pubsub_messages using (message_id)"


class NewMessage(NamedTuple):
    """A message on its way into a topic."""

    data: bytes
    attributes: str | None
    """A JSON object of strings; None: no attributes."""
    ordering_key: str = ""


class Delivery(NamedTuple):
    """A message as handed out to a subscriber."""

    message_id: int
    attempt: int
    """1 for the first time; a later delivery makes what is said about an earlier one stale."""
    published_at: int
    ordering_key: str
    attributes: str | None
    data: bytes


def append(
    connection: sqlite3.Connection, topic_id: int, messages: Sequence[NewMessage], now: int
) -> range:
    """Append to a topic; the ids given. Without subscriptions the messages are not kept."""
    (end,) = connection.execute(
        "update pubsub_sequence set next_message_id = next_message_id + ?"
        " returning next_message_id",
        (len(messages),),
    ).fetchone()
    ids = range(end - len(messages), end)
    wanted = connection.execute(
        "select 1 from pubsub_subscriptions where topic_id = ?", (topic_id,)
    ).fetchone()
    if wanted:
        connection.executemany(
            "insert into pubsub_messages values (?, ?, ?, ?, ?, ?)",
            (
                (message_id, topic_id, now, m.ordering_key, m.attributes, m.data)
                for message_id, m in zip(ids, messages, strict=True)
            ),
        )
        connection.execute(
            "insert into pubsub_deliveries select message_id, subscription_id, 0, 0"
            " from pubsub_messages m join pubsub_subscriptions s using (topic_id)"
            " where message_id between ? and ?",
            (ids.start, ids.stop - 1),
        )
    return ids


def peek(
    connection: sqlite3.Connection,
    subscription_id: int,
    now: int,
    *,
    limit: int,
    max_bytes: int,
    max_attempts: int | None = None,
) -> list[Delivery]:
    """Messages due now, those never handed out first; at least one even if it is over the bytes.

    Args:
        max_attempts: leave out messages handed out so often; they wait for the dead letter.
    """
    found: list[Delivery] = []
    size = 0
    cursor = connection.execute(
        "select message_id, attempts + 1, published_at, ordering_key, attributes, data"
        f" from {_DUE}"
        " where subscription_id = ? and available_at <= ? and attempts < ?"
        " order by available_at, message_id limit ?",
        (subscription_id, now, max_attempts or 2**31, limit),
    )
    for row in map(Delivery._make, cursor):
        size += len(row.data) + len(row.attributes or "")
        if found and size > max_bytes:
            break
        found.append(row)
    cursor.close()
    return found


def hand_out(
    connection: sqlite3.Connection,
    subscription_id: int,
    deliveries: Iterable[Delivery],
    until: int,
) -> None:
    """Count an attempt for each of ``deliveries`` and keep it from others ``until`` then."""
    connection.executemany(
        "update pubsub_deliveries set available_at = ?, attempts = ?"
        " where message_id = ? and subscription_id = ?",
        ((until, d.attempt, d.message_id, subscription_id) for d in deliveries),
    )


def acknowledge(
    connection: sqlite3.Connection, subscription_id: int, message_ids: Iterable[int]
) -> None:
    """Settle messages for a subscription; those that nobody else waits for are deleted."""
    ids = json.dumps(list(message_ids))
    connection.execute(
        "delete from pubsub_deliveries where subscription_id = ?"
        " and message_id in (select value from json_each(?))",
        (subscription_id, ids),
    )
    connection.execute(
        "delete from pubsub_messages as m where message_id in (select value from json_each(?))"
        " and not exists (select 1 from pubsub_deliveries d where d.message_id = m.message_id)",
        (ids,),
    )


def set_deadline(
    connection: sqlite3.Connection,
    subscription_id: int,
    handed_out: Iterable[tuple[int, int]],
    until: int,
) -> None:
    """Move the deadline of (message_id, attempt) pairs; stale attempts change nothing."""
    connection.executemany(
        "update pubsub_deliveries set available_at = ?"
        " where message_id = ? and subscription_id = ? and attempts = ?",
        ((until, message_id, subscription_id, attempt) for message_id, attempt in handed_out),
    )


def still_out(
    connection: sqlite3.Connection,
    subscription_id: int,
    handed_out: Iterable[tuple[int, int]],
    now: int,
) -> set[int]:
    """Ids of those (message_id, attempt) pairs that are neither settled nor expired."""
    found = connection.execute(
        "select message_id from pubsub_deliveries d join json_each(?) pair"
        " on d.message_id = pair.value ->> 0 and d.attempts = pair.value ->> 1"
        " where subscription_id = ? and available_at > ?",
        (json.dumps(list(handed_out)), subscription_id, now),
    )
    return {message_id for (message_id,) in found}


def exhausted(
    connection: sqlite3.Connection, subscription_id: int, now: int, max_attempts: int, limit: int
) -> list[Delivery]:
    """Messages handed out ``max_attempts`` times in vain."""
    found = connection.execute(
        "select message_id, attempts, published_at, ordering_key, attributes, data"
        f" from {_DUE}"
        " where subscription_id = ? and available_at between 1 and ? and attempts >= ? limit ?",
        (subscription_id, now, max_attempts, limit),
    )
    return [Delivery._make(row) for row in found]


def next_due(connection: sqlite3.Connection, subscription_id: int) -> int | None:
    """When the next message becomes due; None if there is no message at all."""
    (at,) = connection.execute(
        "select min(available_at) from pubsub_deliveries where subscription_id = ?",
        (subscription_id,),
    ).fetchone()
    return None if at is None else int(at)


def forget(connection: sqlite3.Connection, subscription_id: int) -> None:
    """Drop whatever a subscription, about to be deleted, still has to deliver."""
    connection.execute(
        "delete from pubsub_messages as m where message_id in"
        " (select message_id from pubsub_deliveries where subscription_id = ?1)"
        " and not exists (select 1 from pubsub_deliveries d"
        " where d.message_id = m.message_id and d.subscription_id <> ?1)",
        (subscription_id,),
    )
    connection.execute(
        "delete from pubsub_deliveries where subscription_id = ?", (subscription_id,)
    )
