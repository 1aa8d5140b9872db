"""Pub/Sub clients for the target: Google's service, or the embedded server of the local target."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import grpc
from google.api_core import exceptions
from google.auth.exceptions import GoogleAuthError
from google.cloud import pubsub_v1
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

from esynapse.errors import EsynapseError
from esynapse.settings import Settings

MAX_MESSAGE_BYTES = 12_000_000


def publisher_client(settings: Settings, **options: Any) -> pubsub_v1.PublisherClient:
    """A publisher of the target; ``options`` go to the client."""
    if settings.target == "local":
        options["transport"] = PublisherGrpcTransport(channel=_channel(settings))
    with _signed_in():
        return pubsub_v1.PublisherClient(**options)


def subscriber_client(settings: Settings) -> pubsub_v1.SubscriberClient:
    """A subscriber of the target."""
    if settings.target == "local":
        return pubsub_v1.SubscriberClient(
            transport=SubscriberGrpcTransport(channel=_channel(settings))
        )
    with _signed_in():
        return pubsub_v1.SubscriberClient()


def service_name(settings: Settings) -> str:
    """The service of the target, as people may recognise it."""
    if settings.target == "local":
        return f"the Pub/Sub server at {settings.pubsub_address}"
    return f"Pub/Sub of project {settings.project}"


def explain(settings: Settings, error: BaseException) -> str:
    """One line that says what went wrong between us and the service, and what to do."""
    service = service_name(settings)
    if isinstance(error, exceptions.NotFound):
        return f"{service} says: {error.message} Run 'esynapse provision' first"
    if isinstance(error, exceptions.ServiceUnavailable | exceptions.RetryError | TimeoutError):
        advice = " Is it running ('esynapse up')?" if settings.target == "local" else ""
        return f"{service} does not answer.{advice}"
    text = str(getattr(error, "message", error)).splitlines() or [type(error).__name__]
    return f"{service} says: {text[0]}"


@contextmanager
def explained(settings: Settings) -> Iterator[None]:
    """Turn what the client libraries raise into an EsynapseError of one line."""
    try:
        yield
    except exceptions.GoogleAPIError as error:
        raise EsynapseError(explain(settings, error)) from error


@contextmanager
def _signed_in() -> Iterator[None]:
    try:
        yield
    except GoogleAuthError as error:
        raise EsynapseError(
            f"no Google credentials ({str(error).splitlines()[0].rstrip('.')}): "
            "run 'gcloud auth application-default login', or use target local"
        ) from error


def _channel(settings: Settings) -> grpc.Channel:
    return grpc.insecure_channel(
        settings.pubsub_address,
        options=[
            ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
            ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
            # Our server is back within seconds when it was stopped; gRPC would wait two minutes.
            ("grpc.initial_reconnect_backoff_ms", 200),
            ("grpc.max_reconnect_backoff_ms", 2000),
        ],
    )
