"""Provisioning: the topics and subscriptions of the pipeline, the same code on every target.

live topic → BigQuery subscription → live_events
               ↓ what does not fit
dead-letter topic → BigQuery subscription → dead_letter_events
"""

from collections.abc import Callable
from typing import Any

from google.api_core import exceptions
from google.api_core.retry import Retry, if_exception_type
from google.cloud.pubsub_v1 import PublisherClient
from google.pubsub_v1 import types

from esynapse.ingest.clients import explained, publisher_client, subscriber_client
from esynapse.settings import Settings

MAX_DELIVERY_ATTEMPTS = 5
CALL_SECONDS = 20.0
RETRY = Retry(if_exception_type(exceptions.ServiceUnavailable), timeout=CALL_SECONDS)
"""Of a service that is away; the client's own would go on for ten minutes."""


def provision(settings: Settings) -> list[str]:
    """Create what is missing; the full names of what was created.

    Changes nothing that is there. On the bigquery target the tables must exist, and Pub/Sub's
    service account needs to be allowed to write to them and to the dead-letter topic.

    Raises:
        EsynapseError: the service does not answer or refuses.
    """
    with (
        explained(settings),
        publisher_client(settings) as publisher,
        subscriber_client(settings) as subscriber,
    ):
        created = [
            _create(publisher.create_topic, types.Topic(name=name)) for name in _topics(settings)
        ]
        created += [
            _create(subscriber.create_subscription, subscription)
            for subscription in _subscriptions(settings)
        ]
    return [name for name in created if name]


def _topics(settings: Settings) -> list[str]:
    names = (settings.dead_letter_topic, settings.topic)
    return [PublisherClient.topic_path(settings.project, name) for name in names]


def _subscriptions(settings: Settings) -> list[types.Subscription]:
    dead_letter_topic, topic = _topics(settings)
    dataset = f"{settings.project}.{settings.dataset}"
    prefix = f"projects/{settings.project}/subscriptions"
    never = types.ExpirationPolicy()
    return [
        types.Subscription(
            name=f"{prefix}/{settings.dead_letter_subscription}",
            topic=dead_letter_topic,
            expiration_policy=never,
            bigquery_config=types.BigQueryConfig(
                table=f"{dataset}.dead_letter_events", write_metadata=True
            ),
        ),
        types.Subscription(
            name=f"{prefix}/{settings.subscription}",
            topic=topic,
            expiration_policy=never,
            bigquery_config=types.BigQueryConfig(
                table=f"{dataset}.live_events", use_table_schema=True
            ),
            dead_letter_policy=types.DeadLetterPolicy(
                dead_letter_topic=dead_letter_topic,
                max_delivery_attempts=MAX_DELIVERY_ATTEMPTS,
            ),
        ),
    ]


def _create(call: Callable[..., Any], resource: Any) -> str | None:
    try:
        call(request=resource, timeout=CALL_SECONDS, retry=RETRY)
    except exceptions.AlreadyExists:
        return None
    return str(resource.name)
