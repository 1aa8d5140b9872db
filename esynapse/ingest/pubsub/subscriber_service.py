"""google.pubsub.v1.Subscriber: subscriptions, pulling and acknowledging."""

import time
from collections.abc import Sequence
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from google.pubsub_v1 import types

from esynapse.ingest.pubsub import pages, retention, subscriptions
from esynapse.ingest.pubsub.counter import Counter
from esynapse.ingest.pubsub.limits import check_ack_request, check_ack_seconds
from esynapse.ingest.pubsub.publisher_service import Calls
from esynapse.ingest.pubsub.refusal import RefusalError, invalid, unsupported
from esynapse.ingest.pubsub.store import Store
from esynapse.ingest.pubsub.subscriptions import Subscription
from esynapse.warehouse.catalog import now_us

NAME = "google.pubsub.v1.Subscriber"

PULL_WAIT_SECONDS = 20.0
MAX_PULL_MESSAGES = 1000
MAX_PULL_BYTES = 10_000_000

PullResponse = types.PullResponse.pb()
SeekResponse = types.SeekResponse.pb()
ListSubscriptionsResponse = types.ListSubscriptionsResponse.pb()


class SubscriberService:
    """The calls of the service that the embedded server answers, but for the streaming one."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.counter = Counter(store)

    def calls(self) -> Calls:
        """Those that need to know nothing about their caller: all but ``pull``."""
        answers = {
            types.GetSubscriptionRequest: self.get_subscription,
            types.ListSubscriptionsRequest: self.list_subscriptions,
            types.UpdateSubscriptionRequest: self.update_subscription,
            types.DeleteSubscriptionRequest: self.delete_subscription,
            types.AcknowledgeRequest: self.acknowledge,
            types.ModifyAckDeadlineRequest: self.modify_ack_deadline,
            types.SeekRequest: self.seek,
        }
        named = {request.__name__.removesuffix("Request"): request for request in answers}
        return {
            "CreateSubscription": (types.Subscription.pb().FromString, self.create_subscription),
            **{name: (r.pb().FromString, answers[r]) for name, r in named.items()},
        }

    def create_subscription(self, request: Any) -> Any:
        with self.store.write() as connection:
            return subscriptions.create(connection, request)

    def get_subscription(self, request: Any) -> Any:
        with self.store.read() as connection:
            return subscriptions.described(connection, request.subscription)

    def list_subscriptions(self, request: Any) -> Any:
        with self.store.read() as connection:
            names, token = pages.names_of_project(connection, "pubsub_subscriptions", request)
            found = [subscriptions.described(connection, name) for name in names]
        return ListSubscriptionsResponse(subscriptions=found, next_page_token=token)

    def update_subscription(self, request: Any) -> Any:
        with self.store.write() as connection:
            return subscriptions.update(connection, request.subscription, request.update_mask)

    def delete_subscription(self, request: Any) -> Any:
        with self.store.write() as connection:
            subscriptions.delete(connection, request.subscription)
        return Empty()

    def pull(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Waits a while for a first message, and answers with none if none comes.

        Once the caller is gone it takes nothing: what it took would be out until its deadline.
        """
        if request.max_messages <= 0:
            raise invalid("The value for max_messages is too small. It must be at least 1.")
        name = self.pullable(request.subscription).name
        give_up = time.monotonic() + (0 if request.return_immediately else PULL_WAIT_SECONDS)
        context.add_callback(self.store.notify)
        while True:
            seen = self.store.changes
            if not context.is_active():
                return PullResponse()
            messages = self.counter.take(
                name,
                limit=min(request.max_messages, MAX_PULL_MESSAGES),
                max_bytes=MAX_PULL_BYTES,
            )
            left = give_up - time.monotonic()
            if messages or left <= 0 or self.store.closed:
                return PullResponse(received_messages=messages)
            self.store.wait(seen, min(left, self.counter.seconds_until_due(name)))

    def acknowledge(self, request: Any) -> Any:
        self.counter.acknowledge(request.subscription, _ack_ids(request))
        return Empty()

    def modify_ack_deadline(self, request: Any) -> Any:
        seconds = request.ack_deadline_seconds
        check_ack_seconds(seconds, lowest=0)
        self.counter.extend(request.subscription, [(a, seconds) for a in _ack_ids(request)])
        return Empty()

    def seek(self, request: Any) -> Any:
        target = request.WhichOneof("target")
        if target is None:
            raise invalid("A seek needs a time or a snapshot.")
        if target == "snapshot":
            raise unsupported("seeking to a snapshot, only to a time")
        with self.store.write() as connection:
            subscription = subscriptions.get(connection, request.subscription)
            instant = request.time.ToMicroseconds()
            retention.seek(connection, subscription, instant, now_us())
        return SeekResponse()

    def pullable(self, name: str) -> Subscription:
        """The subscription ``name``; refused if the server itself delivers it."""
        subscription = self._find(name)
        if subscription.is_bigquery or subscription.config.detached:
            raise RefusalError(
                grpc.StatusCode.FAILED_PRECONDITION,
                "This method is not supported for this subscription type.",
            )
        return subscription

    def _find(self, name: str) -> Subscription:
        with self.store.read() as connection:
            return subscriptions.get(connection, name)


def _ack_ids(request: Any) -> Sequence[str]:
    if not request.ack_ids:
        raise invalid("No ack ids specified.")
    check_ack_request(request.ByteSize())
    return list(request.ack_ids)
