"""Leases: messages in the hands of subscribers, until acknowledged, given back or timed out."""

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from google.pubsub_v1 import types

from esynapse.ingest.pubsub import queue
from esynapse.ingest.pubsub.queue import Delivery
from esynapse.ingest.pubsub.refusal import invalid
from esynapse.ingest.pubsub.resources import Subscription
from esynapse.ingest.pubsub.store import Store
from esynapse.warehouse.catalog import now_us

LONGEST_WAIT = 30.0
"""Seconds after which those who wait look again in any case."""

ReceivedMessage = types.ReceivedMessage.pb()


class Leases:
    """Hands messages out and hears what became of them."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def take(
        self, subscription: Subscription, *, limit: int, max_bytes: int, seconds: int
    ) -> list[Any]:
        """Hand out up to ``limit`` messages for ``seconds``, as ReceivedMessages."""
        now = now_us()
        with self.store.read() as connection:
            due = queue.next_due(connection, subscription.id)
        if due is None or due > now:
            return []
        with self.store.write(notify=False) as connection:
            deliveries = queue.peek(
                connection,
                subscription.id,
                now,
                limit=limit,
                max_bytes=max_bytes,
                max_attempts=subscription.max_attempts,
            )
            queue.hand_out(connection, subscription.id, deliveries, now + seconds * 1_000_000)
        return [_received(subscription, delivery) for delivery in deliveries]

    def seconds_until_due(self, subscription: Subscription) -> float:
        """How long to wait at most before looking for messages again."""
        with self.store.read() as connection:
            due = queue.next_due(connection, subscription.id)
        if due is None:
            return LONGEST_WAIT
        return min(max((due - now_us()) / 1e6, 0.1), LONGEST_WAIT)

    def acknowledge(self, subscription: Subscription, ack_ids: Iterable[str]) -> None:
        """Settle messages, even past their deadline; those settled before are no error."""
        ids = [parse_ack_id(ack_id)[0] for ack_id in ack_ids]
        with self.store.write() as connection:
            queue.acknowledge(connection, subscription.id, ids)

    def extend(self, subscription: Subscription, changes: Iterable[tuple[str, int]]) -> None:
        """Set deadlines to so many seconds from now; 0 gives the message back at once."""
        by_seconds: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for ack_id, seconds in changes:
            by_seconds[seconds].append(parse_ack_id(ack_id))
        with self.store.write() as connection:
            for seconds, pairs in by_seconds.items():
                until = now_us() + seconds * 1_000_000
                queue.set_deadline(connection, subscription.id, pairs, until)

    def outstanding(self, subscription: Subscription, ack_ids: Iterable[str]) -> set[str]:
        """Those of ``ack_ids`` that are neither settled nor timed out."""
        pairs = {parse_ack_id(ack_id): ack_id for ack_id in ack_ids}
        with self.store.read() as connection:
            still = queue.still_out(connection, subscription.id, pairs, now_us())
        return {ack_id for (message_id, _), ack_id in pairs.items() if message_id in still}


def parse_ack_id(ack_id: str) -> tuple[int, int]:
    """(message id, attempt) of an ack id of ours."""
    try:
        message_id, attempt = ack_id.split(".")
        return int(message_id), int(attempt)
    except ValueError:
        raise invalid(
            f"You have passed an invalid ack ID to the service (ack_id={ack_id})."
        ) from None


def _received(subscription: Subscription, delivery: Delivery) -> Any:
    received = ReceivedMessage(ack_id=f"{delivery.message_id}.{delivery.attempt}")
    message = received.message
    message.data = delivery.data
    message.message_id = str(delivery.message_id)
    message.ordering_key = delivery.ordering_key
    message.publish_time.FromMicroseconds(delivery.published_at)
    if delivery.attributes:
        message.attributes.update(json.loads(delivery.attributes))
    if subscription.max_attempts is not None:
        received.delivery_attempt = delivery.attempt
    return received
