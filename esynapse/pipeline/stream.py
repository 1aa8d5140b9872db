"""The live stream: today's events of the shop, published when their time comes."""

import os
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import inf

from esynapse.errors import EsynapseError
from esynapse.home import Home, open_home
from esynapse.ingest.clients import explain
from esynapse.ingest.publisher import DEADLINE_SECONDS, Publisher
from esynapse.pipeline.live import CHUNK, TICK, WINDOW, LiveRun
from esynapse.pipeline.shop_floor import shop_floor
from esynapse.pipeline.streamer_state import StreamerState, write_streamer_state
from esynapse.provision import Change, provision
from esynapse.settings import Settings

__all__ = ["CHUNK", "WINDOW", "StreamReport", "stream"]

TELL_SECONDS, WRITE_SECONDS = 1.0, 2.0
"""Between two calls of ``progress``, and two writings of the streamer's state."""
REST_SECONDS = {"local": 0.0, "bigquery": 10.0}
"""Between two writings of a file of the shop, by target: on Google Cloud they may lie in a bucket,
which bills each and takes one a second of a file
(https://cloud.google.com/storage/quotas#objects)."""
RECENT_SECONDS = 10.0
"""What the recent rate is measured over."""


@dataclass(frozen=True)
class StreamReport:
    """How a run of the streamer stands or ended."""

    events: int
    """Messages that Pub/Sub has accepted, those of the company included."""
    seconds: float
    lag_seconds: float
    """Age of the oldest event that is due and not yet accepted; 0 in real time."""
    recent_rate: float
    """Events per second over the last ten seconds."""

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

    Begins where the position of the home says, catching up at full speed. On the local target it
    creates the topics and subscriptions that are missing; on Google Cloud the pipeline's account
    may not: 'esynapse provision' does. An event counts as handed over once Pub/Sub has
    acknowledged it.
    Once ``stop`` is set it ends within ten seconds, whatever the service does: what is not
    acknowledged by then is published again by the next run.

    Args:
        progress: told about once a second.

    Raises:
        EsynapseError: another process streams or loads this home; or the service, tried for a
            minute, does not answer or refuses (the cause is then what its client says).
    """
    stop = stop or threading.Event()
    home = open_home(settings.home)
    rest = REST_SECONDS[settings.target]
    watch = _Watch(home, settings.stream_rate, max(WRITE_SECONDS, rest))
    deadline = watch.began + (duration.total_seconds() if duration is not None else inf)
    with (
        shop_floor(settings, home, today=datetime.now(UTC).date()) as floor,
        Publisher(settings, stop=stop) as publisher,
    ):
        try:
            if settings.target != "local" or _provisioned(settings, stop):
                run = LiveRun(floor, publisher, settings.stream_rate, rest=rest)
                while not stop.is_set() and time.monotonic() < deadline:
                    nothing_due = run.publish_due(datetime.now(UTC))
                    watch.look(publisher.published, run.lag_seconds(datetime.now(UTC)), progress)
                    if nothing_due:
                        stop.wait(TICK)
                publisher.flush()
                run.move_position()
                watch.look(publisher.published, run.lag_seconds(datetime.now(UTC)))
        finally:
            watch.write(stopped=True)
    return watch.report


def _provisioned(settings: Settings, stop: threading.Event) -> bool:
    """Create what is missing; False if ``stop`` was set before the service answered.

    Beside this thread, because the client may try for ten minutes and cannot be interrupted.
    """
    created: Future[list[Change]] = Future()

    def create() -> None:
        try:
            created.set_result(provision(settings))
        except Exception as error:  # noqa: BLE001 - raised where it is waited for
            created.set_exception(error)

    threading.Thread(target=create, daemon=True).start()
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not stop.is_set():
        if wait([created], timeout=TICK).done:
            created.result()
            return True
        if time.monotonic() > deadline:
            silence = TimeoutError()
            raise EsynapseError(explain(settings, silence)) from silence
    return False


class _Watch:
    """Measures a run, and tells others of it: the caller, and those who read the home."""

    def __init__(self, home: Home, stream_rate: float, write_seconds: float) -> None:
        self.home = home
        self.stream_rate = stream_rate
        self.write_seconds = write_seconds
        self.started_at = datetime.now(UTC)
        self.began = time.monotonic()
        self.report = StreamReport(0, 0.0, 0.0, 0.0)
        self._seen = deque([(self.began, 0)])
        self._told = self._written = 0.0

    def look(
        self, events: int, lag: float, progress: Callable[[StreamReport], None] | None = None
    ) -> None:
        """Take the figures; tell and write what is due."""
        now = time.monotonic()
        while len(self._seen) > 1 and now - self._seen[1][0] >= RECENT_SECONDS:
            self._seen.popleft()
        since, before = self._seen[0]
        recent = (events - before) / (now - since)
        self.report = StreamReport(events, now - self.began, lag, recent)
        if now - self._told >= TELL_SECONDS:
            self._told = now
            self._seen.append((now, events))
            if progress:
                progress(self.report)
        if now - self._written >= self.write_seconds:
            self._written = now
            self.write()

    def write(self, *, stopped: bool = False) -> None:
        """Replace the state of the home's streamer."""
        state = StreamerState(
            started_at=self.started_at,
            updated_at=datetime.now(UTC),
            pid=os.getpid(),
            events=self.report.events,
            rate=0.0 if stopped else self.report.recent_rate,
            lag_seconds=self.report.lag_seconds,
            catching_up=self.report.lag_seconds > 0,
            stream_rate=self.stream_rate,
            stopped=stopped,
        )
        write_streamer_state(self.home, state)
