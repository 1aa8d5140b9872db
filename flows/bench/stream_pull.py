"""The subscribers that `esynapse bench stream` gives to Google's emulator.

    python -m flows.bench.stream_pull '{"pubsub_port": 8085, "subscription": …, "way": …}'

Ways: ``stream`` is SubscriberClient.subscribe and acknowledges one by one, as the documentation has
it; the emulator gives each stream 100 messages every 50 ms, so one stream ends at 2,000 messages a
second and STREAMS of them share the subscription. ``pull`` asks for 1,000 messages at a time and
acknowledges them in one call, the least that the client library can do. (Measured, emulator 0.8;
flow control does not matter: 100 to 100,000 outstanding messages make no difference.)
"""

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import numpy as np
from google.api_core.exceptions import DeadlineExceeded
from google.cloud.pubsub_v1 import SubscriberClient

from esynapse.ingest.clients import subscriber_client
from esynapse.settings import load_settings
from esynapse.warehouse.catalog import now_us
from flows.bench.stream_figures import Received
from flows.bench.stream_process import answer

STREAMS = 8
"""More are no faster (measured)."""
PULL_MESSAGES = 1_000
PULL_SECONDS = 5.0
PAUSE = 0.02
"""Seconds between two looks at whether everything has come."""

STAMP = b'"event_timestamp":"'
STAMP_BYTES = len("2026-11-25T12:00:00.000000")


class Arrived:
    """What has come: noted with as little work as can be, so that the subscriber is fast."""

    def __init__(self) -> None:
        self._first: dict[str, tuple[int, bytes]] = {}
        self._again: list[tuple[int, bytes]] = []

    def __len__(self) -> int:
        return len(self._first)

    def note(self, message: Any, at: int) -> None:
        data = message.data
        begin = data.index(STAMP) + len(STAMP)
        noted = (at, data[begin : begin + STAMP_BYTES])
        if self._first.setdefault(message.message_id, noted) is not noted:
            self._again.append(noted)

    def report(self, cpu_seconds: float) -> Received:
        """What has come, and with which ages."""
        noted = [*self._first.values(), *self._again]
        arrived = np.array([at for at, _ in noted], dtype=np.int64)
        happened = np.array([_microseconds(text) for _, text in noted], dtype=np.int64)
        return Received.of(len(self._first), arrived, happened, cpu_seconds)


@contextmanager
def by_stream(client: SubscriberClient, subscription: str, arrived: Arrived) -> Iterator[None]:
    """Streaming pull."""

    def receive(message: Any) -> None:
        arrived.note(message, now_us())
        message.ack()

    futures = [client.subscribe(subscription, receive) for _ in range(STREAMS)]
    try:
        yield
    finally:
        for future in futures:
            future.cancel()
            future.result()


@contextmanager
def by_pull(client: SubscriberClient, subscription: str, arrived: Arrived) -> Iterator[None]:
    """Pull, one call after another."""
    done = threading.Event()

    def loop() -> None:
        while not done.is_set():
            try:
                found = client.pull(
                    subscription=subscription, max_messages=PULL_MESSAGES, timeout=PULL_SECONDS
                )._pb.received_messages
            except DeadlineExceeded:  # there was nothing
                continue
            at = now_us()
            for received in found:
                arrived.note(received.message, at)
            if found:
                client.acknowledge(subscription=subscription, ack_ids=[r.ack_id for r in found])

    thread = threading.Thread(target=loop)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


WAYS: dict[str, Callable[..., Any]] = {"stream": by_stream, "pull": by_pull}


def main(arguments: str) -> None:
    """Say "ready", be told how many messages to wait for and how long, and report."""
    options = json.loads(arguments)
    subscription, way = options.pop("subscription"), WAYS[options.pop("way")]
    arrived = Arrived()
    with subscriber_client(load_settings(**options)) as client:
        cpu = time.process_time()
        with way(client, subscription, arrived):
            answer(ready=True)
            wanted, seconds = json.loads(sys.stdin.readline())
            deadline = time.monotonic() + seconds
            while len(arrived) < wanted and time.monotonic() < deadline:
                time.sleep(PAUSE)
        cpu = time.process_time() - cpu
    answer(**asdict(arrived.report(cpu)))


def _microseconds(text: bytes) -> int:
    moment = datetime.fromisoformat(text.decode()).replace(tzinfo=UTC)
    return round(moment.timestamp() * 1e6)


if __name__ == "__main__":
    main(sys.argv[1])
