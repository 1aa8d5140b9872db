"""The gRPC front: calls come in, answers or statuses go out."""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from google.pubsub_v1 import types

from esynapse.ingest.pubsub import publisher_service, subscriber_service
from esynapse.ingest.pubsub.limits import MAX_PUBLISH_BYTES
from esynapse.ingest.pubsub.publisher_service import PublisherService
from esynapse.ingest.pubsub.refusal import RefusalError, storage_failed
from esynapse.ingest.pubsub.store import Store
from esynapse.ingest.pubsub.streaming_pull import Stream
from esynapse.ingest.pubsub.subscriber_service import SubscriberService

MAX_CALLS = 64
MAX_STREAMS = 40
"""Of the calls served at once; each occupies a thread for as long as it is open."""
QUIET_SECONDS = 10.0
"""Between two lines about a failing disk, which clients run into again and again."""

log = logging.getLogger(__name__)


def grpc_server(store: Store) -> grpc.Server:
    """A server of both services over ``store``, not started and without a port."""
    server = grpc.server(
        ThreadPoolExecutor(MAX_CALLS, thread_name_prefix="call"),
        options=[
            ("grpc.so_reuseport", 0),
            ("grpc.max_receive_message_length", MAX_PUBLISH_BYTES + 2_000_000),
            ("grpc.max_send_message_length", -1),
        ],
    )
    publisher, subscriber = PublisherService(store), SubscriberService(store)
    server.add_generic_rpc_handlers(
        (
            grpc.method_handlers_generic_handler(
                publisher_service.NAME,
                {name: _unary(*call) for name, call in publisher.calls().items()},
            ),
            grpc.method_handlers_generic_handler(
                subscriber_service.NAME,
                {name: _unary(*call) for name, call in subscriber.calls().items()}
                | {
                    "Pull": _guarded(types.PullRequest.pb().FromString, subscriber.pull),
                    "StreamingPull": _streaming(subscriber),
                },
            ),
        )
    )
    return server


def _unary(read: Callable[[bytes], Any], answer: Callable[[Any], Any]) -> grpc.RpcMethodHandler:
    return _guarded(read, lambda request, _: answer(request))


def _guarded(
    read: Callable[[bytes], Any], answer: Callable[[Any, grpc.ServicerContext], Any]
) -> grpc.RpcMethodHandler:
    def call(request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return answer(request, context)
        except (RefusalError, sqlite3.Error) as error:
            refusal = _refusal(error)
            context.abort(refusal.code, refusal.message)

    return grpc.unary_unary_rpc_method_handler(call, read, _serialize)


def _streaming(subscriber: SubscriberService) -> grpc.RpcMethodHandler:
    places = threading.BoundedSemaphore(MAX_STREAMS)

    def call(requests: Iterator[Any], context: grpc.ServicerContext) -> Iterator[Any]:
        if not places.acquire(blocking=False):
            context.abort(
                grpc.StatusCode.RESOURCE_EXHAUSTED, f"More than {MAX_STREAMS} open streams."
            )
        try:
            yield from Stream(subscriber, requests, context).responses()
        except (RefusalError, sqlite3.Error) as error:
            refusal = _refusal(error)
            context.abort(refusal.code, refusal.message)
        finally:
            places.release()

    return grpc.stream_stream_rpc_method_handler(
        call, types.StreamingPullRequest.pb().FromString, _serialize
    )


class _Alarm:
    """Says once in a while, not at every call, that the disk fails."""

    def __init__(self) -> None:
        self._last = -QUIET_SECONDS

    def ring(self, message: str) -> None:
        now = time.monotonic()
        if now - self._last >= QUIET_SECONDS:
            self._last = now
            log.error("%s Calls are refused until it works again; clients retry.", message)


_alarm = _Alarm()


def _refusal(error: RefusalError | sqlite3.Error) -> RefusalError:
    if isinstance(error, RefusalError):
        return error
    refusal = storage_failed(error)
    _alarm.ring(refusal.message)
    return refusal


def _serialize(message: Any) -> bytes:
    data: bytes = message.SerializeToString()
    return data
