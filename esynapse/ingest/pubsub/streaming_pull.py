"""StreamingPull: messages flow to a subscriber as they come, within the limits it has set."""

import sqlite3
import threading
from collections.abc import Iterator
from typing import Any

import grpc
from google.pubsub_v1 import types

from esynapse.ingest.pubsub.limits import check_ack_seconds
from esynapse.ingest.pubsub.refusal import RefusalError, invalid, storage_failed
from esynapse.ingest.pubsub.resources import Subscription
from esynapse.ingest.pubsub.subscriber_service import SubscriberService

BATCH_MESSAGES = 500
BATCH_BYTES = 4_000_000
"""Of one response; the client refuses responses beyond 4 MB unless a single message needs it."""
UNLIMITED = 2**62
FULL_WAIT_SECONDS = 1.0
"""How often a stream at its limit looks for messages that timed out in the client's hands."""

StreamingPullResponse = types.StreamingPullResponse.pb()


class Stream:
    """One open stream: hands out in the calling thread, listens in one of its own."""

    def __init__(self, service: SubscriberService, requests: Iterator[Any], context: Any) -> None:
        self.service = service
        self.requests = requests
        self.context = context
        self.outstanding: dict[str, int] = {}
        """Bytes of each message handed out, by ack id."""
        self.failure: RefusalError | None = None

    def responses(self) -> Iterator[Any]:
        """Serve until the client goes away or the server stops."""
        first = next(self.requests, None)
        if first is None:
            return
        subscription = self._open(first)
        store = self.service.store
        self.context.add_callback(store.notify)
        threading.Thread(target=self._listen, args=(first, subscription), daemon=True).start()
        while self.context.is_active() and not store.closed and not self.failure:
            seen = store.changes
            if not self._has_room(subscription):
                store.wait(seen, FULL_WAIT_SECONDS)
            elif messages := self._take(subscription):
                yield StreamingPullResponse(received_messages=messages)
            else:
                store.wait(seen, self.service.leases.seconds_until_due(subscription))
        if store.closed:
            raise RefusalError(grpc.StatusCode.UNAVAILABLE, "The server is stopping.")
        if self.failure:
            raise self.failure

    def _open(self, first: Any) -> Subscription:
        self.seconds = first.stream_ack_deadline_seconds
        check_ack_seconds(self.seconds)
        if first.max_outstanding_messages < 0 or first.max_outstanding_bytes < 0:
            self.max_messages = self.max_bytes = UNLIMITED
        else:
            self.max_messages = first.max_outstanding_messages or UNLIMITED
            self.max_bytes = first.max_outstanding_bytes or UNLIMITED
        return self.service.pullable(first.subscription)

    def _has_room(self, subscription: Subscription) -> bool:
        """Whether the client's limits allow for another message."""
        if all(room > 0 for room in self._room()):
            return True
        still = self.service.leases.outstanding(subscription, self.outstanding)
        self.outstanding = {a: size for a, size in self.outstanding.items() if a in still}
        return all(room > 0 for room in self._room())

    def _take(self, subscription: Subscription) -> list[Any]:
        room, room_bytes = self._room()
        messages = self.service.leases.take(
            subscription,
            limit=min(room, BATCH_MESSAGES),
            max_bytes=min(room_bytes, BATCH_BYTES),
            seconds=self.seconds,
        )
        if self.max_messages < UNLIMITED or self.max_bytes < UNLIMITED:
            self.outstanding |= {m.ack_id: m.ByteSize() for m in messages}
        return messages

    def _room(self) -> tuple[int, int]:
        taken = sum(self.outstanding.values())
        return self.max_messages - len(self.outstanding), self.max_bytes - taken

    def _listen(self, first: Any, subscription: Subscription) -> None:
        """Carry out what the client says on the stream, beginning with its first request."""
        request = first
        while request is not None:
            try:
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
            self.service.leases.acknowledge(subscription, request.ack_ids)
        if len(request.modify_deadline_ack_ids) != len(request.modify_deadline_seconds):
            raise invalid("modify_deadline_ack_ids and modify_deadline_seconds differ in length.")
        if request.modify_deadline_ack_ids:
            changes = zip(
                request.modify_deadline_ack_ids, request.modify_deadline_seconds, strict=True
            )
            self.service.leases.extend(subscription, list(changes))
