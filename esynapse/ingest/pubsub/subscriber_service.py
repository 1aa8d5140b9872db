"""google.pubsub.v1.Subscriber: subscriptions, pulling and acknowledging."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from google.pubsub_v1 import types

from esynapse.ingest.pubsub import resources
from esynapse.ingest.pubsub.leases import Leases
from esynapse.ingest.pubsub.limits import check_ack_seconds
from esynapse.ingest.pubsub.refusal import RefusalError, invalid
from esynapse.ingest.pubsub.resources import Subscription
from esynapse.ingest.pubsub.store import Store

NAME = "google.pubsub.v1.Subscriber"

PULL_WAIT_SECONDS = 20.0
MAX_PULL_MESSAGES = 1000
MAX_PULL_BYTES = 10_000_000

PullResponse = types.PullResponse.pb()
ListSubscriptionsResponse = types.ListSubscriptionsResponse.pb()


class SubscriberService:
    """The unary calls of the service that the embedded server answers."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.leases = Leases(store)

    def calls(self) -> dict[str, tuple[type[Any], Callable[[Any], Any]]]:
        """Name of a call: (class of its request, what answers it)."""
        return {
            "CreateSubscription": (types.Subscription, self.create_subscription),
            "GetSubscription": (types.GetSubscriptionRequest, self.get_subscription),
            "ListSubscriptions": (types.ListSubscriptionsRequest, self.list_subscriptions),
            "DeleteSubscription": (types.DeleteSubscriptionRequest, self.delete_subscription),
            "Pull": (types.PullRequest, self.pull),
            "Acknowledge": (types.AcknowledgeRequest, self.acknowledge),
            "ModifyAckDeadline": (types.ModifyAckDeadlineRequest, self.modify_ack_deadline),
        }

    def create_subscription(self, request: Any) -> Any:
        with self.store.write() as connection:
            return resources.create_subscription(connection, request)

    def get_subscription(self, request: Any) -> Any:
        return self._find(request.subscription).config

    def list_subscriptions(self, request: Any) -> Any:
        with self.store.read() as connection:
            found, token = resources.list_page(
                connection, "pubsub_subscriptions", resources.SubscriptionMessage, request
            )
        return ListSubscriptionsResponse(subscriptions=found, next_page_token=token)

    def delete_subscription(self, request: Any) -> Any:
        with self.store.write() as connection:
            resources.delete_subscription(connection, request.subscription)
        return Empty()

    def pull(self, request: Any) -> Any:
        """Waits a while for a first message, and answers with none if none comes."""
        if request.max_messages <= 0:
            raise invalid("The value for max_messages is too small. It must be at least 1.")
        subscription = self.pullable(request.subscription)
        give_up = time.monotonic() + (0 if request.return_immediately else PULL_WAIT_SECONDS)
        while True:
            seen = self.store.changes
            messages = self.leases.take(
                subscription,
                limit=min(request.max_messages, MAX_PULL_MESSAGES),
                max_bytes=MAX_PULL_BYTES,
                seconds=subscription.config.ack_deadline_seconds,
            )
            left = give_up - time.monotonic()
            if messages or left <= 0 or self.store.closed:
                return PullResponse(received_messages=messages)
            self.store.wait(seen, min(left, self.leases.seconds_until_due(subscription)))

    def acknowledge(self, request: Any) -> Any:
        self.leases.acknowledge(self._find(request.subscription), _some(request.ack_ids))
        return Empty()

    def modify_ack_deadline(self, request: Any) -> Any:
        seconds = request.ack_deadline_seconds
        check_ack_seconds(seconds, lowest=0)
        subscription = self._find(request.subscription)
        self.leases.extend(subscription, [(a, seconds) for a in _some(request.ack_ids)])
        return Empty()

    def pullable(self, name: str) -> Subscription:
        """The subscription ``name``; refused if the server itself delivers it."""
        subscription = self._find(name)
        if subscription.is_bigquery:
            raise RefusalError(
                grpc.StatusCode.FAILED_PRECONDITION,
                "This method is not supported for this subscription type.",
            )
        return subscription

    def _find(self, name: str) -> Subscription:
        with self.store.read() as connection:
            return resources.get_subscription(connection, name)


def _some(ack_ids: Sequence[str]) -> Sequence[str]:
    if not ack_ids:
        raise invalid("No ack ids specified.")
    return ack_ids
