"""The live stream: today's events of the shop, published when their time comes."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from esynapse.home import open_home
from esynapse.ingest.publisher import Publisher
from esynapse.pipeline.shop_floor import ShopFloor, shop_floor
from esynapse.settings import Settings

TICK = 0.2
"""Seconds between looks at the clock; bounds the delay of an event at its source."""
CHUNK = 5_000
"""Events published between two moves of the position, while catching up."""


@dataclass(frozen=True)
class StreamReport:
    """How a run of the streamer stands or ended."""

    events: int
    seconds: float
    lag_seconds: float
    """Age of the oldest event that is due and not yet published; 0 in real time."""

    @property
    def rate(self) -> float:
        """Events per second since the run began."""
        return self.events / self.seconds if self.seconds else 0.0


def stream(
    settings: Settings,
    *,
    duration: timedelta | None = None,
    stop: threading.Event | None = None,
    progress: Callable[[StreamReport], None] | None = None,
) -> StreamReport:
    """Publish the shop's events as their time comes, for ``duration`` or until ``stop`` is set.

    Begins where the position of the home says, catching up at full speed. An event counts as
    handed over once Pub/Sub has acknowledged it.

    Args:
        progress: told about once a second.
    """
    stop = stop or threading.Event()
    home = open_home(settings.home)
    began = time.monotonic()
    deadline = began + duration.total_seconds() if duration else float("inf")
    with (
        shop_floor(settings, home, today=datetime.now(UTC).date()) as floor,
        Publisher(settings) as publisher,
    ):
        run = _Run(floor, publisher, began)
        told = 0.0
        while not stop.is_set() and time.monotonic() < deadline:
            caught_up = run.publish_due(datetime.now(UTC))
            if progress and time.monotonic() - told >= 1:
                told = time.monotonic()
                progress(run.report(datetime.now(UTC)))
            if caught_up:
                stop.wait(TICK)
        return run.report(datetime.now(UTC))


class _Run:
    def __init__(self, floor: ShopFloor, publisher: Publisher, began: float) -> None:
        self.floor = floor
        self.publisher = publisher
        self.began = began
        self.published = 0
        self._open_day()

    def publish_due(self, now: datetime) -> bool:
        """Publish the next chunk of what is due; True once nothing more is."""
        begin = self.floor.position.index - self.batch.first
        due = self.batch.count_before(now)
        if due > begin:
            until = min(due, begin + CHUNK)
            self.publisher.publish_raw(self.batch.messages(begin, until))
            self.publisher.flush()
            self.floor.hand_over(self.batch.first + until)
            self.published += until - begin
            return until == due
        if begin < len(self.batch):
            return True
        if self.batch.following is None:
            self._open_batch()
            return False
        if now.date() > self.floor.position.day:
            self.floor.close_day(self.batch.following)
            self._open_day()
            return False
        return True

    def report(self, now: datetime) -> StreamReport:
        index = self.floor.position.index - self.batch.first
        lag = 0.0
        if index < len(self.batch):
            lag = max((now - self.batch.arrives_at(index)).total_seconds(), 0.0)
        return StreamReport(self.published, time.monotonic() - self.began, lag)

    def _open_day(self) -> None:
        self.batches = self.floor.simulate(self.floor.stand(), source="live")
        self._open_batch()

    def _open_batch(self) -> None:
        """The day's next batch that holds anything from the position on, or the last one."""
        handed_over = self.floor.position.index
        self.batch = next(
            batch
            for batch in self.batches
            if batch.following or batch.first + len(batch) > handed_over
        )
        begin = max(handed_over - self.batch.first, 0)
        self.floor.keep_disorder(self.batch, begin, len(self.batch), as_rows=False)
