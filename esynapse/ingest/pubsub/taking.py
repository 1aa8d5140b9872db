"""Taking: which messages of a subscription are handed out next.

Those handed out before and due again stand in ``pubsub_leases``; those never handed out are in the
log, from the subscription's position on. What has waited longest goes first, so that neither a
backlog nor a message that nobody manages holds up the other.
"""

import sqlite3
from collections.abc import Iterator

from esynapse.ingest.pubsub import leases, log
from esynapse.ingest.pubsub.log import Delivery
from esynapse.ingest.pubsub.subscriptions import Subscription, set_position

MOST_PASSED_OVER = 10_000
"""Messages that one look passes over because of the filter, or that wait because of their key."""


def take(
    connection: sqlite3.Connection,
    subscription: Subscription,
    now: int,
    *,
    limit: int,
    max_bytes: int,
    span: int,
) -> list[Delivery]:
    """Hand out messages for ``span`` microseconds; none if none is due or all of a look are
    passed over.

    Args:
        max_bytes: of the messages together; a single message may be larger.
    """
    leases.lapse(connection, subscription, now)
    again = leases.due(connection, subscription, now, limit=limit)
    fresh = _Fresh(connection, subscription, limit, max_bytes)
    taken: list[Delivery] = []
    size = 0
    for delivery in _longest_waiting_first(subscription, again, fresh):
        size += delivery.message.ByteSize()
        if taken and size > max_bytes:
            break
        taken.append(delivery)
        if delivery.attempt == 1 and delivery is fresh.next:
            fresh.advance_over(delivery)
        if len(taken) == limit:
            break
    fresh.close(now)
    leases.hand_out(connection, subscription, taken, now + span)
    return taken


def _longest_waiting_first(
    subscription: Subscription, again: list[tuple[int, Delivery]], fresh: "_Fresh"
) -> Iterator[Delivery]:
    """Both merged. With ordering the old ones go first: the new ones of a key wait behind them."""
    for since, delivery in again:
        while not subscription.keeps_order and fresh.next and fresh.next.published_at < since:
            yield fresh.next
        yield delivery
    while fresh.next:
        yield fresh.next


class _Fresh:
    """Messages never handed out, from the subscription's position on."""

    def __init__(
        self, connection: sqlite3.Connection, subscription: Subscription, limit: int, max_bytes: int
    ) -> None:
        self._connection = connection
        self._subscription = subscription
        passed_over = 0
        if subscription.keeps_order:
            passed_over = MOST_PASSED_OVER - leases.count(connection, subscription.id)
        elif subscription.config.filter:
            passed_over = MOST_PASSED_OVER
        self._busy = leases.busy_keys(connection, subscription)
        self._waiting: list[Delivery] = []
        self._position = subscription.position
        self._log = log.read(
            connection,
            subscription.topic_id,
            subscription.position,
            limit=limit + passed_over,
            max_bytes=max_bytes * (2 if passed_over else 1),
        )
        self.next: Delivery | None = None
        """The message to hand out next, not yet taken."""
        self._look()

    def advance_over(self, delivery: Delivery) -> None:
        """``delivery``, the next one, is taken."""
        self._position = delivery.message_id + 1
        self._look()

    def close(self, now: int) -> None:
        """Move the subscription's position, and note what waits behind others of its key."""
        self._log.close()
        if self._position != self._subscription.position:
            set_position(self._connection, self._subscription.id, self._position)
        leases.hold(self._connection, self._subscription, self._waiting, now, attempts=0)

    def _look(self) -> None:
        self.next = None
        for delivery in self._log:
            if not self._subscription.wants(delivery.message):
                self._position = delivery.message_id + 1
            elif delivery.message.ordering_key in self._busy:
                self._waiting.append(delivery)
                self._position = delivery.message_id + 1
            else:
                self.next = delivery
                return
