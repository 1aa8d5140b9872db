"""The subscribers that `esynapse bench stream` gives to Google's emulator.

    python -m flows.bench.stream_pull '{"pubsub_port": 8085, "subscription": …, "way": …}'

Ways: ``stream`` is SubscriberClient.subscribe and acknowledges one by one, as the documentation has
it; the emulator gives each stream 100 messages every 50 ms, so one stream ends at 2,000 messages a
second and STREAMS of them share the subscription. ``pull`` asks for 1,000 messages at a time and
acknowledges them in one call, the least that the client library can do. (Measured, emulator 0.8;
flow control does not matter: 100 to 100,000 outstanding messages make no difference.) ``lake`` does
as ``pull`` and, once a second, decodes what it has, writes it to a lake and acknowledges it: what
one would have to run beside the emulator, which ignores ``bigquery_config``.
"""

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from google.cloud.pubsub_v1 import SubscriberClient

from esynapse.home import open_home
from esynapse.ingest.clients import subscriber_client
from esynapse.ingest.pubsub.courier import BATCH_MESSAGES, TICK_SECONDS
from esynapse.ingest.pubsub.decode import decode
from esynapse.settings import load_settings
from esynapse.warehouse.catalog import now_us
from esynapse.warehouse.lake import Lake
from esynapse.warehouse.raw_tables import RAW_TABLES
from flows.bench.stream_figures import Received
from flows.bench.stream_process import answer

STREAMS = 8
"""More are no faster (measured)."""
PULL_MESSAGES = 1_000
PAUSE = 0.005
"""Seconds between two looks when nothing has come."""

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


def by_pull(
    client: SubscriberClient, subscription: str, arrived: Arrived
) -> AbstractContextManager[None]:
    """Pull, one call after another."""

    def loop(done: threading.Event) -> None:
        for found in _pulls(client, subscription, done):
            at = now_us()
            for received in found:
                arrived.note(received.message, at)
            _acknowledge(client, subscription, found)

    return _in_background(loop)


def by_pull_into(
    client: SubscriberClient, subscription: str, home: str
) -> AbstractContextManager[None]:
    """Pull, and write what has come to the lake of ``home``, as the embedded server does."""
    lake = Lake(open_home(Path(home)))

    def loop(done: threading.Event) -> None:
        held: list[Any] = []
        since = time.monotonic()
        for number, found in enumerate(_pulls(client, subscription, done)):
            held += found
            if len(held) < BATCH_MESSAGES and time.monotonic() < since + TICK_SECONDS:
                continue
            if held:
                rows = decode([r.message.data for r in held], RAW_TABLES["live_events"]).rows
                lake.append("live_events", rows, batch_key=f"{subscription}/{number}")
                _acknowledge(client, subscription, held)
            held, since = [], time.monotonic()

    return _in_background(loop)


def _pulls(
    client: SubscriberClient, subscription: str, done: threading.Event
) -> Iterator[Sequence[Any]]:
    """What each call brings, also when that is nothing.

    A call that waits would end in the client's deadline now and then, and the emulator hands what
    comes next to the call that is gone.
    """
    request = {
        "subscription": subscription,
        "max_messages": PULL_MESSAGES,
        "return_immediately": True,
    }
    while not done.is_set():
        found = client.pull(request=request)._pb.received_messages
        yield found
        if not found:
            time.sleep(PAUSE)


def _acknowledge(client: SubscriberClient, subscription: str, found: Sequence[Any]) -> None:
    ids = [received.ack_id for received in found]
    for first in range(0, len(ids), PULL_MESSAGES):
        client.acknowledge(subscription=subscription, ack_ids=ids[first : first + PULL_MESSAGES])


@contextmanager
def _in_background(loop: Callable[[threading.Event], None]) -> Iterator[None]:
    done = threading.Event()
    thread = threading.Thread(target=loop, args=(done,))
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def main(arguments: str) -> None:
    """Say "ready", be told how many messages to wait for and how long, and report."""
    options = json.loads(arguments)
    subscription, way, home = (options.pop(name) for name in ("subscription", "way", "home"))
    arrived = Arrived()
    ways: dict[str, Callable[..., AbstractContextManager[None]]] = {
        "stream": partial(by_stream, arrived=arrived),
        "pull": partial(by_pull, arrived=arrived),
        "lake": partial(by_pull_into, home=home),
    }
    with subscriber_client(load_settings(**options)) as client:
        cpu = time.process_time()
        with ways[way](client, subscription):
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
