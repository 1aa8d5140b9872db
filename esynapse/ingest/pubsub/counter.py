"""The counter where subscribers are served: messages go out, and word of them comes back."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from google.pubsub_v1 import types

from esynapse.ingest.pubsub import leases, subscriptions
from esynapse.ingest.pubsub.log import Delivery
from esynapse.ingest.pubsub.outstanding import Outstanding
from esynapse.ingest.pubsub.refusal import invalid
from esynapse.ingest.pubsub.store import Store
from esynapse.ingest.pubsub.subscriptions import Subscription
from esynapse.ingest.pubsub.taking import take
from esynapse.warehouse.catalog import now_us

LONGEST_WAIT = 30.0
"""Seconds after which those who wait look again in any case."""

ReceivedMessage = types.ReceivedMessage.pb()


class Counter:
    """Hands messages out and hears what became of them."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._streams: dict[str, set[Outstanding]] = defaultdict(set)

    @contextmanager
    def watching(self, name: str, outstanding: Outstanding) -> Iterator[None]:
        """Keep the flow control of a stream of subscription ``name`` informed: its client may
        settle messages in calls of their own."""
        self._streams[name].add(outstanding)
        try:
            yield
        finally:
            self._streams[name].discard(outstanding)

    def take(self, name: str, *, limit: int, max_bytes: int, seconds: int = 0) -> list[Any]:
        """Hand out up to ``limit`` messages for ``seconds`` (default: the subscription's ack
        deadline), as ReceivedMessages."""
        with self.store.read() as connection:
            due = leases.next_due(connection, subscriptions.get(connection, name))
        if due is None or now_us() < due <= now_us() + leases.LONGEST:
            return []
        with self.store.write(notify=False) as connection:
            subscription = subscriptions.get(connection, name)
            span = (seconds or subscription.config.ack_deadline_seconds) * 1_000_000
            deliveries = take(
                connection, subscription, now_us(), limit=limit, max_bytes=max_bytes, span=span
            )
        return [_received(subscription, delivery) for delivery in deliveries]

    def seconds_until_due(self, name: str) -> float:
        """How long to wait at most before looking for messages again."""
        with self.store.read() as connection:
            due = leases.next_due(connection, subscriptions.get(connection, name))
        if due is None:
            return LONGEST_WAIT
        return min(max((due - now_us()) / 1e6, 0.1), LONGEST_WAIT)

    def acknowledge(self, name: str, ack_ids: Collection[str]) -> None:
        """Settle messages, even past their deadline; those settled before are no error."""
        self._free(name, ack_ids)
        with self.store.write() as connection:
            subscription = subscriptions.get(connection, name)
            ids = [parse_ack_id(ack_id)[0] for ack_id in ack_ids]
            leases.acknowledge(connection, subscription, ids)

    def extend(self, name: str, changes: Collection[tuple[str, int]]) -> None:
        """Set deadlines to so many seconds from now; 0 gives the message back."""
        self._free(name, (ack_id for ack_id, seconds in changes if not seconds))
        with self.store.write() as connection:
            subscription = subscriptions.get(connection, name)
            by_seconds: dict[int, list[tuple[int, int]]] = defaultdict(list)
            for ack_id, seconds in changes:
                by_seconds[seconds].append(parse_ack_id(ack_id))
            for seconds, pairs in by_seconds.items():
                if seconds:
                    until = now_us() + seconds * 1_000_000
                    leases.extend(connection, subscription, pairs, until)
                else:
                    leases.give_back(connection, subscription, pairs, now_us())

    def outstanding(self, name: str, ack_ids: Iterable[str]) -> set[str]:
        """Those of ``ack_ids`` that are neither settled nor timed out."""
        pairs = {parse_ack_id(ack_id): ack_id for ack_id in ack_ids}
        with self.store.read() as connection:
            subscription = subscriptions.get(connection, name)
            still = leases.still_out(connection, subscription, pairs, now_us())
        return {ack_id for (message_id, _), ack_id in pairs.items() if message_id in still}

    def _free(self, name: str, ack_ids: Iterable[str]) -> None:
        freed = list(ack_ids)
        for outstanding in list(self._streams.get(name, ())):
            outstanding.remove(freed)


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
    message.CopyFrom(delivery.message)
    message.message_id = str(delivery.message_id)
    message.publish_time.FromMicroseconds(delivery.published_at)
    if subscription.max_attempts is not None:
        received.delivery_attempt = delivery.attempt
    return received
