"""google.pubsub.v1.Publisher: topics and publishing."""

import json
from collections.abc import Callable
from typing import Any

from google.protobuf.empty_pb2 import Empty
from google.pubsub_v1 import types

from esynapse.ingest.pubsub import resources
from esynapse.ingest.pubsub.limits import check_publish
from esynapse.ingest.pubsub.queue import NewMessage
from esynapse.ingest.pubsub.store import Store

NAME = "google.pubsub.v1.Publisher"

PublishResponse = types.PublishResponse.pb()
ListTopicsResponse = types.ListTopicsResponse.pb()


class PublisherService:
    """The calls of the service that the embedded server answers."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def calls(self) -> dict[str, tuple[type[Any], Callable[[Any], Any]]]:
        """Name of a call: (class of its request, what answers it)."""
        return {
            "CreateTopic": (types.Topic, self.create_topic),
            "GetTopic": (types.GetTopicRequest, self.get_topic),
            "ListTopics": (types.ListTopicsRequest, self.list_topics),
            "DeleteTopic": (types.DeleteTopicRequest, self.delete_topic),
            "Publish": (types.PublishRequest, self.publish),
        }

    def create_topic(self, request: Any) -> Any:
        with self.store.write() as connection:
            return resources.create_topic(connection, request)

    def get_topic(self, request: Any) -> Any:
        with self.store.read() as connection:
            return resources.get_topic(connection, request.topic)

    def list_topics(self, request: Any) -> Any:
        with self.store.read() as connection:
            topics, token = resources.list_page(
                connection, "pubsub_topics", resources.TopicMessage, request
            )
        return ListTopicsResponse(topics=topics, next_page_token=token)

    def delete_topic(self, request: Any) -> Any:
        with self.store.write() as connection:
            resources.delete_topic(connection, request.topic)
        return Empty()

    def publish(self, request: Any) -> Any:
        check_publish(request)
        ids = self.store.publish(request.topic, [_new(message) for message in request.messages])
        return PublishResponse(message_ids=map(str, ids))


def _new(message: Any) -> NewMessage:
    attributes = dict(message.attributes)
    text = json.dumps(attributes, ensure_ascii=False) if attributes else None
    return NewMessage(message.data, text, message.ordering_key)
