"""A Pub/Sub service under test, as one test sees it: a project of its own and short calls."""

import time
from collections.abc import Callable, Iterable
from typing import Any

from google.cloud import pubsub_v1
from google.pubsub_v1 import PublisherClient, SubscriberClient, types

from esynapse.home import Home
from esynapse.warehouse.lake import Lake

PATIENCE_SECONDS = 10.0
"""Until something that should come is given up."""


class Service:
    """Both APIs of a service, in a project that no other test uses."""

    def __init__(
        self,
        project: str,
        publisher: pubsub_v1.PublisherClient,
        subscriber: pubsub_v1.SubscriberClient,
        home: Home | None,
    ) -> None:
        self.project = project
        self.high_level_publisher = publisher
        self.high_level_subscriber = subscriber
        self.publisher = PublisherClient(transport=publisher.transport)
        self.subscriber = SubscriberClient(transport=subscriber.transport)
        self.home = home
        """Where what BigQuery subscriptions write can be read; None: nowhere."""

    def topic_name(self, name: str) -> str:
        return f"projects/{self.project}/topics/{name}"

    def subscription_name(self, name: str) -> str:
        return f"projects/{self.project}/subscriptions/{name}"

    def topic(self, name: str = "orders", **fields: Any) -> str:
        """Create a topic; its full name."""
        return self.publisher.create_topic(request={"name": self.topic_name(name)} | fields).name

    def subscription(self, topic: str, name: str = "reader", **fields: Any) -> str:
        """Create a subscription; its full name."""
        request = {"name": self.subscription_name(name), "topic": topic} | fields
        return self.subscriber.create_subscription(request=request).name

    def read(self, subscription: str) -> types.Subscription:
        """The subscription as the service has it."""
        return self.subscriber.get_subscription(subscription=subscription)

    def update(self, subscription: str, *paths: str, **fields: Any) -> types.Subscription:
        """Update the fields of a subscription that ``paths`` name; all of ``fields`` if none."""
        return self.subscriber.update_subscription(
            request={
                "subscription": {"name": subscription} | fields,
                "update_mask": {"paths": list(paths or fields)},
            }
        )

    def publish(self, topic: str, *messages: bytes | dict[str, Any]) -> list[str]:
        """Publish in one request, bytes as a message of these; the ids given."""
        made = [{"data": m} if isinstance(m, bytes) else m for m in messages]
        return list(self.publisher.publish(request={"topic": topic, "messages": made}).message_ids)

    def pull(self, subscription: str, *, most: int = 1000) -> list[types.ReceivedMessage]:
        """What is there at this moment."""
        request = types.PullRequest(
            subscription=subscription, max_messages=most, return_immediately=True
        )
        return list(self.subscriber.pull(request=request).received_messages)

    def receive(
        self, subscription: str, count: int = 1, *, seconds: float = PATIENCE_SECONDS
    ) -> list[types.ReceivedMessage]:
        """Pull until at least ``count`` messages have come; AssertionError if they do not."""
        received: list[types.ReceivedMessage] = []

        def enough() -> bool:
            received.extend(self.pull(subscription))
            return len(received) >= count

        eventually(enough, seconds=seconds)
        return received

    def acknowledge(self, subscription: str, received: Iterable[types.ReceivedMessage]) -> None:
        self.subscriber.acknowledge(
            subscription=subscription, ack_ids=[message.ack_id for message in received]
        )

    def set_deadline(
        self, subscription: str, received: Iterable[types.ReceivedMessage], seconds: int
    ) -> None:
        """ModifyAckDeadline; 0 seconds give the messages back."""
        self.subscriber.modify_ack_deadline(
            subscription=subscription,
            ack_ids=[message.ack_id for message in received],
            ack_deadline_seconds=seconds,
        )

    def nack(self, subscription: str, received: Iterable[types.ReceivedMessage]) -> None:
        self.set_deadline(subscription, received, 0)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """What BigQuery subscriptions of this project have written to ``table``."""
        assert self.home is not None, "nothing is written anywhere"
        found = Lake(self.home).query(f"select * from {table}").to_pylist()
        return [row for row in found if self.project in str(row)]


def eventually(condition: Callable[[], object], *, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until ``condition`` is true; AssertionError if that takes longer than ``seconds``."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"it did not come true within {seconds:g} s"
        time.sleep(0.02)


def bodies(received: Iterable[types.ReceivedMessage]) -> list[bytes]:
    return [message.message.data for message in received]
