"""The publisher: events go to Pub/Sub in batches, and nothing is lost in silence."""

import threading
from collections.abc import Iterable
from concurrent.futures import Future
from functools import partial
from types import TracebackType
from typing import Self

import pyarrow as pa
from google.api_core import exceptions, retry
from google.api_core.timeout import ConstantTimeout
from google.cloud.pubsub_v1 import types
from google.cloud.pubsub_v1.publisher.exceptions import MessageTooLargeError

from esynapse.errors import EsynapseError
from esynapse.events import encode_events
from esynapse.ingest.clients import explain, publisher_client
from esynapse.settings import Settings
from esynapse.signals import LISTEN_SECONDS

BATCH = types.BatchSettings(max_messages=1000, max_bytes=1_000_000, max_latency=0.02)
FLOW_CONTROL = types.PublishFlowControl(
    message_limit=20_000,
    byte_limit=50_000_000,
    limit_exceeded_behavior=types.LimitExceededBehavior.BLOCK,
)
"""What may be on its way at once; ``publish`` waits beyond that."""
DEADLINE_SECONDS = 60.0
"""How long a message is tried before it counts as not accepted."""
ATTEMPT_SECONDS = 7.0
"""How long one request waits for its answer before it is tried again."""
REST_SECONDS = 1.0
"""The longest rest between two attempts."""
SETTLE_SECONDS = ATTEMPT_SECONDS + REST_SECONDS + 0.5
"""How long it takes at most until nothing is on its way once nothing is tried again."""

_TRANSIENT = retry.if_exception_type(
    exceptions.Aborted,
    exceptions.DeadlineExceeded,
    exceptions.GatewayTimeout,
    exceptions.InternalServerError,
    exceptions.ResourceExhausted,
    exceptions.ServiceUnavailable,
    exceptions.Unknown,
)


class Receipt:
    """What became of the messages of one ``publish_raw``."""

    def __init__(self) -> None:
        self.messages = 0
        self.on_the_way = 0
        self.complete = False
        """Whether all that was to be published has been; not if the publisher was stopped."""
        self.failed = 0
        self.error: BaseException | None = None
        """Why the first one failed."""

    @property
    def accepted(self) -> bool:
        """Whether the service has accepted every message, durably."""
        return self.complete and not self.on_the_way and self.error is None


class Publisher:
    """Publishes to the topic of ``settings``. Use it as a context manager; leaving flushes."""

    def __init__(
        self,
        settings: Settings,
        *,
        deadline: float = DEADLINE_SECONDS,
        stop: threading.Event | None = None,
    ) -> None:
        """A publisher that tries each message for ``deadline`` seconds.

        Args:
            stop: once it is set nothing more is published and nothing tried again, so that what is
                on its way is settled within SETTLE_SECONDS, accepted or not.
        """
        self.settings = settings
        self.published = 0
        """Messages that the service has accepted."""
        self.on_the_way = 0
        """Messages that are published and not yet settled."""
        self._stop = stop or threading.Event()
        self._given_up = False
        self._client = publisher_client(
            settings,
            batch_settings=BATCH,
            publisher_options=types.PublisherOptions(
                flow_control=FLOW_CONTROL,
                retry=retry.Retry(
                    predicate=self._is_tried_again,
                    initial=0.1,
                    maximum=REST_SECONDS,
                    multiplier=1.5,
                    timeout=deadline,
                ),
                timeout=ConstantTimeout(ATTEMPT_SECONDS),
            ),
        )
        self._topic = self._client.topic_path(settings.project, settings.topic)
        self._lock = threading.Lock()
        self._settled = threading.Condition(self._lock)
        self._failed = 0
        self._first_error: BaseException | None = None

    def publish(self, events: pa.Table) -> Receipt:
        """Publish each row of ``events`` (EVENT_SCHEMA); waits while too much is on its way."""
        return self.publish_raw(encode_events(events))

    def publish_raw(self, messages: Iterable[bytes], **attributes: str) -> Receipt:
        """Publish ``messages`` as they are, whether they are events or not; waits likewise."""
        receipt = Receipt()
        note = partial(self._note, receipt)
        for data in messages:
            if self._stop.is_set():
                return receipt
            try:
                future = self._client.publish(self._topic, data, **attributes)
            except MessageTooLargeError:
                raise EsynapseError(
                    f"a message of {len(data)} bytes is too large: Pub/Sub takes 10 MB, "
                    "its attributes included"
                ) from None
            with self._lock:
                self.on_the_way += 1
                receipt.on_the_way += 1
            receipt.messages += 1
            future.add_done_callback(note)
        receipt.complete = True
        return receipt

    def wait(self, receipt: Receipt, seconds: float) -> None:
        """Wait until nothing of ``receipt`` is on its way, ``seconds`` at most."""
        with self._settled:
            self._settled.wait_for(lambda: not receipt.on_the_way, seconds)

    def check(self, receipt: Receipt) -> None:
        """Raises EsynapseError if messages of it were not accepted: how many, and why."""
        self._raise(receipt.failed, receipt.error)

    def flush(self) -> None:
        """Wait until everything published so far is accepted, durably.

        Raises:
            EsynapseError: something was not accepted, without a stop; how much, and why.
        """
        with self._settled:
            while not self._settled.wait_for(lambda: self.on_the_way == 0, LISTEN_SECONDS):
                pass
            failed, error = self._failed, self._first_error
            self._failed, self._first_error = 0, None
        self._raise(failed, error)

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
            else:
                self._given_up = True
                with self._settled:
                    self._settled.wait_for(lambda: self.on_the_way == 0, SETTLE_SECONDS)
        finally:
            self._client.stop()
            self._client.transport.close()

    def _is_tried_again(self, error: BaseException) -> bool:
        return not self._given_up and not self._stop.is_set() and _TRANSIENT(error)

    def _raise(self, failed: int, error: BaseException | None) -> None:
        if error is not None and not self._stop.is_set():
            raise EsynapseError(
                f"{failed} messages were not accepted: {explain(self.settings, error)}"
            ) from error

    def _note(self, receipt: Receipt, future: "Future[str]") -> None:
        error = future.exception()
        with self._lock:
            self.on_the_way -= 1
            receipt.on_the_way -= 1
            if error is None:
                self.published += 1
            else:
                self._failed += 1
                self._first_error = self._first_error or error
                receipt.failed += 1
                receipt.error = receipt.error or error
            if not receipt.on_the_way:
                self._settled.notify_all()
