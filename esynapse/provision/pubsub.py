"""Topics and subscriptions of Pub/Sub, the same on every target."""

from collections.abc import Collection
from typing import Any

from google.api_core import exceptions
from google.api_core.retry import Retry, if_exception_type
from google.protobuf.duration_pb2 import Duration
from google.pubsub_v1 import types

from esynapse.provision.changes import Difference, differences
from esynapse.provision.connections import Connections
from esynapse.provision.resources import Resource

CALL_SECONDS = 20.0
CALL: dict[str, Any] = {
    "timeout": CALL_SECONDS,
    "retry": Retry(if_exception_type(exceptions.ServiceUnavailable), timeout=CALL_SECONDS),
}
"""Of a service that is away; the client's own retries would go on for ten minutes."""

_FIELDS = {
    "topic": "topic",
    "table": "bigquery_config",
    "use_table_schema": "bigquery_config",
    "write_metadata": "bigquery_config",
    "drop_unknown_fields": "bigquery_config",
    "dead_letter_topic": "dead_letter_policy",
    "max_delivery_attempts": "dead_letter_policy",
    "minimum_backoff_seconds": "retry_policy",
    "maximum_backoff_seconds": "retry_policy",
    "expires": "expiration_policy",
}
"""Of a subscription, by the property of ours that is in it."""
_FIXED = {
    "topic": "a subscription cannot move to another topic, nor to a new one of the same name: "
    "delete it ('gcloud pubsub subscriptions delete'), then run this again"
}


class Topics:
    """With Pub/Sub's own defaults."""

    def __init__(self, connections: Connections) -> None:
        self._client = connections.publisher

    def compare(self, resource: Resource) -> list[Difference] | None:
        try:
            self._client.get_topic(request={"topic": resource.name}, **CALL)
        except exceptions.NotFound:
            return None
        return []

    def create(self, resource: Resource) -> None:
        try:
            self._client.create_topic(request=types.Topic(name=resource.name), **CALL)
        except exceptions.AlreadyExists:
            return  # made since it was looked for, maybe by a call whose answer was lost

    def delete(self, resource: Resource) -> None:
        self._client.delete_topic(request={"topic": resource.name}, **CALL)


class Subscriptions:
    """BigQuery subscriptions."""

    def __init__(self, connections: Connections) -> None:
        self._client = connections.subscriber

    def compare(self, resource: Resource) -> list[Difference] | None:
        try:
            found = self._client.get_subscription(request={"subscription": resource.name}, **CALL)
        except exceptions.NotFound:
            return None
        return differences(_properties(found), resource.properties, _FIXED)

    def create(self, resource: Resource) -> None:
        try:
            self._client.create_subscription(request=_message(resource), **CALL)
        except exceptions.AlreadyExists:
            return  # as of a topic

    def change(self, resource: Resource, differences: Collection[Difference]) -> None:
        paths = sorted({_FIELDS[difference.name] for difference in differences})
        request = {"subscription": _message(resource), "update_mask": {"paths": paths}}
        self._client.update_subscription(request=request, **CALL)

    def delete(self, resource: Resource) -> None:
        self._client.delete_subscription(request={"subscription": resource.name}, **CALL)


def _message(resource: Resource) -> types.Subscription:
    wanted = resource.properties
    return types.Subscription(
        name=resource.name,
        topic=wanted["topic"],
        expiration_policy=types.ExpirationPolicy(),  # without a ttl: never
        bigquery_config=types.BigQueryConfig(
            table=wanted["table"],
            use_table_schema=wanted["use_table_schema"],
            write_metadata=wanted["write_metadata"],
            drop_unknown_fields=wanted["drop_unknown_fields"],
        ),
        dead_letter_policy=types.DeadLetterPolicy(
            dead_letter_topic=wanted["dead_letter_topic"],
            max_delivery_attempts=wanted["max_delivery_attempts"],
        )
        if wanted["dead_letter_topic"]
        else None,
        retry_policy=types.RetryPolicy(
            minimum_backoff=Duration(seconds=wanted["minimum_backoff_seconds"]),
            maximum_backoff=Duration(seconds=wanted["maximum_backoff_seconds"]),
        ),
    )


def _properties(found: types.Subscription) -> dict[str, Any]:
    plain = types.Subscription.pb(found)
    backoff, table = plain.retry_policy, plain.bigquery_config
    return {
        "topic": plain.topic,
        "table": table.table.replace(":", ".", 1),  # with a colon, as gcloud has it, it is the same
        "use_table_schema": table.use_table_schema,
        "write_metadata": table.write_metadata,
        "drop_unknown_fields": table.drop_unknown_fields,
        "dead_letter_topic": plain.dead_letter_policy.dead_letter_topic,
        "max_delivery_attempts": plain.dead_letter_policy.max_delivery_attempts,
        "minimum_backoff_seconds": backoff.minimum_backoff.ToSeconds(),
        "maximum_backoff_seconds": backoff.maximum_backoff.ToSeconds(),
        "expires": not plain.HasField("expiration_policy") or _expires(plain.expiration_policy),
    }


def _expires(policy: Any) -> bool:
    return bool(policy.HasField("ttl"))
