"""The load of `esynapse bench stream`: events of the shop through the pipeline's own publisher.

    python -m flows.bench.stream_load '{"pubsub_port": 8085, "seconds": 20, "rate": 500}'

Every event is stamped with the moment it is due (at a rate) or handed to the publisher (at full
speed), has an id of its own, and is encoded then, as the streamer does it.
"""

import json
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from esynapse.events import EVENT_SCHEMA
from esynapse.ingest.publisher import Publisher
from esynapse.pipeline.export import fresh_shop
from esynapse.settings import Settings, load_settings
from esynapse.warehouse.catalog import now_us
from flows.bench.stream_figures import Sent
from flows.bench.stream_process import answer
from flows.bench.trials import slices_of

READY_MADE = 20_000
"""Events of the shop that the load repeats."""
CHUNK = 1_000
"""Most events handed over at once."""
TICK = 0.02
"""Seconds between two looks at the clock; bounds how late a load at a rate hands over."""


class Events:
    """Events without end: those of the shop over and over, with ids and moments of their own."""

    def __init__(self, settings: Settings) -> None:
        day = next(slices_of(fresh_shop(settings, now=datetime.now(UTC)), 1)).events()
        day = day.slice(0, READY_MADE)
        self._kinds = day.num_rows
        self._ready = pa.concat_tables([day] * (1 + -(-CHUNK // self._kinds))).combine_chunks()
        self._run = uuid.uuid4().hex[:14]

    def chunk(self, first: int, moments: npt.NDArray[np.int64]) -> pa.Table:
        """The events from number ``first`` on (EVENT_SCHEMA), at most CHUNK.

        Args:
            moments: their event_timestamp in microseconds since 1970, one for each.
        """
        count = len(moments)
        columns = {
            **dict(
                zip(EVENT_SCHEMA.names, self._ready.slice(first % self._kinds, count), strict=True)
            ),
            "event_id": pa.array([f"{self._run}{n:012d}" for n in range(first, first + count)]),
            "event_timestamp": pa.array(moments).cast(EVENT_SCHEMA.field("event_timestamp").type),
            "source": pa.repeat("live", count),
        }
        return pa.table(columns, schema=EVENT_SCHEMA)


def at_rate(rate: int, seconds: float) -> Iterator[npt.NDArray[np.int64]]:
    """The moments of ``rate`` events a second, once a tick those that are due by then."""
    began, total, sent = now_us(), round(rate * seconds), 0
    while sent < total:
        due = min((now_us() - began) * rate // 1_000_000, total)
        for first in range(sent, due, CHUNK):
            yield began + np.arange(first, min(first + CHUNK, due)) * 1_000_000 // rate
        sent = due
        time.sleep(TICK)


def full_speed(seconds: float) -> Iterator[npt.NDArray[np.int64]]:
    """Chunks of now, as fast as they are taken."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        yield np.full(CHUNK, now_us())


def main(arguments: str) -> None:
    """Say "ready", wait for a line, publish, and report."""
    options = json.loads(arguments)
    rate, seconds = options.pop("rate"), options.pop("seconds")
    settings = load_settings(**options)
    events, first = Events(settings), 0
    with Publisher(settings) as publisher:
        answer(ready=True)
        if not sys.stdin.readline():
            return  # who asked is gone
        began, cpu = now_us(), time.process_time()
        for moments in at_rate(rate, seconds) if rate else full_speed(seconds):
            publisher.publish(events.chunk(first, moments))
            first += len(moments)
        publisher.flush()
        cpu = time.process_time() - cpu
        answer(**asdict(Sent(publisher.published, began, now_us(), cpu)))


if __name__ == "__main__":
    main(sys.argv[1])
