"""Leases: messages that were handed out and are not settled, or wait behind one that is not.

Statements on the database, inside the caller's transaction. Instants and spans are microseconds.

With ordering (https://cloud.google.com/pubsub/docs/ordering) a message of a key is handed out only
when no earlier one of its key is out or waiting; those that come up meanwhile get a row here and
wait. When one is given back, the later ones of its key come again too, the acknowledged included,
which is why an acknowledged message keeps its row until all before it are acknowledged.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence

from esynapse.ingest.pubsub import log
from esynapse.ingest.pubsub.log import Delivery
from esynapse.ingest.pubsub.subscriptions import Subscription

LONGEST = 600_000_000
"""Of an ack deadline and of a back-off. What is due later than that was stamped by a clock that
has jumped back since, and counts as due."""

_DUE = "(available_at <= :now or available_at > :now + :longest)"
_FIRST_OF_ITS_KEY = """(ordering_key = '' or not exists (
    select 1 from pubsub_leases e
    where e.subscription_id = l.subscription_id and e.ordering_key = l.ordering_key
    and e.ordering_key <> '' and e.message_id < l.message_id and e.settled = 0
    and (e.leased = 1 or e.available_at between :now + 1 and :now + :longest)))"""


def due(
    connection: sqlite3.Connection, subscription: Subscription, now: int, *, limit: int
) -> list[tuple[int, Delivery]]:
    """(due since, message) of those that wait to be handed out, the longest waiting first."""
    ordered = subscription.keeps_order
    rows = connection.execute(
        "select message_id, attempts + 1, available_at from pubsub_leases l"
        f" where subscription_id = :id and leased = 0 and settled = 0 and {_DUE}"
        f" and attempts < :most and {_FIRST_OF_ITS_KEY if ordered else 'true'}"
        f" order by {'message_id' if ordered else 'available_at, message_id'} limit :limit",
        _figures(subscription, now) | {"limit": limit},
    ).fetchall()
    found = log.find(connection, [row[0] for row in rows])
    return [
        (since, found[message_id]._replace(attempt=attempt))
        for message_id, attempt, since in rows
        if message_id in found
    ]


def exhausted(
    connection: sqlite3.Connection, subscription: Subscription, now: int, *, limit: int
) -> list[Delivery]:
    """Messages handed out as often as the subscription's dead-letter policy allows, in vain."""
    rows = connection.execute(
        "select message_id, attempts from pubsub_leases"
        f" where subscription_id = :id and leased = 0 and settled = 0 and {_DUE}"
        " and attempts >= :most order by message_id limit :limit",
        _figures(subscription, now) | {"limit": limit},
    ).fetchall()
    found = log.find(connection, [row[0] for row in rows])
    return [found[i]._replace(attempt=attempt) for i, attempt in rows if i in found]


def hand_out(
    connection: sqlite3.Connection,
    subscription: Subscription,
    deliveries: Iterable[Delivery],
    until: int,
) -> None:
    """Count an attempt for each of ``deliveries`` and keep it from others ``until`` then."""
    _put(connection, subscription, deliveries, until, leased=True)


def hold(
    connection: sqlite3.Connection,
    subscription: Subscription,
    deliveries: Iterable[Delivery],
    until: int,
    *,
    attempts: int | None = None,
) -> None:
    """Let ``deliveries`` wait in nobody's hands ``until`` then, ``attempts`` counted (default:
    this one)."""
    if attempts is not None:
        deliveries = [delivery._replace(attempt=attempts) for delivery in deliveries]
    _put(connection, subscription, deliveries, until, leased=False)


def lapse(connection: sqlite3.Connection, subscription: Subscription, now: int) -> None:
    """Take back what subscribers kept beyond its deadline; it is due after the retry policy's
    back-off."""
    out = (
        "select message_id, attempts from pubsub_leases"
        " where subscription_id = :id and leased = 1 and settled = 0"
    )
    late = connection.execute(
        f"{out} and available_at <= :now union all {out} and available_at > :now + :longest",
        _figures(subscription, now),
    ).fetchall()
    if late:
        give_back(connection, subscription, late, now)


def give_back(
    connection: sqlite3.Connection,
    subscription: Subscription,
    handed_out: Iterable[tuple[int, int]],
    now: int,
) -> None:
    """Let (message_id, attempt) pairs wait for the retry policy's back-off, and with ordering the
    later messages of their keys too; stale attempts change nothing."""
    for message_id, attempt in handed_out:
        at = now + subscription.back_off(attempt)
        given = connection.execute(
            "update pubsub_leases set leased = 0, available_at = ?"
            " where subscription_id = ? and message_id = ? and attempts = ?"
            " and leased = 1 and settled = 0 returning ordering_key",
            (at, subscription.id, message_id, attempt),
        ).fetchone()
        if given and given[0]:
            connection.execute(
                "update pubsub_leases set leased = 0, settled = 0, available_at = ?"
                " where subscription_id = ? and ordering_key = ? and message_id > ?",
                (at, subscription.id, given[0], message_id),
            )


def extend(
    connection: sqlite3.Connection,
    subscription: Subscription,
    handed_out: Iterable[tuple[int, int]],
    until: int,
) -> None:
    """Move the deadline of (message_id, attempt) pairs; stale attempts change nothing."""
    connection.executemany(
        "update pubsub_leases set available_at = ?"
        " where subscription_id = ? and message_id = ? and attempts = ? and leased = 1",
        [(until, subscription.id, message_id, attempt) for message_id, attempt in handed_out],
    )


