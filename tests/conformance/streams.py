"""An open StreamingPull, raw: what the client library hides is what is tested."""

import threading
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Self

import grpc
from google.pubsub_v1 import types

from tests.conformance.service import PATIENCE_SECONDS, Service, eventually


class Stream:
    """Opens with ``first`` as the first request; collects what comes until it ends."""

    def __init__(self, service: Service, **first: Any) -> None:
        self.received: list[types.ReceivedMessage] = []
        self.answers: list[types.StreamingPullResponse] = []
        self.status: grpc.StatusCode | None = None
        """How the service ended it; None while it is open."""
        self._requests: SimpleQueue[types.StreamingPullRequest | None] = SimpleQueue()
        self.send(**first)
        self._call = service.subscriber.transport.streaming_pull(iter(self._requests.get, None))
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def send(self, **fields: Any) -> None:
        self._requests.put(types.StreamingPullRequest(**fields))

    def wait_for(self, count: int) -> list[types.ReceivedMessage]:
        """The messages so far, as soon as there are ``count``."""
        eventually(lambda: len(self.received) >= count or self.status)
        assert self.status is None
        return list(self.received)

    def ended_with(self, *, seconds: float = PATIENCE_SECONDS) -> grpc.StatusCode | None:
        """The status with which the service ends the stream."""
        eventually(lambda: self.status, seconds=seconds)
        return self.status

    def _listen(self) -> None:
        try:
            for answer in self._call:
                self.answers.append(answer)
                self.received.extend(answer.received_messages)
            self.status = grpc.StatusCode.OK
        except grpc.RpcError as error:
            self.status = error.code()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._call.cancel()
        self._requests.put(None)
        self._listener.join()
