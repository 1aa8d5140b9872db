"""google.pubsub.v1.Publisher: topics and publishing."""

from collections.abc import Callable
from typing import Any

from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import DecodeError
from google.pubsub_v1 import types

from esynapse.ingest.pubsub import pages, subscriptions, topics
from esynapse.ingest.pubsub.limits import check_publish
from esynapse.ingest.pubsub.log import PublishRequest
from esynapse.ingest.pubsub.refusal import invalid
from esynapse.ingest.pubsub.store import Store

NAME = "google.pubsub.v1.Publisher"

Calls = dict[str, tuple[Callable[[bytes], Any], Callable[[Any], Any]]]
"""Name of a call: (what reads its request, what answers it)."""

PublishResponse = types.PublishResponse.pb()
ListTopicsResponse = types.ListTopicsResponse.pb()
ListTopicSubscriptionsResponse = types.ListTopicSubscriptionsResponse.pb()
DetachSubscriptionResponse = types.DetachSubscriptionResponse.pb()


class PublisherService:
    """The calls of the service that the embedded server answers."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def calls(self) -> Calls:
        return {
            "CreateTopic": (types.Topic.pb().FromString, self.create_topic),
            "GetTopic": (types.GetTopicRequest.pb().FromString, self.get_topic),
            "ListTopics": (types.ListTopicsRequest.pb().FromString, self.list_topics),
            "UpdateTopic": (types.UpdateTopicRequest.pb().FromString, self.update_topic),
            "DeleteTopic": (types.DeleteTopicRequest.pb().FromString, self.delete_topic),
            "ListTopicSubscriptions": (
                types.ListTopicSubscriptionsRequest.pb().FromString,
                self.list_topic_subscriptions,
            ),
            "DetachSubscription": (
                types.DetachSubscriptionRequest.pb().FromString,
                self.detach_subscription,
            ),
            "Publish": (bytes, self.publish),
        }

    def create_topic(self, request: Any) -> Any:
        with self.store.write() as connection:
            return topics.create(connection, request)

    def get_topic(self, request: Any) -> Any:
        with self.store.read() as connection:
            return topics.get(connection, request.topic)

    def list_topics(self, request: Any) -> Any:
        with self.store.read() as connection:
            names, token = pages.names_of_project(connection, "pubsub_topics", request)
            found = [topics.get(connection, name) for name in names]
        return ListTopicsResponse(topics=found, next_page_token=token)

    def update_topic(self, request: Any) -> Any:
        with self.store.write() as connection:
            return topics.update(connection, request.topic, request.update_mask)

    def delete_topic(self, request: Any) -> Any:
        with self.store.write() as connection:
            topic = topics.topic_id(connection, request.topic)
            subscriptions.orphan(connection, topic)
            topics.delete(connection, topic)
        return Empty()

    def list_topic_subscriptions(self, request: Any) -> Any:
        size = pages.page_size(request)
        with self.store.read() as connection:
            topic = topics.topic_id(connection, request.topic)
            found = subscriptions.names_of(connection, topic, request.page_token, size + 1)
        names, token = pages.split(found, size)
        return ListTopicSubscriptionsResponse(subscriptions=names, next_page_token=token)

    def detach_subscription(self, request: Any) -> Any:
        with self.store.write() as connection:
            subscriptions.detach(connection, request.subscription)
        return DetachSubscriptionResponse()

    def publish(self, data: bytes) -> Any:
        """Takes the request unread, because that is how it is stored."""
        try:
            request = PublishRequest.FromString(data)
        except DecodeError as error:
            raise invalid(f"Not a PublishRequest: {error}.") from None
        check_publish(request, len(data))
        ids = self.store.publish(request.topic, data, len(request.messages))
        return PublishResponse(message_ids=map(str, ids))
