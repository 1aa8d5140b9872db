"""The limits of the service and the checks that enforce them.

Figures: https://cloud.google.com/pubsub/quotas#resource_limits; names:
https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any

from esynapse.ingest.pubsub.refusal import invalid, unsupported

MAX_PUBLISH_MESSAGES = 1000
MAX_PUBLISH_BYTES = 10_000_000
MAX_ATTRIBUTES = 100
MAX_KEY_BYTES = 256
MAX_VALUE_BYTES = 1024
MAX_ORDERING_KEY_BYTES = 1024
MAX_ACK_REQUEST_BYTES = 524_288
MIN_ACK_SECONDS, MAX_ACK_SECONDS = 10, 600
MIN_DELIVERY_ATTEMPTS, MAX_DELIVERY_ATTEMPTS = 5, 100

_RESOURCE = re.compile(r"projects/[^/]+/(topics|subscriptions)/([A-Za-z][A-Za-z0-9\-_.~+%]{2,254})")


def check_name(name: str, collection: str) -> None:
    """Refuse a ``name`` that is not ``projects/<project>/<collection>/<id>``."""
    found = _RESOURCE.fullmatch(name)
    if not found or found[1] != collection or found[2].lower().startswith("goog"):
        raise invalid(
            f"Invalid resource name given (name={name}). Refer to "
            "https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names "
            "for more information."
        )


def check_supported(message: Any, supported: Collection[str]) -> None:
    """Refuse a resource that asks for something that would be silently ignored."""
    for field, _ in message.ListFields():
        if field.name not in supported:
            raise unsupported(f"{message.DESCRIPTOR.name}.{field.name}")


def check_publish(request: Any, size: int) -> None:
    """Refuse a PublishRequest of ``size`` bytes beyond the limits of a request or of one of its
    messages."""
    count = len(request.messages)
    if not count:
        raise invalid("The value for message_count is too small. You passed 0 in the request.")
    if count > MAX_PUBLISH_MESSAGES:
        raise _too_large("message_count", count, MAX_PUBLISH_MESSAGES)
    if size > MAX_PUBLISH_BYTES:
        raise _too_large("request_size", size, MAX_PUBLISH_BYTES)
    if len({message.ordering_key for message in request.messages}) > 1:
        raise invalid("All messages of a publish request must have the same ordering key.")
    for message in request.messages:
        if message.attributes:
            _check_attributes(message.attributes)
        elif not message.data:
            raise invalid(
                "One or more messages in the publish request is empty. Each message must contain "
                "either non-empty data, or at least one attribute."
            )
        if len(message.ordering_key) > MAX_ORDERING_KEY_BYTES // 4:
            _check_ordering_key(message.ordering_key)


def check_ack_seconds(seconds: int, *, lowest: int = MIN_ACK_SECONDS) -> None:
    if not lowest <= seconds <= MAX_ACK_SECONDS:
        raise invalid(
            f"Invalid ack deadline given: {seconds} seconds. It must be between {lowest} and "
            f"{MAX_ACK_SECONDS} seconds."
        )


def check_ack_request(size: int) -> None:
    """Refuse a request of ``size`` bytes of ack ids that is too large."""
    if size > MAX_ACK_REQUEST_BYTES:
        raise _too_large("request_size", size, MAX_ACK_REQUEST_BYTES)


def _check_ordering_key(key: str) -> None:
    size = len(key.encode())
    if size > MAX_ORDERING_KEY_BYTES:
        raise _too_large("ordering_key_size", size, MAX_ORDERING_KEY_BYTES)


def _check_attributes(attributes: Mapping[str, str]) -> None:
    if len(attributes) > MAX_ATTRIBUTES:
        raise _too_large("attribute_count", len(attributes), MAX_ATTRIBUTES)
    for key, value in attributes.items():
        if not key or key.lower().startswith("goog"):
            raise invalid(f"Attribute key {key!r} is empty or begins with the reserved 'goog'.")
        if len(key.encode()) > MAX_KEY_BYTES:
            raise _too_large("attribute_key_size", len(key.encode()), MAX_KEY_BYTES)
        if len(value.encode()) > MAX_VALUE_BYTES:
            raise _too_large("attribute_value_size", len(value.encode()), MAX_VALUE_BYTES)


def _too_large(what: str, value: int, maximum: int) -> Exception:
    return invalid(
        f"The value for {what} is too large. You passed {value} in the request, but the maximum "
        f"value is {maximum}."
    )
