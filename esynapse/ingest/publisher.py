"""The publisher: events go to Pub/Sub in batches, and nothing is lost in silence."""

import threading
from collections.abc import Iterable
from concurrent.futures import Future
from types import TracebackType
from typing import Self

import pyarrow as pa
from google.api_core import exceptions, retry
from google.cloud.pubsub_v1 import types
from google.cloud.pubsub_v1.publisher.exceptions import MessageTooLargeError

from esynapse.errors import EsynapseError
from esynapse.events import encode_events
from esynapse.ingest.clients import explain, publisher_client
from esynapse.settings import Settings

BATCH = types.BatchSettings(max_messages=1000, max_bytes=1_000_000, max_latency=0.02)
FLOW_CONTROL = types.PublishFlowControl(
    message_limit=20_000,
    byte_limit=50_000_000,
    limit_exceeded_behavior=types.LimitExceededBehavior.BLOCK,
)
"""What may be on its way at once; ``publish`` waits beyond that."""
DEADLINE_SECONDS = 60.0
"""How long a message is tried before it counts as not accepted."""

_TRANSIENT = (
    exceptions.Aborted,
    exceptions.DeadlineExceeded,
    exceptions.GatewayTimeout,
    exceptions.InternalServerError,
    exceptions.ResourceExhausted,
    exceptions.ServiceUnavailable,
    exceptions.Unknown,
)


class Publisher:
    """Publishes to the topic of ``settings``. Use it as a context manager; leaving flushes."""

    def __init__(self, settings: Settings, *, deadline: float = DEADLINE_SECONDS) -> None:
        self.settings = settings
        self.published = 0
        """Messages that the service has accepted."""
        self._client = publisher_client(
            settings,
            batch_settings=BATCH,
            publisher_options=types.PublisherOptions(
                flow_control=FLOW_CONTROL,
                retry=retry.Retry(
                    predicate=retry.if_exception_type(*_TRANSIENT),
                    initial=0.1,
                    maximum=5.0,
                    multiplier=1.5,
                    timeout=deadline,
                ),
                timeout=deadline,
            ),
        )
        self._topic = self._client.topic_path(settings.project, settings.topic)
        self._settled = threading.Condition()
        self._on_the_way = 0
        self._failed = 0
        self._first_error: BaseException | None = None

    def publish(self, events: pa.Table) -> None:
        """Publish each row of ``events`` (EVENT_SCHEMA); waits while too much is on its way."""
        self.publish_raw(encode_events(events))

    def publish_raw(self, messages: Iterable[bytes], **attributes: str) -> None:
        """Publish ``messages`` as they are, whether they are events or not."""
        for data in messages:
            try:
                future = self._client.publish(self._topic, data, **attributes)
            except MessageTooLargeError:
                raise EsynapseError(
                    f"a message of {len(data)} bytes is too large: Pub/Sub takes 10 MB, "
                    "its attributes included"
                ) from None
            with self._settled:
                self._on_the_way += 1
            future.add_done_callback(self._note)

    def flush(self) -> None:
        """Wait until everything published so far is accepted, durably.

        Raises:
            EsynapseError: something was not accepted; how much, and why.
        """
        with self._settled:
            self._settled.wait_for(lambda: self._on_the_way == 0)
            failed, error = self._failed, self._first_error
            self._failed, self._first_error = 0, None
        if error is not None:
            raise EsynapseError(
                f"{failed} messages were not accepted: {explain(self.settings, error)}"
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self.flush()
        finally:
            self._client.stop()
            self._client.transport.close()

    def _note(self, future: "Future[str]") -> None:
        error = future.exception()
        with self._settled:
            self._on_the_way -= 1
            if error is None:
                self.published += 1
            else:
                self._failed += 1
                self._first_error = self._first_error or error
            if not self._on_the_way:
                self._settled.notify_all()
