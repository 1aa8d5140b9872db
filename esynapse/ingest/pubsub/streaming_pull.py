"""StreamingPull: messages flow to a subscriber as they come, within the limits it has set."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from typing import Any

import grpc
from google.pubsub_v1 import types

from esynapse.ingest.pubsub.limits import check_ack_seconds
from esynapse.ingest.pubsub.outstanding import Outstanding
from esynapse.ingest.pubsub.refusal import RefusalError, invalid, storage_failed
from esynapse.ingest.pubsub.subscriber_service import SubscriberService
from esynapse.ingest.pubsub.subscriptions import Subscription

BATCH_MESSAGES = 500
BATCH_BYTES = 4_000_000
"""Of one response; the client refuses responses beyond 4 MB unless a single message needs it."""
FULL_WAIT_SECONDS = 1.0
"""How often a stream at its limit looks for messages that timed out in the client's hands."""

StreamingPullResponse = types.StreamingPullResponse.pb()


class Stream:
    """One open stream: hands out in the calling thread, listens in one of its own."""

    def __init__(self, service: SubscriberService, requests: Iterator[Any], context: Any) -> None:
        self.service = service
        self.requests = requests
        self.context = context
        self.failure: RefusalError | None = None
        self._looked = 0.0

    def responses(self) -> Iterator[Any]:
        """Serve until the client goes away or the server stops."""
        first = next(self.requests, None)
        if first is None:
            return
        subscription = self._open(first)
        store, counter = self.service.store, self.service.counter
        self.context.add_callback(store.notify)
        with counter.watching(subscription.name, self.outstanding):
            yield from self._serve(first, subscription)
        if store.closed:
            raise RefusalError(grpc.StatusCode.UNAVAILABLE, "The server is stopping.")
        if self.failure:
            raise self.failure

    def _serve(self, first: Any, subscription: Subscription) -> Iterator[Any]:
        store, counter = self.service.store, self.service.counter
        properties = {"message_ordering_enabled": subscription.keeps_order}
        threading.Thread(target=self._listen, args=(first, subscription), daemon=True).start()
        while self.context.is_active() and not store.closed and not self.failure:
            seen = store.changes
            if min(self.outstanding.room) <= 0:
                store.wait(seen, FULL_WAIT_SECONDS)
                self._look_for_timeouts(subscription)
            elif messages := self._take(subscription):
                yield StreamingPullResponse(
                    received_messages=messages, subscription_properties=properties
                )
            else:
                store.wait(seen, counter.seconds_until_due(subscription.name))

    def _open(self, first: Any) -> Subscription:
        self.seconds = first.stream_ack_deadline_seconds
        check_ack_seconds(self.seconds)
        limits = (first.max_outstanding_messages, first.max_outstanding_bytes)
        self.outstanding = Outstanding(*((0, 0) if min(limits) < 0 else limits))
        return self.service.pullable(first.subscription)

    def _look_for_timeouts(self, subscription: Subscription) -> None:
        """Messages that timed out in the client's hands take no room any more."""
        now = time.monotonic()
        if min(self.outstanding.room) <= 0 and now - self._looked >= FULL_WAIT_SECONDS:
            self._looked = now
            held = self.outstanding.ack_ids()
            still = self.service.counter.outstanding(subscription.name, held)
            self.outstanding.remove(set(held) - still)

    def _take(self, subscription: Subscription) -> list[Any]:
        room, room_bytes = self.outstanding.room
        messages = self.service.counter.take(
            subscription.name,
            limit=min(room, BATCH_MESSAGES),
            max_bytes=min(room_bytes, BATCH_BYTES),
            seconds=self.seconds,
        )
        self.outstanding.add(messages)
        return messages

    def _listen(self, first: Any, subscription: Subscription) -> None:
        """Carry out what the client says on the stream, beginning with its first request."""
        request = first
        while request is not None:
            try:
                if request is not first:
                    _check_later(request)
                self._obey(request, subscription)
                request = next(self.requests, None)
            except grpc.RpcError:
                return  # the client went away
            except RefusalError as refusal:
                self.failure = refusal
            except sqlite3.Error as error:
                self.failure = storage_failed(error)
            if self.failure:
                self.service.store.notify()
                return

    def _obey(self, request: Any, subscription: Subscription) -> None:
        if request.stream_ack_deadline_seconds:
            check_ack_seconds(request.stream_ack_deadline_seconds)
            self.seconds = request.stream_ack_deadline_seconds
        if request.ack_ids:
            self.service.counter.acknowledge(subscription.name, request.ack_ids)
        if len(request.modify_deadline_ack_ids) != len(request.modify_deadline_seconds):
            raise invalid("modify_deadline_ack_ids and modify_deadline_seconds differ in length.")
        for seconds in request.modify_deadline_seconds:
            check_ack_seconds(seconds, lowest=0)
        if request.modify_deadline_ack_ids:
            changes = zip(
                request.modify_deadline_ack_ids, request.modify_deadline_seconds, strict=True
            )
            self.service.counter.extend(subscription.name, list(changes))


def _check_later(request: Any) -> None:
    if request.max_outstanding_messages or request.max_outstanding_bytes or request.subscription:
        raise invalid("A stream sets its subscription and its flow control in the first request.")