def acknowledge(
    connection: sqlite3.Connection, subscription: Subscription, message_ids: Sequence[int]
) -> None:
    """Settle messages, whatever their deadline; those settled before are no error."""
    ids = {"id": subscription.id, "ids": json.dumps(list(message_ids))}
    chosen = "subscription_id = :id and message_id in (select value from json_each(:ids))"
    before = connection.total_changes
    connection.execute(f"update pubsub_leases set settled = 1 where {chosen} and settled = 0", ids)
    connection.execute(
        "update pubsub_subscriptions set delivered = delivered + ? where subscription_id = ?",
        (connection.total_changes - before, subscription.id),
    )
    connection.execute(f"delete from pubsub_leases where {chosen} and ordering_key = ''", ids)
    if subscription.keeps_order:
        connection.execute(
            "delete from pubsub_leases as l where subscription_id = :id and settled = 1"
            " and not exists (select 1 from pubsub_leases e where e.subscription_id = :id"
            " and e.ordering_key = l.ordering_key and e.ordering_key <> ''"
            " and e.message_id < l.message_id and e.settled = 0)",
            ids,
        )


def settle(
    connection: sqlite3.Connection,
    subscription: Subscription,
    deliveries: Iterable[Delivery],
    *,
    delivered: int,
) -> None:
    """Forget messages that the server itself is through with; ``delivered`` of them arrived."""
    connection.executemany(
        "delete from pubsub_leases where subscription_id = ? and message_id = ?",
        [(subscription.id, d.message_id) for d in deliveries if d.attempt > 1],
    )
    connection.execute(
        "update pubsub_subscriptions set delivered = delivered + ? where subscription_id = ?",
        (delivered, subscription.id),
    )


def release(connection: sqlite3.Connection, subscription_id: int) -> None:
    """Make everything that is out or waits due at once."""
    connection.execute(
        "update pubsub_leases set leased = 0, settled = 0, available_at = 0"
        " where subscription_id = ?",
        (subscription_id,),
    )


def still_out(
    connection: sqlite3.Connection,
    subscription: Subscription,
    handed_out: Iterable[tuple[int, int]],
    now: int,
) -> set[int]:
    """Ids of those (message_id, attempt) pairs that are neither settled nor expired."""
    found = connection.execute(
        "select message_id from json_each(?) pair cross join pubsub_leases l"
        " where subscription_id = ? and message_id = pair.value ->> 0"
        " and attempts = pair.value ->> 1 and leased = 1 and settled = 0 and available_at > ?",
        (json.dumps(list(handed_out)), subscription.id, now),
    )
    return {message_id for (message_id,) in found}


def next_due(connection: sqlite3.Connection, subscription: Subscription) -> int | None:
    """When the next message becomes due; 0: one was never handed out; None: there is none."""
    if log.has_from(connection, subscription.topic_id, subscription.position):
        return 0
    first = (
        "select min(available_at) as at from pubsub_leases"
        " where subscription_id = ?1 and settled = 0 and leased"
    )
    (at,) = connection.execute(
        f"select min(at) from ({first} = 0 union all {first} = 1)", (subscription.id,)
    ).fetchone()
    return None if at is None else int(at)


def count(connection: sqlite3.Connection, subscription_id: int) -> int:
    """Messages that were handed out, or passed over for their key, and are not settled."""
    (found,) = connection.execute(
        "select count(*) from pubsub_leases where subscription_id = ? and settled = 0",
        (subscription_id,),
    ).fetchone()
    return int(found)


def busy_keys(connection: sqlite3.Connection, subscription: Subscription) -> set[str]:
    """Ordering keys with a message that is out or waiting."""
    if not subscription.keeps_order:
        return set()
    found = connection.execute(
        "select distinct ordering_key from pubsub_leases"
        " where subscription_id = ? and ordering_key <> '' and settled = 0",
        (subscription.id,),
    )
    return {key for (key,) in found}


def drop(
    connection: sqlite3.Connection, subscription_id: int, begin: int, end: int | None = None
) -> int:
    """Forget messages before id ``begin`` and those from ``end`` on; how many were not settled."""
    chosen = "subscription_id = ? and (message_id < ? or message_id >= ?)"
    values = (subscription_id, begin, 2**63 - 1 if end is None else end)
    (dropped,) = connection.execute(
        f"select count(*) from pubsub_leases where {chosen} and settled = 0", values
    ).fetchone()
    connection.execute(f"delete from pubsub_leases where {chosen}", values)
    return int(dropped)


def _put(
    connection: sqlite3.Connection,
    subscription: Subscription,
    deliveries: Iterable[Delivery],
    until: int,
    *,
    leased: bool,
) -> None:
    connection.executemany(
        "insert into pubsub_leases values (?, ?, ?, ?, 0, ?, ?) on conflict do update set"
        " attempts = excluded.attempts, leased = excluded.leased,"
        " available_at = excluded.available_at",
        [
            (
                subscription.id,
                d.message_id,
                d.attempt,
                leased,
                until,
                subscription.key_of(d.message),
            )
            for d in deliveries
        ],
    )


def _figures(subscription: Subscription, now: int) -> dict[str, int]:
    return {
        "id": subscription.id,
        "now": now,
        "longest": LONGEST,
        "most": 2**31 if subscription.is_bigquery else subscription.max_attempts or 2**31,
    }
